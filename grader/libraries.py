"""Where a process that runs submissions imports from."""

import importlib.util
import sys
from pathlib import Path

from grader.confined.libraries import is_library
from grader.faults import GraderFault


def library_paths(entry: str) -> list[str]:
    """The entries of sys.path with installed packages, and the folders of this package and of `entry`; not the working one."""
    spec = importlib.util.find_spec(entry.partition(".")[0].partition(":")[0])
    if spec is None or spec.origin is None:
        raise GraderFault(f"There is no module for the entry {entry!r}.")
    origin = Path(spec.origin)
    own = [Path(__file__).parents[1], origin.parents[1] if spec.submodule_search_locations else origin.parent]
    return [p for p in sys.path if is_library(p)] + [str(p) for p in own]
