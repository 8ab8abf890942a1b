"""What exercise_14 asks for: how a set-up stands that has been left alone. What is wrong with each stands in probes.toml."""

import torch

from grader.reference import take_step, without_dynamo

NAMES = (
    "frozen_parameters",
    "parameters_not_in_optimizer",
    "no_gradient",
    "shape_mismatch",
    "softmax_before_cross_entropy",
    "loss_does_not_match_task",
    "learning_rate_too_high",
)


def untouched(problem, arguments):
    """The snapshot of a set-up that nobody has examined, beside the random state that `drive` prepares.

    Args:
        problem: the module problem.py.
        arguments: of its `problem`.
    """
    random = torch.Generator().manual_seed(14)
    torch.rand(14, generator=random)
    problem.take_step = take_step  # the same step, without a second of imports
    with without_dynamo():
        return problem.snapshot(random, **problem.problem(**arguments))
