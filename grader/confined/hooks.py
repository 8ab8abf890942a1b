"""How the recorder is told what happens: hooks of torch's, and wrappers where torch has none. Nothing is looked at here."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.optim import optimizer

from grader import tapes
from grader.confined.recorder import Recorder

_watching: Recorder | None = None


def watch(recorder: Recorder | None) -> None:
    """Make `recorder` the one that is told; None ends the recording."""
    global _watching
    _watching = recorder


@functools.cache
def install() -> None:
    """Put the hooks in place, once a process, before any of the learner's code is loaded."""
    register_module_forward_pre_hook(_module_called)
    register_module_forward_hook(_module_returned, always_call=True)
    optimizer.register_optimizer_step_pre_hook(_step_starts)
    optimizer.register_optimizer_step_post_hook(_step_ends)
    # torch has no hooks for these.
    torch.autograd.backward = _after(torch.autograd.backward, _backward_done)
    torch.autograd.grad = _watched_grad(torch.autograd.grad)
    _patch(torch.optim.Optimizer, "zero_grad", _cleared)
    _patch(nn.Module, "zero_grad", _cleared)
    _patch(torch.optim.Optimizer, "__init__", _made)
    for clip in ("clip_grad_norm_", "clip_grad_value_"):
        _patch(nn.utils, clip, _clipped)
        setattr(nn.utils.clip_grad, clip, getattr(nn.utils, clip))
    setattr(tapes, "take_step", _driven_step(tapes.take_step))  # noqa: B010
    setattr(tapes, "clear", _driven_clear(tapes.clear))  # noqa: B010


def _after(function: Callable[..., Any], told: Callable[[Any, tuple[Any, ...], dict[str, Any]], None]) -> Any:
    """Wrap `function` so that `told(result, args, kwargs)` runs after it while a recorder is watching."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if _watching is not None:
            told(result, args, kwargs)
        return result

    return wrapped


def _patch(owner: object, name: str, told: Callable[[Any, tuple[Any, ...], dict[str, Any]], None]) -> None:
    setattr(owner, name, _after(getattr(owner, name), told))


def _module_called(module: nn.Module, args: tuple[Any, ...]) -> None:
    if _watching is not None:
        _watching.module_called(module, args)


def _module_returned(_module: nn.Module, _args: Any, _output: Any) -> None:
    if _watching is not None:
        _watching.module_returned()


_STEP = optimizer.Optimizer.profile_hook_step(
    lambda _self: None
).__code__  # of every `step` that torch has put its hooks around


def _outermost() -> bool:
    """Whether no step is under way but the one that calls: a subclass's `step` may call that of the class it stands on."""
    depth = 0
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and depth < 2:
        depth += frame.f_code is _STEP
        frame = frame.f_back
    return depth < 2


def _step_starts(optimizer: torch.optim.Optimizer, _args: Any, _kwargs: Any) -> None:
    if _watching is not None and not _watching.driven and _outermost():
        _watching.step_starts(optimizer)


def _step_ends(_optimizer: torch.optim.Optimizer, _args: Any, _kwargs: Any) -> None:
    if _watching is not None and not _watching.driven and _outermost():
        _watching.step_ends()


def _driven_step(function: Callable[[Any], None]) -> Callable[[Any], None]:
    """Wrap the driver's call of a learner's `step`, which torch has no hook for unless it is one of its own classes."""

    @functools.wraps(function)
    def wrapped(optimizer: Any) -> None:
        recorder = _watching
        if recorder is None:
            return function(optimizer)
        recorder.driven = True
        recorder.step_starts(optimizer)
        sys.setprofile(_notice_borrowing)
        try:
            function(optimizer)
        finally:
            sys.setprofile(None)
        recorder.step_ends()
        recorder.driven = False
        return None

    return wrapped


def _notice_borrowing(frame: FrameType, event: str, called: Any) -> None:
    """Note each call, while a learner's own `step` runs, of code of torch.optim's or of the kernels that it calls."""
    code, name = frame.f_code, ""
    if event == "call" and code.co_filename.startswith(_OPTIM) and code.co_filename != optimizer.__file__:
        name = code.co_name
    elif event == "call" and code.co_filename == _OPS:
        name = getattr(frame.f_locals.get("self"), "__name__", "")
        name = name if _FUSED in name else ""
    elif event == "c_call":
        name = called.__name__ if _FUSED in called.__name__ else ""
    if name and _watching is not None:
        _watching.update_borrowed(name)


_OPTIM = str(Path(optimizer.__file__).parent)
_OPS = str(torch._ops.__file__)
_FUSED = "_fused_"


def _driven_clear(function: Callable[[Any], None]) -> Callable[[Any], None]:
    @functools.wraps(function)
    def wrapped(optimizer: Any) -> None:
        recorder = _watching
        if recorder is not None:
            recorder.driven = True
        function(optimizer)
        if recorder is not None:
            recorder.driven = False
            recorder.gradients_cleared()

    return wrapped


def _backward_done(_result: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    assert _watching is not None
    _watching.gradients_computed(args[0] if args else kwargs.get("tensors"), None)


def _watched_grad(function: Callable[..., Any]) -> Any:
    """Wrap `torch.autograd.grad`, whose `inputs` may be a generator, which can be read only once."""

    @functools.wraps(function)
    def wrapped(outputs: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
        result = function(outputs, inputs, *args, **kwargs)
        if _watching is not None:
            _watching.gradients_computed(outputs, _watching.map_to_tracked(inputs, result))
        return result

    return wrapped


def _cleared(_result: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> None:
    assert _watching is not None
    if not _watching.driven:
        _watching.gradients_cleared()


def _clipped(_result: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> None:
    assert _watching is not None
    _watching.gradients_clipped()


def _made(_result: Any, args: tuple[Any, ...], _kwargs: dict[str, Any]) -> None:
    assert _watching is not None
    _watching.optimizer_made(args[0])
