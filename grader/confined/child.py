"""One confined run: forked off the zygote, it puts the layers on, says so, and only then reads the job."""

import itertools
import json
import os
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from grader.confined import landlock, limits, namespaces, seccomp
from grader.confined.limits import Limits

Entry = Callable[[bytes, int], None]


@dataclass(frozen=True)
class Setup:
    """Which layers each child puts on. One that fails to go on stops the child: a tier is kept or the run is off."""

    tier: str
    missing: tuple[str, ...]
    base_memory: tuple[int, int]
    uid: int | None
    namespaces: bool
    grants: tuple[landlock.Grant, ...] | None
    seccomp: bool


@dataclass(frozen=True)
class Fds:
    """The descriptors that a child has: `job` is a file; a byte from `wait` says that it is written; `out` is for results."""

    job: int
    wait: int
    out: int
    status: int


def run(setup: Setup, wanted: Limits, folder: str | None, fds: Fds, entry: Entry) -> NoReturn:
    """Everything that a child does. `folder` is its workspace where it can't mount one of its own."""
    code = 1
    try:
        report: dict[str, object] = {"tier": setup.tier, "missing": setup.missing}
        try:
            _confine(setup, wanted, folder or namespaces.WORKSPACE, {fds.job, fds.wait, fds.out, fds.status})
        except BaseException as error:
            report = {"error": "".join(traceback.format_exception_only(error)).strip()}
        os.write(fds.status, json.dumps(report).encode())
        os.close(fds.status)
        if "error" not in report and os.read(fds.wait, 1):
            job = os.pread(fds.job, os.fstat(fds.job).st_size, 0)
            os.close(fds.wait)
            os.close(fds.job)
            entry(job, fds.out)
            code = 0
    finally:
        os._exit(code)  # without atexit handlers, which are the learner's by now


def _confine(setup: Setup, wanted: Limits, workspace: str, needed: set[int]) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    if setup.namespaces:
        namespaces.mount_workspace(wanted["disk_mb"], os.getuid() if setup.uid is None else setup.uid)
    limits.become(setup.uid)
    limits.tie_to_parent()
    os.chdir(workspace)
    os.environ["TMPDIR"] = workspace
    tempfile.tempdir = None
    if setup.grants is not None:
        landlock.restrict([*setup.grants, landlock.readable(".", writable=True)])
    for below, above in itertools.pairwise(sorted({2, *needed, os.sysconf("SC_OPEN_MAX")})):
        os.closerange(below + 1, above)
    limits.apply(wanted, setup.base_memory)
    if setup.seccomp:
        seccomp.restrict()
