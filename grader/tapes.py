"""Gradient tapes: what drives an optimizer that a learner wrote, without a model or a loss.

A tape holds the gradients of each step, fixed beforehand. Every right optimizer makes the same steps of it, and each entry is
chosen to make some mistake visible: sizes from 1e-7 to 1e2, zeros, a coordinate that never has a slope, parameters without a
gradient. Runs on both sides, in the learner's process and in the grader's, so it imports torch alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from grader.problems import DTYPES

NAMES = ("weight", "bias", "scale", "shift")


@dataclass(frozen=True)
class Tape:
    """The gradients that an optimizer is given.

    Attributes:
        gradients: for each step, one gradient for each parameter, of its shape and dtype; None where it has none.
        rates: the learning rate of each step; None where it stays as the optimizer was made.
        clears: who takes the gradients away after a step. "yours": the optimizer's own `zero_grad`; "in_place": they are
            set to 0, and the same tensors are used again; "to_none".
    """

    gradients: Sequence[Sequence[Tensor | None]]
    rates: Sequence[float] | None = None
    clears: str = "yours"


def draw_tape(
    seed: int,
    shapes: Sequence[Sequence[int]],
    steps: int = 6,
    dtype: str = "float64",
    *,
    small: float = 1e-7,
    large: float = 1e2,
    dead: bool = True,
    missing: Sequence[Sequence[int]] = (),
    rates: Sequence[float] | None = None,
    clears: str = "yours",
) -> tuple[nn.Module, Tape]:
    """Draw parameters and a tape for them.

    Args:
        seed: of everything that is drawn; torch's global random state is set by it.
        shapes: of the parameters; they are called weight, bias, scale and shift, in this order.
        steps: the number of steps.
        dtype: "float64" or "float32".
        small, large: the sizes of gradient entries, spread evenly between the two on a log scale, signs at random.
        dead: make the last entry of the first parameter's gradient 0 at every step.
        missing: pairs (step, parameter), counted from 0, where there is no gradient.
        rates: the learning rate of each step.
        clears: see `Tape`.

    Returns:
        The parameters, of about 1 in size, and the tape.
    """
    torch.default_generator.manual_seed(seed)
    model = nn.Module()
    for name, shape in zip(NAMES, shapes, strict=False):
        parameter = torch.randn(list(shape), dtype=torch.float64).to(DTYPES[dtype])
        model.register_parameter(name, nn.Parameter(parameter))
    decades = torch.tensor([small, large], dtype=torch.float64).log10().tolist()
    gradients: list[list[Tensor | None]] = []
    for step in range(steps):
        row: list[Tensor | None] = []
        for number, shape in enumerate(shapes):
            exponent = decades[0] + (decades[1] - decades[0]) * torch.rand(list(shape), dtype=torch.float64)
            sign = torch.where(torch.rand(list(shape), dtype=torch.float64) < 0.5, -1.0, 1.0)
            gradient = sign * 10.0**exponent
            if dead and number == 0:
                gradient.view(-1)[-1] = 0.0
            row.append(None if [step, number] in [list(pair) for pair in missing] else gradient.to(DTYPES[dtype]))
        gradients.append(row)
    if rates is not None and len(rates) != steps:
        raise ValueError(f"{len(rates)} rates for {steps} steps")
    return model, Tape(gradients, rates, clears)


def play(optimizer: Any, model: nn.Module, tape: Tape) -> None:
    """Let `optimizer`, which holds `model`'s parameters, make its steps of the tape's gradients.

    They are left in `.grad` as `backward` leaves them: added to what is there. So whoever doesn't clear gets sums.
    """
    for step, gradients in enumerate(tape.gradients):
        if tape.rates is not None:
            optimizer.lr = tape.rates[step]
        leave(model, gradients)
        take_step(optimizer)
        if tape.clears == "yours":
            clear(optimizer)
        else:
            for p in model.parameters():
                if tape.clears == "to_none":
                    p.grad = None
                elif p.grad is not None:
                    p.grad.detach_().zero_()


def leave(model: nn.Module, gradients: Sequence[Tensor | None]) -> None:
    """Do what `backward` does with the gradients that it has computed."""
    for p, gradient in zip(model.parameters(), gradients, strict=True):
        if gradient is None:
            p.grad = None
        elif p.grad is None:
            p.grad = gradient.clone()
        else:
            p.grad.detach().add_(gradient)


def take_step(optimizer: Any) -> None:
    """Call `optimizer.step()`. A function of its own, so that a recorder can watch it."""
    optimizer.step()


def clear(optimizer: Any) -> None:
    """Call `optimizer.zero_grad()`; see `take_step`."""
    optimizer.zero_grad()
