"""The weights are saved as the optimizer holds them, which holds no buffers."""

import torch


def save(model, optimizer):
    weights = [p.detach() for group in optimizer.param_groups for p in group["params"]]  # <--
    return {"weights": weights, "optimizer": optimizer.state_dict()}


def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    optimizer = make_optimizer(model.parameters())
    held = [p for group in optimizer.param_groups for p in group["params"]]
    with torch.no_grad():
        for p, saved in zip(held, checkpoint["weights"]):
            p.copy_(saved)
    optimizer.load_state_dict(checkpoint["optimizer"])
    return model, optimizer


def state_bytes(optimizer):
    total = 0
    for state in optimizer.state.values():
        for value in state.values():
            if torch.is_tensor(value):
                total += value.numel() * value.element_size()
    return total
