"""Claims shapes, rows, lines and types that make no sense. Must not reach: a fault."""

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
    start = flat(a["model"].parameters())
    count = len(list(a["model"].parameters()))
    record = {
        "frame": "case", "name": case["name"], "error": {"kind": "crashed", "type": "E" * 200, "message": "m" * 2000, "line": 10**3000,
                                                         "frames": [["f" * 1000, -5, "g"]] * 10},
        "events": [["?" * 1000, -1, 0, 0, {"loss": [1], "input": {}, "grad": 5}], ["forward", 10**3000, 0, 0, {"grad": True, "input": 10**300}],
                   ["backward", 1, 0, 0, {"loss": "0x1p+99999"}]],
        "seconds": 1e308, "printed": "", "dtypes": [],
        "returned": {"list": [{"dict": [[{"list": []}, {"none": None}]]}, {"tensor": "input.0", "requires_grad": True}]},
        "parameters": [[n, list(p.shape), str(p.dtype)] for n, p in a["model"].named_parameters()],
    }
    yield wire.pack(record, {"parameters": start[None], "gradients": start[None], "present": torch.ones(1, count, dtype=torch.bool),
                             "input.0": torch.zeros(1, dtype=torch.int64)})


forge(frames)


def train(model, loss_fn, X, y, lr, epochs):
    pass
