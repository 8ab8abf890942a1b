"""What exercise_12 asks for: torch.optim.Adam, one step a training batch, and a validation in eval mode after each epoch."""

import torch

from grader.reference import Plan


def plan(model, loss_fn, train_batches, val_batches, lr, epochs):
    """The steps that `fit` should take, and what it should make of their losses and of the validation batches."""
    sizes = [len(X) for X, _ in train_batches]

    def validation_loss(step):
        if step % len(train_batches):
            return None  # the epoch isn't over
        model.eval()
        with torch.no_grad():
            total = sum(loss_fn(model(X), y).item() * len(X) for X, y in val_batches)
        model.train()
        return total / sum(len(X) for X, _ in val_batches)

    def history(losses, measured):
        per_epoch = [losses[i : i + len(sizes)] for i in range(0, len(losses), len(sizes))]
        train = [sum(n * loss for n, loss in zip(sizes, epoch, strict=True)) / sum(sizes) for epoch in per_epoch]
        return {"train": train, "val": list(measured)}

    return Plan(
        optimizer=lambda parameters: torch.optim.Adam(parameters, lr=lr),
        batches=train_batches * epochs,
        measure=validation_loss,
        returned=history,
    )
