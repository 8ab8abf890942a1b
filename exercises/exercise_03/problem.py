"""The problems that `train` is tried on: play with them, `python train.py` does."""

from typing import Any

from torch import nn

from grader.problems import regression


def problem(seed: int = 3, lr: float = 0.1, epochs: int = 20, **options: Any) -> dict[str, Any]:
    """Draw a model and data to fit it to; `options` are those of `grader.problems.regression`.

    Returns:
        The arguments of `train`, in its order.
    """
    model, X, y = regression(seed, **options)
    return {"model": model, "loss_fn": nn.MSELoss(), "X": X, "y": y, "lr": lr, "epochs": epochs}
