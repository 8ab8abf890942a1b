"""Updates through .data, the state by id, and groups that keep the names as well."""

import math

from torch import nn


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        self.defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        self.param_groups = []
        self.state = {}
        params = list(params)
        for group in params if type(params[0]) is dict else [{"params": params}]:
            group = dict(group)
            for key, value in self.defaults.items():
                group.setdefault(key, value)
            self.param_groups.append(group)

    def step(self):
        for group in self.param_groups:
            lr, (beta1, beta2), eps = group["lr"], group["betas"], group["eps"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                grad = p.grad.data
                if id(p) not in self.state:
                    self.state[id(p)] = [0, grad.new_zeros(grad.shape), grad.new_zeros(grad.shape)]
                state = self.state[id(p)]
                state[0] += 1
                t, m, v = state
                p.data.mul_(1 - lr * group["weight_decay"])
                m.mul_(beta1).add_(grad, alpha=1 - beta1)
                v.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
                p.data.addcdiv_(m, v.sqrt().div_(math.sqrt(1 - beta2**t)).add_(eps), value=-lr / (1 - beta1**t))

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad.detach_()
                    p.grad.zero_()


def is_norm(module):
    kinds = [nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm, nn.LayerNorm, nn.GroupNorm]
    kinds += [nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d]
    return any(isinstance(module, kind) for kind in kinds)


def decay_groups(model, weight_decay):
    no_decay = set()
    for path, module in model.named_modules():
        for name, _ in module.named_parameters(prefix=path, recurse=False):
            if is_norm(module) or name.split(".")[-1].startswith("bias"):
                no_decay.add(name)
    named = dict(model.named_parameters())
    decay = [name for name in named if name not in no_decay]
    spared = [name for name in named if name in no_decay]
    return [
        {"params": [named[n] for n in decay], "names": decay, "weight_decay": weight_decay},
        {"params": [named[n] for n in spared], "names": spared, "weight_decay": 0.0},
    ]
