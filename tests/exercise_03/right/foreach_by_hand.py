"""Adam by hand with torch._foreach functions."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    losses, m, v = [], None, None
    for t in range(1, epochs + 1):
        model.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            params = [p for p in model.parameters() if p.grad is not None]
            grads = [p.grad for p in params]
            if m is None:
                m = [torch.zeros_like(p) for p in params]
                v = [torch.zeros_like(p) for p in params]
            torch._foreach_lerp_(m, grads, 1 - 0.9)
            torch._foreach_mul_(v, 0.999)
            torch._foreach_addcmul_(v, grads, grads, 1 - 0.999)
            roots = torch._foreach_div(v, 1 - 0.999**t)
            torch._foreach_sqrt_(roots)
            torch._foreach_add_(roots, 1e-8)
            torch._foreach_addcdiv_(params, m, roots, -lr / (1 - 0.9**t))
    return losses
