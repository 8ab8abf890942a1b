"""The weights are saved as lists, and become float32 tensors again."""

import torch


def save(model, optimizer):
    weights = {name: t.tolist() for name, t in model.state_dict().items()}
    return {"model": weights, "optimizer": optimizer.state_dict()}


def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    weights = {name: torch.tensor(t) for name, t in checkpoint["model"].items()}  # <--
    model.load_state_dict(weights)
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
