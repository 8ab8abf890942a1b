"""Opens files until there are no descriptors, and closes all that it finds. Must not reach: the grader's descriptors."""

import os


def train(model, loss_fn, X, y, lr, epochs):
    print("TRIED")
    opened = []
    try:
        while len(opened) < 100_000:
            opened.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass
    if len(opened) > 100:
        print("REACHED:", len(opened), "descriptors")
    for fd in opened:
        os.close(fd)
    return [0.0] * epochs
