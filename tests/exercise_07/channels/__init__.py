"""What losses come from that aren't those of a fair comparison: the fewest slips with which they come about.

What the losses of a run that isn't as asked come from: simulated trainings with a slip or two, and which of them have the very
losses that were returned. All that are worth trying are simulated together, a row of parameters each, and those whose next
loss is another are left out: few get beyond the second epoch.
"""

from collections.abc import Iterator, Sequence

from descent_exercise_07_channels.case import Case
from descent_exercise_07_channels.fewest import Explained, explained
from descent_exercise_07_channels.names import named
from descent_exercise_07_channels.slips import RUNS, UNCLEAR, Slip

from grader.checks.run import JudgedCase

MOST_SLIPS = 3
FEWER = ("examples", "fewer")


def channels(cases: Sequence[JudgedCase]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What isn't as asked in what was returned, as (channel, the values that hold): the slips that have these very losses."""
    usable = [case for case in cases if case.tolerance.relative < 1e-4 and is_told(case)]
    if not usable:
        return
    kinds = {type(loss).__name__ for case in usable for run in RUNS for loss in case.trace.returned["result"][run]} - {"float"}
    if kinds:
        yield "kind", (" and ".join(sorted(kinds)),)
    missing = {len(case.trace.returned["result"][run]) - case.reference.arguments["epochs"] for case in usable for run in RUNS}
    if missing != {0}:
        yield "epochs", (str(missing.pop()) if len(missing) == 1 else "other",)
    if any(case.trace.returned["dtypes"] != [str(case.reference.arguments["X"].dtype)] for case in usable):
        yield "dtype", ("of the model",)
    slips, of = told(usable)
    if all(few(case) for case in usable):
        slips[FEWER] = RUNS
    yield from named(Explained(of.cases, slips, of.trainings))


def told(cases: Sequence[JudgedCase]) -> tuple[dict[Slip, tuple[str, ...]], Explained]:
    """The slips that both runs come from, or as many of them as are sure."""

    def ready(names: Sequence[str]) -> list[Case]:
        return sorted((Case(case, names) for case in cases), key=lambda case: case.made[0].numel())

    of = explained(ready(RUNS))
    slips = of.slips
    if len(of.trainings) < 2 or len(slips) > 2:
        swapped = explained(ready(RUNS[::-1]), 1)
        if len(swapped.trainings) == 2 and (len(of.trainings) < 2 or len(swapped.slips) + 1 < len(slips)):
            of, slips = swapped, {**swapped.slips, ("names", "swapped"): RUNS}
    if len(of.trainings) < 2 or len(slips) > MOST_SLIPS:
        slips = {**(slips if len(slips) <= MOST_SLIPS else {}), ("losses", UNCLEAR): RUNS}
    return slips, of


def few(case: JudgedCase) -> bool:
    """Whether no model was ever given all examples, nor parts of several sizes, which together may be all."""
    sizes = case.trace.returned["rows"]
    return len(sizes) == 1 and 1 < sizes[0] < len(case.reference.arguments["X"])


def is_told(case: JudgedCase) -> bool:
    """Whether there are two lists of numbers, and weights that a model had."""
    told = case.trace.returned
    try:
        numbers = [float(loss) for run in RUNS for loss in told["result"][run]]
        return bool(numbers) and min(len(told["result"][run]) for run in RUNS) > 0 and len(told["weights"]) > 0
    except (KeyError, TypeError, ValueError, IndexError, RuntimeError):
        return False
