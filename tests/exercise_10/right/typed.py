"""Type hints, dataclasses, and a recursive walk through the modules."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

Group = dict[str, Any]


@dataclass
class Slot:
    parameter: nn.Parameter
    weight_decay: float
    first: Tensor = field(init=False)
    second: Tensor = field(init=False)
    steps: int = 0

    def __post_init__(self) -> None:
        self.first = torch.zeros_like(self.parameter)
        self.second = torch.zeros_like(self.parameter)


class AdamW:
    def __init__(
        self,
        params: Iterable[nn.Parameter] | Iterable[Group],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        self.lr, self.betas, self.eps, self.weight_decay = lr, betas, eps, weight_decay
        self.slots = list(self._slots(params))

    def _slots(self, params: Iterable[Any]) -> Iterator[Slot]:
        for entry in params:
            if isinstance(entry, Tensor):
                yield Slot(entry, self.weight_decay)
            else:
                decay = entry.get("weight_decay")
                yield from (Slot(p, self.weight_decay if decay is None else decay) for p in entry["params"])

    @torch.no_grad()
    def step(self) -> None:
        for slot in self.slots:
            if slot.parameter.grad is not None:
                self._update(slot, slot.parameter.grad)

    def _update(self, slot: Slot, gradient: Tensor) -> None:
        (beta1, beta2), p = self.betas, slot.parameter
        slot.steps += 1
        slot.first = beta1 * slot.first + (1 - beta1) * gradient
        slot.second = beta2 * slot.second + (1 - beta2) * gradient.square()
        scale = (1 - beta2**slot.steps) ** 0.5
        alpha = self.lr * scale / (1 - beta1**slot.steps)
        p.copy_((1 - self.lr * slot.weight_decay) * p - alpha * slot.first / (slot.second.sqrt() + self.eps * scale))

    def zero_grad(self) -> None:
        for slot in self.slots:
            slot.parameter.grad = None


def decay_groups(model: nn.Module, weight_decay: float) -> list[Group]:
    decay: dict[nn.Parameter, float] = {}

    def visit(module: nn.Module) -> None:
        normalises = isinstance(module, (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm))
        for name, parameter in module._parameters.items():
            if parameter is not None:
                decay.setdefault(parameter, 0.0 if normalises or name.startswith("bias") else weight_decay)
        for child in module.children():
            visit(child)

    visit(model)
    by_decay: dict[float, list[nn.Parameter]] = {}
    for parameter, value in decay.items():
        by_decay.setdefault(value, []).append(parameter)
    return [{"params": parameters, "weight_decay": value} for value, parameters in by_decay.items()]
