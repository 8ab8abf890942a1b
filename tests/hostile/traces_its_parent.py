"""Attaches to the parent and reads its memory. Must not reach: a byte of it."""

import ctypes
import os


def train(model, loss_fn, X, y, lr, epochs):
    print("TRIED")
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(64)
    vector = (ctypes.c_uint64 * 2)(ctypes.addressof(buffer), 64)
    remote = (ctypes.c_uint64 * 2)(id(train), 64)
    for pid in (os.getppid(), 1, 2, 3, 4, 5):
        if pid == os.getpid():
            continue
        for name, call in (("attach", (101, 16, pid, 0, 0)), ("seize", (101, 0x4206, pid, 0, 0)), ("read", (310, pid, vector, 1, remote, 1, 0)),
                           ("write", (311, pid, vector, 1, remote, 1, 0)), ("pidfd_getfd", (438, 3, 0, 0)), ("kcmp", (312, pid, pid, 0, 0, 0))):
            if libc.syscall(*call) >= 0:
                print("REACHED:", name, pid)
    return [0.0] * epochs
