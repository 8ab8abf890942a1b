"""Leaves atexit handlers, threads, finalizers and signal handlers to write a better result later. Must not reach: a later."""

import atexit
import os
import signal
import sys
import threading
import weakref

out = sys._getframe()
while "task" not in out.f_locals:
    out = out.f_back
out = out.f_locals["out"]


def forge(*_):
    os.write(out, b'{"verdict": "passed"}' * 100)


class Last:
    def __del__(self):
        forge()


atexit.register(forge)
weakref.finalize(sys.modules[__name__] if __name__ in sys.modules else Last, forge)
signal.signal(signal.SIGTERM, forge)
threading._register_atexit(forge)


def train(model, loss_fn, X, y, lr, epochs):
    model.last = Last()
    sys.last = Last()
    try:
        threading.Thread(target=forge, daemon=False).start()
    except RuntimeError:
        pass
    return [0.0] * epochs
