"""What is asked, what a right answer says, and how learners say it: read from TOML, or from a labelled file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from grader.questions.short.exemplars import Bag, bag, bag_of, weights
from grader.questions.short.patterns import Lexicon, Pattern, parse
from grader.questions.short.text import BREAKS, Sentence, Vocabulary, sentences, vocabulary


@dataclass(frozen=True)
class KeyPoint:
    """One thing that a right answer says."""

    id: str
    points: int
    text: str
    pos: tuple[str, ...]
    neg: tuple[str, ...]
    patterns: tuple[tuple[Pattern, ...], ...] = ()  # each in its parts, which may stand in different sentences
    denials: tuple[Pattern, ...] = ()
    cues: tuple[Pattern, ...] = ()  # without any of these the answer does not speak of the key point


@dataclass(frozen=True)
class Rubric:
    """One question with its key points."""

    id: str
    prompt: str
    keypoints: tuple[KeyPoint, ...]
    subjects: frozenset[str] = frozenset()  # what an "it" may stand for
    from_patterns: bool = field(default=True)  # False: exemplars only, and more caution

    @cached_property
    def lexicon(self) -> Lexicon:
        """All items of all patterns."""
        lexicon = Lexicon()
        for point in self.keypoints:
            lexicon.add((*(part for pattern in point.patterns for part in pattern), *point.denials, *point.cues))
        return lexicon

    @cached_property
    def words(self) -> Vocabulary:
        """The words of the rubric: what a misspelling is mended to before any other word."""
        nothing = Vocabulary(frozenset(), {})
        texts = [self.prompt, *(text for point in self.keypoints for text in (point.text, *point.pos, *point.neg))]
        found = {word for text in texts for sentence in sentences(text, nothing) for word in sentence.words}
        for item in self.lexicon.items:
            found.update(part for part in item.replace("|", " ").replace("+", " ").split() if not part.endswith("*"))
        return vocabulary(frozenset(word for word in found if word not in BREAKS and not word[0].isdigit()))

    @cached_property
    def _read(self) -> dict[str, tuple[Sentence, ...]]:
        return {}

    def read(self, text: str) -> tuple[Sentence, ...]:
        """The sentences of a reviewer's exemplar; each is read once, however many answers are compared with it."""
        if text not in self._read:
            self._read[text] = tuple(sentences(text, self.words))
        return self._read[text]

    @cached_property
    def _exemplars(self) -> dict[str, Bag]:
        return {}

    def exemplar(self, text: str) -> Bag:
        """A reviewer's exemplar as it is compared; made once."""
        if text not in self._exemplars:
            self._exemplars[text] = bag(word for sentence in self.read(text) for word in sentence.words)
        return self._exemplars[text]

    @cached_property
    def prompt_words(self) -> frozenset[str]:
        """The words of the question."""
        return frozenset(word for sentence in sentences(self.prompt, self.words) for word in sentence.words)

    @cached_property
    def _bags(self) -> dict[str, tuple[tuple[Bag, ...], tuple[Bag, ...]]]:
        return {
            point.id: (
                tuple(bag_of(text, self.words) for text in (*point.pos, point.text) if text),
                tuple(bag_of(text, self.words) for text in point.neg),
            )
            for point in self.keypoints
        }

    def bags(self, keypoint: str) -> tuple[tuple[Bag, ...], tuple[Bag, ...]]:
        """The right and the wrong exemplars of a key point."""
        return self._bags[keypoint]

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """How much each word tells."""
        return weights([one for right, wrong in self._bags.values() for one in (*right, *wrong)])

    def familiar(self, words: Iterable[str]) -> bool:
        """Whether most content words of an answer occur in the question or in some exemplar."""
        content = bag(words).stems
        own = frozenset(word for right, wrong in self._bags.values() for one in (*right, *wrong) for word in one.stems)
        asked = bag(self.prompt_words).stems
        return len(content) >= 3 and len(content & (own | asked)) >= 0.6 * len(content)

    @property
    def total(self) -> int:
        """The points that can be had."""
        return sum(point.points for point in self.keypoints)


def rubric_of(id: str, table: Mapping[str, Any], shared: Mapping[str, str] | None = None) -> Rubric:
    """A rubric from its table (TOML) or its object (JSON); one without patterns is graded by exemplars alone."""
    terms = {**(shared or {}), **table.get("terms", {})}

    def patterns(sources: Iterable[str]) -> tuple[tuple[Pattern, ...], ...]:
        return tuple(parse(source.lower(), terms) for source in sources)

    def parts(sources: Iterable[str]) -> tuple[Pattern, ...]:
        return tuple(part for pattern in patterns(sources) for part in pattern)

    points = tuple(
        KeyPoint(
            id=str(point["id"]),
            points=int(point.get("points", 1)),
            text=str(point.get("text", "")),
            pos=tuple(point.get("pos", ())),
            neg=tuple(point.get("neg", ())),
            patterns=patterns(point.get("patterns", ())),
            denials=parts(point.get("denials", ())),
            cues=parts(point.get("cues", ())),
        )
        for point in table["keypoints"]
    )
    return Rubric(
        id, str(table.get("prompt", "")), points, frozenset(table.get("subjects", ())), any(point.patterns for point in points)
    )
