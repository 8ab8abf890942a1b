"""Exercise 01: anatomy of one step. README.md has the lesson; `grade exercise_01` tells you how you did."""

import torch


def one_step(model, loss_fn, X, y, lr):
    """Make one update of `model` with torch.optim.Adam, on all of X and y.

    Returns (before, gradient, after) of `model.weight`: three independent detached tensors.
    """
    # 1. Make the optimizer, and keep a copy of the weight: `before`.
    # 2. Compute the loss of model(X), and its gradients; keep a copy of the weight's: `gradient`.
    # 3. Let the optimizer take its step, and keep a copy of the weight again: `after`.
    raise NotImplementedError("exercise_01 is not started yet")


if __name__ == "__main__":
    from problem import problem

    for name, tensor in zip(["before", "gradient", "after"], one_step(**problem())):
        print(f"{name:9}", tensor)
