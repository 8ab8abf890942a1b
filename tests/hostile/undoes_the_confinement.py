"""Raises its limits, takes back powers and makes namespaces of its own. Must not reach: more than it was given."""

import ctypes
import os
import resource


def train(model, loss_fn, X, y, lr, epochs):
    print("TRIED")
    libc = ctypes.CDLL(None, use_errno=True)
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_DATA):
        try:
            resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            print("REACHED: limit", kind)
        except (OSError, ValueError):
            pass
    for name, attack in {"setuid": lambda: os.setuid(0), "setresuid": lambda: os.setresuid(0, 0, 0), "chroot": lambda: os.chroot("/"),
                         "nice": lambda: os.nice(-10), "mknod": lambda: os.mknod("device", 0o60000 | 0o666, os.makedev(8, 0))}.items():
        try:
            attack()
            print("REACHED:", name)
        except OSError:
            pass
    calls = {"unshare user": (272, 0x10000000), "unshare mount": (272, 0x20000), "mount": (165, b"none", b"/descent", b"tmpfs", 0, 0),
             "umount": (166, b"/descent", 2), "pivot_root": (155, b".", b"."), "setns": (308, 3, 0), "capset": (126, b"\0" * 8, b"\xff" * 24),
             "prctl dumpable": (157, 4, 1, 0, 0, 0), "bpf": (321, 0, 0, 0), "io_uring": (425, 1, b"\0" * 120), "keyctl": (250, 0, 0),
             "userfaultfd": (323, 0), "memfd": (319, b"x", 0), "shmget": (29, 0, 4096, 0o1777), "perf": (298, 0, 0, 0, 0, 0),
             "open_by_handle": (304, 0, 0, 0), "name_to_handle": (303, 0, 0, 0, 0, 0), "inotify": (294, 0), "x32 getpid": (0x40000000 + 39,)}
    for name, call in calls.items():
        if libc.syscall(*call) >= 0:
            print("REACHED:", name)
    return [0.0] * epochs
