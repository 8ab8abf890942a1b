"""Exercise 07: a fair comparison. README.md has the lesson; `grade exercise_07` tells you how you did."""

import torch


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    """Train once with torch.optim.Adam and once with torch.optim.SGD, from the same weights, on all of X and y at once.

    Returns {"adam": [...], "sgd": [...]}: for each, `epochs` floats, the loss before each step.
    """
    raise NotImplementedError("exercise_07 is not started yet")


if __name__ == "__main__":
    from problem import problem

    for name, losses in compare(**problem()).items():
        print(f"{name:4}", *(f"{loss:.4f}" for loss in losses))
