"""Returns objects that run code where they are unpickled or freed. Must not reach: any process but its own."""

import os
import pathlib


def bomb(*_):
    for folder in ("/tmp", "/var/tmp", "/dev/shm", os.path.expanduser("~"), "@ROOT@"):
        try:
            pathlib.Path(folder, "descent_hostile_marker").write_text("boom")
        except OSError:
            pass


class Bomb:
    def __reduce__(self): return bomb, ()
    def __reduce_ex__(self, protocol): return bomb, ()
    def __del__(self): bomb()
    def __getstate__(self): bomb()
    def __getattr__(self, name): bomb(); raise AttributeError(name)


def train(model, loss_fn, X, y, lr, epochs):
    model.bomb = Bomb()
    return [Bomb() for _ in range(epochs)]
