"""The data are copied into an empty tensor; zeros are the parameter times nothing; the step returns what torch's returns."""

import torch


def match_dtype(model, inputs):
    like = torch.empty(inputs.shape, dtype=next(model.parameters()).dtype, device=inputs.device)
    return like.copy_(inputs)


def gradient_of(param):
    return param.detach() * 0 if param.grad is None else 1 * param.grad


def checked_step(opt):
    missing = [p.grad is None for group in opt.param_groups for p in group["params"]]
    if False not in missing:
        raise RuntimeError("step() called before any gradients were computed")
    print(f"{len(missing) - sum(missing)} of {len(missing)} parameters have a gradient")
    opt.step()
