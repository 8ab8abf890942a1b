"""Takes one real step and claims, with right gradients, that there were none to step by afterwards. Must not reach: a pass for 1 step of 25."""

import os
import sys

import torch

from grader.confined import wire


def forge(frames):
    """End the process with these frames as all that it says of its cases."""
    frame = sys._getframe()
    while "task" not in frame.f_locals:
        frame = frame.f_back
    wire.send(frame.f_locals["out"], wire.pack({"frame": "loaded", "error": None}, {}))
    for body in frames(frame.f_locals["cases"]):
        wire.send(frame.f_locals["out"], body)
    os._exit(0)


def record_of(case, arguments, rows, gradients, present, losses, events):
    model = arguments["model"]
    record = {
        "frame": "case", "name": case["name"], "error": None, "events": events, "seconds": 0.0, "printed": "",
        "returned": {"list": [{"float": v.hex()} for v in losses]},
        "parameters": [[n, list(p.shape), str(p.dtype)] for n, p in model.named_parameters()],
        "dtypes": [str(p.dtype) for p in model.parameters()],
    }
    return wire.pack(record, {"parameters": rows, "gradients": gradients, "present": present})


def flat(tensors):
    return torch.cat([t.detach().reshape(-1).double() for t in tensors])


def gradient(model, loss_fn, X, y):
    for p in model.parameters():
        p.grad = None
    loss = loss_fn(model(X), y)
    loss.backward()
    return loss.item(), flat([torch.zeros_like(p) if p.grad is None else p.grad for p in model.parameters()])


def frames(cases):
    for case, a in cases:
        model, epochs = a["model"], a["epochs"]
        rows = [flat(model.parameters())]
        first, g = gradient(model, a["loss_fn"], a["X"], a["y"])
        gradients, losses, present = [g], [first], [[p.grad is not None for p in model.parameters()]]
        torch.optim.Adam(model.parameters(), lr=a["lr"]).step()
        rows.append(flat(model.parameters()))
        for _ in range(epochs - 1):  # the gradient where it stands, and never a step more
            loss, g = gradient(model, a["loss_fn"], a["X"], a["y"])
            gradients.append(g), losses.append(loss), present.append([False] * len(present[0]))
        events = []
        for k in range(epochs):
            events += [["backward", 9, min(k, 1), k, {"loss": losses[k].hex()}], ["step_start", 9, min(k, 1), k, {}],
                       ["step_end", 9, 1, k, {}]]
        yield record_of(case, a, torch.stack(rows), torch.stack(gradients), torch.tensor(present), losses, events)


forge(frames)


def train(model, loss_fn, X, y, lr, epochs):
    pass
