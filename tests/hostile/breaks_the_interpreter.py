"""Reads address 0. Must not reach: the process that starts the runs."""

import ctypes


def train(model, loss_fn, X, y, lr, epochs):
    ctypes.string_at(0)
