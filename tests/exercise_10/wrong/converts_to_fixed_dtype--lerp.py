"""The moments are float32, and meet a gradient in another dtype."""

import torch
from torch import nn

NORMALISATION = (
    *(nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d),
    *(nn.LayerNorm, nn.GroupNorm),
)


class AdamW:
    """AdamW, as torch.optim.AdamW computes it."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        """Keep the parameters, the decay of each, and zeros for both its moments."""
        params = list(params)
        groups = params if isinstance(params[0], dict) else [{"params": params}]
        pairs = [(p, group.get("weight_decay", weight_decay)) for group in groups for p in group["params"]]
        self.state = [(p, decay, torch.zeros(p.shape), torch.zeros(p.shape)) for p, decay in pairs]
        self.lr, self.betas, self.eps = lr, betas, eps
        self.t = 0

    @torch.no_grad()
    def step(self):
        """Shrink every parameter that has a gradient, then move it."""
        self.t += 1
        b1, b2 = self.betas
        for p, decay, m, v in self.state:
            if p.grad is None:
                continue
            p *= 1 - self.lr * decay
            m.lerp_(p.grad, 1 - b1)  # <-- lerp doesn't convert
            v.mul_(b2).add_(p.grad**2, alpha=1 - b2)
            m_hat = m / (1 - b1**self.t)
            v_hat = v / (1 - b2**self.t)
            p -= self.lr * m_hat / (v_hat.sqrt() + self.eps)

    def zero_grad(self):
        """Throw the gradients away."""
        for p, *_ in self.state:
            p.grad = None


def decay_groups(model, weight_decay):
    """Let weights decay; spare biases and normalisation parameters."""
    weights, others = [], []
    for path, p in model.named_parameters():
        module, _, name = path.rpartition(".")
        spared = "bias" in name or isinstance(model.get_submodule(module), NORMALISATION)
        (others if spared else weights).append(p)
    return [{"params": weights, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
