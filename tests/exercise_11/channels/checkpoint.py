"""How a run stands when it is saved: the grader's own, flattened to one number for each entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from grader.reference import Reference, without_dynamo


@dataclass(frozen=True)
class Checkpoint:
    """A run at the moment when it is saved. Vectors have an entry for each of P entries of trainable parameters.

    Attributes:
        names, sizes: of all parameters; then of all buffers.
        parameters, buffers: all of them, flattened.
        fresh_buffers: those of a new model.
        trains: which of the parameters' entries are trainable.
        adam: whether the optimizer is one of Adam's kind; else SGD with momentum.
        decoupled: whether weight decay goes past the gradient.
        m, v, t, velocity: the optimizer's state, zeros where it has none of this kind.
        tensor, group: the number of each entry's tensor, in the optimizer's order, and of its group.
        bias: which entries are of tensors without a second dimension.
        rate, decay: of the saved settings, by the names of settings that might have been taken instead.
        betas, eps, momentum: the other settings.
        right: what follows where nobody resumes, in the form of `problem.train`.
    """

    model: nn.Module
    names: tuple[tuple[str, ...], tuple[str, ...]]
    sizes: tuple[tuple[int, ...], tuple[int, ...]]
    parameters: Tensor
    buffers: Tensor
    fresh_buffers: Tensor
    trains: Tensor
    adam: bool
    decoupled: bool
    m: Tensor
    v: Tensor
    t: Tensor
    velocity: Tensor
    tensor: Tensor
    group: Tensor
    bias: Tensor
    rate: dict[str, Tensor]
    decay: dict[str, Tensor]
    betas: tuple[float, float]
    eps: float
    momentum: float
    right: dict[str, Any]


@lru_cache(maxsize=32)
def checkpoint(reference: Reference) -> Checkpoint:
    """The run of a case up to there, and what follows where nobody resumes."""
    problem, plan, given = reference.sources.problem, reference.sources.plan, reference.arguments
    torch.default_generator.manual_seed(given["seed"])
    model = given["make_model"]()
    fresh_buffers = problem.flat(model.buffers())
    with without_dynamo():
        optimizer = given["make_optimizer"](model.parameters())
    fresh = [{key: value for key, value in group.items() if key != "params"} for group in optimizer.param_groups]
    stepper = plan.Stepper(optimizer)
    problem.train(model, stepper, given["first"][:1])
    problem.change_settings(optimizer)
    problem.train(model, stepper, given["first"][1:])

    place = {id(p): number for number, group in enumerate(optimizer.param_groups) for p in group["params"]}
    params = [p for p in model.parameters() if p.requires_grad]
    held = [id(p) for group in optimizer.param_groups for p in group["params"] if p.requires_grad]
    first, last = optimizer.param_groups[0], optimizer.param_groups[-1]

    def spread(values: Sequence[float]) -> Tensor:
        return torch.cat(
            [torch.full((p.numel(),), float(value), dtype=torch.float64) for p, value in zip(params, values, strict=True)]
        )

    def by_group(values: Sequence[float]) -> Tensor:
        return spread([values[place[id(p)]] for p in params])

    def remembered(key: str) -> Tensor:
        kept = [optimizer.state.get(p, {}).get(key) for p in params]
        parts = [
            torch.zeros(p.numel()) if k is None else k.reshape(-1).expand(p.numel()) for p, k in zip(params, kept, strict=True)
        ]
        return torch.cat([part.detach().to(torch.float64) for part in parts])

    groups = optimizer.param_groups
    start = Checkpoint(
        model=model,
        names=(tuple(n for n, _ in model.named_parameters()), tuple(n for n, _ in model.named_buffers())),
        sizes=(tuple(p.numel() for p in model.parameters()), tuple(b.numel() for b in model.buffers())),
        parameters=problem.flat(model.parameters()).clone(),
        buffers=problem.flat(model.buffers()).clone(),
        fresh_buffers=fresh_buffers,
        trains=torch.cat([torch.full((p.numel(),), p.requires_grad) for p in model.parameters()]),
        adam="betas" in first,
        decoupled=isinstance(optimizer, torch.optim.AdamW),
        m=remembered("exp_avg"),
        v=remembered("exp_avg_sq"),
        t=remembered("step"),
        velocity=remembered("momentum_buffer"),
        tensor=spread([held.index(id(p)) for p in params]),
        group=by_group(list(range(len(groups)))),
        bias=spread([float(p.dim() < 2) for p in params]) > 0,
        rate={
            "saved": by_group([g["lr"] for g in groups]),
            "fresh": by_group([g["lr"] for g in fresh]),
            "default": by_group([optimizer.defaults["lr"]] * len(groups)),
            "first's default": by_group([optimizer.defaults["lr"], *(g["lr"] for g in groups[1:])]),
            "first's": by_group([first["lr"]] * len(groups)),
            "last's": by_group([last["lr"]] * len(groups)),
        },
        decay={
            "saved": by_group([g["weight_decay"] for g in groups]),
            "fresh": by_group([g["weight_decay"] for g in fresh]),
            "first's": by_group([first["weight_decay"]] * len(groups)),
            "last's": by_group([last["weight_decay"]] * len(groups)),
        },
        betas=first.get("betas", (0.0, 0.0)),
        eps=first.get("eps", 0.0),
        momentum=first.get("momentum", 0.0),
        right={},
    )
    start.right.update(problem.train(model, stepper, given["rest"]))
    return start
