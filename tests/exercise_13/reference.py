"""What exercise_13 asks for: SGD with momentum, gradients clipped by norm (Pascanu, Mikolov & Bengio 2013), a stepwise rate."""

import torch

from grader.reference import Plan


def plan(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    """The steps that `train` should take, each at the learning rate of its epoch."""
    rates = [lr * gamma ** (epoch // step_size) for epoch in range(epochs)]
    return Plan(
        optimizer=lambda parameters: torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        batches=batches * epochs,
        rates=[rate for rate in rates for _ in batches],
        prepare=lambda parameters: torch.nn.utils.clip_grad_norm_(parameters, max_norm),
        returned=lambda _: rates,
    )
