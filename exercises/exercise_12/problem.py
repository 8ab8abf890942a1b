"""The problems that `fit` is tried on: play with them, `python train.py` does."""

from typing import Any

import torch
from torch import nn

from grader.problems import DTYPES, regression, split


def network(kind: str, features: int) -> nn.Sequential:
    """Draw a small network: "both" has batch normalisation and dropout, "dropout" and "norm" one of them, "norm_first" both.

    A linear layer before batch normalisation needs no bias: the batch's mean is taken away again at once.
    """
    if kind == "both":
        return nn.Sequential(nn.Linear(features, 6, bias=False), nn.BatchNorm1d(6), nn.Tanh(), nn.Dropout(0.3), nn.Linear(6, 1))
    if kind == "dropout":
        return nn.Sequential(nn.Linear(features, 6), nn.Tanh(), nn.Dropout(0.5), nn.Linear(6, 1))
    if kind == "norm":
        return nn.Sequential(nn.Linear(features, 6, bias=False), nn.BatchNorm1d(6), nn.Tanh(), nn.Linear(6, 1))
    if kind == "norm_first":
        return nn.Sequential(nn.BatchNorm1d(features), nn.Linear(features, 5), nn.Tanh(), nn.Dropout(0.2), nn.Linear(5, 1))
    raise ValueError(f"no network is called {kind!r}: there are 'both', 'dropout', 'norm' and 'norm_first'")


def problem(
    seed: int = 12,
    kind: str = "both",
    sizes: tuple[int, ...] = (6, 5, 4),
    val_sizes: tuple[int, ...] = (5, 3),
    lr: float = 0.05,
    epochs: int = 6,
    features: int = 4,
    dtype: str = "float64",
    *,
    frozen: bool = False,
    unused: bool = False,
    **options: Any,
) -> dict[str, Any]:
    """Draw a network, and data in training and validation batches of the given sizes.

    Args:
        seed: of everything that is drawn.
        kind: of the network; see `network`.
        sizes, val_sizes: how many examples each batch has.
        lr, epochs: passed on.
        features: the number of columns of X.
        dtype: "float64" or "float32".
        frozen: freeze a parameter (the first bias).
        unused: add a parameter that no output depends on.
        options: those of `grader.problems.regression`.

    Returns:
        The arguments of `fit`, in its order.
    """
    _, X, y = regression(seed, examples=sum(sizes) + sum(val_sizes), features=features, dtype=dtype, **options)
    model = network(kind, features)
    if unused:
        model.register_parameter("unused", nn.Parameter(torch.randn(3)))
    if frozen:
        next(p for name, p in model.named_parameters() if name.endswith("bias")).requires_grad_(False)
    batches = split(X, y, [*sizes, *val_sizes])
    return {
        "model": model.to(DTYPES[dtype]),
        "loss_fn": nn.MSELoss(),
        "train_batches": batches[: len(sizes)],
        "val_batches": batches[len(sizes) :],
        "lr": lr,
        "epochs": epochs,
    }
