"""Takes the recorder from the stack and has it note a perfect order of events, with made-up numbers. Must not reach: a pass without training."""

import gc
import sys

import torch


def train(model, loss_fn, X, y, lr, epochs):
    recorder = sys.modules["grader.confined.hooks"]._watching
    assert recorder in gc.get_objects()
    adam = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(epochs):
        recorder.gradients_cleared()
        recorder.module_called(model, (X,))
        recorder.module_returned()
        recorder.gradients_computed([torch.tensor(0.5)], [torch.ones_like(p) for p in recorder.tracked()])
        recorder.step_starts(adam)
        recorder.parameters.append(bytes(len(recorder.parameters[0])))
        recorder._note("step_end")
    return [0.5] * epochs
