"""What an answer says about each key point: matches of patterns, denials, and the nearest exemplars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.questions.short.decisions import Decision
from grader.questions.short.exemplars import (
    ALONE,
    BESIDE_PATTERNS,
    Bag,
    Thresholds,
    bag,
    opposite,
    same_claim,
    similarity,
)
from grader.questions.short.gates import copied
from grader.questions.short.patterns import Match, Pattern, Span, find, negated
from grader.questions.short.rubric import KeyPoint, Rubric
from grader.questions.short.text import Sentence

TAKEN_BACK = 1.0
EXEMPLARS = 100  # of a key point that reviewers decided: the latest count, so that an answer takes no longer by the thousandth
WHOLE = -1  # in place of the number of a sentence: the whole answer
_PRONOUNS = frozenset(("it", "its", "this", "that", "they", "these", "he", "she", "which"))
_AFTERTHOUGHTS = frozenset(("however", "though", "anyway", "nevertheless", "nonetheless", "wait"))
_TAKES_BACK = frozenset(
    (
        *(
            (word,)
            for word in ("but", "yet", "however", "still", "nevertheless", "although", "no", "actually", "wait", "nonetheless")
        ),
        ("on", "the"),
    )
)
Spans = dict[str, list[Span]]


@dataclass(slots=True)
class Evidence:
    """What was found for one key point; the words are the learner's sentence."""

    said: list[tuple[int, str]] = field(default_factory=list)  # number of the sentence, its words
    denied: list[tuple[int, str]] = field(default_factory=list)  # a wrong claim
    negated: list[tuple[int, str]] = field(default_factory=list)  # the right words under a "not" or "some say"
    cued: frozenset[int] = frozenset()  # the sentences with a word that could belong to it
    like: tuple[float, int, str] = (0.0, WHOLE, "")  # the nearest right exemplar: how near, and the sentence
    unlike: tuple[float, int, str] = (0.0, WHOLE, "")  # the nearest wrong one


@dataclass(frozen=True, slots=True)
class Known:
    """The exemplars of one key point, with those that a person added."""

    right: tuple[Bag, ...]
    wrong: tuple[Bag, ...]


def known_exemplars(rubric: Rubric, point: KeyPoint, decided: Sequence[Decision]) -> Known:
    """The rubric's exemplars and the reviewers' decisions about this key point."""
    right, wrong = rubric.bags(point.id)
    added = [one for one in decided if one.question == rubric.id and one.keypoint == point.id]
    more = [(rubric.exemplar(one.words or one.answer), one.credited) for one in added if one.exemplar][-EXEMPLARS:]
    return Known(
        (*right, *(one for one, credited in more if credited)),
        (*wrong, *(one for one, credited in more if not credited)),
    )


def collect(rubric: Rubric, read: Sequence[Sentence], decided: Sequence[Decision]) -> dict[str, Evidence]:
    """The evidence for every key point, sentence by sentence."""
    found = {point.id: Evidence() for point in rubric.keypoints}
    spans = [rubric.lexicon.spans(sentence.words) for sentence in read]
    own = [number for number, sentence in enumerate(read) if not copied(rubric, sentence)]
    for point in rubric.keypoints:
        evidence = found[point.id]
        for pattern in point.patterns:
            _match(pattern, own, read, spans, evidence)
        for denial in point.denials:
            evidence.denied.extend(_hits(denial, own, read, spans)[0])
        evidence.cued = _cued(rubric, point, read, spans)
    _compare(rubric, read, decided, found)
    return found


Hits = list[tuple[int, str]]


def _match(
    pattern: tuple[Pattern, ...], own: Sequence[int], read: Sequence[Sentence], spans: Sequence[Spans], evidence: Evidence
) -> None:
    """Enter where a pattern is found; one of several parts counts where every part is."""
    parts = [_hits(part, own, read, spans) for part in pattern]
    if all(said for said, _ in parts):
        evidence.said.extend(parts[0][0])
    elif all(said or denied for said, denied in parts):
        evidence.negated.extend(hit for _, denied in parts for hit in denied)


def _hits(part: Pattern, own: Sequence[int], read: Sequence[Sentence], spans: Sequence[Spans]) -> tuple[Hits, Hits]:
    """The sentences that say it, and those that have the words under a "not"."""
    said: Hits = []
    denied: Hits = []
    for number in own:
        sentence = read[number]
        for match in find(part, spans[number]):
            (denied if negated(match, sentence.words) else said).append((number, _words(match, sentence)))
    return said, denied


def _words(match: Match, sentence: Sentence) -> str:
    """The words from the first to the last that matched."""
    return " ".join(sentence.words[match.start : match.end])


def _cued(rubric: Rubric, point: KeyPoint, read: Sequence[Sentence], spans: Sequence[Spans]) -> frozenset[int]:
    """The sentences with any word that this key point could be spoken of with."""
    if rubric.from_patterns:
        cues: Sequence[Pattern] = (*point.cues, *(part for pattern in point.patterns for part in pattern[:1]))
        return frozenset(number for number, its in enumerate(spans) if any(find(cue, its) for cue in cues))
    right, _ = rubric.bags(point.id)
    pieces = [bag(sentence.words) for sentence in read[:40]]
    return frozenset(
        number
        for number, piece in enumerate(pieces)
        if any(similarity(piece, one, rubric.weights) > ALONE.absent for one in right)
    )


def _compare(rubric: Rubric, read: Sequence[Sentence], decided: Sequence[Decision], found: dict[str, Evidence]) -> None:
    """Find the nearest exemplars of the sentences, of neighbours together, and of the whole answer."""
    pieces = [(number, bag(sentence.words), sentence.own) for number, sentence in enumerate(read[:40])]
    if len(read) > 1:
        whole = bag(word for sentence in read for word in sentence.words)
        pieces.append((WHOLE, whole, " ".join(sentence.own for sentence in read)))
    limits = thresholds(rubric)
    for point in rubric.keypoints:
        known = known_exemplars(rubric, point, decided)
        evidence = found[point.id]
        for number, piece, own in pieces:
            right = max((_nearness(piece, one, rubric.weights, limits) for one in known.right), default=0.0)
            wrong = max((_nearness(piece, one, rubric.weights, limits) for one in known.wrong), default=0.0)
            against = wrong if rubric.from_patterns or not right else _counter(read, piece, known, rubric.weights)
            if not rubric.from_patterns and number != 0 and (number == WHOLE or read[number].words[0] in _PRONOUNS):
                continue  # what "it" stands for is not known
            if right >= max(against + limits.lead, limits.credit):
                evidence.like = max(evidence.like, (right, number, own))
            elif wrong >= max(right + limits.lead, limits.deny):
                evidence.unlike = max(evidence.unlike, (wrong, number, own))


def _counter(read: Sequence[Sentence], own: Bag, known: Known, weight: Mapping[str, float]) -> float:
    """How near anything in the answer is to a wrong exemplar; a sentence that takes something back is near enough."""
    pieces = [bag(sentence.words) for sentence in read]
    if any(sentence.words[:1] in _TAKES_BACK or sentence.words[:2] in _TAKES_BACK for sentence in read[1:]):
        return TAKEN_BACK
    if any(piece.denies != own.denies and _shares(piece, own) for piece in pieces):
        return TAKEN_BACK
    return max((similarity(piece, one, weight) for piece in pieces for one in known.wrong), default=0.0)


def takes_back(
    found: Mapping[str, Evidence], read: Sequence[Sentence], said: Sequence[tuple[int, str]], cued: frozenset[int]
) -> bool:
    """Whether another sentence may undo what was said: one that no pattern understands and that speaks of the same,
    one that begins with "but" or "however", or one that says nearly the same with a "not" or the opposite word."""
    first = min(number for number, _ in said)
    if any(
        _opposed(read[number], other) for number, _ in said if number != WHOLE for other in read if other is not read[number]
    ):
        return True
    if first == WHOLE:
        return False
    known = {number for its in found.values() for number, _ in its.said} | {number for number, _ in said}
    if cued - known:
        return True
    for number, sentence in enumerate(read):
        words = sentence.words
        opens = words[:1] in _TAKES_BACK or words[:2] in _TAKES_BACK
        if number > first and opens and (number not in known or number in cued - {at for at, _ in said}):
            return True
        if number >= 1 and number not in known and any(word in _AFTERTHOUGHTS for word in words[1:]):
            return True
    return False


def _opposed(one: Sentence, other: Sentence) -> bool:
    """Whether two sentences speak of the same and one of them has a "not", or the opposite word."""
    left, right = bag(one.words), bag(other.words)
    shared = left.stems & right.stems
    if len(shared) < 2 or len(shared) < 0.4 * min(len(left.stems), len(right.stems)):
        return False
    return left.denies != right.denies or opposite(left, right)


def _shares(piece: Bag, own: Bag) -> bool:
    """Whether two sentences of an answer have content words in common."""
    return len(piece.stems & own.stems) >= 2


def thresholds(rubric: Rubric) -> Thresholds:
    """How near is near enough: where there are no patterns, exemplars decide alone."""
    return BESIDE_PATTERNS if rubric.from_patterns else ALONE


def _nearness(piece: Bag, exemplar: Bag, weight: Mapping[str, float], limits: Thresholds) -> float:
    """The similarity of two texts that can say the same, else 0."""
    if len(piece.row) < 2:
        return 0.0
    near = similarity(piece, exemplar, weight)
    worth = near >= min(limits.credit, limits.deny) - limits.lead
    return near if worth and same_claim(piece, exemplar, limits.order) else 0.0
