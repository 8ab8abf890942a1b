"""The problems that `one_step` is tried on: play with them, `python train.py` does."""

from typing import Any

from torch import nn

from grader.problems import regression


def problem(seed: int = 1, lr: float = 0.01, **options: Any) -> dict[str, Any]:
    """Draw a linear model and data to fit it to; `options` are those of `grader.problems.regression`.

    Returns:
        The arguments of `one_step`, in its order.
    """
    model, X, y = regression(seed, **options)
    return {"model": model, "loss_fn": nn.MSELoss(), "X": X, "y": y, "lr": lr}
