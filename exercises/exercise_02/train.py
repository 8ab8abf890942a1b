"""Exercise 02: downhill by hand. README.md has the lesson; `grade exercise_02` tells you how you did."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    """Do `steps` steps of plain gradient descent on every parameter of `model`, without torch.optim.

    Returns a list of `steps` floats: the loss of each step, before its update.
    """
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        # 1. Compute the gradients.
        # 2. Move each parameter that has one against it, lr times as far. Autograd must not watch.
        # 3. Clear the gradients for the next step, and note the loss.
        raise NotImplementedError("exercise_02 is not started yet")
    return losses


if __name__ == "__main__":
    from problem import problem

    print(descend(**problem()))
