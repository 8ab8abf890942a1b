"""Stops itself with SIGSTOP and waits to be forgotten. Must not reach: a grader that waits."""

import ctypes
import os
import signal
import time


def train(model, loss_fn, X, y, lr, epochs):
    libc = ctypes.CDLL(None)
    for attack in (lambda: os.kill(os.getpid(), signal.SIGSTOP), lambda: signal.raise_signal(signal.SIGSTOP),
                   lambda: libc.syscall(234, os.getpid(), os.getpid(), signal.SIGSTOP)):
        try:
            attack()
        except OSError:
            pass
    while True:
        time.sleep(1000)
