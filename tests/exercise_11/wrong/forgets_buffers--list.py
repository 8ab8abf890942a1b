"""The parameters are saved as a list, and copied back."""

import torch


def save(model, optimizer):
    return {"weights": [p.detach() for p in model.parameters()], "optimizer": optimizer.state_dict()}  # <--


def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    with torch.no_grad():
        for p, saved in zip(model.parameters(), checkpoint["weights"]):
            p.copy_(saved)
    optimizer = make_optimizer(model.parameters())
    optimizer.load_state_dict(checkpoint["optimizer"])
    return model, optimizer


def state_bytes(optimizer):
    total = 0
    for state in optimizer.state.values():
        for value in state.values():
            if torch.is_tensor(value):
                total += value.numel() * value.element_size()
    return total
