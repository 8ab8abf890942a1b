"""Landlock: which files a process may read and write, beneath which folders; no TCP, no signals to others."""

import ctypes
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.confined import syscalls

_WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1 << 1, 1 << 2, 1 << 3, 1 << 14
_ON_FILES = 1 | _WRITE_FILE | _READ_FILE | _TRUNCATE | 1 << 15
COMPLETE = 3  # the first ABI version that keeps a file open for reading from being truncated
# All rights on files by ABI version: 5 adds IOCTL_DEV.
_ALL_FS = {3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_EXECUTE, _MAKE_CHAR, _MAKE_SOCK, _MAKE_FIFO, _MAKE_BLOCK = 1, 1 << 6, 1 << 9, 1 << 10, 1 << 11
_NEVER = _EXECUTE | _MAKE_CHAR | _MAKE_SOCK | _MAKE_FIFO | _MAKE_BLOCK | 1 << 15
_TCP = 3  # bind, connect: ABI 4
_SCOPES = 3  # abstract unix sockets, signals: ABI 6


@dataclass(frozen=True)
class Grant:
    """A right on a path: an open O_PATH descriptor, and which rights there and beneath."""

    fd: int
    rights: int


def version() -> int:
    """The kernel's Landlock ABI, 0 where there is none."""
    try:
        return syscalls.syscall(syscalls.LANDLOCK_CREATE_RULESET, None, 0, 1)
    except OSError:
        return 0


def readable(path: str, *, writable: bool = False) -> Grant:
    """May read `path` and all beneath it, or also write; files are never executed."""
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rights = _READ_FILE | _READ_DIR
    if writable:
        rights = _ALL_FS[min(version(), 5)] & ~_NEVER
    if not Path(path).is_dir():
        rights &= _ON_FILES
    return Grant(fd, rights)


def listable(path: str) -> Grant:
    """May list the folder `path` and those beneath it, nothing more."""
    return Grant(os.open(path, os.O_PATH | os.O_CLOEXEC), _READ_DIR)


def without(path: Path, hidden: Sequence[Path]) -> Iterator[Path]:
    """The largest folders and files that together make up `path` less `hidden`: Landlock can't take back what it gave above."""
    if not any(h.is_relative_to(path) for h in hidden):
        yield path
    elif path not in hidden:
        for child in sorted(path.iterdir()):
            yield from without(child, hidden)


def restrict(grants: Iterable[Grant]) -> None:
    """Restrict this process, for good, to `grants`. Needs no_new_privs."""
    abi = version()
    attributes = (ctypes.c_uint64 * 3)(_ALL_FS[min(abi, 5)], _TCP if abi >= 4 else 0, _SCOPES if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = syscalls.syscall(syscalls.LANDLOCK_CREATE_RULESET, attributes, size, 0)
    try:
        rule = ctypes.create_string_buffer(12)  # a packed u64 and s32
        for grant in grants:
            rule.raw = grant.rights.to_bytes(8, "little") + grant.fd.to_bytes(4, "little")
            syscalls.syscall(syscalls.LANDLOCK_ADD_RULE, ruleset, 1, rule, 0)
        syscalls.syscall(syscalls.LANDLOCK_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
