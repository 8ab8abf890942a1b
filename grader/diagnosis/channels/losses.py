"""Which loss is differentiated: its kind, and its weight in what a step is made of."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from grader.diagnosis.channels.clearing import Kept
from grader.diagnosis.channels.gradients import looks
from grader.diagnosis.channels.walk import Use, Walk
from grader.diagnosis.enact import LOSSES, Forward, near

Law = Callable[["At"], float]
Made = tuple[Walk, list[Use], Tensor]  # what a step is of, and the gradient (P,) that it went along


@dataclass(frozen=True)
class At:
    """Where a loss is taken: what its weight may depend on.

    Attributes:
        rows, columns: of the prediction. examples, batches: of the whole set.
        group, group_rows: how many batches and examples the step is asked to be of.
        accumulate: as asked. so_far: examples of the group up to this one. first_group: examples of the first.
        step_rows: how many examples the step that was taken is of.
        loss: the mean, of whatever kind.
    """

    rows: int
    columns: int
    examples: int
    batches: int
    group: int
    group_rows: int
    accumulate: int
    so_far: int
    first_group: int
    step_rows: int
    loss: float

    @property
    def share(self) -> float:
        """Of the examples of its step."""
        return self.rows / self.group_rows


LAWS: dict[str, tuple[Law, Law]] = {
    name: law if isinstance(law, tuple) else (law, law)
    for name, law in {
        "": lambda at: at.rows / at.group_rows,
        "mean of each batch": lambda at: 1.0,
        "sum": lambda at: at.rows * at.columns,
        "mean over the group's size": lambda at: 1 / at.group_rows,
        "as if groups were full": lambda at: at.rows / at.group_rows * at.group / at.accumulate,
        "by the first group's size": lambda at: at.rows / (at.group_rows if at.group == at.accumulate else at.first_group),
        "equal shares": lambda at: 1 / at.group,
        "by accumulate": lambda at: 1 / at.accumulate,
        "divided by its size": lambda at: 1 / (at.rows * at.columns),
        "divided by its size twice over": lambda at: 1 / (at.rows * at.group_rows),
        "sum over the set's size": lambda at: at.rows / at.examples,
        "mean over the set's size": lambda at: 1 / at.examples,
        "root": (lambda at: 0.5 / math.sqrt(at.loss) * at.share, lambda at: at.share / math.sqrt(at.loss)),
        "square": (lambda at: 2 * at.loss * at.share, lambda at: at.loss * at.share),
        "logarithm": (lambda at: at.share / at.loss, lambda at: math.log(at.loss) / at.loss * at.share),
        "by number of batches": lambda at: 1 / at.batches,
        "by running count": lambda at: at.rows / at.so_far,
        "share and accumulate": lambda at: at.rows / at.group_rows / at.accumulate,
        "share and group": lambda at: at.rows / at.group_rows / at.group,
        "by accumulate full groups": lambda at: at.rows / (at.accumulate * at.rows),
        "sum over accumulate": lambda at: at.rows / at.accumulate,
        "size times share": lambda at: at.rows * at.share,
        "root of the sum": (
            lambda at: 0.5 * math.sqrt(at.rows / at.loss) / at.group_rows,
            lambda at: math.sqrt(at.rows * at.loss) / at.group_rows,
        ),
        "share of its own step": lambda at: at.rows / at.step_rows,
    }.items()
}


ALLOWED = 1e-7


class Losses:
    """What is differentiated, over all cases: the first law that explains every pass, with a constant factor."""

    def __init__(self, walks: Sequence[Walk]) -> None:
        """`walks`: of the cases."""
        self.walks = walks
        self.points = [(walk, use, self._at(walk, number)) for walk in walks for number, use in enumerate(walk.uses)]

    @staticmethod
    def _at(walk: Walk, number: int) -> At:
        """What a loss's weight may depend on; the step that it should be part of goes by its place in the epoch."""
        data, sizes = walk.data, [len(use.forward.prediction) for use in walk.uses]
        epoch = next((epoch for epoch in walk.epochs if number in epoch), [number])
        first = epoch.index(number) // data.accumulate * data.accumulate
        group = epoch[first : first + data.accumulate]
        return At(
            rows=sizes[number],
            columns=data.columns,
            examples=data.examples,
            batches=len(data.batches),
            group=len(group),
            group_rows=sum(sizes[i] for i in group),
            accumulate=data.accumulate,
            so_far=sum(sizes[i] for i in group if i <= number),
            first_group=sum(sizes[i] for i in epoch[: data.accumulate]),
            step_rows=sum(sizes[i] for i in walk.since_step(number)),
            loss=math.nan,
        )

    @cached_property
    def reached(self) -> list[tuple[Walk, Use, At]]:
        """Those after which some parameter had a gradient."""
        return [point for point in self.points if any(point[1].last.present)]

    @cached_property
    def whole(self) -> tuple[str, str, float] | None:
        """(kind, law, constant factor) where each step goes along the weighted sum of what was differentiated since the last.

        However that came about: accumulated in `.grad`, added up by hand, divided afterwards. Of steps by hand the factor may
        be another in each case: it is the learning rate's. None where it doesn't.
        """
        if not self.made:
            return None
        firsts = {id(step[0]): step for step in reversed(self.made)}
        for ways in ("none", "constant", "of each case") if self.made[0][0].by_hand else ("none", "constant"):
            for kind in ("asked", *LOSSES):
                for name, (weight, _) in LAWS.items():
                    factors = dict.fromkeys(firsts, 1.0)
                    if ways == "constant":
                        factors = dict.fromkeys(firsts, self._ratio(self.made[0], kind, weight))
                    elif ways == "of each case":
                        factors = {walk: self._ratio(step, kind, weight) for walk, step in firsts.items()}
                    if all(factors.values()) and all(
                        self._goes(*step, kind, weight, factors[id(step[0])]) for step in self.made
                    ):
                        return kind, name, factors[id(self.made[0][0])]
        return None

    def _ratio(self, step: Made, kind: str, weight: Law) -> float:
        """How long a step is beside the sum that it should go along; 0 where that can't be told."""
        along = self._along(*step, kind, weight)
        size = float(along @ along)
        return float(along @ step[2]) / size if size > 0 and math.isfinite(size) else 0.0

    @cached_property
    def made(self) -> list[Made]:
        """For each step what was differentiated since the last, and the gradient (P,) that it went along.

        That of a step by hand isn't seen; where plain gradient descent is asked for, it comes of the change. Empty where one
        isn't known.
        """
        found: list[Made] = []
        for walk in self.walks:
            reference, trace = walk.enacted.reference, walk.enacted.trace
            if reference.plan is None or reference.plan.prepare is not None or walk.early_steps or walk.cleared_inside:
                return []
            if not walk.moving:
                return []
            waiting: list[Use] = []
            for use in walk.uses:
                waiting.append(use)
                if use.steps > 1 or not all(use.fresh):
                    return []
                if use.steps:
                    step = next(s for s in walk.steps if s.passes == use.last.number + 1)
                    given = trace.gradients[step.gradient]
                    if walk.by_hand:
                        rate = plain_rate(walk)
                        if rate is None:
                            return []
                        given = (trace.parameters[step.before] - trace.parameters[step.after]) / rate
                    found.append((walk, waiting, given))
                    waiting = []
        return found

    def _along(self, walk: Walk, uses: Sequence[Use], target: Tensor, kind: str, weight: Law) -> Tensor:
        total = torch.zeros_like(target)
        for use in uses:
            loss, gradient = walk.enacted.of(use.forward, kind)
            total += gradient * (weighed(weight, self._points[id(use)], loss) * use.times)
        return total

    def _goes(self, walk: Walk, uses: Sequence[Use], target: Tensor, kind: str, weight: Law, factor: float) -> bool:
        along = self._along(walk, uses, target, kind, weight) * factor
        slices = walk.enacted.reference.slices
        moving = torch.cat([torch.arange(s.start, s.stop) for n, s in enumerate(slices) if n in walk.moving])
        return bool(torch.isfinite(along).all()) and near(along[moving], target[moving], None, 1e-6)

    def tell_directions(self, kind: str, name: str, factor: float) -> None:
        """Leave with each walk what its steps go along, where that isn't seen in `.grad`."""
        for walk in self.walks:
            walk.along = [self._along(*step, kind, LAWS[name][0]) * factor for step in self.made if step[0] is walk]

    @cached_property
    def _points(self) -> dict[int, At]:
        return {id(use): at for _, use, at in self.points}

    @cached_property
    def law(self) -> tuple[str, str, float] | None:
        """(kind of loss, law, constant factor) of each backward pass; None where nothing explains them all."""
        if not self.reached:
            return None
        for constant in (False, True):
            for kind in ("asked", *LOSSES):
                for name, (weight, _) in LAWS.items():
                    factor = self._factor(kind, weight) if constant else 1.0
                    if factor and self._explains(kind, weight, factor):
                        return kind, name, factor
        return None

    def _factor(self, kind: str, weight: Law) -> float:
        """The constant that the first pass asks for, where nothing was there before."""
        for walk, use, at in self.reached:
            loss, f = walk.enacted.of(use.forward, kind)
            f = f * (weighed(weight, at, loss) / use.scale)
            size = float(f @ f)
            if size > 0 and math.isfinite(size):
                return float(use.last.left @ f) / size / use.times
        return 0.0

    def _explains(self, kind: str, weight: Law, factor: float) -> bool:
        return all(self.kept(walk, use, at, kind, weight, factor) is not None for walk, use, at in self.reached)

    @property
    def all_kept(self) -> list[Kept] | None:
        """For each use that left a gradient, what each parameter kept of before; None where one can't be explained."""
        assert self.law is not None
        kind, name, factor = self.law
        found = []
        for walk in self.walks:
            points = {id(use): at for other, use, at in self.points if other is walk}
            for number, use in enumerate(walk.uses):
                if any(use.last.present):
                    kept = self.kept(walk, use, points[id(use)], kind, LAWS[name][0], factor)
                    if kept is None:
                        return None
                    found.append((walk, number, use, kept))
        return found

    def kept(self, walk: Walk, use: Use, at: At, kind: str, weight: Law, factor: float) -> tuple[str, ...] | None:
        """For each parameter, whether a pass added to what was there: "kept", "cleared", or "" where that can't be told.

        None where the numbers are of neither. Predictions that are differentiated together are looked at with the last.
        """
        loss, own = walk.enacted.of(use.forward, kind)
        own = own * (weighed(weight, at, loss) * factor / use.scale)
        if len(use.last.forwards) > 1 and walk._chosen(use.last) == use.last.forwards:
            others = [f for f in use.last.forwards if f is not use.forward]
            if use.forward is not use.last.forwards[-1]:
                return tuple("" for _ in use.last.present)
            points = {id(u.forward): a for w, u, a in self.points if w is walk}
            for f in others:
                loss, gradient = walk.enacted.of(f, kind)
                own = own + gradient * (weighed(weight, points[id(f)], loss) * factor / use.scale)
        found = []
        reference = walk.enacted.reference
        scale = float(own.abs().max()) if own.numel() else 0.0
        if not math.isfinite(scale):
            return None
        before = use.last.found
        shortened = dict(looks(reference, before)).get("clipped")  # it may have been since it was seen
        for where, there in zip(reference.slices, use.last.present, strict=True):
            left, new, old = use.last.left[where], own[where], before[where]
            if not there:
                if new.abs().max() > 1e-9 * scale if new.numel() else False:
                    found.append("absent")
                else:
                    found.append("")
                continue
            size = max(1e-3 * scale, float(left.abs().max()) if left.numel() else 0.0)
            options = [("cleared", new), ("kept", new + old)]
            if use.times > 1:
                # The pass before it was of the same prediction: only what it found then is older.
                options = [("cleared", new * use.times), ("kept", new + old), ("cleared between", new)]
            elif shortened is not None and old.any():
                options.append(("kept", new + shortened[where]))
            fits = list(dict.fromkeys(name for name, value in options if near(left, value, size, ALLOWED)))
            if not fits:
                return None
            found.append(fits[0] if len(fits) == 1 else "" if use.times == 1 else fits[0])
        return tuple(found)


def plain_rate(walk: Walk) -> float | None:
    """The learning rate of plain gradient descent, where that is what is asked for."""
    reference = walk.enacted.reference
    assert reference.plan is not None
    optimizer = reference.optimizer()
    is_plain = isinstance(optimizer, torch.optim.SGD) and not optimizer.defaults["momentum"]
    return float(optimizer.defaults["lr"]) if is_plain and reference.plan.rates is None else None


def weighed(law: Law, at: At, loss: float) -> float:
    """What a law says of a loss of this size; NaN where it says nothing."""
    try:
        return law(replace(at, loss=loss))
    except (ValueError, ZeroDivisionError):
        return math.nan


def own_loss(walk: Walk, forward: Forward) -> float:
    """The loss of a prediction as this run reckons losses, where it stands alone."""
    n, loss = len(forward.prediction), walk.enacted.of(forward, walk.kind)[0]
    at = At(n, walk.data.columns, walk.data.examples, len(walk.data.batches), 1, n, 1, n, n, n, loss)
    return loss * weighed(LAWS[walk.weighed[0]][1], at, loss) * walk.weighed[1]
