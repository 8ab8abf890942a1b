"""Simulated trainings, side by side."""

from collections.abc import Sequence

import torch
from descent_exercise_07_channels.case import Case
from descent_exercise_07_channels.slips import MASKS, NUMBERS, Trial
from torch import Tensor

GRID, ROUNDS = 36, 12  # to find an unknown learning rate


class Playing:
    """Simulated trainings with one family's rule on one case, side by side; those with other losses drop out."""

    def __init__(self, case: Case, run: str, trials: Sequence[Trial]) -> None:
        """All are played to the end."""
        self.case, self.family, self.trials, self.losses = case, trials[0]["family"], list(trials), case.losses[run]
        dtype = case.X.dtype
        self.of = {name: torch.tensor([case.number(t[name], run) for t in trials], dtype=dtype)[:, None] for name in NUMBERS}
        self.of |= {name: torch.stack([case.masks[t[name]] for t in trials]) for name in MASKS}
        self.of["p"] = torch.stack([case.starts[t["start"]][1] for t in trials])
        self.of["weights"] = torch.stack([case.data[t["data"]][1] for t in trials])
        self.of["targets"] = torch.stack([case.data[t["data"]][2] for t in trials])
        self.of["g"] = torch.stack([case.carried[t["carries"]] for t in trials])
        self.of["off"] = torch.zeros(len(trials), 1, dtype=dtype)  # by how much, relatively, a loss is another at most
        for name, *kept in zip("mvt", *case.remembered, strict=True):
            self.of[name] = torch.stack([kept[t["remembers"]] for t in trials])
        for k in range(len(self.losses)):
            if self.trials:
                self._epoch(k)

    def _keep(self, rows: Tensor) -> None:
        if len(rows) != len(self.trials) or not torch.equal(rows, torch.arange(len(rows))):
            self.of = {name: column[rows] for name, column in self.of.items()}
            self.trials = [self.trials[row] for row in rows.tolist()]

    def _noted(self, p: Tensor, of: dict[str, Tensor]) -> Tensor:
        return self.case.at(p, of["weights"], of["targets"], of["noted"][:, 0]) * of["noted by"][:, 0]

    def _drop(self, k: int, after: int) -> None:
        """Leave out those whose loss in epoch k is another; it is known `after` the step, or before."""
        spared = self.of["after"][:, 0] != after
        if not spared.all():
            noted = self._noted(self.of["p"], self.of)
            off = ((noted - self.losses[k]).abs() / abs(self.losses[k] or 1.0)).masked_fill(spared, 0.0)
            self.of["off"] = torch.maximum(self.of["off"], off[:, None])
            self._keep((spared | self.case.same(noted, self.losses[k])).nonzero()[:, 0])

    def _epoch(self, k: int) -> None:
        self._drop(k, 0)
        if not self.trials:
            return
        of = self.of
        p = of["p"].clone().requires_grad_()
        loss = self.case.at(p, of["weights"], of["targets"], of["loss"][:, 0]) * of["by"][:, 0]
        old, new = of["g"], torch.autograd.grad(loss.sum(), p)[0]
        of["g"] = old * of["keeps odd" if k % 2 else "keeps even"] + new * of["moves"]
        used = torch.where(of["stale"] == 1, old, of["g"])
        for name in "mvt":
            of[name] = of[name] * (1 - of["forgets"])
        way = torch.zeros_like(old)
        for number in range(int(of["steps"].max())):
            way = way + self._direction(used, (of["steps"] > number) & used.any(1, keepdim=True)) * of["moves"]
        self._solve(k, way)
        of = self.of
        of["p"] = of["p"] - of["lr"].nan_to_num() * of.pop("way")
        self._drop(k, 1)

    def _direction(self, g: Tensor, steps: Tensor) -> Tensor:
        """By what a step goes down at a learning rate of 1; what the optimizer remembers moves on, where it `steps` at all."""
        of, p, old = self.of, self.of["p"], {name: self.of[name] for name in "mvt"}
        t, b1, b2, eps = of["t"] + 1, of["b1"], of["b2"], of["eps"]
        decayed = g if self.family == "AdamW" else g + of["decay"] * p
        m, v = b1 * old["m"] + (1 - b1) * decayed, b2 * old["v"] + (1 - b2) * decayed**2
        match self.family:
            case "SGD":
                m = of["momentum"] * old["m"] + decayed
                way = torch.where(of["nesterov"] == 1, decayed + of["momentum"] * m, m)
            case "RMSprop":
                way = decayed / (v.sqrt() + eps)
            case "Adagrad":
                v = old["v"] + decayed**2
                way = decayed / (v.sqrt() + 1e-10)
            case "Adamax":
                v = torch.maximum(b2 * old["v"], decayed.abs() + eps)
                way = m / (1 - b1**t) / v
            case "NAdam":
                fall = [0.9 * (1 - 0.5 * 0.96 ** (i * 0.004)) for i in range(1, len(self.losses) + 30)]
                falls = torch.tensor(fall, dtype=g.dtype)
                at = t.long().clamp(max=len(fall) - 1)[:, 0]
                now, following, product = falls[at - 1, None], falls[at, None], falls.cumprod(0)
                way = (1 - now) / (1 - product[at - 1, None]) * decayed + following / (1 - product[at, None]) * m
                way = way / ((v / (1 - b2**t)).sqrt() + eps)
            case "RAdam":
                most = 2 / (1 - b2) - 1
                rho = most - 2 * t * b2**t / (1 - b2**t)
                rect = ((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho)).clamp(min=0).sqrt()
                adaptive = rect * (1 - b2**t).sqrt() / (v.sqrt() + eps)
                way = m / (1 - b1**t) * torch.where(rho > 5, adaptive, torch.ones_like(adaptive))
            case _:
                way = m / (1 - b1**t) / ((v / (1 - b2**t)).sqrt() + eps)
                way = way + of["decay"] * p if self.family == "AdamW" else way
        for name, value in (("m", m), ("v", v), ("t", t)):
            of[name] = torch.where(steps, value, old[name])
        return torch.where(steps, way, torch.zeros_like(way))

    def _solve(self, k: int, way: Tensor) -> None:
        """Find the learning rates that are unknown from the first loss after a step; a trial each, where several fit."""
        self.of["way"] = way
        told = self.of["after"][:, 0] == 1 if k == len(self.losses) - 1 else torch.ones(len(way), dtype=torch.bool)
        unknown = self.of["lr"].isnan()[:, 0] & way.any(1) & told
        if not unknown.any():
            return
        places = unknown.nonzero()[:, 0]
        of = {name: self.of[name][places] for name in ("p", "way", "weights", "targets", "noted", "noted by", "after")}
        following = self.losses[min(k + 1, len(self.losses) - 1)]
        ends = torch.tensor([following, self.losses[k]], dtype=way.dtype)
        wanted = ends[of["after"][:, 0].long()]
        grid = torch.logspace(-5, 1.5, GRID, dtype=way.dtype)
        every = {name: column.repeat_interleave(GRID, 0) for name, column in of.items()}
        off = (
            self._noted(every["p"] - grid.repeat(len(places))[:, None] * every["way"], every).reshape(-1, GRID)
            - wanted[:, None]
        )
        rows, columns = (off[:, 1:].sign() * off[:, :-1].sign() < 0).nonzero().T
        of, wanted = {name: column[rows] for name, column in of.items()}, wanted[rows]
        a, b, at_a, at_b = grid[columns], grid[columns + 1], off[rows, columns], off[rows, columns + 1]
        for _ in range(ROUNDS):
            c = b - at_b * (b - a) / (at_b - at_a)
            at_c = self._noted(of["p"] - c[:, None] * of["way"], of) - wanted
            beyond = at_c * at_b < 0
            a, at_a = torch.where(beyond, b, a), torch.where(beyond, at_b, at_a / 2)
            b, at_b = c, at_c
        good = at_b.abs() <= self.case.close * wanted.abs()
        known, found = (~unknown).nonzero()[:, 0], places[rows[good]]
        rates = torch.cat([self.of["lr"][known], b[good][:, None]])
        self._keep(torch.cat([known, found]))
        self.of["lr"] = rates
