"""An answer as sentences of plain words: one spelling, one way of writing numbers, misspellings mended."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

MAX_CHARACTERS = 6000
MAX_WORDS = 120  # of a sentence; a longer one is cut into several
BREAKS = frozenset(",:()-")  # kept as tokens: they end a clause, and match no word

_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": " - "})
_SHORT_FORMS = (
    (re.compile(r"\bcan'?t\b|\bcannot\b"), "can not"),
    (re.compile(r"\bwon'?t\b"), "will not"),
    (re.compile(r"\b(do|does|did|is|are|was|were|has|have|had|could|would|should|must|need|are|ca)n't\b"), r"\1 not"),
    (re.compile(r"\b(?:dosn'?t|dosen'?t|doesen'?t|doen'?t|dosnot|doesn)\b"), "does not"),
    (re.compile(r"\bdon\b(?! )|\bdond\b"), "do not"),
    (re.compile(r"\b(?:doesnt|dont|didnt|isnt|arent|wasnt|werent|hasnt|havent|couldnt|wouldnt|shouldnt)\b"), None),
    (re.compile(r"\b(it|that|there|what|he|she|here)'s\b"), r"\1 is"),
    (re.compile(r"\b(you|they|we)'re\b"), r"\1 are"),
    (re.compile(r"\b(i|you|they|we|it|he|she)'(?:d|ll)\b"), r"\1 would"),
    (re.compile(r"\b(i|you|they|we)'(?:ve|m)\b"), r"\1 have"),
    (re.compile(r"'s?\b|\"|`|\*\*"), " "),
)
_EMPTY_CALL = re.compile(r"\(\s*\)|(?<=\w)\[\s*\]")
_GLUED = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)(x|b|gb|gib|bn|bytes?|bit|times|billion|m|th|fold)\b")
_SENTENCE_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)[.!?;]+(?=\s|$)|[!?;]+|\n+")
_TOKEN = re.compile(r"\d+(?:\.\d+)?(?:e-?\d+)?|[^\W\d]\w*|->|=>|[,:()]|(?<=\s)-(?=\s)|[+=*/%]")
_LINKS = {"->": "so", "=>": "so", "+": "and", "=": "is", "*": "times"}
_SPELLINGS = {
    "optimiser": "optimizer",
    "optimisers": "optimizers",
    "pytorch's": "pytorch",
    "params": "parameters",
    "cos": "because",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its words as they are compared, and the learner's own words."""

    words: tuple[str, ...]
    own: str
    mended: int = 0  # how many words were taken for a misspelling
    unknown: int = 0  # how many words are in no list


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that an answer can be expected to use, and where a misspelling of one leads."""

    known: frozenset[str]
    deletions: dict[str, tuple[str, ...]]


@cache
def common_words() -> frozenset[str]:
    """A few thousand English words, so that a right word is not "mended" into another."""
    return frozenset((Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split())


@lru_cache(maxsize=32)
def vocabulary(special: frozenset[str]) -> Vocabulary:
    """The common words and a rubric's own; both are what a misspelling may be mended to."""
    deletions: dict[str, list[str]] = {}
    known = special | common_words()
    for word in sorted(known, key=lambda word: (word not in special, len(word), word)):
        if len(word) >= 4:
            for form in _deletions(word):
                deletions.setdefault(form, []).append(word)
    return Vocabulary(known, {form: tuple(words) for form, words in deletions.items()})


def _deletions(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def mend(word: str, words: Vocabulary) -> str:
    """The known word that this is most likely a misspelling of, or the word itself."""
    if len(word) < 4 or len(word) > 24 or word in words.known or not word.isalpha() or not word.isascii():
        return word
    best, least = word, 3
    for form in sorted(_deletions(word)):
        for other in words.deletions.get(form, ()):
            steps = _distance(word, other)
            if steps < least or (steps == least and (other[0] == word[0]) > (best[0] == word[0])):
                best, least = other, steps
    near = least <= 1 or (least == 2 and len(word) >= 6 and best[0] == word[0] and best[-1] == word[-1])
    return best if near else word


def _distance(one: str, other: str) -> int:
    """Letters to insert, delete, replace or swap with the neighbour; no more than 3 matter."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        older, before, row = before, row, [at] + [0] * len(other)
        for to, target in enumerate(other, 1):
            row[to] = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != target))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == target:
                row[to] = min(row[to], older[to - 2] + 1)
    return row[-1]


def plain(text: str) -> str:
    """Lower case, one kind of quote and dash, short forms written out, a number apart from its unit."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).translate(_APOSTROPHES).lower()
    text = "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter)[0] != "C")
    for pattern, written in _SHORT_FORMS:
        text = pattern.sub(written if written is not None else (lambda found: found[0][:-2] + " not"), text)
    return _GLUED.sub(r"\1 \2", _EMPTY_CALL.sub(" ", text))


def sentences(text: str, words: Vocabulary) -> tuple[Sentence, ...]:
    """The sentences of an answer, misspellings mended; an enormous answer is cut at MAX_CHARACTERS."""
    found: list[Sentence] = []
    for piece in _SENTENCE_END.split(plain(text)):
        tokens = _TOKEN.findall(piece)
        for start in range(0, len(tokens), MAX_WORDS):
            sentence = _sentence(tokens[start : start + MAX_WORDS], piece, words)
            if any(token not in BREAKS for token in sentence.words):
                found.append(sentence)
    return tuple(found)


def with_subjects(read: tuple[Sentence, ...], subjects: frozenset[str]) -> tuple[Sentence, ...]:
    """The sentences with "it" at the beginning put as the one subject that the sentence before speaks of."""
    found: list[Sentence] = []
    before: str | None = None
    for sentence in read:
        words = sentence.words
        if before and words[0] in ("it", "its"):
            words = (before, *words[1:])
        named = {word for word in words if word in subjects}
        before = named.pop() if len(named) == 1 else None
        found.append(Sentence(words, sentence.own, sentence.mended, sentence.unknown))
    return tuple(found)


def _sentence(tokens: list[str], own: str, words: Vocabulary) -> Sentence:
    """The tokens of one sentence in the form in which they are compared."""
    mended = unknown = 0
    result: list[str] = []
    for token in tokens:
        word = _SPELLINGS.get(token) or _LINKS.get(token) or token
        better = mend(word, words)
        mended += better != word
        unknown += better[0].isalpha() and len(better) > 2 and better not in words.known and "_" not in better
        result.append(_SPELLINGS.get(better, better))
    return Sentence(tuple(result), " ".join(own.split()), mended, unknown)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A crude stem, enough to tell that "accumulates" and "accumulated" are one word."""
    for ending in (
        "ations",
        "ation",
        "ingly",
        "ings",
        "ing",
        "edly",
        "ies",
        "ied",
        "ers",
        "est",
        "ed",
        "es",
        "er",
        "ly",
        "s",
        "e",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
