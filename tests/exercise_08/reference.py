"""What exercise_08 asks for: the steps of torch.optim.SGD (Sutskever et al. 2013, as torch writes it)."""

import torch

from grader.reference import Plan


def plan(model, tape, settings, listed):
    """The steps that the learner's SGD should make of the tape's gradients."""
    return Plan(optimizer=lambda parameters: torch.optim.SGD(parameters, **settings), tape=tape, rates=tape.rates)
