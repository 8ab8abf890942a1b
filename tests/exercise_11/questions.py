"""The drawn numbers of exercise 11's concept questions: bytes and steps are those of torch's own optimizers."""

from __future__ import annotations

import random
from itertools import combinations

import torch

from grader.questions.drawn import Drawn, ran


def state_memory(draw: random.Random) -> Drawn:
    """The state of Adam after its first step on a Linear whose elements don't take four bytes."""
    while True:
        inputs, outputs, dtype = draw.randint(4, 20), draw.randint(2, 9), draw.choice([torch.float64, torch.bfloat16])
        weight, bias = torch.zeros(outputs, inputs, dtype=dtype), torch.zeros(outputs, dtype=dtype)
        optimizer = torch.optim.Adam([weight, bias])
        for p in (weight, bias):
            p.grad = torch.ones_like(p)
        optimizer.step()
        states = list(optimizer.state.values())
        moments = sum(state[name].nbytes for state in states for name in ("exp_avg", "exp_avg_sq"))
        counts = sum(state["step"].nbytes for state in states)
        values = {
            "value": sum(tensor.nbytes for state in states for tensor in state.values()),
            "no_counts": moments,
            "one_count": moments + counts // 2,
            "four_bytes": 4 * (2 * (weight.numel() + bias.numel())) + counts,
            "with_parameters": moments + counts + weight.nbytes + bias.nbytes,
            "no_bias": sum(tensor.nbytes for tensor in optimizer.state[weight].values()),
        }
        if _apart(values, 2):
            break
    return Drawn(shown={"inputs": str(inputs), "outputs": str(outputs), "dtype": str(dtype)}, values=values)


def empty_at_first(draw: random.Random) -> Drawn:
    """How many parameters have a state, before and after the first step, where some are frozen."""
    while True:
        layers = draw.choice([3, 4, 5])
        frozen = draw.sample(range(layers), draw.choice([1, 2]))
        code = _EMPTY.format(layers=layers, frozen=", ".join(f"model[{i}]" for i in sorted(frozen)))
        right = ran(code)
        after = int(right.split()[1])
        values: dict[str, object] = {
            "output": right,
            "from_start": f"{2 * layers} {2 * layers}",
            "frozen_too": f"0 {2 * layers}",
            "tensors": f"0 {3 * after}",
            "layers": f"0 {after // 2}",
        }
        if len(set(values.values())) == len(values):
            return Drawn(shown={"code": code}, values=values)


def checkpoint(draw: random.Random) -> Drawn:
    """Numbers for the setting alone."""
    lr = draw.choice([0.1, 0.2, 0.5])
    return Drawn(shown={"momentum": f"{draw.choice([0.8, 0.9, 0.95]):g}", "lr": f"{lr:g}", "low": f"{lr / 10:g}"})


def lost_velocity(draw: random.Random) -> Drawn:
    """The next step on a steady slope, with the velocity and without it."""
    while True:
        momentum, lr = draw.choice([0.5, 0.75, 0.8, 0.9]), draw.choice([0.01, 0.02, 0.1])
        g, steps = draw.choice([0.5, 2.0, 3.0, 4.0]), draw.choice([200, 300, 400])
        p = torch.zeros(1, dtype=torch.float64)
        optimizer = torch.optim.SGD([p], lr=lr, momentum=momentum)
        p.grad = torch.full_like(p, g)
        for _ in range(steps):
            optimizer.step()
        lengths = []
        for resumed in (optimizer, torch.optim.SGD([p], lr=lr, momentum=momentum)):
            before = p.item()
            resumed.step()
            lengths.append(before - p.item())
        values = {
            "value": lengths[0] / lengths[1],
            "nothing_lost": 1.0,
            "inverse": lengths[1] / lengths[0],
            "two_gradients": 1 + momentum,
            "all_gradients": steps + 1.0,
        }
        if _apart(values, 0.06 * values["value"]):
            break
    shown = {"momentum": momentum, "lr": lr, "g": g, "steps": steps}
    return Drawn(shown={name: f"{value:g}" for name, value in shown.items()}, values=values)


_EMPTY = """\
import torch
from torch import nn
model = nn.Sequential(*(nn.Linear(2, 2) for _ in range({layers})))
for layer in [{frozen}]:
    layer.requires_grad_(False)
adam = torch.optim.Adam(model.parameters())
before = len(adam.state)
model(torch.ones(1, 2)).sum().backward()
adam.step()
print(before, len(adam.state))"""


def _apart(values: dict[str, float] | dict[str, int], gap: float) -> bool:
    """Whether all values are at least that far from each other."""
    return all(abs(a - b) >= gap for a, b in combinations(values.values(), 2))
