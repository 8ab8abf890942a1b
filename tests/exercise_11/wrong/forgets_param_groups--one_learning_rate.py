"""One learning rate and one weight decay are kept, for all groups."""

import torch


def save(model, optimizer):
    group = optimizer.param_groups[0]  # <--
    settings = {"lr": group["lr"], "weight_decay": group["weight_decay"]}
    return {"model": model.state_dict(), "state": optimizer.state_dict()["state"], "settings": settings}


def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    model.load_state_dict(checkpoint["model"])
    optimizer = make_optimizer(model.parameters())
    optimizer.load_state_dict({"state": checkpoint["state"], "param_groups": optimizer.state_dict()["param_groups"]})
    for group in optimizer.param_groups:
        group.update(checkpoint["settings"])
    return model, optimizer


def state_bytes(optimizer):
    total = 0
    for state in optimizer.state.values():
        for value in state.values():
            if torch.is_tensor(value):
                total += value.numel() * value.element_size()
    return total
