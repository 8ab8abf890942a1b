"""Which simulated trainings have the losses that were returned."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from descent_exercise_07_channels.case import Case
from descent_exercise_07_channels.playing import Playing
from descent_exercise_07_channels.slips import (
    FAMILIES,
    LOOPS,
    LOSSES,
    NONE,
    RARE_RULES,
    RATE,
    RIGHT,
    USUAL_RULES,
    Options,
    Slips,
    Trial,
    both,
)
from torch import Tensor


@dataclass
class Ended:
    """A simulated training that has the losses returned: what it was, its learning rate, and where it left everything.

    By `off`, relatively, one of its losses is another at most: rounding, or something too small to be seen elsewhere.
    """

    run: str
    trial: Trial
    rate: float
    off: float
    p: Tensor
    g: Tensor
    state: tuple[Tensor, ...]


Found = dict[Slips, list[list[Ended]]]  # by their slips: on each case, the trainings that have the losses returned


def play(case: Case, run: str, trials: Sequence[Trial]) -> Iterator[Ended]:
    """Simulate these, and give those that have the losses returned."""
    for _, some in itertools.groupby(sorted(trials, key=lambda t: t["family"]), lambda t: t["family"]):
        played = Playing(case, run, list(some))
        for row, trial in enumerate(played.trials):
            lr, off, p, g, *state = (played.of[name][row] for name in ("lr", "off", "p", "g", "m", "v", "t"))
            yield Ended(run, trial, float(lr), float(off), p, g, tuple(state))


def begun(case: Case, run: str) -> Iterator[tuple[Slips, Trial]]:
    """What the first loss can come from: a start, some data, a loss, and what is noted; with the slips that these are."""
    kinds: dict[Slips, Trial] = {NONE: {}, **{frozenset({slip}): how for slip, how in LOSSES.items()}}
    whole = range(len(case.made) + 1, case.begins)  # such weights aren't tried with other data
    places = [(s, d) for s in range(len(case.starts)) for d in range(1 if s in whole else len(case.data))]
    rows = torch.stack([case.starts[s][1] for s, _ in places])
    data = [torch.stack([case.data[d][which] for _, d in places]) for which in (1, 2)]
    values = [case.at(rows, *data, torch.full((len(rows),), kind)) for kind in range(4)]
    for slips, how in kinds.items():
        found = values[int(how.get("noted", 0))] * case.number(how.get("noted by", 1.0))
        for number in case.same(found, case.losses[run][0]).nonzero()[:, 0].tolist():
            s, d = places[number]
            yield slips | case.starts[s][0] | case.data[d][0], {**how, "start": s, "data": d}
    for s in (*range(min(2, len(case.made))), *range(case.begins, len(case.starts))):
        yield case.starts[s][0] | {("noted", "after the step")}, {"after": 1.0, "start": s}


def search(cases: Sequence[Case], run: str, more: Options = (), most: int = 2) -> Found:
    """The fewest slips with which a run has the losses returned; `more` can be what another run left behind."""
    usual = [*LOOPS, *USUAL_RULES[run], *RATE, *more]
    pairs = itertools.combinations(usual, 2)
    options: dict[int, list[tuple[Slips, Trial]]] = {
        0: [(NONE, {})],
        1: [(frozenset({slip}), how) for slip, how in (*usual, *RARE_RULES[run])],
        2: [(frozenset({a, b}), both(one, other)) for (a, one), (b, other) in pairs if a[0] != b[0]],
    }
    new = cases[0].begins if more else 0
    begins = [list(begun(case, run)) for case in cases]
    for number in range(most + 1):
        found: Found = {}
        for at, case in enumerate(cases):
            trials: list[Trial] = []
            for slips, how in begins[at]:
                there = {about for about, _ in slips}
                own = {**RIGHT, "family": FAMILIES[run], "lr": case.rates[run], **how}
                for extra, change in options.get(number - len(slips), []):
                    key = slips | extra
                    taken = how["start"] >= new or "carries" in change or "remembers" in change
                    if taken and there.isdisjoint(about for about, _ in extra) and (at == 0 or key in found):
                        trials.append({**both(own, change), "slips": key})
            here: Found = {}
            for ended in play(case, run, trials):
                here.setdefault(ended.trial["slips"], [[]])[0].append(ended)
            found = {key: [*found.get(key, []), *some] for key, some in here.items() if at == 0 or key in found}
            if not found:
                break
        if found:
            return found
    return {}


def left_behind(cases: Sequence[Case], run: str, first: Sequence[Sequence[Ended]]) -> Options:
    """What a run can take over from one that came before it: weights, gradients, the optimizer; added to the cases."""
    at = len(cases[0].carried)
    for case, ended in zip(cases, first, strict=True):
        one = ended[0]
        start = case.starts[one.trial["start"]][1]
        some = [case.masks[name] for name in ("weights", "biases", "first", "last")]
        case.starts.append((frozenset({("start", "trained")}), one.p))
        case.starts += [(frozenset({("start", "other")}), torch.where(mask == 1, one.p, start)) for mask in some]
        if run == "sgd":
            case.starts.append((frozenset({("steps", "stale")}), start - case.rates[run] * one.g))
        case.carried.append(one.g)
        case.remembered.append(one.state)
    kept = [(slip, {**how, "carries": at}) for slip, how in LOOPS if slip[0] == "clearing" or slip == ("steps", "stale")]
    old = {"family": FAMILIES["sgd" if run == "adam" else "adam"], "remembers": at}
    return [*kept, (("rule", "the other"), old), (("rule", "the other"), {**old, "lr": "the other's"})]
