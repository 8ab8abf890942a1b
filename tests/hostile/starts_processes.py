"""Forks, execs, spawns and bombs. Must not reach: a single other process or thread."""

import ctypes
import multiprocessing
import os
import subprocess
import sys
import threading


def train(model, loss_fn, X, y, lr, epochs):
    print("TRIED")
    libc = ctypes.CDLL(None, use_errno=True)
    attacks = {
        "os.fork": lambda: os.fork() or os._exit(0),
        "libc fork": lambda: (pid := libc.fork()) < 0 and 1 / 0 or pid or os._exit(0),
        "vfork": lambda: libc.syscall(58) < 0 and 1 / 0,
        "clone": lambda: libc.syscall(56, 17, 0, 0, 0, 0) < 0 and 1 / 0,
        "clone3": lambda: libc.syscall(435, ctypes.create_string_buffer(88), 88) < 0 and 1 / 0,
        "subprocess": lambda: subprocess.run(["/bin/true"]),
        "python": lambda: subprocess.run([sys.executable, "-c", "pass"]),
        "os.system": lambda: os.system("true") and 1 / 0,
        "posix_spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
        "execve": lambda: os.execve("/bin/true", ["true"], {}),
        "execve of python": lambda: os.execve(sys.executable, [sys.executable, "-c", "pass"], {}),
        "fexecve": lambda: os.execve(os.open(sys.executable, os.O_RDONLY), ["python"], {}),
        "thread": lambda: threading.Thread(target=print).start(),
        "multiprocessing": lambda: multiprocessing.get_context("fork").Process(target=print).start(),
        "forkserver": lambda: multiprocessing.get_context("spawn").Process(target=print).start(),
    }
    for name, attack in attacks.items():
        try:
            attack()
            print("REACHED:", name)
        except Exception:
            pass
    for _ in range(1000):
        try:
            os.fork()
        except OSError:
            pass
    return [0.0] * epochs
