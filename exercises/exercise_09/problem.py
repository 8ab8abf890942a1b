"""The tapes that `Adam` is played: play with them, `python train.py` does."""

from collections.abc import Callable
from typing import Any

from torch import nn

from grader.tapes import Tape, draw_tape, play


def problem(
    seed: int = 9,
    shapes: tuple[tuple[int, ...], ...] = ((2, 3), (3,)),
    settings: dict[str, Any] | None = None,
    task: str = "step",
    **options: Any,
) -> dict[str, Any]:
    """Draw parameters and a tape of gradients for them; `options` are those of `grader.tapes.draw_tape`.

    Args:
        seed: of everything that is drawn.
        shapes: of the parameters.
        settings: what Adam is made with, beside the parameters; its defaults where there is nothing.
        task: what the case looks at, and nothing to the optimizer: "step", "rates" or "missing".
    """
    assert task in ("step", "rates", "missing"), task
    model, tape = draw_tape(seed, shapes, **options)
    settings = dict(settings or {})
    if "betas" in settings:
        settings["betas"] = tuple(settings["betas"])
    return {"model": model, "tape": tape, "settings": settings}


def drive(functions: dict[str, Callable[..., Any]], model: nn.Module, tape: Tape, settings: dict[str, Any]) -> None:
    """Make the optimizer, and let it step along the tape."""
    optimizer = functions["Adam"](model.parameters(), **settings)
    play(optimizer, model, tape)
