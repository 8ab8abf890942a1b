"""Hidden checks: pytest functions on a trace.

A check is an ordinary test function in `tests/<exercise>/test_*.py`. Its docstring's first line is the sentence that the
student reads; `@pytest.mark.points(3)` says what it is worth, `@pytest.mark.needs("test_other")` that it is only judged where
another passed, so that one cause shows once. The fixture `run` is a `Run`; what several exercises expect of one stands in
`grader.checks.expect`.
"""

from grader.checks import expect
from grader.checks.run import JudgedCase, Run, Unmet

__all__ = ["JudgedCase", "Run", "Unmet", "expect"]
