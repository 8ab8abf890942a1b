"""The copies come from torch.save and torch.load; the trial is a closure; it prints as it goes."""

import io

import torch


def examine(model, optimizer, loss_fn, X, y):
    buffer = io.BytesIO()
    torch.save({"model": model, "optimizer": optimizer, "random": torch.get_rng_state()}, buffer)
    buffer.seek(0)
    copies = torch.load(buffer, weights_only=False)
    m, opt = copies["model"], copies["optimizer"]
    bad = set()

    with_grad, without = [], []
    for name, p in m.named_parameters():
        (with_grad if p.requires_grad else without).append((name, p))
    if without:
        print("frozen:", [name for name, _ in without])
        bad.add("frozen_parameters")
    held = set()
    for group in opt.param_groups:
        held.update(map(id, group["params"]))
    if [name for name, p in with_grad if id(p) not in held]:
        bad.add("parameters_not_in_optimizer")

    losses = []

    def closure():
        opt.zero_grad()
        for _, p in with_grad:
            p.grad = None
        loss = loss_fn(m(X), y)
        losses.append(loss.item())
        if loss.requires_grad:
            loss.backward()
        return loss

    closure()
    if any(p.grad is None for _, p in with_grad):
        bad.add("no_gradient")
    for _ in range(20):
        opt.step(closure)
    closure()
    print("loss:", losses[0], "->", losses[-1])
    if not losses[-1] <= losses[0]:
        bad.add("learning_rate_too_high")

    out = m.eval()(X).detach()
    entropy = isinstance(loss_fn, torch.nn.CrossEntropyLoss)
    floating = y.dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64)
    if floating and list(out.shape) != list(y.shape):
        bad.add("shape_mismatch")
    if entropy and bool((out >= 0).all()) and bool((out.sum(1) - 1 < 1e-5).all()) and bool((1 - out.sum(1) < 1e-5).all()):
        bad.add("softmax_before_cross_entropy")
    if floating == (entropy or isinstance(loss_fn, torch.nn.NLLLoss)):
        bad.add("loss_does_not_match_task")
    torch.set_rng_state(copies["random"])
    return bad
