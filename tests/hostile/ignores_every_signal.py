"""Ignores all signals and all exceptions and sleeps for ever. Must not reach: more time than it has."""

import signal
import time

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.setitimer(signal.ITIMER_REAL, 0)
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))


def train(model, loss_fn, X, y, lr, epochs):
    while True:
        try:
            time.sleep(1000)
        except BaseException:
            pass
