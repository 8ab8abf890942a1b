"""Prints a hundred megabytes to all outputs. Must not reach: a report that nobody can open."""

import os
import sys


def train(model, loss_fn, X, y, lr, epochs):
    for _ in range(100):
        print("x" * (1 << 20))
        sys.stderr.write("y" * (1 << 20))
    for fd in (1, 2):
        for _ in range(100):
            os.write(fd, b"z" * (1 << 20))
    return [0.0] * epochs
