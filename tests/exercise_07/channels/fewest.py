"""The fewest slips that explain both runs together."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from descent_exercise_07_channels.case import Case
from descent_exercise_07_channels.search import Ended, Found, left_behind, search
from descent_exercise_07_channels.slips import ALIKE, RUNS, SPECIFIC, UNCLEAR, Slip, Slips


@dataclass(frozen=True)
class Explained:
    """What two runs come from.

    Attributes:
        slips: each with the runs that have it.
        trainings: for each run that is explained, on each case, the simulated trainings that have its losses.
    """

    cases: Sequence[Case] = ()
    slips: dict[Slip, tuple[str, ...]] = field(default_factory=dict)
    trainings: dict[str, list[list[Ended]]] = field(default_factory=dict)


def united(found: dict[str, Slips], starts: Sequence[dict[str, set[int]]]) -> dict[Slip, tuple[str, ...]]:
    """The slips of both runs, each with the runs that have it; what can differ between the runs is told apart."""
    slips: dict[Slip, tuple[str, ...]] = {}
    for run, some in found.items():
        for about, what in some:
            slip = (f"{run} {about}" if about in SPECIFIC else about, what)
            slips[slip] = (*slips.get(slip, ()), run)
    if len(found) == 2 and any(min(map(len, one.values())) and not one["adam"] & one["sgd"] for one in starts):
        slips["start", "other"] = ("sgd",)
    return slips


def fewest(found: dict[str, Found], cases: Sequence[Case]) -> tuple[list[dict[str, Slips]], dict[Slip, tuple[str, ...]]]:
    """What each run may have wrong, where that is the fewest slips together, and the slips that are sure then.

    What both runs have is likelier than what one has; where several explain as much, what they don't share is unclear.
    """
    options = []
    for keys in itertools.product(*found.values()):
        chosen = dict(zip(found, keys, strict=True))
        starts = [
            {
                run: {e.trial["start"] for e in found[run][key][at] if e.trial["start"] < len(case.made)}
                for run, key in chosen.items()
            }
            for at, case in enumerate(cases)
        ]
        slips = united(chosen, starts)
        alone = sum(len(runs) == 1 and slip[0] in ALIKE for slip, runs in slips.items())
        options.append(((len(slips), alone, sum(what == "" for _, what in slips)), chosen, slips))
    best = [option for option in options if option[0] == min(rank for rank, _, _ in options)]
    sure = {slip: runs for slip, runs in best[0][2].items() if all(slip in slips for _, _, slips in best)}
    if len(sure) < len(best[0][2]):
        sure["losses", UNCLEAR] = RUNS
    return [chosen for _, chosen, _ in best], sure


def explained(cases: Sequence[Case], most: int = 2) -> Explained:
    """What each run may have wrong, and the fewest slips that explain both; a run that nothing explains is missing."""
    found = {run: some for run in RUNS if (some := search(cases, run, most=most))}
    if len(found) == 1:
        (run,), (other,) = found, set(RUNS) - set(found)
        more = [option for key in fewest(found, cases)[0][:3] for option in left_behind(cases, other, found[run][key[run]])]
        some = search(cases, other, more, most)
        found = {name: of for name, of in (*found.items(), (other, some)) if of}
    if not found:
        return Explained(cases)
    chosen, slips = fewest(found, cases)
    return Explained(cases, slips, {run: found[run][key] for run, key in chosen[0].items()})
