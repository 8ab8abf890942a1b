"""The problems that the three functions are tried on: play with them, `python train.py` does."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from grader import problems

DTYPES = {**problems.DTYPES, "float16": torch.float16, "bfloat16": torch.bfloat16}
Functions = dict[str, Callable[..., Any]]


def problem(task: str = "match_dtype", seed: int = 6, **options: Any) -> dict[str, Any]:
    """Draw the inputs of one task.

    Args:
        task: the function that is tried: "match_dtype", "gradient_of" or "checked_step".
        seed: of everything that is drawn.
        options: those of `data_problem`, `gradient_problem` or `step_problem`.

    Returns:
        The task, and what `drive` needs for it.
    """
    torch.default_generator.manual_seed(seed)
    make = {"match_dtype": data_problem, "gradient_of": gradient_problem, "checked_step": step_problem}[task]
    return {"task": task, **make(**options)}


def data_problem(dtype: str = "float32", data: str = "float16", normalized: bool = False) -> dict[str, Any]:
    """A model of one dtype, with batch normalisation or without, and data of another."""
    layers = [nn.Linear(3, 4), nn.BatchNorm1d(4) if normalized else nn.Tanh()]
    return {"model": nn.Sequential(*layers).to(DTYPES[dtype]), "X": torch.randn(5, 3, dtype=torch.float64).to(DTYPES[data])}


def gradient_problem(dtype: str = "float32", present: Sequence[bool] = (True, False), frozen: bool = False) -> dict[str, Any]:
    """Parameters with a gradient where `present` says so; the last one frozen, if asked for."""
    parameters = draw_parameters(len(present), dtype)
    parameters[-1].requires_grad_(not frozen)
    return {"parameters": parameters, "gradients": draw_gradients(parameters, present)}


def step_problem(
    dtype: str = "float32",
    optimizer: str = "sgd",
    groups: Sequence[int] = (2,),
    any_gradient: bool = True,
    present: Sequence[bool] | None = None,
    zero: bool = False,
    taken: int = 0,
    frozen: bool = False,
) -> dict[str, Any]:
    """An optimizer to make, and the gradients that it finds.

    Args:
        dtype: of all parameters.
        optimizer: "sgd", with momentum, or "adam".
        groups: how many parameters there are in each of its groups.
        any_gradient: whether it finds any at all.
        present: which of the parameters have a gradient; all of them unless it is given.
        zero: whether these gradients are all 0.
        taken: how many steps it has taken before, with a gradient for every parameter.
        frozen: freeze the last parameter.
    """
    parameters = draw_parameters(sum(groups), dtype)
    everywhere = [True] * len(parameters)
    before = [draw_gradients(parameters, everywhere) for _ in range(taken)]
    gradients = draw_gradients(parameters, present or everywhere) if any_gradient else [None] * len(parameters)
    if zero:
        gradients = [None if gradient is None else torch.zeros_like(gradient) for gradient in gradients]
    parameters[-1].requires_grad_(not frozen)
    return {"parameters": parameters, "groups": groups, "optimizer": optimizer, "before": before, "gradients": gradients}


def draw_parameters(number: int, dtype: str) -> list[nn.Parameter]:
    """Parameters of different shapes."""
    return [nn.Parameter(torch.randn(2 + k, 3, dtype=torch.float64).to(DTYPES[dtype])) for k in range(number)]


def draw_gradients(parameters: Sequence[Tensor], present: Sequence[bool]) -> list[Tensor | None]:
    """A gradient for each parameter that is to have one."""
    return [torch.randn_like(p).detach() if there else None for p, there in zip(parameters, present, strict=True)]


def drive(functions: Functions, task: str, **inputs: Any) -> dict[str, Any]:
    """Call the function of this task, and note what it gives back and what it leaves behind."""
    return {"match_dtype": drive_match, "gradient_of": drive_gradient, "checked_step": drive_step}[task](functions, **inputs)


def drive_match(functions: Functions, model: nn.Module, X: Tensor) -> dict[str, Any]:
    """Convert the data once."""
    result = functions["match_dtype"](model, X)
    return {"result": result, "X": X, "model": list(model.state_dict().values())}


def drive_gradient(functions: Functions, parameters: list[Tensor], gradients: list[Tensor | None]) -> dict[str, Any]:
    """Ask for the gradient of each parameter in turn."""
    leave(parameters, gradients)
    result = [functions["gradient_of"](p) for p in parameters]
    return {"result": result, "grad": [p.grad for p in parameters], "parameters": parameters}


def drive_step(
    functions: Functions,
    parameters: list[Tensor],
    groups: Sequence[int],
    optimizer: str,
    before: list[list[Tensor | None]],
    gradients: list[Tensor | None],
) -> dict[str, Any]:
    """Step once with the gradients given, and note the words of a RuntimeError."""
    rest = iter(parameters)
    options = [{"params": [next(rest) for _ in range(number)]} for number in groups]
    made = torch.optim.Adam(options, lr=0.1) if optimizer == "adam" else torch.optim.SGD(options, lr=0.1, momentum=0.5)
    for earlier in before:
        leave(parameters, earlier)
        made.step()
    leave(parameters, gradients)
    raised = None
    try:
        functions["checked_step"](made)
    except NotImplementedError:  # a RuntimeError too, and it says that the function isn't written yet
        raise
    except RuntimeError as error:
        raised = str(error)
    return {"raised": raised, "parameters": parameters, "grad": [p.grad for p in parameters]}


def leave(parameters: Sequence[Tensor], gradients: Sequence[Tensor | None]) -> None:
    """Put the gradients where `backward` would."""
    for p, gradient in zip(parameters, gradients, strict=True):
        p.grad = None if gradient is None else gradient.clone()
