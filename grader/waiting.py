"""Somebody who waits at a prompt comes before a batch: a lock, held while they wait, looked at before each run of a batch.

The scheduler's own niceness isn't enough where terminals have groups of their own, between which it shares evenly (Linux's
autogroups). The lock is the user's own, and ends with the process that holds it, however that ends.
"""

import contextlib
import os
import time
from collections.abc import Iterator

from grader.files import state_folder

LOOK_S = 0.02


@contextlib.contextmanager
def somebody_waits() -> Iterator[None]:
    """Hold batches of this user's up, meanwhile. Where there are no such locks, nothing is held up."""
    with _opened() as file:
        if file is not None:
            with contextlib.suppress(OSError):
                _flock(file, shared=True)
        yield


def let_pass() -> None:
    """Wait as long as somebody waits."""
    with _opened() as file:
        while file is not None and not _free(file):
            time.sleep(LOOK_S)


def _free(file: int) -> bool:
    try:
        _flock(file, shared=False)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _flock(file: int, *, shared: bool) -> None:
    import fcntl  # not on Windows, where `_opened` gives no file

    fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def _opened() -> Iterator[int | None]:
    path = state_folder() / "waiting.lock"
    file = None
    if os.name == "posix":
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield file
    finally:
        if file is not None:
            os.close(file)
