"""The drawn numbers of exercise 12's concept questions: the values come from torch's own layers."""

from __future__ import annotations

import random

import torch
from torch import nn

from grader.questions.drawn import Drawn, differ, ran


def running_mean(draw: random.Random) -> Drawn:
    """What batch normalisation keeps after two batches in train mode and one in eval mode."""
    while True:
        batches = [[float(draw.randint(-5, 15)) for _ in range(3)] for _ in range(3)]
        a, b, c = (torch.tensor(batch, dtype=torch.float64)[:, None] for batch in batches)
        values = {
            "value": _kept([a, b], [c]),
            "eval_too": _kept([a, b, c], []),
            "swapped": _kept([a, b], [c], momentum=0.9),
            "plain_mean": (a.mean().item() + b.mean().item()) / 2,
            "last": b.mean().item(),
            "one_pass": _kept([b], [a, c]),
        }
        if differ(values) and all(len(set(batch)) == 3 for batch in batches):
            break
    named = zip("abc", batches, strict=True)
    shown = {f"{name}{i}": f"{value:.1f}" for name, batch in named for i, value in enumerate(batch, start=1)}
    return Drawn(shown=shown, values=values)


def mode_of_epochs(draw: random.Random) -> Drawn:
    """The mode in each epoch, where train() is called once and the validation begins at some epoch."""
    epochs = draw.choice([4, 5, 6])
    first = draw.randint(0, epochs - 3)
    modes = [epoch <= first for epoch in range(epochs)]
    code = _MODES.format(epochs=epochs, first=first)
    values: dict[str, object] = {
        "output": ran(code),
        "all_train": str([True] * epochs),
        "only_next": str([epoch != first + 1 for epoch in range(epochs)]),
        "too_early": str([*modes[1:], False]),
    }
    return Drawn(shown={"code": code}, values=values)


def kept_units(draw: random.Random) -> Drawn:
    """What dropout makes of the entries that it keeps."""
    while True:
        p, x = draw.choice([0.2, 0.25, 0.6, 0.75, 0.8]), draw.choice([1.0, 2.0, 3.0, 6.0])
        torch_random = torch.get_rng_state()
        out = nn.Dropout(p)(torch.full((1000,), x, dtype=torch.float64))
        torch.set_rng_state(torch_random)
        values = {"value": out.max().item(), "unscaled": x, "shrunk": x * (1 - p), "by_p": x / p}
        if differ(values):
            return Drawn(shown={"p": f"{p:g}", "x": f"{x:g}"}, values=values)


_MODES = """\
from torch import nn
model, modes = nn.Dropout(0.5), []
model.train()
for epoch in range({epochs}):
    modes.append(model.training)  # here the epoch's training would run
    if epoch == {first}:
        model.eval()              # and here the first and only validation
print(modes)"""


def _kept(training: list[torch.Tensor], evaluating: list[torch.Tensor], momentum: float = 0.1) -> float:
    """The running mean after these batches, first in train and then in eval mode."""
    norm = nn.BatchNorm1d(1, momentum=momentum, dtype=torch.float64)
    for batch in training:
        norm(batch)
    norm.eval()
    for batch in evaluating:
        norm(batch)
    assert norm.running_mean is not None
    return norm.running_mean.item()
