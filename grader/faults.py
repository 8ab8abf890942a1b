"""What can go wrong, by whose doing.

Exception
├── UsageError     the command was called wrongly: exit code 2, no verdict
├── Ungradable     the submission can't be run or read: a verdict, exit code 1
└── GraderFault    the grader's own fault: exit code 3, never a mark
"""


class UsageError(Exception):
    """There is nothing to grade as asked; the message says what to type instead."""


class Ungradable(Exception):
    """The submission can't be run as it is; the message is for the learner."""


class GraderFault(Exception):
    """The grader itself failed. Neither a pass nor a fail, and never a zero."""
