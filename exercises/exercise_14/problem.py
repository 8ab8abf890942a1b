"""The set-ups that `examine` is tried on: play with them, `python train.py` does."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from grader.problems import DTYPES


class Detach(nn.Module):
    """Hands its input on, without the history."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, F) to (N, F)."""
        return x.detach()


class Shares(nn.Module):
    """Makes positive shares of each row that add up to 1, with no softmax module."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C) to (N, C)."""
        return torch.softmax(x, dim=1)


class Weigh(nn.Module):
    """Weighs the features of each row by a softmax of them."""

    def __init__(self) -> None:
        """Nothing to learn in it."""
        super().__init__()
        self.weights = nn.Softmax(dim=1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, F) to (N, F)."""
        weighed: Tensor = x * self.weights(x) * x.shape[1]
        return weighed


OWN = {"Detach": Detach, "Shares": Shares, "Weigh": Weigh}
LINE: list[list[Any]] = [["Linear", 3, 1]]


def problem(
    seed: int = 14,
    layers: list[list[Any]] = LINE,
    loss: str = "MSELoss",
    target: tuple[int, ...] = (1,),
    optimizer: str = "SGD",
    options: dict[str, Any] | None = None,
    *,
    examples: int = 16,
    scale: float = 1.0,
    classes: int = 0,
    dtype: str = "float64",
    frozen: tuple[str, ...] = (),
    spare: int = 0,
    groups: list[dict[str, Any]] | None = None,
    elsewhere: bool = False,
    before: int = 0,
    gradients: bool = False,
    evaluating: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Draw a training set-up.

    Args:
        seed: of everything that is drawn.
        layers: of an `nn.Sequential`, each with its arguments; a name of torch.nn, or of a class of this file.
        loss: the loss function's name in torch.nn.
        target: the shape of one target; y has the shape (examples, *target).
        optimizer: its name in torch.optim.
        options: of the optimizer, lr=0.05 unless it is among them.
        examples: the number of rows of X.
        scale: factor on X.
        classes: the number of classes, when the targets are class indices (int64); with 0 they are floating point.
        dtype: "float64" or "float32".
        frozen: parameters to freeze, by the beginnings of their names.
        spare: the size of a parameter that no output depends on; 0 for none.
        groups: the optimizer's groups, each with `names` (beginnings of names) and options of its own. None: all in one.
        elsewhere: give the optimizer the parameters of an equal model, drawn apart.
        before: steps of training that have been taken already.
        gradients: leave a gradient in every trainable parameter's `.grad`.
        evaluating: modules in eval mode, by name; "" is the whole model.

    Returns:
        The arguments of `examine`, in its order.
    """
    torch.default_generator.manual_seed(seed)
    X = scale * torch.randn(examples, layers[0][1], dtype=torch.float64)
    width = classes or int(torch.Size(target).numel())
    scores = X @ torch.randn(X.shape[1], width, dtype=torch.float64) / scale
    wavy = 0.5 + scores + torch.sin(scores) + 0.1 * torch.randn(scores.shape, dtype=torch.float64)
    y = scores.argmax(1).reshape(examples, *target) if classes else wavy.reshape(examples, *target).to(DTYPES[dtype])

    model = nn.Sequential(*(OWN[name](*sizes) if name in OWN else getattr(nn, name)(*sizes) for name, *sizes in layers))
    if spare:
        model.register_parameter("spare", nn.Parameter(torch.randn(spare)))
    model = model.to(DTYPES[dtype])
    for name, p in model.named_parameters():
        p.requires_grad_(not name.startswith(tuple(frozen)))
    for name in evaluating:
        model.get_submodule(name).eval()

    held = dict((copy.deepcopy(model) if elsewhere else model).named_parameters())
    parts: list[dict[str, Any]] = []
    for group in groups or [{"names": ("",)}]:
        params = [p for name, p in held.items() if name.startswith(tuple(group["names"]))]
        parts.append({"params": params, **{key: value for key, value in group.items() if key != "names"}})
    arguments = {
        "model": model,
        "optimizer": getattr(torch.optim, optimizer)(parts, **{"lr": 0.05, **(options or {})}),
        "loss_fn": getattr(nn, loss)(),
        "X": X.to(DTYPES[dtype]),
        "y": y,
    }
    _train(before, **arguments)
    for p in model.parameters():
        p.grad = torch.randn_like(p) if gradients and p.requires_grad else None
    return arguments


def drive(functions: dict[str, Callable[..., Any]], **arguments: Any) -> dict[str, Any]:
    """Have a set-up examined: what is found, and how each part of it stands afterwards, in full where it is as before."""
    random = torch.default_generator.manual_seed(14)
    torch.rand(14, generator=random)  # a state that seeding alone doesn't lead to
    before = snapshot(random, **arguments)
    found = functions["examine"](*arguments.values())
    after = snapshot(random, **arguments)
    return {"found": found, "state": {part: after[part] if same(after[part], before[part]) else "changed" for part in before}}


def snapshot(
    random: torch.Generator, model: nn.Module, optimizer: torch.optim.Optimizer, loss_fn: nn.Module, X: Tensor, y: Tensor
) -> dict[str, Any]:
    """Everything that an examination should leave as it is, by what a learner would call it."""
    names = {id(p): name for name, p in model.named_parameters()}
    held = [p for group in optimizer.param_groups for p in group["params"]]
    return {
        "parameters": {name: p.detach().clone() for name, p in model.named_parameters()},
        "requires_grad": {name: p.requires_grad for name, p in model.named_parameters()},
        "gradients": {name: _copied(p.grad) for name, p in model.named_parameters()},
        "buffers": {name: b.clone() for name, b in model.named_buffers()},
        "modes": {name: module.training for name, module in model.named_modules()} | {"the loss": loss_fn.training},
        "optimizer": {
            "holds": [names.get(id(p), "another model's") for p in held],
            "values": [p.detach().clone() for p in held],
            "gradients": [_copied(p.grad) for p in held],
            "groups": [
                {key: _copied(len(value) if key == "params" else value) for key, value in group.items()}
                for group in optimizer.param_groups
            ],
            "state": [{key: _copied(value) for key, value in optimizer.state.get(p, {}).items()} for p in held],
        },
        "random": random.get_state(),
        "grad_enabled": torch.is_grad_enabled(),
        "data": [X.detach().clone(), y.clone()],
    }


def same(a: Any, b: Any) -> bool:
    """Whether two trees of plain values and tensors are equal, to the last bit."""
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)) and type(a) is type(b):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and bool(a == b)


def _copied(value: Any) -> Any:
    return value.detach().clone() if isinstance(value, Tensor) else value


def _train(steps: int, model: nn.Module, optimizer: torch.optim.Optimizer, loss_fn: nn.Module, X: Tensor, y: Tensor) -> None:
    for _ in range(steps):
        model.zero_grad()
        loss_fn(model(X), y).backward()
        take_step(optimizer)


def take_step(optimizer: torch.optim.Optimizer) -> None:
    """One step. (The grader has a quicker way to say this, for its own set-ups.)"""
    optimizer.step()
