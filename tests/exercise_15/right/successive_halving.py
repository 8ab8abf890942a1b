"""Successive halving: everybody walks a little, the better third walks on, from the start again, for longer."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

Problem = tuple[list[Tensor], Callable[[], Tensor]]
KINDS: dict[str, Callable[..., torch.optim.Optimizer]] = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}


@dataclass(frozen=True)
class Candidate:
    """An optimizer and a learning rate."""

    kind: str
    lr: float

    def walk(self, problem: Problem, steps: int) -> float:
        """The mean loss over the last third of so many steps."""
        parameters, loss_closure = problem
        optimizer = KINDS[self.kind](parameters, lr=self.lr)
        tail: list[float] = []
        for step in range(steps):
            loss = loss_closure()
            if not torch.isfinite(loss):
                return math.inf
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)
            if step >= steps - steps // 3:
                tail.append(float(loss.detach()))
        return sum(tail) / len(tail)


def choose(make_problem: Callable[[], Problem], budget: int) -> dict[str, Any]:
    """Two rounds of ever fewer candidates and longer walks, and a last one as long as the budget lasts."""
    field = [Candidate(kind, 10.0 ** (-4 + k / 2)) for k in range(12) for kind in KINDS]
    spent = 0
    for steps, survivors in ((8, 14), (20, 6)):
        spent += steps * len(field)
        field = sorted(field, key=lambda one: one.walk(make_problem(), steps))[:survivors]
    field = field[: (budget - spent) // 60]
    winner = min(field, key=lambda one: one.walk(make_problem(), 60))
    return {"optimizer": winner.kind, "lr": winner.lr}
