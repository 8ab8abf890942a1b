"""The problems that `train` is tried on: play with them, `python train.py` does."""

from typing import Any

from torch import nn

from grader.problems import regression, split


def problem(
    seed: int = 5,
    sizes: tuple[int, ...] = (4, 2, 3, 4, 1),
    lr: float = 0.2,
    accumulate: int = 2,
    epochs: int = 3,
    **options: Any,
) -> dict[str, Any]:
    """Draw a model, and data in batches of the given sizes; `options` are those of `grader.problems.regression`.

    Returns:
        The arguments of `train`, in its order.
    """
    model, X, y = regression(seed, examples=sum(sizes), **options)
    batches = split(X, y, list(sizes))
    return {
        "model": model,
        "loss_fn": nn.MSELoss(),
        "batches": batches,
        "lr": lr,
        "accumulate": accumulate,
        "epochs": epochs,
    }
