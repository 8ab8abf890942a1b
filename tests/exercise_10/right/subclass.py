"""A subclass of torch.optim.Optimizer, whose groups come for free; normalisation by the name of the class."""

import torch


class AdamW(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        if not lr >= 0.0 or not weight_decay >= 0.0:
            raise ValueError("lr and weight_decay must not be negative")
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                p.mul_(1 - group["lr"] * group["weight_decay"])
                state = self.state[p]
                if not state:
                    state.update(t=0, m=torch.zeros_like(p), v=torch.zeros_like(p))
                state["t"] += 1
                state["m"].lerp_(p.grad, 1 - b1)
                state["v"].mul_(b2).addcmul_(p.grad, p.grad, value=1 - b2)
                root = (state["v"] / (1 - b2 ** state["t"])).sqrt_().add_(group["eps"])
                p.addcdiv_(state["m"], root, value=-group["lr"] / (1 - b1 ** state["t"]))
        return loss


def decay_groups(model, weight_decay):
    decay, no_decay = {}, {}
    for module_name, module in model.named_modules():
        for name, p in module.named_parameters(recurse=False):
            path = f"{module_name}.{name}" if module_name else name
            if "Norm" in type(module).__name__ or name.startswith("bias"):
                no_decay[path] = p
            else:
                decay[path] = p
    seen = set()
    decay = [p for p in decay.values() if not (p in seen or seen.add(p))]
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": list(no_decay.values()), "weight_decay": 0.0},
    ]
