"""The model's state is a list in order, without names; save is a snapshot in eval mode, and goes back to train mode."""

import torch


def snapshot(tensor):
    return tensor.detach().cpu().contiguous()


def save(model, optimizer):
    model.eval()
    tensors = [snapshot(t) for t in model.state_dict().values()]
    model.train()
    return {"tensors": tensors, "optimizer": optimizer.state_dict()}


def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    model.eval()
    names = model.state_dict().keys()
    model.load_state_dict(dict(zip(names, checkpoint["tensors"], strict=True)))
    optimizer = make_optimizer(list(model.parameters()))
    optimizer.load_state_dict(checkpoint["optimizer"])
    return model, optimizer


def state_bytes(optimizer):
    total = 0
    for group in optimizer.param_groups:
        for p in group["params"]:
            state = optimizer.state.get(p, {})
            total += sum(v.numel() * v.element_size() for v in state.values() if torch.is_tensor(v))
    return total
