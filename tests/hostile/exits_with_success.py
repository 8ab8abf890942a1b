"""Says sys.exit(0) before anything is judged. Must not reach: an exit code that counts as a pass."""

import sys


def train(model, loss_fn, X, y, lr, epochs):
    sys.exit(0)
