"""Every group's learning rate is saved, and the rest left out."""

import torch


def save(model, optimizer):
    return {"model": model.state_dict(), "lr": [g["lr"] for g in optimizer.param_groups]}  # <--


def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    model.load_state_dict(checkpoint["model"])
    optimizer = make_optimizer(model.parameters())
    for group, lr in zip(optimizer.param_groups, checkpoint["lr"]):
        group["lr"] = lr
    return model, optimizer


def state_bytes(optimizer):
    total = 0
    for state in optimizer.state.values():
        for value in state.values():
            if torch.is_tensor(value):
                total += value.numel() * value.element_size()
    return total
