"""What a resumed run begins with, and with which memory it steps: each read by itself, from the learner's own start."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from descent_exercise_11_channels.checkpoint import Checkpoint, checkpoint
from descent_exercise_11_channels.memory import Hypothesis, Walk, fitting
from torch import Tensor

from grader.checks.run import JudgedCase
from grader.diagnosis.channels.values import UNCLEAR

Found = Iterator[tuple[str, tuple[str, ...]]]
THROUGH = {"float32": torch.float32, "half": torch.float16, "bfloat16": torch.bfloat16}


def resumed(cases: Sequence[JudgedCase]) -> Found:
    """All channels of this part, in the cases that got so far."""
    told = [case for case in cases if case.trace.error is None and isinstance(case.trace.returned, dict)]
    for key in ("refused", "saved", "neither"):
        said = sorted({str(case.trace.returned[key])[:80] for case in told if key in case.trace.returned})
        if said:
            yield "kept", tuple(f"{key}: {what}" for what in said)
    runs = [Resumed(case) for case in told if "resumed" in case.trace.returned]
    if any(run.broken for run in runs):
        yield "record", (UNCLEAR,)
        return
    disturbed = sorted({run.disturbed for run in runs if run.disturbed})
    if disturbed:
        yield "the run itself", (" and ".join(disturbed), *([] if "other" in disturbed else ["rounded"]))
    runs = [run for run in runs if not run.disturbed]
    yield from _begins(runs)
    still = sorted({name for run in runs for name in run.still})
    if still:
        whole = all(run.still in (run.moving, ()) for run in runs)
        yield "still", ("all" if whole else " ".join(still), "some")
    yield from _memory([run.walk for run in runs if not run.still and run.same_dtype])


def _begins(runs: Sequence["Resumed"]) -> Found:
    """Weights and buffers that aren't the saved ones, and digits that were lost.

    Where nothing of a model was loaded, nothing more general is said: it would hold of the one as of the other.
    """
    weights, buffers = (_which([run.others[kind] for run in runs]) for kind in (0, 1))
    unloaded = weights == buffers == "all"
    if weights:
        yield "weights", (weights, *([] if unloaded else ["other"]))
    if buffers:
        fresh = "fresh" if all(run.fresh for run in runs) else "other"
        yield "buffers", (f"{buffers}, {fresh}", *([] if unloaded or fresh == "other" else ["new"]))
    digits = sorted({run.digits for run in runs} - {""})
    if digits:
        yield "digits", (" and ".join(digits), *([] if UNCLEAR in digits else ["rounded"]))


def _which(others: Sequence[tuple[str, ...] | None]) -> str:
    """The parts that are other ones than were saved: "all" where all are, in each case that has any."""
    if all(which is None for which in others):
        return "all" if others else ""
    return " ".join(sorted({name for which in others if which is not None for name in which}))


def _memory(walks: Sequence[Walk]) -> Found:
    """State and settings. Of an optimizer that was told nothing, no setting says more than that it is this one."""
    fits = fitting(walks) if walks else []
    if walks and not fits:
        yield "memory", (UNCLEAR,)
        return
    if not fits or any(h.odd == 0 for h in fits):
        return
    nothing = any(_state(h) == "all" for h in fits)
    channels = {
        "state": [_state(h) for h in fits],
        "digits of the state": ["" if h.digits == "full" else h.digits for h in fits],
        "rates": ["" if h.rate == "saved" else h.rate for h in fits],
        "decays": ["" if h.decay == "saved" else h.decay for h in fits],
    }
    if any("" in names and any(names) for names in channels.values()):
        yield "memory", (UNCLEAR,)  # one thing or another: which isn't to be seen in these cases
        return
    general = {"state": "" if nothing else "lost", "digits of the state": "rounded"}
    if not nothing and not ("fresh" in channels["rates"] and "fresh" in channels["decays"]):
        general |= {"rates": "other", "decays": "other"}
    for name, names in channels.items():
        if any(names):
            yield name, tuple(filter(None, (*dict.fromkeys(names), general.get(name, ""))))


def _state(h: Hypothesis) -> str:
    if h.lost == h.velocity == "saved":
        return ""
    parts = [*([h.lost] if h.lost != "saved" else []), *(["velocity"] if h.velocity != "saved" else [])]
    what = "all" if (h.lost, h.velocity) == ("all", "lost") else " and ".join(parts)
    return what if h.where == "everywhere" else f"{what} {h.where}"


class Resumed:
    """One case: the resumed run beside the checkpoint."""

    def __init__(self, case: JudgedCase) -> None:
        """What was returned may be anything."""
        self.case = case
        self.saved: Checkpoint = checkpoint(case.reference)
        returned = case.trace.returned
        self.rows, self.buffers = (_rows(returned["resumed"], kind) for kind in ("parameters", "buffers"))
        self.uninterrupted = _rows(returned.get("uninterrupted"), "parameters")

    @property
    def broken(self) -> bool:
        """Whether the record isn't what `drive` writes."""
        right = self.saved.right
        return (
            [row.shape for row in self.rows] != [row.shape for row in right["parameters"]]
            or [row.shape for row in self.uninterrupted] != [row.shape for row in right["parameters"]]
            or [row.shape for row in self.buffers] != [row.shape for row in right["buffers"]]
        )

    @property
    def disturbed(self) -> str:
        """What saving did to the run that was saved; empty where that goes on as it should."""
        mine, right = self.uninterrupted, self.saved.right["parameters"]
        if mine[0].dtype != right[0].dtype:
            return str(mine[0].dtype).removeprefix("torch.")
        if all(_same(a, b) for a, b in zip(mine, right, strict=True)):
            return ""
        return "rounded" if _near(mine[0], right[0]) else "other"

    @property
    def same_dtype(self) -> bool:
        """Whether it is of the dtype that was saved."""
        return self.rows[0].dtype == self.saved.parameters.dtype

    @property
    def others(self) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
        """The names of parameters, and of buffers, that are others than were saved, whatever their digits; None for all."""
        found: list[tuple[str, ...] | None] = []
        for kind, mine, saved in ((0, self.rows[0], self.saved.parameters), (1, self.buffers[0], self.saved.buffers)):
            pairs = zip(
                self.saved.names[kind], _parts(mine, self.saved.sizes[kind]), _parts(saved, self.saved.sizes[kind]), strict=True
            )
            names = tuple(name for name, a, b in pairs if not _near(a, b))
            found.append(None if len(names) == len(self.saved.names[kind]) else names)
        return found[0], found[1]

    @property
    def fresh(self) -> bool:
        """Whether those buffers that are others are a new model's."""
        sizes = self.saved.sizes[1]
        kinds = (self.buffers[0], self.saved.buffers, self.saved.fresh_buffers)
        parts = zip(*(_parts(each, sizes) for each in kinds), strict=True)
        return all(_near(mine, saved) or _near(mine, fresh) for mine, saved, fresh in parts)

    @property
    def digits(self) -> str:
        """In which dtype the weights and buffers that were loaded have been; empty where they are equal to the last bit."""
        if not self.same_dtype:
            return f"in {self.rows[0].dtype}".replace("torch.", "")
        pairs: list[tuple[Tensor, Tensor]] = []
        for kind, mine, saved in ((0, self.rows[0], self.saved.parameters), (1, self.buffers[0], self.saved.buffers)):
            both = zip(_parts(mine, self.saved.sizes[kind]), _parts(saved, self.saved.sizes[kind]), strict=True)
            pairs += [(a, b) for a, b in both if _near(a, b) and not torch.equal(a, b)]
        if not pairs:
            return ""
        for name, dtype in THROUGH.items():
            if all(torch.equal(a, b.to(dtype).to(b.dtype)) for a, b in pairs):
                return f"through {name}"
        return UNCLEAR

    @property
    def moving(self) -> tuple[str, ...]:
        """The names of all parameters that should move."""
        return tuple(name for name, p in self.saved.model.named_parameters() if p.requires_grad)

    @property
    def still(self) -> tuple[str, ...]:
        """Those that never do."""
        columns = zip(*(_parts(row, self.saved.sizes[0]) for row in self.rows), strict=True)
        still = {
            n for n, rows in zip(self.saved.names[0], columns, strict=True) if all(torch.equal(rows[0], row) for row in rows)
        }
        return tuple(name for name in self.moving if name in still)

    @property
    def walk(self) -> Walk:
        """Its steps, with their gradients."""
        model, given = self.saved.model, self.case.reference.arguments
        model.train()
        gradients = []
        params = list(model.parameters())
        for row, (X, y) in zip(self.rows, given["rest"], strict=False):
            with torch.no_grad():
                for p, part in zip(params, _parts(row, self.saved.sizes[0]), strict=True):
                    p.copy_(part.view_as(p))
            found = torch.autograd.grad(((model(X) - y) ** 2).mean(), [p for p in params if p.requires_grad])
            gradients.append(torch.cat([g.reshape(-1) for g in found]).to(torch.float64))
        rows = torch.stack([row[self.saved.trains].to(torch.float64) for row in self.rows])
        return Walk(self.saved, rows, torch.stack(gradients), self.rows[0].dtype != torch.float64)


def _rows(record: Any, kind: str) -> list[Tensor]:
    rows = record.get(kind) if isinstance(record, dict) else None
    return rows if isinstance(rows, list) and rows and all(isinstance(row, Tensor) for row in rows) else []


def _parts(row: Tensor, sizes: Sequence[int]) -> tuple[Tensor, ...]:
    return row.split(list(sizes))


def _same(a: Tensor, b: Tensor) -> bool:
    close = (1e-9, 1e-12) if b.dtype == torch.float64 else (1e-5, 1e-6)
    return a.dtype == b.dtype and torch.allclose(a, b, rtol=close[0], atol=close[1])


def _near(a: Tensor, b: Tensor) -> bool:
    """Whether these are the same numbers, but for their digits."""
    a, b = a.to(torch.float64), b.to(torch.float64)
    return bool(((a - b).abs() <= 1e-2 * b.abs() + 1e-6).all())
