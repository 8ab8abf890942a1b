"""The state dicts are saved in an object of a class of its own."""

from dataclasses import dataclass

import torch


@dataclass
class Checkpoint:
    model: dict
    optimizer: dict


def save(model, optimizer):
    return {"checkpoint": Checkpoint(model.state_dict(), optimizer.state_dict())}  # <--


def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    model.load_state_dict(checkpoint["checkpoint"].model)
    optimizer = make_optimizer(model.parameters())
    optimizer.load_state_dict(checkpoint["checkpoint"].optimizer)
    return model, optimizer


def state_bytes(optimizer):
    total = 0
    for state in optimizer.state.values():
        for value in state.values():
            if torch.is_tensor(value):
                total += value.numel() * value.element_size()
    return total
