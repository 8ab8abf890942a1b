"""A short answer graded per key point: credited, not detected, or left to a person. The score is provisional."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from grader.questions.short.decisions import Decision
from grader.questions.short.evidence import Evidence, collect, takes_back
from grader.questions.short.gates import closed
from grader.questions.short.lists import listed
from grader.questions.short.rubric import KeyPoint, Rubric
from grader.questions.short.text import BREAKS, Sentence, sentences, with_subjects

Status = Literal["credited", "not_detected", "review"]
OTHER_SUBJECTS = listed("other_subjects")
UNKNOWN_WORDS = 0.12  # with more of them, nothing is said to be absent


@dataclass(frozen=True, slots=True)
class KeyPointGrade:
    """What became of one key point, the words that decided it, and why. `by_person`: for this very answer, by a reviewer."""

    id: str
    points: int
    status: Status
    words: str
    reason: str
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class AnswerGrade:
    """A provisional grade: at least `low` points, at most `high` once a person has looked at it."""

    question: str
    keypoints: tuple[KeyPointGrade, ...]
    gate: str | None = None  # the name of the gate that sent the whole answer to review
    gate_reason: str = ""

    @property
    def low(self) -> int:
        """The points credited."""
        return sum(point.points for point in self.keypoints if point.status == "credited")

    @property
    def high(self) -> int:
        """The points credited if the review decides for the learner everywhere."""
        return sum(point.points for point in self.keypoints if point.status != "not_detected")

    @property
    def total(self) -> int:
        """The points that can be had."""
        return sum(point.points for point in self.keypoints)

    @property
    def score(self) -> str:
        """The range as it is shown."""
        span = str(self.low) if self.low == self.high else f"{self.low} to {self.high}"
        return f"{span} of {self.total} (provisional)"


def grade_answer(rubric: Rubric, answer: str, decided: Iterable[Decision] = ()) -> AnswerGrade:
    """Grade one answer; `decided` are the decisions of reviewers so far."""
    decisions = [one for one in decided if one.question == rubric.id]
    read = sentences(answer, rubric.words)
    told = _told(rubric, read, decisions)
    if not answer.strip():
        return AnswerGrade(
            rubric.id, tuple(told.get(point.id) or _blank(point) for point in rubric.keypoints), None, "The answer is blank."
        )
    gate = closed(rubric, answer, read)
    if gate is not None:
        grades = (told.get(point.id) or _grade(point, "review", "", gate.reason) for point in rubric.keypoints)
        return AnswerGrade(rubric.id, tuple(grades), gate.name, gate.reason)
    read = with_subjects(read, rubric.subjects)
    found = collect(rubric, read, decisions)
    if not any(_touched(evidence) for evidence in found.values()):
        return AnswerGrade(
            rubric.id, tuple(told.get(point.id) or _off_topic(rubric, point, read) for point in rubric.keypoints)
        )
    return AnswerGrade(rubric.id, tuple(told.get(point.id) or _weigh(rubric, point, found, read) for point in rubric.keypoints))


def _grade(point: KeyPoint, status: Status, words: str, reason: str) -> KeyPointGrade:
    return KeyPointGrade(point.id, point.points, status, words, reason)


def _blank(point: KeyPoint) -> KeyPointGrade:
    return _grade(point, "not_detected", "", "The answer is blank.")


def _told(rubric: Rubric, read: Sequence[Sentence], decisions: Sequence[Decision]) -> dict[str, KeyPointGrade]:
    """The key points that a person decided for this very answer; the last decision counts."""
    words = _all_words(read)
    found: dict[str, KeyPointGrade] = {}
    if not words:
        return found
    points = {point.id: point for point in rubric.keypoints}
    for one in decisions:
        if one.keypoint in points and _all_words(rubric.read(one.answer)) == words:
            status: Status = "credited" if one.credited else "not_detected"
            point = points[one.keypoint]
            found[point.id] = KeyPointGrade(point.id, point.points, status, one.words, "A person decided this.", by_person=True)
    return found


def _all_words(read: Sequence[Sentence]) -> tuple[str, ...]:
    return tuple(word for sentence in read for word in sentence.words if word not in BREAKS)


def _touched(evidence: Evidence) -> bool:
    """Whether the answer speaks of the key point at all, rightly or wrongly."""
    return bool(evidence.said or evidence.denied or evidence.negated or evidence.cued)


def _off_topic(rubric: Rubric, point: KeyPoint, read: Sequence[Sentence]) -> KeyPointGrade:
    """No key point is spoken of: absent where the answer speaks of another subject, left to a person otherwise."""
    if rubric.from_patterns and _readable(read) and any(word in OTHER_SUBJECTS for word in _all_words(read)):
        return _grade(point, "not_detected", "", "The answer speaks of something else: no word of any key point occurs.")
    return _grade(point, "review", "", "The wording is far from every exemplar.")


def _understood(found: dict[str, Evidence], read: Sequence[Sentence]) -> bool:
    """Whether every sentence says something that a pattern knows, right or wrong."""
    known = {number for its in found.values() for number, _ in (*its.said, *its.denied, *its.negated)}
    return all(number in known for number in range(len(read)))


def _readable(read: Sequence[Sentence]) -> bool:
    """Whether enough of the words are known to say that something is absent."""
    words = _all_words(read)
    return sum(sentence.unknown for sentence in read) <= UNKNOWN_WORDS * len(words)


def _weigh(rubric: Rubric, point: KeyPoint, found: dict[str, Evidence], read: Sequence[Sentence]) -> KeyPointGrade:
    """Decide one key point from its evidence, or leave it to a person."""
    evidence = found[point.id]
    wrong = any(its.denied for its in found.values())
    said = evidence.said or ([evidence.like[1:]] if evidence.like[0] else [])
    denied = evidence.denied or ([evidence.unlike[1:]] if evidence.unlike[0] else [])
    if said and denied:
        return _grade(point, "review", said[0][1], f"The answer says it and also the contrary (“{denied[0][1]}”).")
    if said and evidence.negated and {number for number, _ in evidence.negated} - {number for number, _ in said}:
        return _grade(
            point,
            "review",
            said[0][1],
            f"The answer says it in one place and denies it in another (“{evidence.negated[0][1]}”).",
        )
    if said:
        best = max((words for _, words in said), key=len)
        if wrong:
            return _grade(point, "review", best, "The answer says it, but also makes a wrong claim.")
        if takes_back(found, read, said, evidence.cued):
            return _grade(point, "review", best, "The answer says it, but another sentence may take it back.")
        return _grade(point, "credited", best, "The answer says so in these words.")
    if denied:
        return _grade(point, "not_detected", denied[0][1], "The answer claims the contrary in these words.")
    if evidence.negated:
        return _grade(point, "review", evidence.negated[0][1], "The words are there, but denied or only reported.")
    if evidence.cued:
        return _grade(point, "review", "", "The answer may speak of it, but not in words that are known.")
    if rubric.from_patterns and not _understood(found, read):
        return _grade(point, "review", "", "A sentence of the answer is in words that are not known, and may speak of it.")
    if not _readable(read):
        return _grade(point, "review", "", "Some words of the answer are unknown, so nothing can be said to be missing.")
    if not rubric.from_patterns and not rubric.familiar(_all_words(read)):
        return _grade(point, "review", "", "The wording is far from every exemplar.")
    return _grade(point, "not_detected", "", "No word occurs that this key point could be spoken of with.")
