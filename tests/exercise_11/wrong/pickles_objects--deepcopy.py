"""Deep copies of both are saved."""

import copy

import torch


def save(model, optimizer):
    return copy.deepcopy({"model": model, "optimizer": optimizer})  # <--


def resume(checkpoint, make_model, make_optimizer):
    return checkpoint["model"], checkpoint["optimizer"]


def state_bytes(optimizer):
    total = 0
    for state in optimizer.state.values():
        for value in state.values():
            if torch.is_tensor(value):
                total += value.numel() * value.element_size()
    return total
