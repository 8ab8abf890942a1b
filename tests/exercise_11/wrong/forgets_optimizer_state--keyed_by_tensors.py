"""The state is saved under the parameters themselves; loaded, its keys are other tensors."""

import torch


def save(model, optimizer):
    groups = [{k: v for k, v in g.items() if k != "params"} for g in optimizer.param_groups]
    return {"model": model.state_dict(), "state": dict(optimizer.state), "groups": groups}


def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    model.load_state_dict(checkpoint["model"])
    optimizer = make_optimizer(model.parameters())
    optimizer.state.update(checkpoint["state"])  # <-- under tensors that this optimizer doesn't hold
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
