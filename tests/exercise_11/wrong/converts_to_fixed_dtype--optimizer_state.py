"""The moments are saved in float32."""

import torch


def save(model, optimizer):
    saved = optimizer.state_dict()
    state = {i: {k: v.float() if torch.is_tensor(v) else v for k, v in s.items()} for i, s in saved["state"].items()}  # <--
    return {"model": model.state_dict(), "optimizer": {"state": state, "param_groups": saved["param_groups"]}}


def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    model.load_state_dict(checkpoint["model"])
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
