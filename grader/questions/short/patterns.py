"""A small pattern language over words, and what a "not" near a match does to it.

A pattern is a row of items:
    word                      that word                      slow*          a word that begins so
    slower|slowly             either                         from+scratch   two words in a row
    {lr}                      a list of terms of that name   ...            up to eight other words here
Between two items stand at most two other words, unless "..." allows more; "^item" must not be among them
from there to the end of the row. "&" joins rows that must all occur in one sentence, in any order; "!item"
must not occur in it; "&&" joins what may be said in different sentences. A "not" before an item denies the
match, save before "~item". Words are matched, never characters, and without backtracking, whatever the
rubric or the answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from grader.questions.short.lists import listed, phrases
from grader.questions.short.text import BREAKS

NEAR, FAR = 2, 8
Span = tuple[int, int]

NEGATORS = listed("negators")
_SCOPE_ENDS = BREAKS | listed("ends_a_negation")
_REACH = 5


@dataclass(frozen=True, slots=True)
class Row:
    """Items that follow one another, and how many other words may stand before each."""

    items: tuple[str, ...]
    gaps: tuple[int, ...]
    barred: tuple[str, ...]  # the item that may not stand before each, or ""
    free: tuple[bool, ...]  # whether a "not" before it leaves the match alone


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way of saying something."""

    source: str
    rows: tuple[Row, ...]
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern was found in a sentence: the span of each item."""

    pattern: Pattern
    spans: tuple[Span, ...]
    free: frozenset[Span] = frozenset()

    @property
    def start(self) -> int:
        """The first word of it."""
        return min(start for start, _ in self.spans)

    @property
    def end(self) -> int:
        """The word after its last one."""
        return max(end for _, end in self.spans)


class PatternError(ValueError):
    """A pattern that can't be read."""


def parse(source: str, terms: Mapping[str, str]) -> tuple[Pattern, ...]:
    """Read a pattern, in the parts that "&&" joins; the lists of terms are put in where they are named."""
    return tuple(_parse(part, terms) for part in source.split("&&"))


def _parse(source: str, terms: Mapping[str, str]) -> Pattern:
    """Read one part: what is said within a sentence."""
    without: list[str] = []
    rows: list[Row] = []
    for part in source.split("&"):
        items: list[tuple[str, int, str, bool]] = []
        gap, barred = NEAR, ""
        for piece in part.split():
            if piece == "...":
                gap = FAR
                continue
            item = _expand(piece.lstrip("!^~"), terms, source)
            if piece.startswith("!"):
                without.append(item)
            elif piece.startswith("^"):
                barred = item
            else:
                items.append((item, gap, barred, piece.startswith("~")))
                gap = NEAR
        if items:
            names, gaps, bars, free = zip(*items, strict=True)
            rows.append(Row(names, gaps, bars, free))
    if not rows:
        raise PatternError(f"nothing to look for in the pattern {source!r}")
    return Pattern(source.strip(), tuple(rows), tuple(without))


def _expand(piece: str, terms: Mapping[str, str], source: str) -> str:
    """Alternatives with the named lists written out."""
    alternatives: list[str] = []
    for alternative in piece.split("|"):
        if alternative.startswith("{"):
            name = alternative.strip("{}")
            if name not in terms:
                raise PatternError(f"no list of terms is called {name!r} (in the pattern {source!r})")
            alternatives.extend(_expand(part, terms, source) for part in terms[name].replace("|", " ").split())
        elif alternative:
            alternatives.append(alternative)
    if not alternatives:
        raise PatternError(f"an empty item in the pattern {source!r}")
    return "|".join(alternatives)


@dataclass(slots=True)
class Lexicon:
    """All items of a rubric, found by the words that they begin with."""

    exact: dict[str, set[str]] = field(default_factory=dict)
    prefix: dict[str, set[str]] = field(default_factory=dict)
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    items: set[str] = field(default_factory=set)

    def add(self, patterns: Iterable[Pattern]) -> None:
        """Enter the items of these patterns."""
        for pattern in patterns:
            rows = [item for row in pattern.rows for item in (*row.items, *row.barred)]
            for item in (*rows, *pattern.without):
                if item and item not in self.items:
                    self.items.add(item)
                    self._enter(item)

    def _enter(self, item: str) -> None:
        for alternative in item.split("|"):
            words = tuple(alternative.split("+"))
            if len(words) > 1:
                self.phrases.setdefault(words[0].rstrip("*"), []).append((words, item))
            elif alternative.endswith("*"):
                self.prefix.setdefault(alternative[:-1], set()).add(item)
            else:
                self.exact.setdefault(alternative, set()).add(item)

    def spans(self, words: tuple[str, ...]) -> dict[str, list[Span]]:
        """Where each item occurs in a sentence."""
        found: dict[str, list[Span]] = {}
        for at, word in enumerate(words):
            for item in self.exact.get(word, ()):
                found.setdefault(item, []).append((at, at + 1))
            for length in range(1, min(len(word), 20) + 1):
                begin = word[:length]
                for item in self.prefix.get(begin, ()):
                    found.setdefault(item, []).append((at, at + 1))
                for phrase, item in self.phrases.get(begin, ()):
                    if _says(words, at, phrase):
                        found.setdefault(item, []).append((at, at + len(phrase)))
        return found


def _says(words: tuple[str, ...], at: int, phrase: tuple[str, ...]) -> bool:
    """Whether the phrase stands at this place."""
    if at + len(phrase) > len(words):
        return False
    return all(
        word.startswith(part[:-1]) if part.endswith("*") else word == part
        for word, part in zip(words[at : at + len(phrase)], phrase, strict=True)
    )


def find(pattern: Pattern, spans: Mapping[str, list[Span]]) -> list[Match]:
    """The places where a pattern matches: for each end the one that begins last."""
    if any(item in spans for item in pattern.without):
        return []
    chains: list[list[tuple[Span, ...]]] = []
    for row in pattern.rows:
        if any(item not in spans for item in row.items):
            return []
        found = _chains(row, spans)
        if not found:
            return []
        chains.append(found)
    first, *others = chains
    rest = [span for other in others for span in other[0]]
    free = [free for row in pattern.rows for free in row.free]
    matches: list[Match] = []
    for chain in first:
        every = (*chain, *rest)
        matches.append(Match(pattern, every, frozenset(span for span, is_free in zip(every, free, strict=True) if is_free)))
    return matches


def _chains(row: Row, spans: Mapping[str, list[Span]]) -> list[tuple[Span, ...]]:
    """The ways in which the items of a row follow one another, one for each place where it ends."""
    ends: dict[int, tuple[Span, ...]] = {end: ((start, end),) for start, end in spans[row.items[0]]}
    for item, gap, barred in zip(row.items[1:], row.gaps[1:], row.barred[1:], strict=True):
        bars = [start for start, _ in spans.get(barred, ())]
        following: dict[int, tuple[Span, ...]] = {}
        for start, end in spans[item]:
            near = [before for before in ends if before <= start <= before + gap]
            if near and not any(max(near) <= bar < start for bar in bars):
                following[end] = (*ends[max(near)], (start, end))
        ends = following
    return list(ends.values())


def negated(match: Match, words: tuple[str, ...]) -> bool:
    """Whether a "not" that the pattern didn't ask for, or "some people say", governs a part of the match."""
    covered = {at for start, end in match.spans for at in range(start, end)}
    for at in range(match.end):
        if _denies(words, at) and at not in covered:
            last = _scope(words, at)
            if any(at < span[0] <= last and span not in match.free for span in match.spans):
                return True
    return supposed(words, match) or doubted(words, match)


def supposed(words: tuple[str, ...], match: Match) -> bool:
    """Whether it is only supposed: "if the momentum had been carried over", "if backward replaced it we would"."""
    if "if" not in words[: match.start + 1]:
        return False
    at = words.index("if")
    to = words.index(",", at) if "," in words[at:] else min(len(words), at + 12)
    if not any(at < start < to for start, _ in match.spans):
        return False
    return any(word in ("had", "were") for word in words[at:to]) or "would" in words[to : to + 5]


def _denies(words: tuple[str, ...], at: int) -> bool:
    """Whether the word here denies what follows: not "not only", but also "rather than" and "instead of"."""
    following = words[at + 1] if at + 1 < len(words) else ""
    if words[at] == "not":
        return following not in ("only", "just", "simply", "merely")
    return words[at] in NEGATORS or (words[at], following) in (("rather", "than"), ("instead", "of"))


def _scope(words: tuple[str, ...], at: int) -> int:
    """The last word that the negator at this place can govern."""
    reach = 2 if words[at] == "without" else _REACH
    for to in range(at + 1, min(at + reach + 1, len(words))):
        if words[to] in _SCOPE_ENDS:
            return to - 1
    return min(at + reach, len(words) - 1)


def doubted(words: tuple[str, ...], match: Match) -> bool:
    """Whether the sentence reports or rejects what was matched (wherever in the sentence it says so)."""
    covered = {at for start, end in match.spans for at in range(start, end)}
    for at, word in enumerate(words):
        for phrase in _DOUBTS.get(word, ()):
            place = range(at, at + len(phrase))
            if words[at : at + len(phrase)] == phrase and not covered.issuperset(place):
                return True
    return False


def _by_first_word(listed_phrases: Iterable[str]) -> dict[str, list[tuple[str, ...]]]:
    """Phrases by the word that they begin with."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in listed_phrases:
        words = tuple(phrase.split())
        found.setdefault(words[0], []).append(words)
    return found


_DOUBTS = _by_first_word(phrases("doubts"))  # what is said to be wrong, or said by others
