"""The runs that are saved and resumed, and the optimizers whose state is counted: play with them, `python train.py` does."""

import io
import pickle
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from grader.problems import regression, split

DTYPES = {"float64": torch.float64, "float32": torch.float32, "bfloat16": torch.bfloat16}
Parameters = Iterable[nn.Parameter]
Batch = tuple[Tensor, Tensor]


def decay_weights_only(parameters: Parameters, lr: float) -> torch.optim.Optimizer:
    """AdamW with two groups, which differ in weight decay and learning rate."""
    parameters = list(parameters)
    groups = [
        {"params": [p for p in parameters if p.dim() > 1], "weight_decay": 0.3},
        {"params": [p for p in parameters if p.dim() <= 1], "weight_decay": 0.0, "lr": 2 * lr},
    ]
    return torch.optim.AdamW(groups, lr=lr, betas=(0.8, 0.95), eps=1e-3)


OPTIMIZERS: dict[str, Callable[[Parameters, float], torch.optim.Optimizer]] = {
    "sgd": lambda parameters, lr: torch.optim.SGD(parameters, lr=lr),
    "momentum": lambda parameters, lr: torch.optim.SGD(parameters, lr=lr, momentum=0.8),
    "adam": lambda parameters, lr: torch.optim.Adam(parameters, lr=lr, betas=(0.8, 0.95), eps=1e-3),
    "amsgrad": lambda parameters, lr: torch.optim.Adam(parameters, lr=lr, amsgrad=True),
    "groups": decay_weights_only,
}


def problem(
    task: str = "resume",
    seed: int = 11,
    optimizer: str = "adam",
    dtype: str = "float64",
    before: int = 3,
    after: int = 4,
    lr: float = 0.05,
    frozen: bool = False,
) -> dict[str, Any]:
    """What one case needs.

    Args:
        task: "resume" for a run that is saved and resumed; "bytes" for optimizers whose state is counted.
        seed: of the first model's weights, and of the data.
        optimizer: which of `OPTIMIZERS`.
        dtype: of model, data and state.
        before, after: how many steps are taken before the checkpoint, and after it.
        lr: the learning rate that the optimizer is made with. It is changed before the checkpoint.
        frozen: freeze one bias.
    """
    if task == "bytes":
        return {"task": task, "dtype": DTYPES[dtype]}

    def make_model() -> nn.Module:
        """A small network, with new random weights at each call."""
        model = nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1)).to(DTYPES[dtype])
        model[1].bias.requires_grad_(not frozen)
        return model

    def make_optimizer(parameters: Parameters) -> torch.optim.Optimizer:
        """An optimizer as it is at the start of a run."""
        return OPTIMIZERS[optimizer](parameters, lr)

    sizes = [6, 5, 7, 4, 8, 5, 6, 7, 5, 6][: before + after]
    _, X, y = regression(seed, examples=sum(sizes), features=4, dtype=dtype, dead=False)
    batches = split(X, y, sizes)
    made = {"make_model": make_model, "make_optimizer": make_optimizer}
    return {"task": task, **made, "first": batches[:before], "rest": batches[before:], "seed": seed}


def drive(functions: dict[str, Any], task: str, **inputs: Any) -> dict[str, Any]:
    """Use the learner's functions on one case."""
    return interrupt(functions, **inputs) if task == "resume" else count(functions, **inputs)


def interrupt(
    functions: dict[str, Any],
    make_model: Callable[[], nn.Module],
    make_optimizer: Callable[[Parameters], torch.optim.Optimizer],
    first: Sequence[Batch],
    rest: Sequence[Batch],
    seed: int,
) -> dict[str, Any]:
    """Train, save, train on; then resume from what was saved, and train on the same batches again.

    Returns:
        Both runs after the checkpoint (see `train`); or what stood in the way of the second.
    """
    torch.default_generator.manual_seed(seed)
    model = make_model()
    optimizer = make_optimizer(model.parameters())
    train(model, optimizer, first[:1])
    change_settings(optimizer)
    train(model, optimizer, first[1:])

    file = io.BytesIO()
    saved = functions["save"](model, optimizer)
    if not isinstance(saved, dict):
        return {"saved": type(saved).__name__}
    torch.save(saved, file)
    file.seek(0)
    uninterrupted = train(model, optimizer, rest)
    functions["save"](model, optimizer)  # a later checkpoint, which nobody loads
    try:
        checkpoint = torch.load(file, weights_only=True)
    except pickle.UnpicklingError:
        return {"refused": "Weights only load failed"}
    # A run is resumed in another process as a rule: nothing but the checkpoint gets there.
    functions = functions.again() if hasattr(functions, "again") else functions
    resumed = functions["resume"](checkpoint, make_model, make_optimizer)
    match resumed:
        case (nn.Module() as model, torch.optim.Optimizer() as optimizer):
            return {"uninterrupted": uninterrupted, "resumed": train(model, optimizer, rest)}
    names = [type(part).__name__ for part in resumed] if isinstance(resumed, (tuple, list)) else [type(resumed).__name__]
    return {"neither": ", ".join(names[:5])}


def change_settings(optimizer: torch.optim.Optimizer) -> None:
    """Change learning rates and weight decay, of each group otherwise: what a schedule may do in the middle of a run."""
    for number, group in enumerate(optimizer.param_groups, 1):
        group["lr"] *= 0.3 * number
        group["weight_decay"] += 0.1


def train(model: nn.Module, optimizer: torch.optim.Optimizer, batches: Sequence[Batch]) -> dict[str, Any]:
    """Take a step on each batch, in train mode.

    Returns:
        The loss of each step, and all parameters and buffers at the start and after each step.
    """
    model.train()
    losses, parameters, buffers = [], [flat(model.parameters())], [flat(model.buffers())]
    for X, y in batches:
        optimizer.zero_grad()
        loss = ((model(X) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        parameters.append(flat(model.parameters()))
        buffers.append(flat(model.buffers()))
    return {"losses": losses, "parameters": parameters, "buffers": buffers}


def flat(tensors: Iterable[Tensor]) -> Tensor:
    """All entries of all tensors, in one."""
    return torch.cat([t.detach().reshape(-1) for t in tensors])


def count(functions: dict[str, Any], dtype: torch.dtype) -> dict[str, list[Any]]:
    """Have the state of each optimizer counted: when it is new, and after a step that leaves one parameter out."""
    counted = {}
    for name, optimizer in fresh(dtype):
        counted[name] = [functions["state_bytes"](optimizer)]
        for p in [p for group in optimizer.param_groups for p in group["params"]][1:]:
            p.grad = torch.full_like(p, 0.5)
        optimizer.step()
        counted[name].append(functions["state_bytes"](optimizer))
    return counted


def fresh(dtype: torch.dtype) -> Iterable[tuple[str, torch.optim.Optimizer]]:
    """New optimizers by name, each of three parameters of its own."""
    for name in ("sgd", "momentum", "adam", "amsgrad", "groups"):
        yield name, OPTIMIZERS[name]([nn.Parameter(torch.ones(shape, dtype=dtype)) for shape in ((4, 3), (5,), (2, 4))], 0.1)
