"""exp_avg and exp_avg_sq are counted, and nothing else."""

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
    for state in optimizer.state.values():
        for name in ("exp_avg", "exp_avg_sq"):  # <--
            if name in state:
                total += state[name].numel() * state[name].element_size()
    return total
