"""What exercise_04 asks for: torch.optim.SGD with momentum (Sutskever et al. 2013, as torch writes it), one step a batch."""

import torch

from grader.reference import Plan


def plan(model, loss_fn, batches, lr, momentum, epochs):
    """The steps that `train` should take, and what it should make of their losses."""

    def mean_per_example(losses):
        sizes = [len(X) for X, _ in batches]
        per_epoch = [losses[i : i + len(sizes)] for i in range(0, len(losses), len(sizes))]
        return [sum(n * loss for n, loss in zip(sizes, epoch, strict=True)) / sum(sizes) for epoch in per_epoch]

    return Plan(
        optimizer=lambda parameters: torch.optim.SGD(parameters, lr=lr, momentum=momentum),
        batches=batches * epochs,
        returned=mean_per_example,
    )
