"""Finds the result's descriptor on the stack, writes frames that claim a perfect run, and exits. Must not reach: a pass without the work."""

import os
import sys

import torch

from grader.confined import wire

frame = sys._getframe()
while "task" not in frame.f_locals:
    frame = frame.f_back
task, out = frame.f_locals["task"], frame.f_locals["out"]
wire.send(out, wire.pack({"frame": "loaded", "error": None}, {}))
for case, arguments in frame.f_locals["cases"]:
    model, epochs = arguments["model"], arguments["epochs"]
    flat = torch.cat([p.detach().reshape(-1).double() for p in model.parameters()])
    rows = torch.stack([flat - 0.01 * k for k in range(epochs + 1)])
    events = []
    for k in range(epochs):
        events.append(["forward", 9, k, k, {"input": 0, "given": True, "training": True, "grad": True}])
        events.append(["backward", 9, k, k, {"loss": (1.0).hex()}])
        events.append(["step_start", 9, k, k, {"class": "Adam"}])
        events.append(["step_end", 9, k + 1, k, {}])
    events.append(["end", 9, epochs, epochs - 1, {}])
    record = {
        "frame": "case", "name": case["name"], "error": None, "events": events, "seconds": 0.0, "printed": "",
        "returned": {"list": [{"float": (1.0).hex()}] * epochs},
        "parameters": [[n, list(p.shape), str(p.dtype)] for n, p in model.named_parameters()],
        "dtypes": [str(p.dtype) for p in model.parameters()],
    }
    arrays = {"parameters": rows, "gradients": torch.ones(epochs, len(flat), dtype=torch.float64),
              "present": torch.ones(epochs, len(record["parameters"]), dtype=torch.bool)}
    wire.send(out, wire.pack(record, arrays))
os._exit(0)


def train(model, loss_fn, X, y, lr, epochs):
    pass
