"""The drawn settings of exercise 06's concept questions: what torch does is tried out each time."""

from __future__ import annotations

import copy
import random
import warnings

import torch

from grader.questions.drawn import Drawn, ran


def silent_step(draw: random.Random) -> Drawn:
    """One of torch's optimizers; that its step does nothing and says nothing is tried out."""
    name, w = draw.choice(["SGD", "Adam", "AdamW", "RMSprop", "Adagrad"]), float(draw.randint(2, 9))
    lr, decay = draw.choice([0.01, 0.1]), draw.choice([0.01, 0.1, 0.2])
    weight = torch.nn.Parameter(torch.tensor([w]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer = getattr(torch.optim, name)([weight], lr=lr, weight_decay=decay)
        optimizer.step()
    if weight.item() != w:
        raise AssertionError(f"{name} moved a parameter without a gradient")
    return Drawn(shown={"name": name, "w": f"{w:g}", "lr": f"{lr:g}", "decay": f"{decay:g}"})


def which_repair(draw: random.Random) -> Drawn:
    """A model that isn't float32, and torch's own words for data in half precision."""
    dtype = draw.choice([torch.float64, torch.bfloat16])
    model, X = torch.nn.Linear(3, 2, dtype=dtype), torch.ones(4, 3, dtype=torch.float16)
    message = _error(model, X)
    helps = {
        "ask_model": not _error(model, X.to(next(model.parameters()).dtype)),
        "to_float": not _error(model, X.float()),
        "convert_model": next(copy.deepcopy(model).to(X.dtype).parameters()).dtype == dtype,
    }
    if not message or helps != {"ask_model": True, "to_float": False, "convert_model": False}:
        raise AssertionError(f"{message!r}, {helps}")
    return Drawn(shown={"dtype": str(dtype).removeprefix("torch."), "message": f"RuntimeError: {message}"})


def small_updates(draw: random.Random) -> Drawn:
    """A weight, and an update too small for it in float16; all numbers are exact in binary."""
    w = draw.choice([1, 2, 4, 8])
    k = draw.randint(1, max(1, w - 1))
    code = _SMALL.format(w=float(w), k=k)
    right = ran(code)
    half, full = right.split()
    reached = torch.tensor(float(w), dtype=torch.float16)
    for _ in range(4096):
        reached = torch.nextafter(reached, torch.tensor(torch.inf, dtype=torch.float16))
    values: dict[str, object] = {
        "output": right,
        "both_added": f"{full} {full}",
        "both_stuck": f"{half} {half}",
        "swapped": f"{full} {half}",
        "rounded_up": f"{reached.item()} {full}",
    }
    return Drawn(shown={"code": code}, values=values)


_SMALL = """\
import torch
half = torch.tensor({w}, dtype=torch.float16)
full = torch.tensor({w}, dtype=torch.float32)
for _ in range(4096):
    half += {k} / 4096
    full += {k} / 4096
print(half.item(), full.item())"""


def _error(model: torch.nn.Module, X: torch.Tensor) -> str:
    """What torch says to this model and these data, if it raises; else nothing."""
    try:
        model(X)
    except RuntimeError as error:
        return str(error)
    return ""
