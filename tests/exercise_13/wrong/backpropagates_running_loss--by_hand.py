"""backward() runs on the total of all losses; steps on p.data change weights unseen by autograd."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    velocity, rates = {}, []
    running = 0.0
    for epoch in range(epochs):
        rate = lr * gamma ** (epoch // step_size)
        for X, y in batches:
            model.zero_grad()
            running = running + loss_fn(model(X), y)
            running.backward(retain_graph=True)  # <-- goes through every earlier loss again
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            for p in model.parameters():
                if p.grad is not None:
                    velocity[p] = 0.9 * velocity.get(p, 0.0) + p.grad
                    p.data = p.data - rate * velocity[p]
        rates.append(rate)
    return rates
