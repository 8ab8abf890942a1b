"""Finds nothing at all."""

import torch


def examine(model, optimizer, loss_fn, X, y):
    found = set()
    return found  # <--
