"""The problems that `train` is tried on: play with them, `python train.py` does."""

from typing import Any

from torch import nn

from grader.problems import regression, split


def problem(
    seed: int = 4, sizes: tuple[int, ...] = (5, 4, 3), lr: float = 0.1, momentum: float = 0.8, epochs: int = 6, **options: Any
) -> dict[str, Any]:
    """Draw a model, and data in batches of the given sizes; `options` are those of `grader.problems.regression`.

    Returns:
        The arguments of `train`, in its order.
    """
    model, X, y = regression(seed, examples=sum(sizes), **options)
    batches = split(X, y, list(sizes))
    return {"model": model, "loss_fn": nn.MSELoss(), "batches": batches, "lr": lr, "momentum": momentum, "epochs": epochs}
