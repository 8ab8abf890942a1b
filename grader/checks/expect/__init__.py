"""What exercises expect of a submission, each as one function that raises `Unmet`.

They go by recomputation alone: the gradient at the recorded parameters on the grader's own inputs, the update from the
grader's own optimizer, and the parameters before a step equal to those after the last. Whoever passes has done the work.
"""

from grader.checks.expect.returned import returns, same
from grader.checks.expect.rules import no_optimizer_of_torch
from grader.checks.expect.steps import (
    buffers,
    clears_the_tape,
    follows_the_tape,
    gradients_of_the_batch,
    steps_once_a_batch,
    updates_of_the_optimizer,
)
from grader.checks.expect.words import compare, explain, finishes

__all__ = [
    "buffers",
    "clears_the_tape",
    "compare",
    "explain",
    "finishes",
    "follows_the_tape",
    "gradients_of_the_batch",
    "no_optimizer_of_torch",
    "returns",
    "same",
    "steps_once_a_batch",
    "updates_of_the_optimizer",
]
