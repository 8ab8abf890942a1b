"""Exercises on torch.optim, and a grader that records a training loop and names the mistake.

    from grader import grade
    report = grade("train.py", "exercise_03")

In a notebook, `%load_ext grader` brings %%grade and %quiz.

All of this is loaded when it is first used: a learner's process imports parts of this package, and has no use for it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.api import grade
    from grader.report import Report

__all__ = ["Report", "grade"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'grader' has no attribute {name!r}")
    from grader import api

    return getattr(api, name)


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext grader` calls."""
    from grader.jupyter import magics

    magics.load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """What `%unload_ext grader` calls."""
    from grader.jupyter import magics

    magics.unload(shell)
