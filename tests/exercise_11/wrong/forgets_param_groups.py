"""Only the state is loaded, into groups as they were at first."""

import torch


def save(model, optimizer):
    return {"model": model.state_dict(), "optimizer": optimizer.state_dict()}


def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    model.load_state_dict(checkpoint["model"])
    optimizer = make_optimizer(model.parameters())
    fresh = optimizer.state_dict()
    fresh["state"] = checkpoint["optimizer"]["state"]  # <-- and not param_groups
    optimizer.load_state_dict(fresh)
    return model, optimizer


def state_bytes(optimizer):
    total = 0
    for state in optimizer.state.values():
        for value in state.values():
            if torch.is_tensor(value):
                total += value.numel() * value.element_size()
    return total
