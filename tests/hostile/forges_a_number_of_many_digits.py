"""Names an array with a number of 5,000 digits, which Python refuses to read. Must not reach: a fault, or the rest of a batch."""

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
    case, a = cases[0]
    record = {"frame": "case", "name": case["name"], "error": None, "events": [], "seconds": 0.0, "printed": "",
              "returned": {"none": None}, "parameters": [], "dtypes": []}
    empty = torch.zeros(1, 0, dtype=torch.float64)
    yield wire.pack(record, {"parameters": empty, "gradients": empty, "present": torch.zeros(1, 0, dtype=torch.bool),
                             "input." + "9" * 5000: torch.zeros(1)})


forge(frames)


def train(model, loss_fn, X, y, lr, epochs):
    pass
