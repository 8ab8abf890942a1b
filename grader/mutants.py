"""Faulty programs made from right ones: operators on the syntax tree, each labelled with the mistake that it makes.

They measure the diagnosis on code that it has never seen (`grade confusion`). The operators themselves belong to the course, in
tests/mutants; here is what applies them.
"""

import ast
import importlib
import random
import sys
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.faults import GraderFault

Edit = Callable[[ast.Module], bool]
OPERATORS: list["Operator"] = []


@dataclass(frozen=True)
class Operator:
    """One way of getting a program wrong.

    Attributes:
        id: of the catalogue: the mistake that a right program makes after `edit`.
        name: its own name; several operators may make the same mistake in other ways or with other numbers.
        exercises: the names of those where it is this mistake.
        edit: changes a program in place; False where it found nothing to change, and then the tree is as it was.
    """

    id: str
    name: str
    exercises: frozenset[str]
    edit: Edit


@dataclass(frozen=True)
class Mutant:
    """A program made wrong by one operator or by two. `style` names the right program that it was, `base` is its source."""

    operators: tuple[Operator, ...]
    style: str
    base: str
    source: str

    @property
    def ids(self) -> tuple[str, ...]:
        """The mistakes that it makes."""
        return tuple(operator.id for operator in self.operators)


def operator(id: str, *exercises: str) -> Callable[[Edit], Edit]:
    """Register an edit. Exercises by name, or by number: "03" is exercise_03. With several ids, decorate it twice."""

    def register(edit: Edit) -> Edit:
        names = frozenset(f"exercise_{name}" if name.isdecimal() else name for name in exercises)
        OPERATORS.append(Operator(id, edit.__name__, names, edit))
        return edit

    return register


def load_operators(folder: Path) -> list[Operator]:
    """The operators of all files of a folder, which can import each other by their names while they are loaded."""
    names = sorted(path.stem for path in folder.glob("*.py"))
    aside = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    there = len(OPERATORS)
    sys.path.insert(0, str(folder))
    try:
        importlib.invalidate_caches()
        for name in names:
            importlib.import_module(name)
        return OPERATORS[there:]
    except Exception as error:
        raise GraderFault(f"The operators in {folder} can't be loaded: {type(error).__name__}: {error}") from error
    finally:
        del OPERATORS[there:]
        sys.path.remove(str(folder))
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(aside)


def apply(source: str, *operators: Operator) -> str | None:
    """The program after these edits, one after the other; None where one of them changes nothing."""
    for each in operators:
        tree = ast.parse(source)  # anew for each, so that every node has its place in the source
        before = ast.dump(tree)
        try:
            changed = each.edit(tree)
            if not changed or ast.dump(tree) == before:
                return None
            source = ast.unparse(ast.fix_missing_locations(tree))
        except Exception as error:
            raise GraderFault(f"The operator {each.name} fails: {type(error).__name__}: {error}, on\n{source}") from error
    return source


def read_style(path: Path) -> str:
    """The source of a right program, whatever its encoding."""
    with tokenize.open(path) as file:
        return file.read()


def singles(operators: list[Operator], styles: dict[str, str], number: int) -> Iterator[Mutant]:
    """Each operator on up to `number` styles: on those of its that have been used least, so that all are.

    Args:
        styles: the sources of right programs, by name.
    """
    used: Counter[str] = Counter()
    seen: set[str] = set()
    for each in operators:
        fitting = {name: source for name, base in styles.items() if (source := apply(base, each)) and source not in seen}
        chosen = sorted(fitting, key=lambda name: used[name])[:number]
        used.update(chosen)
        for name in chosen:
            if fitting[name] not in seen:
                seen.add(fitting[name])
                yield Mutant((each,), name, styles[name], fitting[name])


def doubles(operators: list[Operator], styles: dict[str, str], number: int, seed: str) -> Iterator[Mutant]:
    """Up to `number` programs with two mistakes, spread over the operators and styles; the same ones for the same seed."""
    draw = random.Random(seed)
    used: Counter[str] = Counter()
    seen: set[str] = set()
    pairs = [(a, b) for a in operators for b in operators if a.id != b.id]
    for _ in range(number):
        # Those used least come first, in an order drawn anew each time.
        draw.shuffle(pairs)
        for a, b in sorted(pairs, key=lambda pair: used[f"operator {pair[0].name}"] + used[f"operator {pair[1].name}"]):
            names = sorted(styles, key=lambda name: (used[f"style {name}"], draw.random()))
            made = ((name, _double(styles[name], a, b)) for name in names)
            name, source = next(((n, s) for n, s in made if s and s not in seen), ("", ""))
            if source:
                break
        else:
            return
        pairs = [pair for pair in pairs if {pair[0].name, pair[1].name} != {a.name, b.name}]
        used.update((f"operator {a.name}", f"operator {b.name}", f"style {name}"))
        seen.add(source)
        yield Mutant((a, b), name, styles[name], source)


def _double(base: str, a: Operator, b: Operator) -> str | None:
    """A program with both mistakes; None where, in either order, one edit can't be made or leaves nothing of the other."""
    alone = apply(base, a), apply(base, b)
    if None in alone:
        return None
    made, turned = apply(base, a, b), apply(base, b, a)
    return None if made in alone or turned in (None, *alone) else made
