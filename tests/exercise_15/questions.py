"""The drawn numbers of exercise 15's concept questions: walks with torch.optim.Adam and torch.optim.SGD."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import torch

from grader.questions.drawn import Drawn, differ, ran

Loss = Callable[[torch.Tensor], torch.Tensor]


def steeper_and_farther(draw: random.Random) -> Drawn:
    """Numbers for the setting; that the right answers hold for them is checked by real walks."""
    while True:
        k, far, steps = draw.choice([10, 50, 100]), draw.choice([10, 30, 50]), draw.choice([20, 40, 60])
        start = torch.tensor([1.0, -2.0, 1.5], dtype=torch.float64)
        rates = [0.01, 0.03, 0.1, 0.3]
        sgd = [_bowl(torch.optim.SGD, start, lr, steps, 1.0) for lr in rates]
        steep_sgd = [_bowl(torch.optim.SGD, start, lr / k, steps, float(k)) for lr in rates]
        far_sgd = [_bowl(torch.optim.SGD, far * start, lr, steps, 1.0) / far**2 for lr in rates]
        adam = [_bowl(torch.optim.Adam, start, lr, steps, 1.0) for lr in rates]
        steep_adam = [_bowl(torch.optim.Adam, start, lr, steps, float(k)) / k for lr in rates]
        far_adam = [_bowl(torch.optim.Adam, far * start, lr * far, steps, 1.0) / far**2 for lr in rates]
        pairs = [(sgd, [loss / k for loss in steep_sgd]), (sgd, far_sgd), (adam, steep_adam), (adam, far_adam)]
        if all(math.isclose(a, b, rel_tol=1e-3) for one, other in pairs for a, b in zip(one, other, strict=True)):
            return Drawn(shown={"k": str(k), "far": str(far), "steps": str(steps)})


def steps_to_go(draw: random.Random) -> Drawn:
    """How many steps Adam takes on a slope that stays the same."""
    while True:
        lr, g = draw.choice([0.001, 0.002, 0.005]), draw.choice([0.05, 0.1, 0.2, 4.0, 8.0, 20.0])
        start = lr * draw.choice([40, 50, 60, 80, 100, 150, 200])
        steps = _steps(torch.optim.Adam, start, g, lr)
        values = {
            "value": float(steps),
            "sgd": start / (lr * abs(g)),
            "uncorrected": steps / 10**0.5,
            "shortest": 10.0 * steps,
        }
        if differ(values, tolerance=0.03):
            return Drawn(shown={"lr": f"{lr:g}", "g": f"{g:g}", "start": f"{start:g}"}, values=values)


def turned_valley(draw: random.Random) -> Drawn:
    """A valley along the axes and askew, walked down by both optimizers."""
    while True:
        degrees, steps, lr = draw.choice([30, 40, 45, 50, 60]), draw.choice([30, 50, 80]), draw.choice([0.05, 0.1, 0.2])
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        turn = torch.tensor([[cos, -sin], [sin, cos]], dtype=torch.float64)
        start = torch.tensor([1.0, 2.0], dtype=torch.float64)
        ends = {}
        for optimizer in (torch.optim.SGD, torch.optim.Adam):
            along = _walk(optimizer, start, lr, steps, _valley)
            askew = _walk(optimizer, turn.T @ start, lr, steps, _askew(turn))
            ends[optimizer] = along, askew
        same = math.isclose(*ends[torch.optim.SGD], rel_tol=1e-9)
        other = not math.isclose(*ends[torch.optim.Adam], rel_tol=0.1)
        if same and other:
            return Drawn(shown={"degrees": str(degrees), "steps": str(steps), "lr": f"{lr:g}"})


def round_bowl(draw: random.Random) -> Drawn:
    """Where both optimizers leave w, with a rate that is good for SGD, after Adam has passed the bottom."""
    while True:
        start, lr = draw.choice([1.0, 1.5, 2.0, 3.0]), draw.choice([0.5, 0.6, 0.7, 0.8])
        steps = draw.choice([10, 12, 15, 20])
        ends = []
        for optimizer in (torch.optim.SGD, torch.optim.Adam):
            w = torch.tensor([start], dtype=torch.float64, requires_grad=True)
            stepping, places = optimizer([w], lr=lr), []
            for _ in range(steps):
                stepping.zero_grad()
                (0.5 * w**2).sum().backward()
                stepping.step()
                places.append(w.item())
            ends.append(places)
        sgd, adam = ends
        if abs(adam[-1]) > max(0.05, 20 * abs(sgd[-1])) and min(adam) < -0.1:
            break
    shown = {"start": f"{start:g}", "lr": f"{lr:g}", "steps": str(steps), "sgd": f"{sgd[-1]:.1e}", "adam": f"{adam[-1]:.2f}"}
    return Drawn(shown=shown)


def short_trials(draw: random.Random) -> Drawn:
    """Two numbers of steps between which the better rate changes, as measured over many coordinates."""
    while True:
        short, long = draw.choice([4, 5, 6, 8, 10]), draw.choice([50, 60, 80, 100])
        torch_random = torch.get_rng_state()
        torch.manual_seed(draw.randrange(10_000))
        ends = [_noisy_end(lr, steps) for steps in (short, long) for lr in (0.3, 0.1)]
        torch.set_rng_state(torch_random)
        if ends[0] < ends[1] / 2 and ends[2] > 2 * ends[3]:
            return Drawn(shown={"short": str(short), "long": str(long)})


def nan_wins(draw: random.Random) -> Drawn:
    """A diverged trial before others that went well."""
    first, *others = draw.sample(["sgd 10", "sgd 1", "sgd 0.1", "adam 1", "adam 0.1", "adam 0.01"], 4)
    losses = draw.sample([0.7, 0.4, 0.3, 0.2, 0.1, 0.05], 3)
    named = [f'({loss}, "{name}")' for loss, name in zip(losses, others, strict=True)]
    code = _TRIALS.format(first=first, others=", ".join(named))
    finite = sorted(zip(losses, others, strict=True))
    values: dict[str, object] = {"output": ran(code), "smallest": finite[0][1], "largest": finite[-1][1]}
    return Drawn(shown={"code": code}, values=values)


_TRIALS = """\
trials = [(float("nan"), "{first}"), {others}]
best = min(trials, key=lambda trial: trial[0])
print(best[1])"""


def _walk(optimizer: type[torch.optim.Optimizer], start: torch.Tensor, lr: float, steps: int, loss: Loss) -> float:
    """The loss after so many steps."""
    place = start.clone().requires_grad_()
    stepping = optimizer([place], lr=lr)  # type: ignore[call-arg]
    for _ in range(steps):
        stepping.zero_grad()
        loss(place).backward()
        stepping.step()
    return loss(place).item()


def _bowl(optimizer: type[torch.optim.Optimizer], start: torch.Tensor, lr: float, steps: int, steep: float) -> float:
    """The loss that is left in a round bowl."""
    return _walk(optimizer, start, lr, steps, lambda place: 0.5 * steep * (place**2).sum())


def _valley(place: torch.Tensor) -> torch.Tensor:
    """A hundred times as steep along the second axis as along the first."""
    return 0.5 * (torch.tensor([0.01, 1.0], dtype=torch.float64) * place**2).sum()


def _askew(turn: torch.Tensor) -> Loss:
    """The same valley, turned."""
    return lambda place: _valley(turn @ place)


def _steps(optimizer: type[torch.optim.Optimizer], start: float, g: float, lr: float) -> int:
    """How many steps lead from start to 0, but for rounding, where every gradient is g."""
    p = torch.full((1,), start, dtype=torch.float64)
    stepping, steps = optimizer([p], lr=lr), 0  # type: ignore[call-arg]
    while p.item() > 1e-3 * lr:
        p.grad = torch.full_like(p, g)
        stepping.step()
        steps += 1
    return steps


def _noisy_end(lr: float, steps: int) -> float:
    """SGD's mean loss over a thousand coordinates, where each step misjudges the bottom by 0.5."""
    place = torch.full((1000,), 2.0, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([place], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        (0.5 * (place - 0.5 * torch.randn_like(place)) ** 2).sum().backward()
        optimizer.step()
    return 0.5 * (place**2).mean().item()
