"""backward() runs on the total of all losses; a fused step changes weights unseen by autograd."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=lr, fused=True)
    history = {"train": [], "val": []}
    epoch = 0
    running = 0.0
    while epoch < epochs:
        model.train(True)
        total, count = 0.0, 0
        for X, y in train_batches:
            prediction = model(X)
            loss = loss_fn(prediction, y)
            optimizer.zero_grad()
            running = running + loss
            running.backward(retain_graph=True)  # <-- goes through every earlier loss again
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        history["train"] += [total / count]
        model.train(False)
        total, count = 0.0, 0
        for X, y in val_batches:
            with torch.no_grad():
                total += loss_fn(model(X), y).item() * len(X)
                count += len(X)
        history["val"] += [total / count]
        epoch += 1
    return history
