"""Exercise 12: train and validate. README.md has the lesson; `grade exercise_12` tells you how you did."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    """Train `model` with torch.optim.Adam, and measure it on the validation batches after each epoch.

    Returns {"train": [...], "val": [...]}, each with one float an epoch: the mean loss per example, in training of each
    batch before its own step, in validation of the model as the epoch left it, in eval mode.
    """
    raise NotImplementedError("exercise_12 is not started yet")


if __name__ == "__main__":
    from problem import problem

    print(fit(**problem()))
