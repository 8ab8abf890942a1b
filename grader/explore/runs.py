"""The runs of the playground: every setting on every surface, taken step by step by torch.optim itself.

An optimizer moves each entry of a parameter by itself. So one parameter holds the points of all surfaces, and one optimizer has
a param group for each learning rate: some thousand runs are two dozen training loops, and take seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import torch
from torch import Tensor
from torch.optim import SGD, Adam, AdamW, Optimizer

from grader.explore.optimizers import AveragingSGD, FaultyAdam
from grader.explore.surfaces import SURFACES, Surface, losses

Name = Literal["sgd", "momentum", "nesterov", "adam", "adamw"]
Memory = tuple[float, ...]

STEPS = 60
WEIGHT_DECAY = 0.1  # AdamW's
LARGEST = 1e30  # beyond it a run is over: the numbers fill no table and no float32
LEARNING_RATES = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_MOMENTA = ((0.9,), (0.5,), (0.99,))
_BETAS = ((0.9, 0.999), (0.0, 0.999), (0.99, 0.999), (0.9, 0.99))
# What the optimizer's memory is set to: momentum, or betas; the usual one first.
MEMORIES: dict[Name, tuple[Memory, ...]] = {
    "sgd": ((),),
    "momentum": _MOMENTA,
    "nesterov": _MOMENTA,
    "adam": _BETAS,
    "adamw": _BETAS,
}
_ANY = ("never_clears_gradients", "climbs_instead_of_descends")
_ADAM = (*_ANY, "omits_bias_correction", "recreates_optimizer_every_batch", "swaps_betas", "omits_sqrt")
# The mistakes that can be made with each, by their ids in the catalogue.
MISTAKES: dict[Name, tuple[str, ...]] = {
    "sgd": _ANY,
    "momentum": (*_ANY, "recreates_optimizer_every_batch", "averages_velocity"),
    "nesterov": (*_ANY, "recreates_optimizer_every_batch"),
    "adam": _ADAM,
    "adamw": _ADAM,
}
# What torch calls the memory of each, in the optimizer's state.
STATE: dict[Name, tuple[str, ...]] = {
    "sgd": (),
    "momentum": ("momentum_buffer",),
    "nesterov": ("momentum_buffer",),
    "adam": ("exp_avg", "exp_avg_sq"),
    "adamw": ("exp_avg", "exp_avg_sq"),
}


@dataclass(frozen=True)
class Setting:
    """An optimizer as it can be chosen.

    Attributes:
        memory: (momentum,), or betas, or () for plain SGD.
        mistake: an id of the catalogue, or "".
    """

    optimizer: Name
    lr: float
    memory: Memory
    mistake: str = ""


@dataclass(frozen=True)
class Run:
    """What happened: `n` steps, all numbers of them finite and below `LARGEST`.

    Attributes:
        loss: before each step, and after the last one: n + 1 numbers.
        gradients, updates: of each step, (n, 2). The gradients are those in `.grad`.
        memory: the optimizer's memory after taking in that gradient, one (n, 2) for each name in `STATE`.
    """

    setting: Setting
    surface: Surface
    loss: Tensor
    gradients: Tensor
    updates: Tensor
    memory: tuple[Tensor, ...]

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return len(self.gradients)


def settings() -> Iterator[Setting]:
    """All that can be chosen. A mistake is made with the usual momentum and betas only, which keeps the page small."""
    for name, memories in MEMORIES.items():
        for memory, lr in product(memories, LEARNING_RATES):
            yield Setting(name, lr, memory)
        for mistake, lr in product(MISTAKES[name], LEARNING_RATES):
            yield Setting(name, lr, memories[0], mistake)


def all_runs(surfaces: tuple[Surface, ...] = SURFACES, steps: int = STEPS) -> list[Run]:
    """The runs of all settings on all surfaces, in the order of the settings. The same at every call."""
    alike: dict[tuple[Name, str], list[Setting]] = {}
    for setting in settings():
        alike.setdefault((setting.optimizer, setting.mistake), []).append(setting)
    return [run for together in alike.values() for run in train(together, surfaces, steps)]


def train(together: list[Setting], surfaces: tuple[Surface, ...] = SURFACES, steps: int = STEPS) -> Iterator[Run]:
    """Run settings that differ in learning rate and memory alone."""
    name, mistake = together[0].optimizer, together[0].mistake
    start = torch.tensor([surface.start for surface in surfaces], dtype=torch.float64)
    parameters: list[Tensor] = [torch.nn.Parameter(start.clone()) for _ in together]
    optimizer = make_optimizer(together, parameters)
    recorded: list[tuple[Tensor, ...]] = []
    for _ in range(steps):
        if mistake == "recreates_optimizer_every_batch":
            optimizer = make_optimizer(together, parameters)
        if mistake != "never_clears_gradients":
            optimizer.zero_grad()
        before = torch.stack(parameters)
        loss = losses(before, surfaces)
        (-loss if mistake == "climbs_instead_of_descends" else loss).sum().backward()
        optimizer.step()
        gradients = torch.stack([_gradient(p) for p in parameters])
        memory = [torch.stack([optimizer.state[p][key] for p in parameters]) for key in STATE[name]]
        recorded.append((loss.detach(), gradients, torch.stack(parameters).detach() - before.detach(), *memory))
    last = losses(torch.stack(parameters), surfaces).detach()
    channels = [torch.stack(channel) for channel in zip(*recorded, strict=True)]  # (steps, settings, surfaces, …)
    loss = torch.cat([channels[0], last[None]])
    for i, setting in enumerate(together):
        for j, surface in enumerate(surfaces):
            yield _until_too_large(setting, surface, loss[:, i, j], [channel[:, i, j] for channel in channels[1:]])


def make_optimizer(together: list[Setting], parameters: list[Tensor]) -> Optimizer:
    """One optimizer with a param group for each setting."""
    name, mistake = together[0].optimizer, together[0].mistake
    groups: list[dict[str, Any]] = [{"params": [p], "lr": s.lr} for s, p in zip(together, parameters, strict=True)]
    for group, setting in zip(groups, together, strict=True):
        if name in ("momentum", "nesterov"):
            group |= {"momentum": setting.memory[0]}
        elif name in ("adam", "adamw"):
            beta1, beta2 = setting.memory
            group |= {"betas": (beta2, beta1) if mistake == "swaps_betas" else (beta1, beta2)}
        if name == "adamw":
            group |= {"weight_decay": WEIGHT_DECAY}
    if mistake in ("omits_bias_correction", "omits_sqrt"):
        return FaultyAdam(groups, correct=mistake != "omits_bias_correction", root=mistake != "omits_sqrt")
    if mistake == "averages_velocity":
        return AveragingSGD(groups)
    if name == "adam":
        return Adam(groups)
    return (
        AdamW(groups)
        if name == "adamw"
        else SGD(groups, nesterov=name == "nesterov", momentum=0.9 if name == "nesterov" else 0)
    )


def _gradient(parameter: Tensor) -> Tensor:
    assert parameter.grad is not None  # backward() has just filled it in
    return parameter.grad.clone()


def _until_too_large(setting: Setting, surface: Surface, loss: Tensor, channels: list[Tensor]) -> Run:
    fits = [((loss.abs() < LARGEST)[:-1] & (loss.abs() < LARGEST)[1:])]  # False for inf and NaN, too
    fits += [(channel.abs() < LARGEST).all(-1) for channel in channels]
    n = int(torch.stack(fits).all(0).to(torch.int).cumprod(0).sum())
    gradients, updates, *memory = (channel[:n] for channel in channels)
    return Run(setting, surface, loss[: n + 1], gradients, updates, tuple(memory))
