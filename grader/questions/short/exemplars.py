"""How near a sentence is to sentences whose grade is known."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from grader.questions.short.lists import listed
from grader.questions.short.patterns import NEGATORS
from grader.questions.short.text import BREAKS, Vocabulary, sentences, stem


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How near is near enough."""

    credit: float  # to a right exemplar: the same statement
    deny: float  # to a wrong one
    lead: float  # and nearer than to the other kind by this much
    order: float  # the content words stand in nearly the same order (0 to 1)
    absent: float  # nothing nearer than this: the key point is not spoken of


BESIDE_PATTERNS = Thresholds(credit=0.7, deny=0.7, lead=0.12, order=0.6, absent=0.0)
ALONE = Thresholds(credit=0.3, deny=0.7, lead=0.06, order=0.4, absent=0.055)

FUNCTION_WORDS = listed("function_words")
OPPOSITES = tuple(
    (frozenset(one.split()), frozenset(other.split()))
    for one, other in (
        ("slow slower slowly slowest slows", "fast faster quick quicker quickly speed speeds"),
        ("small smaller lower tiny low less decreases", "large larger big bigger high higher more raise raises increases"),
        ("separate separately independent", "shared inside together"),
        ("adds add added accumulates accumulated sum sums", "overwrites overwritten replaces replaced clears resets"),
        ("same equal unchanged", "different changed"),
        ("first", "second"),
        ("before", "after"),
        ("always", "sometimes"),
        ("optimizer", "model"),
        ("sgd", "adam"),
    )
)


@dataclass(frozen=True, slots=True)
class Bag:
    """A text as its content words, its numbers and the parity of its negations."""

    stems: frozenset[str]
    words: frozenset[str]
    numbers: frozenset[str]
    denies: bool
    row: tuple[str, ...] = ()  # the content words in their order


def bag(words: Iterable[str]) -> Bag:
    """What is compared of a text."""
    kept = [word for word in words if word not in BREAKS]
    content = [word for word in kept if word not in FUNCTION_WORDS and not word[0].isdigit()]
    return Bag(
        frozenset(stem(word) for word in content),
        frozenset(kept),
        frozenset(word for word in kept if word[0].isdigit()),
        sum(word in NEGATORS for word in kept) % 2 == 1,
        tuple(stem(word) for word in content),
    )


def bag_of(text: str, words: Vocabulary) -> Bag:
    """The same for a text that has not been read yet."""
    return bag(word for sentence in sentences(text, words) for word in sentence.words)


def weights(bags: Sequence[Bag]) -> Mapping[str, float]:
    """How much a word tells: one that is in every exemplar tells little."""
    counts = Counter(word for one in bags for word in one.stems)
    return {word: math.log(1 + len(bags) / count) for word, count in counts.items()}


def similarity(one: Bag, other: Bag, weight: Mapping[str, float]) -> float:
    """Weight of the shared content words over the weight of all (1: the same words; 0: none shared)."""
    if not one.stems or not other.stems:
        return 0.0
    heaviest = max(weight.values(), default=1.0)
    both = sum(weight.get(word, heaviest) for word in one.stems & other.stems)
    either = sum(weight.get(word, heaviest) for word in one.stems | other.stems)
    return both / either if either else 0.0


def same_claim(one: Bag, other: Bag, order: float) -> bool:
    """Whether two texts with nearly the same words can say the same: negation, numbers and opposites agree."""
    if one.denies != other.denies or one.numbers != other.numbers:
        return False
    if SequenceMatcher(None, one.row, other.row, autojunk=False).ratio() < order:
        return False
    return not opposite(one, other)


def opposite(one: Bag, other: Bag) -> bool:
    """Whether one text has a word, and the other its opposite instead."""
    return any(
        (side & one.words) - other.words and (facing & other.words) - one.words
        for left, right in OPPOSITES
        for side, facing in ((left, right), (right, left))
    )
