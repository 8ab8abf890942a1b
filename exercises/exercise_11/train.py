"""Exercise 11: what the optimizer remembers. README.md has the lesson; `grade exercise_11` tells you how you did."""

import torch


def save(model, optimizer):
    """A dict with all that training needs in order to go on. `torch.save` follows at once.

    It has to come through `torch.load(..., weights_only=True)`: tensors, numbers, strings, lists and dicts.
    """
    raise NotImplementedError("exercise_11 is not started yet")


def resume(checkpoint, make_model, make_optimizer):
    """A model and an optimizer, `(model, optimizer)`, that go on from `checkpoint` as if nothing had happened.

    `make_model()` gives a model with new random weights, `make_optimizer(model.parameters())` an optimizer as it was at first.
    """
    raise NotImplementedError("exercise_11 is not started yet")


def state_bytes(optimizer):
    """How many bytes the tensors in the optimizer's state take: an int."""
    raise NotImplementedError("exercise_11 is not started yet")


if __name__ == "__main__":
    from problem import drive, problem

    for name, run in drive({"save": save, "resume": resume, "state_bytes": state_bytes}, **problem()).items():
        print(name, run["losses"])
