"""Hooks on the copy's parameters tell which of them a gradient reaches, and one on the copied model what comes out."""

import copy

import torch
from torch.nn import CrossEntropyLoss, NLLLoss


class Examination:
    def __init__(self, model, optimizer, loss_fn, X, y):
        self.model, self.optimizer = copy.deepcopy((model, optimizer))
        self.loss_fn, self.X, self.y = loss_fn, X, y
        self.reached, self.outputs = set(), []
        for p in self.trainable():
            p.register_hook(lambda _g, p=p: self.reached.add(p))
        self.model.register_forward_hook(lambda _module, _inputs, output: self.outputs.append(output.detach()))

    def trainable(self):
        return [p for p in self.model.parameters() if p.requires_grad]

    def loss(self):
        return self.loss_fn(self.model(self.X), self.y)

    def steps(self, n):
        for _ in range(n):
            loss = self.loss()
            if loss.requires_grad:
                loss.backward()
            self.optimizer.step()
            self.model.zero_grad(set_to_none=False)
            yield loss.item()
        yield self.loss().item()

    def result(self):
        start, *_, end = self.steps(20)
        if any(not p.requires_grad for p in self.model.parameters()):
            yield "frozen_parameters"
        if any(all(p is not q for g in self.optimizer.param_groups for q in g["params"]) for p in self.trainable()):
            yield "parameters_not_in_optimizer"
        if len(self.reached) < len(self.trainable()):
            yield "no_gradient"
        output, regression = self.outputs[0], self.y.dtype.is_floating_point
        if regression and output.shape != self.y.shape:
            yield "shape_mismatch"
        if isinstance(self.loss_fn, CrossEntropyLoss):
            total = output.sum(-1, keepdim=True)
            if not (output < 0).any() and torch.isclose(total, torch.ones_like(total)).all():
                yield "softmax_before_cross_entropy"
        if isinstance(self.loss_fn, CrossEntropyLoss | NLLLoss) == regression:
            yield "loss_does_not_match_task"
        if not start >= end:
            yield "learning_rate_too_high"


def examine(model, optimizer, loss_fn, X, y):
    generator = torch.get_rng_state()
    try:
        return set(Examination(model, optimizer, loss_fn, X, y).result())
    finally:
        torch.set_rng_state(generator)
