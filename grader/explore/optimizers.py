"""The optimizers with a mistake inside, written by hand; all others of the playground are torch's own."""

from typing import Any

import torch
from torch.optim import Optimizer

ADAM_EPS = 1e-8


class FaultyAdam(Optimizer):
    """Adam (Kingma & Ba 2015, algorithm 1), with `weight_decay` decoupled as in AdamW, and with a mistake to choose.

    Its memory has the names that it has in torch.optim.Adam: exp_avg is m, exp_avg_sq is v.
    """

    def __init__(self, groups: list[dict[str, Any]], correct: bool = True, root: bool = True) -> None:
        """`correct=False` leaves out the bias correction, `root=False` the root of the second moment."""
        super().__init__(groups, {"weight_decay": 0.0})
        self.correct, self.root = correct, root

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """One update of every parameter."""
        for group in self.param_groups:
            lr, (beta1, beta2) = group["lr"], group["betas"]
            for p in group["params"]:
                state = self.state[p]
                if not state:
                    state.update(step=0, exp_avg=torch.zeros_like(p), exp_avg_sq=torch.zeros_like(p))
                state["step"] += 1
                state["exp_avg"] = beta1 * state["exp_avg"] + (1 - beta1) * p.grad
                state["exp_avg_sq"] = beta2 * state["exp_avg_sq"] + (1 - beta2) * p.grad**2
                m, v = state["exp_avg"], state["exp_avg_sq"]
                if self.correct:
                    m, v = m / (1 - beta1 ** state["step"]), v / (1 - beta2 ** state["step"])
                p.mul_(1 - lr * group["weight_decay"])
                p.sub_(lr * m / ((v.sqrt() if self.root else v) + ADAM_EPS))


class AveragingSGD(Optimizer):
    """SGD whose velocity is a running mean of the gradients, where torch's is a fading sum."""

    def __init__(self, groups: list[dict[str, Any]]) -> None:
        """Each group brings its `lr` and `momentum`."""
        super().__init__(groups, {})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """One update of every parameter."""
        for group in self.param_groups:
            momentum = group["momentum"]
            for p in group["params"]:
                before = self.state[p].get("momentum_buffer", torch.zeros_like(p))
                velocity = momentum * before + (1 - momentum) * p.grad
                self.state[p]["momentum_buffer"] = velocity
                p.sub_(group["lr"] * velocity)
