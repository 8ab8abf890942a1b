"""Which exercise a file is for, by what folders and files are called."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# Behind a word's beginning, {names} of the course's own, or "exercise" and a number, whatever they are called.
EXERCISE = r"(?:^|(?<=[^a-z0-9]))(?:{names}(?:exercise|ex)[ _-]?0*(?P<number>\d{{1,3}})(?![0-9]))"
NUMBERED = "exercise_"
# What isn't somebody's name in a file's.
OTHER = re.compile(r"(?:^|(?<=[^a-z0-9]))(?:train|answers|submission|solution|notebook)(?![a-z0-9])", re.IGNORECASE)
EDGES = "_-. "


@dataclass(frozen=True)
class Found:
    """What a name says: `said` where it names an exercise at all, `name` the course's, None where the course has none such."""

    said: str = ""
    name: str | None = None


class Exercises:
    """The names of a course's exercises, and how people write them: exercise_03, ex3, Exercise 3; warm_up, warm-up."""

    def __init__(self, names: Sequence[str]) -> None:
        """`names`: as the course has them."""
        self._names = frozenset(names)
        numbers = [(int(number), name) for name in names if (number := name.rpartition("_")[2]).isdecimal()]
        often = Counter(number for number, _ in numbers)
        self._by_number = {n: name for n, name in numbers if often[n] == 1 or name.startswith(NUMBERED)}
        own = sorted((name for name in names if not re.fullmatch(rf"{NUMBERED}\d+", name)), key=len, reverse=True)
        self._own = {f"own{n}": name for n, name in enumerate(own)}
        written = "".join(f"(?P<{group}>{_written(name)})|" for group, name in self._own.items())
        self._pattern = re.compile(EXERCISE.format(names=written), re.IGNORECASE)

    def find(self, text: str) -> Found:
        """What the name of a folder or a file says; the first exercise that the course has, where there are several."""
        if text in self._names:
            return Found(text, text)
        found = [Found(one.group(), self._meant(one)) for one in self._pattern.finditer(text)]
        return next((one for one in found if one.name), found[0] if found else Found())

    def _meant(self, found: re.Match[str]) -> str | None:
        return self._by_number.get(int(found["number"])) if found["number"] else self._own[str(found.lastgroup)]

    def is_name(self, text: str) -> bool:
        """Whether this names an exercise, and nothing else."""
        return bool(self.find(text).said) and not self.without(text)

    def without(self, text: str) -> str:
        """What a name says beside the exercise."""
        return "" if text in self._names else self._pattern.sub("", text).strip(EDGES)

    def person(self, text: str) -> str:
        """Who a file is named after; empty where after nobody."""
        return OTHER.sub("", self.without(text)).strip(EDGES)

    def of(self, rest: Sequence[str], above: Sequence[str], asked: str | None, top: str) -> tuple[str | None, str]:
        """Which exercise a file is for; or None, and what it says instead.

        The student's own folders say it first, the nearest before others, then the file's name, the folders above, what was
        asked for, and what all of it is called. A helper module's name, ex1_plots.py, says less than its folder's.
        """
        for part in (*reversed(rest[:-1]), *rest[-1:], *reversed(above)):
            found = self.find(part)
            if found.said:
                return found.name, found.said
        return asked or self.find(top).name, ""


def _written(name: str) -> str:
    """A pattern for a name of the course's as people write it: warm_up, warm-up, Warm Up; stable_01, stable1."""
    parts = (rf"0*{int(part)}" if part.isdecimal() else re.escape(part) for part in name.split("_"))
    return "[ _-]?".join(parts) + "(?![a-z0-9])"
