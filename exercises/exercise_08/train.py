"""Exercise 08: SGD from scratch. README.md has the lesson; `grade exercise_08` tells you how you did."""

import torch


class SGD:
    """Does what torch.optim.SGD does, without an optimizer of torch.optim doing the work.

    `lr` is an attribute that may be given a new value between two steps.
    """

    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        """Keep `params`, any iterable of parameters, which may be a generator, and the settings."""
        raise NotImplementedError("exercise_08 is not started yet")

    def step(self):
        """Move every parameter that has a gradient."""
        raise NotImplementedError("exercise_08 is not started yet")

    def zero_grad(self):
        """Clear the gradients of all parameters."""
        raise NotImplementedError("exercise_08 is not started yet")


if __name__ == "__main__":
    from problem import drive, problem

    inputs = problem(dead=False)
    before = [p.detach().clone() for p in inputs["model"].parameters()]
    drive({"SGD": SGD}, **inputs)
    for old, p in zip(before, inputs["model"].parameters()):
        print("from", old.tolist(), "to", p.tolist())
