"""The problems that `compare` is tried on: play with them, `python train.py` does."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook

from grader.problems import DTYPES, regression

Functions = dict[str, Callable[..., Any]]


def problem(
    seed: int = 7,
    model: str = "tanh",
    features: int = 5,
    dtype: str = "float64",
    epochs: int = 8,
    adam_lr: float = 0.05,
    sgd_lr: float = 0.1,
    frozen: bool = False,
    unused: bool = False,
    **options: Any,
) -> dict[str, Any]:
    """Draw the data; the models are drawn when `make_model` is called.

    Args:
        seed: of the data.
        model: "linear", or "tanh" for a network of one hidden layer.
        features: the number of columns of X.
        dtype: of models and data.
        epochs, adam_lr, sgd_lr: what `compare` is asked for.
        frozen: freeze a bias of each model.
        unused: give each model a parameter that no output depends on.
        options: others of `grader.problems.regression`.

    Returns:
        The arguments of `compare`, in its order.
    """
    _, X, y = regression(seed, "linear", features=features, dtype=dtype, **options)

    def make_model() -> nn.Module:
        """Make a model with weights drawn from torch's global random state: others at each call."""
        layers = [nn.Linear(features, 4), nn.Tanh(), nn.Linear(4, 1)] if model == "tanh" else [nn.Linear(features, 1)]
        network = nn.Sequential(*layers)
        layers[0].bias.requires_grad_(not frozen)
        if unused:
            network.register_parameter("unused", nn.Parameter(torch.randn(3)))
        return network.to(DTYPES[dtype])

    return {
        "make_model": make_model,
        "loss_fn": nn.MSELoss(),
        "X": X,
        "y": y,
        "epochs": epochs,
        "adam_lr": adam_lr,
        "sgd_lr": sgd_lr,
    }


def drive(functions: Functions, make_model: Callable[[], nn.Module], **inputs: Any) -> dict[str, Any]:
    """Call `compare`, and note which models were put to use, and on what.

    Returns:
        What `compare` returned as `result`; X and y as they are afterwards; `weights`, those that `make_model` gave and a run
        began with, flattened and once each; the numbers of `rows` and the `dtypes` of the data that modules were called with.
    """
    made: list[Tensor] = []
    states: list[Tensor] = []
    used: set[int] = set()
    rows: set[int] = set()
    dtypes: set[str] = set()

    def noted() -> nn.Module:
        # The same random state gives the same model, another state another; which number you seed with makes no difference.
        found = torch.get_rng_state()
        make_model()  # draws what a model draws
        went_on = torch.get_rng_state()
        number = next((n for n, state in enumerate(states) if torch.equal(state, found)), len(states))
        if number == len(states):
            states.append(found)
        torch.default_generator.manual_seed(700 + number)
        model = make_model()
        torch.set_rng_state(went_on)
        made.append(flat(model))
        return model

    def note(module: nn.Module, data: tuple[Any, ...]) -> None:
        """Before each forward pass of any module."""
        try:
            now = flat(module)
            used.update([number for number, weights in enumerate(made) if torch.equal(weights, now)][:1])
        except RuntimeError:  # inside torch.func, parameters have no content of their own
            return
        tensors = [value for value in data if isinstance(value, Tensor) and value.dim()] if len(now) else []
        rows.update(len(tensor) for tensor in tensors)
        dtypes.update(str(tensor.dtype) for tensor in tensors)

    with register_module_forward_pre_hook(note):
        result = functions["compare"](noted, *inputs.values())
    return {
        "result": result,
        "X": inputs["X"],
        "y": inputs["y"],
        "weights": [made[number] for number in sorted(used)] or made,
        "rows": sorted(rows),
        "dtypes": sorted(dtypes),
    }


def flat(model: nn.Module) -> Tensor:
    """All parameters of a model as one float64 vector."""
    return torch.cat([torch.zeros(0), *(p.detach().reshape(-1).to(torch.float64) for p in model.parameters())])
