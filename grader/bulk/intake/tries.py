"""The files of one student for one exercise as the tries that they are."""

import re
from collections.abc import Callable, Sequence
from functools import partial

from grader.bulk.intake.layouts import Placed
from grader.submission import ANSWERS, MAIN

Group = list[Placed]
NOTEBOOK_MAIN = "train.ipynb"


def tries(files: Sequence[Placed], exercise: str) -> tuple[list[Group], Group]:
    """The tries, the earliest first; and what is in none, because it lies in another folder than the program.

    Files of one folder are one try; on Canvas, where there are no folders, until a file's name comes again. Answers without a
    program belong to the last program without answers.
    """
    folders: dict[tuple[object, ...], Group] = {}
    for one in files:
        number = 0 if one.layout == "Canvas" else one.number
        folders.setdefault((one.above, number, one.rest[:-1]), []).append(one)
    groups = [part for group in folders.values() for part in (_by_repetition(group) if _flat(group) else [group])]
    groups.sort(key=_order)
    # A folder with train.py is the program's; beside it, one with other modules is no try of its own.
    rank = partial(_rank, exercise)
    best = max(map(rank, groups))
    beside = [one for group in groups if rank(group) < best and not any(map(is_answers, group)) for one in group]
    kept = [group for group in groups if rank(group) == best or any(map(is_answers, group))]
    return _with_answers(kept), beside


def is_answers(one: Placed) -> bool:
    """Whether it is the file of answers, whatever a platform has put before its name."""
    return one.rest[-1].lower().endswith(ANSWERS)


def main_of(programs: Sequence[Placed], exercise: str) -> Placed | None:
    """Which one is the program: by its name, or as the only one, the only notebook, the only one named after the exercise."""
    tests: tuple[Callable[[str], object], ...] = (
        lambda name: name == MAIN,
        lambda name: name.casefold() == MAIN,
        lambda name: name.casefold() == NOTEBOOK_MAIN,
        lambda _name: True,
        lambda name: name.lower().endswith(".ipynb"),
        partial(_is_named, exercise),
    )
    choices = ([one for one in programs if test(one.rest[-1])] for test in tests)
    return next((choice[0] for choice in choices if len(choice) == 1), None)


def _is_named(exercise: str, name: str) -> bool:
    return name.lower().replace("-", "_").startswith(("exercise", "ex", "train", exercise.lower()))


def _rank(exercise: str, group: Group) -> int:
    """How surely it has the program: 4 by train.py, 3 by train.ipynb, 2 by a notebook or a name, 1 by any .py, 0 not at all."""
    names = [one.rest[-1].casefold() for one in group if not is_answers(one)]
    if MAIN in names or NOTEBOOK_MAIN in names:
        return 4 if MAIN in names else 3
    return 2 if any(name.endswith(".ipynb") or _is_named(exercise, name) for name in names) else min(1, len(names))


def _flat(group: Group) -> bool:
    return group[0].layout == "Canvas" and len(group[0].rest) == 1


def _by_repetition(group: Group) -> list[Group]:
    found: list[Group] = [[]]
    names: set[str] = set()
    for one in sorted(group, key=lambda one: one.number):
        name = one.rest[-1].casefold()
        if name in names:
            found.append([])
            names.clear()
        names.add(name)
        found[-1].append(one)
    return found


def _order(group: Group) -> tuple[object, ...]:
    """By the time, else by the platform's number, else by the folder's name, where 10 is behind 9; the outermost comes last."""
    folder = "/".join((*group[0].above, *group[0].rest[:-1]))
    natural = [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", folder)]
    return max(one.when or "" for one in group), max(one.number for one in group), -len(group[0].rest), natural


def _with_answers(groups: list[Group]) -> list[Group]:
    """With answers that lie alone put to the program that they go with."""
    alone = [group for group in groups if all(map(is_answers, group))]
    rest = [group for group in groups if not all(map(is_answers, group))]
    for answers in reversed(alone):
        wanting = [n for n, group in enumerate(rest) if not any(map(is_answers, group))]
        if not wanting:
            return sorted([*rest, *alone], key=_order)
        rest[wanting[-1]] = [*rest[wanting[-1]], *answers]
        alone.remove(answers)
    return rest
