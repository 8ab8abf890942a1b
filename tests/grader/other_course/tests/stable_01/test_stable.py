"""The hidden checks of stable_01. A docstring's first line is what the student reads."""

import pytest

from grader.checks import Run, expect


@pytest.mark.points(4)
def test_near_zero(run: Run) -> None:
    """log_sum_exp() is right on numbers near 0."""
    _is_right(run.of(around=0.0))


@pytest.mark.points(3)
def test_large(run: Run) -> None:
    """log_sum_exp() is right on large numbers."""
    _is_right(run.of(around=1000.0))


@pytest.mark.points(3)
def test_far_below(run: Run) -> None:
    """log_sum_exp() is right on numbers far below 0."""
    _is_right(run.of(around=-1000.0))


def _is_right(run: Run) -> None:
    expect.finishes(run)
    for case in run.cases:
        wanted = case.reference.sources.plan.wanted(**case.reference.arguments)
        expect.same(case, case.trace.returned, wanted, "what log_sum_exp() returns")
