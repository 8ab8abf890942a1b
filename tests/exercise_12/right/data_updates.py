"""Adam by hand in the loop itself, with updates of p.data."""


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    params = [p for p in model.parameters() if p.requires_grad]
    m, v, t = {}, {}, 0
    history = {"train": [], "val": []}
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_batches:
            loss = loss_fn(model(X), y)
            loss.backward()
            t += 1
            for p in params:
                if p.grad is None:
                    continue
                g = p.grad.data
                m[p] = 0.9 * m.get(p, 0.0) + 0.1 * g
                v[p] = 0.999 * v.get(p, 0.0) + 0.001 * g**2
                p.data = p.data - lr * (m[p] / (1 - 0.9**t)) / ((v[p] / (1 - 0.999**t)) ** 0.5 + 1e-8)
                p.grad = None
            total += loss.item() * len(X)
            count += len(X)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        for X, y in val_batches:
            total += loss_fn(model(X).detach(), y).item() * len(X)
            count += len(X)
        history["val"].append(total / count)
    return history
