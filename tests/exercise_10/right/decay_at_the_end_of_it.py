"""The decay is taken before the update and applied after it, from the value that the parameter had: the same thing."""

import torch


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        params = list(params)
        self.options = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        groups = params if all(isinstance(entry, dict) for entry in params) else [{"params": params}]
        self.entries = []
        for group in groups:
            options = self.options | {key: value for key, value in group.items() if key != "params"}
            for p in group["params"]:
                self.entries.append((p, options, {"t": 0, "m": torch.zeros_like(p), "v": torch.zeros_like(p)}))

    @torch.no_grad()
    def step(self):
        for p, options, state in self.entries:
            if p.grad is None:
                continue
            before = p.clone()
            b1, b2 = options["betas"]
            state["t"] += 1
            state["m"].mul_(b1).add_(p.grad, alpha=1 - b1)
            state["v"].mul_(b2).addcmul_(p.grad, p.grad, value=1 - b2)
            m_hat = state["m"] / (1 - b1 ** state["t"])
            v_hat = state["v"] / (1 - b2 ** state["t"])
            p.addcdiv_(m_hat, v_hat.sqrt() + options["eps"], value=-options["lr"])
            p.sub_(before, alpha=options["lr"] * options["weight_decay"])

    def zero_grad(self):
        for p, _, _ in self.entries:
            if p.grad is not None:
                p.grad.zero_()


def decay_groups(model, weight_decay):
    groups = {True: {"params": [], "weight_decay": weight_decay}, False: {"params": [], "weight_decay": 0.0}}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        owner = model
        *path, last = name.split(".")
        for part in path:
            owner = getattr(owner, part)
        decays = "bias" not in last and not type(owner).__name__.endswith(("Norm", "Norm1d", "Norm2d", "Norm3d"))
        groups[decays]["params"].append(parameter)
    return [group for group in groups.values() if group["params"]]
