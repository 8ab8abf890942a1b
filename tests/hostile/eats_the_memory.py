"""Takes memory in every way there is: lists, tensors, maps, shared maps. Must not reach: more than its limit."""

import ctypes
import mmap

import torch


def train(model, loss_fn, X, y, lr, epochs):
    print("TRIED")
    kept, taken = [], 0
    for make in (lambda: bytearray(64 << 20), lambda: torch.ones(8 << 20, dtype=torch.float64), lambda: mmap.mmap(-1, 64 << 20),
                 lambda: mmap.mmap(-1, 64 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)):
        try:
            for _ in range(100):
                kept.append(make())
                taken += 64
        except (MemoryError, OSError, RuntimeError):
            pass
    if taken > 2048:
        print("REACHED:", taken, "MB")
    kept.clear()
    return [0.0] * epochs
