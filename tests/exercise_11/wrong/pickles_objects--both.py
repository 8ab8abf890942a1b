"""Model and optimizer are saved whole."""

import torch


def save(model, optimizer):
    return {"model": model, "optimizer": optimizer}  # <--


def resume(checkpoint, make_model, make_optimizer):
    return checkpoint["model"], checkpoint["optimizer"]


def state_bytes(optimizer):
    total = 0
    for state in optimizer.state.values():
        for value in state.values():
            if torch.is_tensor(value):
                total += value.numel() * value.element_size()
    return total
