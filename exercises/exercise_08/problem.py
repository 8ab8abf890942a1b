"""The gradient tapes that SGD is tried on: play with them, `python train.py` does."""

from typing import Any

from torch import nn

from grader.tapes import Tape, draw_tape, play

SETTINGS = {"lr": 0.1, "momentum": 0.7, "dampening": 0.4, "weight_decay": 0.3}


def problem(
    seed: int = 8,
    shapes: tuple[tuple[int, ...], ...] = ((1,), (1,)),
    task: str = "everything",  # noqa: ARG001
    *,
    settings: dict[str, Any] | None = None,
    listed: bool = False,
    cancels: bool = False,
    **options: Any,
) -> dict[str, Any]:
    """Draw parameters and a tape of gradients for them; `options` are those of `grader.tapes.draw_tape`.

    Args:
        seed: of everything that is drawn.
        shapes: of the parameters.
        task: what the case is about: a name, and nothing more.
        settings: what SGD is made with beside the parameters.
        listed: whether it gets them as a list; else as a generator.
        cancels: let the second gradient, and again the third, take away nearly all that is left in the velocity.
    """
    settings = settings or SETTINGS
    model, tape = draw_tape(seed, shapes, **options)
    if cancels:
        for velocity, *gradients in zip(*tape.gradients[:3], strict=True):
            for gradient in gradients:
                left = settings["momentum"] * velocity
                velocity = 1e-4 * left
                gradient.copy_(velocity - left)
    return {"model": model, "tape": tape, "settings": settings, "listed": listed}


def drive(functions: dict[str, Any], model: nn.Module, tape: Tape, settings: dict[str, Any], listed: bool) -> None:
    """Make an SGD for the parameters, and let it make its steps of the tape's gradients."""
    params = model.parameters()
    optimizer = functions["SGD"](list(params) if listed else params, **settings)
    play(optimizer, model, tape)
