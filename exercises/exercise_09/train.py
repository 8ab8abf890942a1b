"""Exercise 09: Adam from scratch. README.md has the lesson; `grade exercise_09` tells you how you did."""

import torch


class Adam:
    """Adam (Kingma & Ba 2015, algorithm 1), equal to torch.optim.Adam, whose work no optimizer of torch.optim may do here.

    `params` may be a generator, and `lr` may be set anew between any two steps. A parameter whose .grad is None is skipped.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        """Prepare to optimize `params`."""
        raise NotImplementedError("exercise_09 is not started yet")

    def step(self):
        """Move every parameter by the gradient in its .grad."""
        raise NotImplementedError("exercise_09 is not started yet")

    def zero_grad(self):
        """Clear every parameter's .grad, by None or by zeros."""
        raise NotImplementedError("exercise_09 is not started yet")


if __name__ == "__main__":
    from problem import drive, problem

    inputs = problem()
    drive({"Adam": Adam}, **inputs)
    print(*inputs["model"].named_parameters(), sep="\n")
