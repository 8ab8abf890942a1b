"""Of the optimizer, only the groups' settings are kept."""

import torch


def save(model, optimizer):
    groups = [{k: v for k, v in g.items() if k != "params"} for g in optimizer.param_groups]
    return {"model": model.state_dict(), "groups": groups}  # <-- no state


def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    model.load_state_dict(checkpoint["model"])
    optimizer = make_optimizer(model.parameters())
    for group, saved in zip(optimizer.param_groups, checkpoint["groups"]):
        group.update(saved)
    return model, optimizer


def state_bytes(optimizer):
    total = 0
    for state in optimizer.state.values():
        for value in state.values():
            if torch.is_tensor(value):
                total += value.numel() * value.element_size()
    return total
