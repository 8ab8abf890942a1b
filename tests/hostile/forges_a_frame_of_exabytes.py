"""Announces a frame of 2**63 bytes. Must not reach: the grader's memory, or a fault."""

import os
import sys

frame = sys._getframe()
while "task" not in frame.f_locals:
    frame = frame.f_back
os.write(frame.f_locals["out"], (2**63).to_bytes(8, "little") + b"x" * 1000)
os._exit(0)


def train(model, loss_fn, X, y, lr, epochs):
    pass
