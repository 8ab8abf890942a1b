"""Keys and values of the state are counted, and the keys are the parameters."""

import torch


def save(model, optimizer):
    return {"model": model.state_dict(), "optimizer": optimizer.state_dict()}


def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    model.load_state_dict(checkpoint["model"])
    optimizer = make_optimizer(model.parameters())
    optimizer.load_state_dict(checkpoint["optimizer"])
    return model, optimizer


def state_bytes(optimizer):
    total = 0
    for p, state in optimizer.state.items():
        for value in [p, *state.values()]:  # <--
            total += value.numel() * value.element_size()
    return total
