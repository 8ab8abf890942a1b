"""A copy of the model, and a new optimizer of the same class for it, with the old one's groups and state."""

import copy
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer


def examine(model: nn.Module, optimizer: Optimizer, loss_fn: nn.Module, X: Tensor, y: Tensor) -> set[str]:
    """Find the names of what is wrong."""
    found: set[str] = set()
    state = torch.get_rng_state()
    twin = copy.deepcopy(model)
    own = dict(zip(model.parameters(), twin.parameters(), strict=True))
    rebuilt = rebuild(optimizer, own)

    if any_frozen(model.parameters()):
        found.add("frozen_parameters")
    if any(p.requires_grad and not is_held(p, optimizer) for p in model.parameters()):
        found.add("parameters_not_in_optimizer")

    first, last = float("nan"), float("nan")
    for step in range(20):
        rebuilt.zero_grad()
        twin.zero_grad()
        output = twin(X)
        loss = loss_fn(output, y)
        if loss.requires_grad:
            loss.backward()
        if step == 0:
            first = float(loss.detach())
            found |= symptoms(twin, output, loss_fn, y)
        rebuilt.step()
    last = float(loss_fn(twin(X), y).detach())
    if last != last or last > first:
        found.add("learning_rate_too_high")
    torch.set_rng_state(state)
    return found


def rebuild(optimizer: Optimizer, own: dict[nn.Parameter, nn.Parameter]) -> Optimizer:
    groups = []
    for group in optimizer.param_groups:
        options = {key: value for key, value in group.items() if key != "params"}
        groups.append({"params": [own.get(p, p) for p in group["params"]], **options})
    rebuilt = type(optimizer)(groups)
    rebuilt.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    return rebuilt


def any_frozen(parameters: Iterable[Tensor]) -> bool:
    return not all(p.requires_grad for p in parameters)


def is_held(parameter: Tensor, optimizer: Optimizer) -> bool:
    return any(parameter is p for group in optimizer.param_groups for p in group["params"])


def symptoms(model: nn.Module, output: Tensor, loss_fn: nn.Module, y: Tensor) -> set[str]:
    found: set[str] = set()
    if any(p.requires_grad and p.grad is None for p in model.parameters()):
        found.add("no_gradient")
    match loss_fn:
        case nn.CrossEntropyLoss() | nn.NLLLoss():
            task = torch.int64
        case _:
            task = torch.float64
    if y.is_floating_point() != task.is_floating_point:
        found.add("loss_does_not_match_task")
    if y.is_floating_point() and tuple(output.shape) != tuple(y.shape):
        found.add("shape_mismatch")
    if isinstance(loss_fn, nn.CrossEntropyLoss):
        rows = output.detach().double()
        if torch.all(rows >= 0) and torch.allclose(rows.sum(-1), torch.tensor(1.0).double(), atol=1e-5):
            found.add("softmax_before_cross_entropy")
    return found
