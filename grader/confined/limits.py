"""What a process may use up (rlimits), and whose rights it has (user, capabilities)."""

import contextlib
import os
import re
import resource
import signal
from pathlib import Path
from typing import TypedDict

from grader.confined import syscalls

MB = 1 << 20
OPEN_FILES = 64


class Limits(TypedDict):
    """As the control socket carries them; `wall_s` is kept by the zygote, the others by the kernel."""

    wall_s: float
    cpu_s: int
    memory_mb: int
    disk_mb: int
    output_mb: int


def memory_in_use() -> tuple[int, int]:
    """Bytes of address space and of data that this process has: its children start with them."""
    status = Path("/proc/self/status").read_text()
    size, data = (int(re.search(rf"^{key}:\s+(\d+) kB", status, re.M)[1]) for key in ("VmSize", "VmData"))  # type: ignore[index]
    return size * 1024, data * 1024


def apply(limits: Limits, base: tuple[int, int]) -> None:
    """Set the rlimits of this process; `base` is what `memory_in_use` said before any of the learner's code."""
    memory = limits["memory_mb"] * MB
    wanted = {
        resource.RLIMIT_AS: base[0] + memory,
        resource.RLIMIT_DATA: base[1] + memory,  # AS alone counts maps that cost nothing, DATA alone misses shared ones
        resource.RLIMIT_CPU: limits["cpu_s"],
        resource.RLIMIT_FSIZE: limits["disk_mb"] * MB,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_NPROC: 0,  # no process or thread more; root is exempt
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for kind, value in wanted.items():
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def forgo_gaining() -> None:
    """For this process and its children, for good: no program that it runs may have more rights than it."""
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    for capability in range(64):
        with contextlib.suppress(OSError):
            syscalls.prctl(syscalls.PR_CAPBSET_DROP, capability)


def become(uid: int | None) -> None:
    """Change to the user `uid` (None: stay who you are), with no capability left."""
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    with contextlib.suppress(OSError):
        syscalls.prctl(syscalls.PR_CAP_AMBIENT, 4)  # PR_CAP_AMBIENT_CLEAR_ALL
    syscalls.capset_nothing()


def tie_to_parent() -> None:
    """End with the parent, and be closed to ptrace and /proc/<pid>/mem. After `become`, which would undo both."""
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
