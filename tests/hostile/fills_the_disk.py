"""Writes until something stops it: one large file, then ten thousand small ones. Must not reach: the machine's disk."""

import os


def train(model, loss_fn, X, y, lr, epochs):
    print("TRIED")
    total = 0
    try:
        for number in range(200):
            with open(f"large{number}", "wb") as file:
                for _ in range(20):
                    total += file.write(b"x" * (1 << 20))
                    file.flush()
    except OSError:
        pass
    if total > 64 << 20:
        print("REACHED:", total, "bytes")
    for name in os.listdir("."):
        if name.startswith("large"):
            os.unlink(name)
    made = 0
    try:
        for made in range(10_000):
            open(f"small{made}", "w").close()
    except OSError:
        pass
    if made > 5000:
        print("REACHED:", made, "files")
    return [0.0] * epochs
