"""What made a report: the versions of all that has a part in it."""

import platform
from functools import cache
from importlib import metadata


@cache
def versions(*, torch: bool = False) -> dict[str, str]:
    """By name: of the grader, of Python, and, where it had a part in it, of torch, which isn't imported for this."""
    names = {"grader": "descent-course"} | ({"torch": "torch"} if torch else {})
    return {name: metadata.version(package) for name, package in names.items()} | {"python": platform.python_version()}
