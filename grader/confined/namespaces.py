"""Linux namespaces: a process tree, a network without anything in it, and a file tree that holds Python and torch only."""

import contextlib
import ctypes
import os
import platform
from collections.abc import Sequence
from pathlib import Path

from grader.confined import syscalls

NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
NOBODY = 65534
WORKSPACE = "/descent"

_RDONLY, _NOSUID, _NODEV, _NOEXEC, _BIND, _REC, _PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
_AT_RECURSIVE, _MNT_DETACH = 0x8000, 2
_NEW_ROOT = "/proc"  # there on every machine, and no library lies in it
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")


def enter() -> bool:
    """Put this process into namespaces of its own; its next child is PID 1. True if `NOBODY` is a user there.

    The ids are mapped by a helper that stays outside, because only root outside may map a second one.
    """
    ready, go = os.pipe()
    me, uid, gid = os.getpid(), os.geteuid(), os.getegid()
    helper = os.fork()
    if helper == 0:
        status = 2
        try:
            os.close(go)
            if os.read(ready, 1):
                status = _map_ids(me, uid, gid)
        finally:
            os._exit(status)
    os.close(ready)
    try:
        syscalls.unshare(NEWUSER | NEWPID | NEWNS | NEWNET | NEWIPC | NEWUTS)
        os.write(go, b"1")
    finally:
        os.close(go)
        status = os.waitstatus_to_exitcode(os.waitpid(helper, 0)[1])
    if status > 1:
        raise OSError("the ids of the user namespace can't be mapped")
    # Here rather than before the other mounts, because Ubuntu gives namespaces without the rights in them: better known soon.
    syscalls.mount("none", "/", "", _REC | _PRIVATE)
    return status == 0


def _map_ids(pid: int, uid: int, gid: int) -> int:
    process = Path(f"/proc/{pid}")
    if uid == 0:
        with contextlib.suppress(OSError):
            (process / "uid_map").write_text(f"0 0 1\n{NOBODY} {NOBODY} 1\n")
            (process / "gid_map").write_text(f"0 0 1\n{NOBODY} {NOBODY} 1\n")
            return 0
    (process / "setgroups").write_text("deny")
    with contextlib.suppress(PermissionError):  # where root's attempt stopped half way, this one is written already
        (process / "uid_map").write_text(f"{uid} {uid} 1\n")
    (process / "gid_map").write_text(f"{gid} {gid} 1\n")
    return 1


def own_pid_namespace() -> int:
    """A file descriptor of the namespace that this process lives in, for `new_pid_namespace`."""
    return os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)


def new_pid_namespace(own: int) -> None:
    """Make the next child PID 1 of a namespace of its own: with it, all its descendants end."""
    syscalls.setns(own, NEWPID)
    syscalls.unshare(NEWPID)


def enter_root(visible: Sequence[str], hidden: Sequence[str]) -> None:
    """Make a file tree of the folders and files `visible`, read-only, the only one; `hidden` are empty folders in it."""
    syscalls.mount("tmpfs", _NEW_ROOT, "tmpfs", _NOSUID | _NODEV, "size=1m,mode=0755")
    for path in visible:
        _bind(path, _RDONLY | _NOSUID | _NODEV)
    for path in _DEVICES:
        _bind(path, _NOSUID)
    for path in hidden:
        if Path(_NEW_ROOT + path).is_dir():
            syscalls.mount("tmpfs", _NEW_ROOT + path, "tmpfs", _RDONLY | _NOSUID | _NODEV, "size=4k,mode=0555")
    Path(_NEW_ROOT + WORKSPACE).mkdir(exist_ok=True)
    if not Path(_NEW_ROOT + "/tmp").exists():  # it does where a library lies in it
        Path(_NEW_ROOT + "/tmp").symlink_to(WORKSPACE)
    os.chdir(_NEW_ROOT)
    syscalls.syscall(syscalls.PIVOT_ROOT[platform.machine()], b".", b".")
    syscalls.unmount(".", _MNT_DETACH)
    os.chdir("/")
    _set_flags("/", _RDONLY, recursive=False)


def _bind(path: str, flags: int) -> None:
    target = Path(_NEW_ROOT + path)
    source = Path(path)
    if source.is_symlink() and not target.exists():  # such as /lib -> usr/lib
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(source.readlink())
        return
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    else:
        return
    syscalls.mount(path, str(target), "", _BIND | _REC)
    _set_flags(str(target), flags, recursive=True)


def _set_flags(target: str, flags: int, *, recursive: bool) -> None:
    attributes = (ctypes.c_uint64 * 4)(flags, 0, 0, 0)  # set, clear, propagation, user namespace
    # AT_FDCWD is -100. The numbers of MOUNT_ATTR_RDONLY, NOSUID and NODEV are those of MS_*.
    syscalls.syscall(syscalls.MOUNT_SETATTR, -100, target.encode(), _AT_RECURSIVE if recursive else 0, attributes, 32)


def mount_workspace(megabytes: int, uid: int) -> None:
    """In the child: a mount namespace of its own, with the one place that it may write to."""
    syscalls.unshare(NEWNS | NEWIPC)
    options = f"size={megabytes}m,nr_inodes=2048,mode=0700,uid={uid}"
    syscalls.mount("tmpfs", WORKSPACE, "tmpfs", _NOSUID | _NODEV | _NOEXEC, options)
