"""No state dict of torch's: every tensor is copied by hand."""

import torch


def save(model, optimizer):
    groups = []
    for group in optimizer.param_groups:
        options = {k: v for k, v in group.items() if k != "params"}
        states = [dict(optimizer.state[p]) if p in optimizer.state else {} for p in group["params"]]
        groups.append([options, states])
    return {
        "parameters": [p.detach().clone() for p in model.parameters()],
        "buffers": [b.clone() for b in model.buffers()],
        "groups": groups,
    }


@torch.no_grad()
def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    for p, saved in zip(model.parameters(), checkpoint["parameters"], strict=True):
        p.copy_(saved)
    for b, saved in zip(model.buffers(), checkpoint["buffers"], strict=True):
        b.copy_(saved)
    optimizer = make_optimizer(model.parameters())
    for group, (options, states) in zip(optimizer.param_groups, checkpoint["groups"], strict=True):
        group.update(options)
        for p, state in zip(group["params"], states, strict=True):
            if state:
                optimizer.state[p] = state
    return model, optimizer


def state_bytes(optimizer):
    count = 0
    for p in list(optimizer.state):
        for key in optimizer.state[p]:
            entry = optimizer.state[p][key]
            if torch.is_tensor(entry):
                count = count + entry.element_size() * entry.nelement()
    return count
