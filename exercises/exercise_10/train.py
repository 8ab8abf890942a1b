"""Exercise 10: weight decay, decoupled and per group. README.md has the lesson; `grade exercise_10` tells you how you did."""

import torch
from torch import nn


class AdamW:
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019), equal to torch.optim.AdamW; again, the work is all yours.

    `params` is an iterable of parameters, perhaps a generator; or a list of groups: dicts with a list under "params", and
    perhaps a "weight_decay" of their own in place of the default. A parameter whose .grad is None is skipped.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        """Prepare to optimize `params`."""
        raise NotImplementedError("exercise_10 is not started yet")

    def step(self):
        """Move every parameter by the gradient in its .grad."""
        raise NotImplementedError("exercise_10 is not started yet")

    def zero_grad(self):
        """Clear every parameter's .grad, by None or by zeros."""
        raise NotImplementedError("exercise_10 is not started yet")


def decay_groups(model, weight_decay):
    """Return a list of groups for AdamW that hold each trainable parameter of `model` once.

    Weights have this weight decay; biases and the parameters of normalisation layers have 0.
    """
    raise NotImplementedError("exercise_10 is not started yet")


if __name__ == "__main__":
    from problem import drive, problem

    functions = {"AdamW": AdamW, "decay_groups": decay_groups}
    print(drive(functions, **problem(task="groups", network="small")))
    inputs = problem(task="together", network="small")
    drive(functions, **inputs)
    print(*inputs["model"].named_parameters(), sep="\n")
