"""Does once, in the zygote, what every run would do first: imports, and the first call of what the exercises use."""

import copy
import gc
import importlib
import sys
import traceback
import types
import warnings
from typing import Any

import torch
from torch import nn

_OPTIMIZERS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("Adam", {}),
    ("AdamW", {}),
    ("RMSprop", {"momentum": 0.9}),
    ("Adamax", {}),
    ("NAdam", {}),
    ("Adagrad", {}),
]


class _DynamoOnDemand(types.ModuleType):
    """Stands in for torch._dynamo until somebody wants more of it than that it stays out of the way.

    The first optimizer of a process imports it, to tell torch.compile not to look: a second, 800 modules and 70 MB that
    each fork would carry, for nothing where nothing is compiled.
    """

    def __init__(self) -> None:
        super().__init__("torch._dynamo")
        self.graph_break = lambda *_args, **_kwargs: None
        self.disable = lambda function=None, *_args, **_kwargs: function or (lambda f: f)

    def __getattr__(self, name: str) -> Any:
        if name in ("__path__", "__file__") and sys.modules.get(self.__name__) is not self:
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def spare_dynamo() -> None:
    """Put the stand-in in its place, where torch has not imported the real one yet."""
    if "torch._dynamo" not in sys.modules:
        sys.modules["torch._dynamo"] = torch._dynamo = _DynamoOnDemand()


def warm_up() -> None:
    """Make and step the optimizers, models, losses and schedulers that the exercises use."""
    torch.set_num_threads(1)  # from the start: a parallel operation before the fork hangs the child
    spare_dynamo()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, options in _OPTIMIZERS:
            for variant in ({}, {"foreach": True}, {"fused": True}):
                try:
                    _train(getattr(torch.optim, name), options | variant, torch.float64)
                except (TypeError, ValueError, RuntimeError, AttributeError):
                    continue  # not every optimizer has every variant, in every version
        _train(torch.optim.SGD, {"lr": 0.1}, torch.float32)
        _train(torch.optim.Adam, {}, torch.float32)
        _schedule()
    try:
        torch.zeros(2) @ torch.zeros(3)
    except RuntimeError as error:
        traceback.format_exception(error)


def freeze() -> None:
    """Keep the garbage collector off what is there now, so that a child shares it instead of copying it."""
    gc.collect()
    gc.freeze()


def _train(kind: Any, options: dict[str, Any], dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 4), nn.ReLU(), nn.Dropout(0.1), nn.Linear(4, 2)
    ).to(dtype)
    x = torch.randn(8, 3, dtype=dtype)
    targets = [
        (nn.MSELoss(), torch.randn(8, 2, dtype=dtype)),
        (nn.L1Loss(), torch.randn(8, 2, dtype=dtype)),
        (nn.CrossEntropyLoss(), torch.randint(2, (8,))),
    ]
    optimizer = kind(model.parameters(), **options)
    for loss_fn, y in targets:

        def closure(loss_fn: nn.Module = loss_fn, y: torch.Tensor = y) -> torch.Tensor:
            optimizer.zero_grad()
            loss: torch.Tensor = loss_fn(model(x), y)
            loss.backward()
            return loss

        closure()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        str(float(optimizer.step(closure)))
    model.eval()
    with torch.no_grad():
        str(model(x).argmax(1).to(dtype).mean().item())
    optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    str(model.state_dict())


def _schedule() -> None:
    schedulers = torch.optim.lr_scheduler
    for make in (
        lambda o: schedulers.StepLR(o, 1),
        lambda o: schedulers.ExponentialLR(o, 0.9),
        lambda o: schedulers.CosineAnnealingLR(o, 10),
        lambda o: schedulers.LambdaLR(o, lambda _: 1.0),
        lambda o: schedulers.OneCycleLR(o, 0.1, total_steps=10),
    ):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1, momentum=0.9)
        scheduler: Any = make(optimizer)
        optimizer.step()
        scheduler.step()
