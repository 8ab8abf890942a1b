"""The problems that `train` is tried on: play with them, `python train.py` does."""

from typing import Any

from torch import nn

from grader.problems import regression, split


def problem(
    seed: int = 16,
    sizes: tuple[int, ...] = (5, 4, 3),
    lr: float = 0.05,
    step_size: int = 2,
    gamma: float = 0.5,
    max_norm: float = 30.0,
    epochs: int = 6,
    **options: Any,
) -> dict[str, Any]:
    """Draw a model, and data in batches of the given sizes; `options` are those of `grader.problems.regression`.

    Returns:
        The arguments of `train`, in its order.
    """
    model, X, y = regression(seed, examples=sum(sizes), **options)
    y = 10 * y  # so that the gradients are of size 10 too, and the 1e-6 that torch adds to their norm doesn't count
    return {
        "model": model,
        "loss_fn": nn.MSELoss(),
        "batches": split(X, y, list(sizes)),
        "lr": lr,
        "step_size": step_size,
        "gamma": gamma,
        "max_norm": max_norm,
        "epochs": epochs,
    }
