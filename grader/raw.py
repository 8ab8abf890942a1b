"""What one run may use, and what it gives: bytes and how it ended, not yet looked at."""

from dataclasses import dataclass
from typing import Literal

Ended = Literal["exited", "signalled", "timed_out", "output_limit"]


@dataclass(frozen=True)
class Limits:
    """What one run may use: seconds on the clock and of CPU time, megabytes beyond what torch itself takes."""

    wall_s: float = 20
    cpu_s: int = 20
    memory_mb: int = 1024
    disk_mb: int = 16
    output_mb: int = 64


@dataclass(frozen=True)
class Isolation:
    """How far a run is confined: "full", "reduced", "limits" or "none"; and in sentences, what couldn't be had.

    `other_user`: whether the run is another user's than the grader's.
    """

    tier: str
    missing: tuple[str, ...]
    other_user: bool = False


@dataclass(frozen=True)
class RawRun:
    """How a run ended, and the bytes that it wrote until then.

    `ended` is "exited" with a `code` (0: the harness returned), "signalled" with a `signal`, "timed_out" by the clock or
    the CPU time, or "output_limit"; `output` is then what fitted. `seconds` counts from the job being handed over.
    """

    output: bytes
    ended: Ended
    code: int | None
    signal: int | None
    cpu_s: float
    max_rss_mb: float
    seconds: float
    isolation: Isolation
