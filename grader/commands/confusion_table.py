"""What `grade confusion` prints and writes."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import click

OF_SINGLES = ("named", "one-of", "unknown", "wrong", "passed", "no effect")
OF_DOUBLES = ("both", "one", "unknown", "wrong", "passed", "no effect")
HIDDEN = "one hidden"  # of two mistakes: the program does what it does with the other one alone
GOOD = {"named", "one-of", "both"}
LEAST_NAMED, LEAST_BOTH, LEAST_ONE = 0.95, 0.60, 0.90


@dataclass(frozen=True)
class Graded:
    """What became of one mutant.

    Attributes:
        ids: the mistakes that it makes; `operators` are the names of what made them.
        style: the right program that it was made from.
        outcome: one of those above, or "fault" where the grader itself failed.
        named: the mistakes that the report names; for each its id, with all that it may be instead.
        note: what else is to be said.
    """

    exercise: str
    ids: tuple[str, ...]
    operators: tuple[str, ...]
    style: str
    base: str
    source: str
    outcome: str
    named: tuple[tuple[str, ...], ...]
    note: str
    headline: str

    @property
    def double(self) -> bool:
        """Whether it has two mistakes."""
        return len(self.ids) == 2

    @property
    def line(self) -> str:
        """All of it in one line."""
        operators = " + ".join(f"{name} ({id})" for name, id in zip(self.operators, self.ids, strict=True))
        named = "; ".join(" or ".join(group) for group in self.named) or "nothing"
        said = f": {self.note}" if self.outcome == "fault" else "" if self.outcome == "no effect" else f": named {named}"
        note = f" [{self.note}]" if self.note and self.outcome != "fault" else ""
        return f"{self.exercise}: {self.outcome}: {operators} on {self.style}{said}{note}"


def write_table(graded: list[Graded]) -> list[str]:
    """Print the table, what wasn't named rightly, and what isn't good enough; return the last."""
    for double in (False, True):
        _write_counts([each for each in graded if each.double == double], OF_DOUBLES if double else OF_SINGLES, double)
    for each in sorted(graded, key=lambda each: (each.double, each.outcome, each.exercise)):
        if each.outcome not in GOOD:
            click.echo(each.line)
    found = complaints(graded)
    for complaint in found:
        click.echo(f"Not good enough: {complaint}")
    return found


def _write_counts(graded: list[Graded], outcomes: tuple[str, ...], double: bool) -> None:
    if not graded:
        return
    title = "Two mistakes" if double else "One mistake"
    click.echo(f"{title:<14}" + "".join(f"{name:>11}" for name in ("programs", *outcomes)))
    for exercise in [*sorted({each.exercise for each in graded}), "in all"]:
        counts = Counter(each.outcome for each in graded if exercise in (each.exercise, "in all"))
        click.echo(f"{exercise:<14}" + "".join(f"{n:>11}" for n in (counts.total(), *(counts[name] for name in outcomes))))
    counts = Counter(each.outcome for each in graded)
    counted = counts.total() - counts["no effect"]
    rates = ", ".join(f"{name} {counts[name] / max(counted, 1):.1%}" for name in outcomes[:-1])
    hidden = sum(each.note == "one hidden" for each in graded)
    click.echo(
        f"Of {counted} with an effect: {rates}" + (f"; one mistake hides the other in {hidden}" if hidden else "") + "\n"
    )


def complaints(graded: list[Graded]) -> list[str]:
    """In what the diagnosis isn't good enough."""
    found = []
    for name, why in (("wrong", "named wrongly"), ("passed", "get full marks"), ("fault", "could not be graded")):
        if number := sum(each.outcome == name for each in graded):
            found.append(f"{number} faulty programs {why}" if name != "wrong" else f"{number} programs are {why}")
    for double, good, least, what in (
        (False, {"named", "one-of"}, LEAST_NAMED, "single mistakes named"),
        (True, {"both"}, LEAST_BOTH, "pairs of mistakes both named"),
        (True, {"both", "one"}, LEAST_ONE, "pairs of mistakes of which at least one is named"),
    ):
        counted = [each for each in graded if each.double == double and each.outcome not in ("no effect", "fault")]
        rate = sum(each.outcome in good for each in counted) / max(len(counted), 1)
        if counted and rate < least:
            found.append(f"{what}: {rate:.1%}, {least:.0%} are asked for")
    return found


def write_programs(folder: Path, graded: list[Graded]) -> None:
    """Write each program that wasn't named rightly, with a comment that says what it is."""
    for each in graded:
        if each.outcome in GOOD:
            continue
        name = re.sub(r"\W+", "_", " ".join((each.outcome, *each.operators, each.style)))
        path = folder / each.exercise / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {each.line}\n# {each.headline}\n\n{each.source}\n", "utf-8")


def write_json(path: Path, graded: list[Graded]) -> None:
    """Write everything."""
    programs = [
        {
            "exercise": each.exercise,
            "ids": each.ids,
            "operators": each.operators,
            "style": each.style,
            "outcome": each.outcome,
            "named": each.named,
            "note": each.note,
            "headline": each.headline,
            "source": each.source,
        }
        for each in graded
    ]
    path.write_text(json.dumps({"programs": programs, "complaints": complaints(graded)}, indent=1) + "\n", "utf-8")
