"""A training loop as a walk: which predictions were differentiated, in which epoch, and which steps followed."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from grader.diagnosis.enact import Data, Enacted, Forward, Pass, near
from grader.trace import Step


@dataclass(frozen=True, eq=False)
class Use:
    """A prediction that was differentiated: what a step is made of.

    Attributes:
        last: the pass that did it last.
        times: how often it was differentiated.
        steps: how many steps followed, before the next one.
        fresh: for each of these steps, whether the weights were still those of the prediction.
        first: whether a step was taken since the one before, or it is the run's first.
        scale: what its gradients are multiplied with before the step is taken.
    """

    forward: Forward
    last: Pass
    times: int
    steps: int
    fresh: tuple[bool, ...]
    first: bool
    scale: float = 1.0


class Walk:
    """One case, in uses of the data and epochs of them."""

    def __init__(self, enacted: Enacted) -> None:
        """Nothing is looked at yet."""
        self.enacted = enacted
        self.pairs: dict[tuple[str, str], list[list[tuple[int, float]]]] = {}  # see `histories`
        self.losses_after: dict[int, float] = {}  # of uses, once somebody asks
        # Once it is known: the kind of loss, how it is weighed, whether each step is the sum of what was differentiated for it,
        # and that sum (P,) where `.grad` doesn't say it.
        self.kind, self.weighed, self.whole = "asked", ("", 1.0), False
        self.along: list[Tensor] = []
        self.late = ""  # what is made of gradients inside a step, or by hand behind it, where they should be made ready before

    @cached_property
    def data(self) -> Data:
        """The examples, in the batches that the run goes by: whoever joins those of a step has them joined."""
        data = self.enacted.data
        if data.accumulate > 1:
            seen = {f.rows for f in self.enacted.forwards if f.grad}
            joined = data.joined()
            if seen and seen <= {*joined.batches} and not seen <= {*data.batches}:
                return joined
            parts = [self.parts(rows) for rows in seen]
            if all(1 <= len(part) <= data.accumulate for part in parts) and any(len(part) > 1 for part in parts):
                return joined
        return data

    def parts(self, rows: tuple[int, ...] | None) -> list[int]:
        """The numbers of the batches that these examples are, one after another; none where they are no whole batches."""
        batches = {batch[0]: (number, batch) for number, batch in enumerate(self.enacted.data.batches, 1) if batch}
        found, at = [], 0
        while rows and at < len(rows):
            number, batch = batches.get(rows[at], (0, ()))
            if not batch or rows[at : at + len(batch)] != batch:
                return []
            found.append(number)
            at += len(batch)
        return found

    @property
    def by_hand(self) -> bool:
        """Whether no optimizer of torch's makes the steps."""
        return not any(step.optimizer for step in self.enacted.steps)

    @cached_property
    def steps(self) -> list[Step]:
        """The updates: what an optimizer makes, or else whatever moves the weights after a backward pass."""
        made = [step for step in self.enacted.steps if step.optimizer]
        return made or self._by_hand

    @property
    def _by_hand(self) -> list[Step]:
        """Changes after a backward pass; where one comes to nothing, it isn't seen, and taken for a step of size 0."""
        moved = [step for step in self.enacted.steps if step.passes]
        if not moved or self.data.accumulate > 1 or self._moves_once(moved):
            return moved
        steps = []
        for each, later in zip(self.enacted.passes, (*self.enacted.passes[1:], None), strict=True):
            mine = [step for step in moved if step.passes == each.number + 1]
            if not mine and later is not None and any(each.present):
                row = self._gradient_rows[each.number]
                mine = [Step(later.row, later.row, row, each.value, -1, each.line, each.number + 1, optimizer=False)]
            steps += mine
        return steps

    def _moves_once(self, moved: list[Step]) -> bool:
        """Whether there is one change and never another, though there could be: then no step follows, not even of size 0."""
        after = self.enacted.trace.parameters[moved[-1].after]
        return len(moved) == 1 < len(self.enacted.passes) - 1 and bool(torch.isfinite(after).all())

    @property
    def _gradient_rows(self) -> list[int]:
        return [event.gradients for event in self.enacted.trace.events if event.kind == "backward"]

    @cached_property
    def uses(self) -> list[Use]:
        """Every prediction that was differentiated, in order."""
        found: list[Use] = []
        steps = self.steps
        passes = self.enacted.passes
        runs: list[tuple[tuple[Forward, ...], list[Pass]]] = []
        for each in passes:
            chosen = self._chosen(each)
            if runs and runs[-1][0] == chosen:
                runs[-1][1].append(each)
            else:
                runs.append((chosen, [each]))
        stepped = True
        for forwards, made in runs:
            after = [step for step in steps if made[0].number < step.passes <= made[-1].number + 1]
            begins = stepped
            for number, forward in enumerate(forwards):
                is_last = number == len(forwards) - 1
                mine = after if is_last else []
                fresh = tuple(step.before == made[-1].row for step in mine)
                found.append(Use(forward, made[-1], len(made), len(mine), fresh, begins))
                stepped = bool(mine) if steps else self._ends_group(forward)
        return self._scaled(found)

    def _scaled(self, uses: list[Use]) -> list[Use]:
        """The uses, with what their step makes of their gradients where that is a multiple."""
        plan, trace = self.enacted.reference.plan, self.enacted.trace
        if plan is None or plan.prepare is not None:
            return uses
        found: list[Use] = []
        waiting: list[Use] = []
        for use in uses:
            waiting.append(use)
            if use.steps:
                step = next(s for s in self.steps if s.passes == use.last.number + 1)
                left, given = use.last.left, trace.gradients[step.gradient]
                size = float(left @ left)
                scale = float(given @ left) / size if size > 0 and math.isfinite(size) else 1.0
                good = math.isfinite(scale) and scale != 0 and abs(scale - 1) > 1e-9 and near(given, scale * left, None, 1e-9)
                found += [replace(each, scale=scale) for each in waiting] if good else waiting
                waiting = []
        return found + waiting

    def since_step(self, number: int) -> range:
        """The uses that a step is of which this one is part of, by number."""
        stepped = [n for n, use in enumerate(self.uses) if use.steps]
        first = max((n + 1 for n in stepped if n < number), default=0)
        return range(first, min((n for n in stepped if n >= number), default=len(self.uses) - 1) + 1)

    def _ends_group(self, forward: Forward) -> bool:
        """Whether a step should follow this prediction."""
        data = self.data
        if forward.rows not in data.batches:
            return True
        number = data.batches.index(forward.rows) + 1
        return number % data.accumulate == 0 or number == len(data.batches)

    def _chosen(self, each: Pass) -> tuple[Forward, ...]:
        """The predictions that a pass is of: the last, unless all since the pass before explain its numbers."""
        if len(each.forwards) > 1 and math.isfinite(each.value):
            losses = [self.enacted.of(f)[0] for f in each.forwards]
            if abs(each.value - losses[-1]) > 1e-9 * abs(losses[-1]):
                rows = [f.rows for f in each.forwards]
                if len(set(rows)) == len(rows) and self.data.accumulate > 1:
                    return each.forwards
        return each.forwards[-1:]

    @cached_property
    def moving(self) -> frozenset[int]:
        """The parameters whose gradients come to something; all, where no step is ever taken."""
        trace, slices = self.enacted.trace, self.enacted.reference.slices
        if not self.steps:
            return frozenset(range(len(slices)))
        change = trace.parameters[[s.after for s in self.steps]] != trace.parameters[[s.before for s in self.steps]]
        return frozenset(number for number, where in enumerate(slices) if change[:, where].any())

    @cached_property
    def cleared_inside(self) -> bool:
        """Whether gradients are cleared inside a step, behind the closure's backward pass."""
        inside = False
        since = ""
        for event in self.enacted.trace.events:
            if event.kind in ("step_start", "step_end"):
                if event.kind == "step_end" and since == "zero_grad":
                    return True
                inside, since = event.kind == "step_start", ""
            elif inside and event.kind in ("backward", "zero_grad"):
                since = event.kind if event.kind == "backward" or since else ""
        return False

    @property
    def regrouped(self) -> bool:
        """Whether the batches of a step were made of other examples than asked: what a step is of can't be told then."""
        return self.data.accumulate > 1 and any(label.startswith("rows") for label in self.labels)

    @property
    def stopped(self) -> bool:
        """Whether it ended before its time."""
        return self.enacted.trace.error is not None

    @cached_property
    def early_steps(self) -> int:
        """Steps before any backward pass."""
        return sum(step.passes == 0 for step in self.steps)

    # Epochs

    def label(self, rows: tuple[int, ...] | None) -> str:
        """A batch in words that hold in every case: its number, "all", "validation", or what it holds."""
        if rows is None:
            return "other data"
        seen, data = frozenset(rows), self.data
        for number, batch in enumerate(data.batches, 1):
            if seen == frozenset(batch) and len(rows) == len(batch):
                return str(number)
        if seen == frozenset(range(data.examples)):
            return "all"
        if seen and seen <= frozenset(data.validation):
            return "validation"
        return "rows " + " ".join(map(str, sorted(rows)))

    @cached_property
    def labels(self) -> list[str]:
        """What each use saw."""
        return [self.label(use.forward.rows) for use in self.uses]

    @cached_property
    def epochs(self) -> list[list[int]]:
        """The uses of each epoch, by number: the most even division that repeats itself, as many as asked for if it can be."""
        count, asked = len(self.labels), self.data.epochs
        if not count:
            return []
        options = [asked, asked - 1, asked + 1, *range(1, count + 1)]
        whole = sorted(str(n) for n in range(1, len(self.data.batches) + 1))
        for parts in options:
            if parts >= 1 and count % parts == 0:
                size = count // parts
                chunks = [self.labels[i : i + size] for i in range(0, count, size)]
                same = all(chunk == chunks[0] for chunk in chunks) and not (
                    len(set(chunks[0])) == 1 and size > 1 and parts != asked
                )
                if same or (size > 1 and all(sorted(chunk) == whole for chunk in chunks)):
                    return [list(range(i, i + size)) for i in range(0, count, size)]
        size = len(self.data.batches)
        return [list(range(i, min(i + size, count))) for i in range(0, count, size)]
