"""Watches a training loop from outside while it runs, whatever its style.

The learner's code stays as it is. The recorder looks whenever something happens that torch lets it see: at the parameters
before a forward pass and after an optimizer's step, at the gradients after a backward pass and before a step. An update made
by hand needs no hook: it shows as parameters that changed between two looks. What is kept is arrays and events; nothing is
judged here.
"""

import ctypes
import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.optim import optimizer

from grader import tapes

MAX_INPUT_BYTES = 1 << 20
MAX_INPUTS = 512
MAX_UNTRACKED = 200  # events, where no model is watched


class TooManyEvents(BaseException):
    """The recorded code goes on far beyond what was asked; no `except Exception` of the learner's may swallow it."""


def content(tensor: Tensor) -> bytes:
    """The bytes of a tensor's elements, in order: the cheapest look there is."""
    if tensor.layout is not torch.strided or not tensor.is_contiguous():
        tensor = tensor.detach().to_dense().contiguous()
    return ctypes.string_at(tensor.data_ptr(), tensor.nbytes)


class Recorder:
    """The event log and the snapshots of one call of the learner's function.

    Attributes:
        events: one list for each thing that happened: [kind, line, row in `parameters`, row in `gradients`, detail].
            Kinds: optimizer, borrowed (a function of torch.optim's makes the step of a learner's own class), zero_grad,
            forward, loss, backward, clip, step_start, step_end, end.
        parameters: distinct snapshots of all parameters, the content of each behind the other, in the model's order.
        gradients: distinct snapshots of all `.grad`, alike, zeros where a gradient is None.
        present: beside each row of `gradients`, for each parameter whether it had a gradient.
        inputs: distinct tensors that the model was called with, or that the loss was computed against.
        driven: whether the course's own driver (`grader.tapes.play`) is in a step or a clearing: what is inside is part of it.
    """

    def __init__(self, model: nn.Module, loss_fn: object, filename: str, max_events: int) -> None:
        """Track `model`'s parameters, frozen ones too. `filename`: whose lines the events name.

        Where the model has none, what happens doesn't count: the first events are kept, and the others let go.
        """
        places = [(m, name, p) for m in model.modules() for name, p in m._parameters.items() if p is not None]
        own = {id(p): (m, name, torch.full_like(p, float("nan"))) for m, name, p in places}  # a tied one counts once
        self._slots = list(own.values())
        self._model, self._loss_fn, self._filename, self._max_events = model, loss_fn, filename, max_events
        self._dtypes = [(p.numel(), p.dtype) for p in self.tracked()]
        self._depth = 0
        self.driven = False
        self._optimizers: list[object] = []
        self._seen: dict[tuple[torch.Size, torch.dtype, bytes], int] = {}
        self.events: list[list[Any]] = []
        self.parameters: list[bytes] = []
        self.gradients: list[bytes] = []
        self.present: list[list[bool]] = []
        self.inputs: list[Tensor] = []
        self._look()
        self._look_at_gradients()

    # What is there to see

    def tracked(self) -> list[Tensor]:
        """The parameters as the model holds them now: a learner may have put new ones in their place.

        NaN stands in for one that is gone, or has another shape.
        """
        return [
            p if (p := module._parameters.get(name)) is not None and p.shape == gone.shape else gone
            for module, name, gone in self._slots
        ]

    def _look(self) -> None:
        if not self._slots and self.parameters:
            return
        tracked = self.tracked()
        if any(map(_is_traced, tracked)):
            return  # inside torch.func the parameters are stand-ins without content; they are back at the next event
        now = b"".join([content(p) for p in tracked])
        if not self.parameters or now != self.parameters[-1]:
            self.parameters.append(now)

    def _look_at_gradients(self, gradients: Sequence[Tensor | None] | None = None) -> None:
        if not self._slots and self.gradients:
            return
        tracked = self.tracked()
        if gradients is None:
            gradients = [p.grad for p in tracked]
        if any(g is not None and _is_traced(g) for g in gradients):
            return
        present = [g is not None for g in gradients]
        now = b"".join([bytes(p.nbytes) if g is None else content(g) for p, g in zip(tracked, gradients, strict=True)])
        if not self.gradients or now != self.gradients[-1] or present != self.present[-1]:
            self.gradients.append(now)
            self.present.append(present)

    def buffers(self) -> Tensor:
        """(1, B) what the model keeps beside its parameters (running statistics), flattened, in float64."""
        found = [b.detach().reshape(-1).to(torch.float64) for b in self._model.buffers() if b.layout is torch.strided]
        return torch.cat([torch.zeros(0, dtype=torch.float64), *found]).reshape(1, -1)

    def matrix(self, rows: list[bytes]) -> Tensor:
        """Snapshots as a (rows, P) float64 array, which holds float32 and half exactly.

        A row of another length, from a model that was changed to another dtype or shape, has nothing to compare: it is all NaN.
        """
        size = sum(count * dtype.itemsize for count, dtype in self._dtypes)
        block = bytearray(b"".join([row if len(row) == size else b"\xff" * size for row in rows]))
        table = torch.frombuffer(block, dtype=torch.uint8).reshape(len(rows), size) if block else torch.zeros(len(rows), 0)
        columns, at = [torch.zeros(len(rows), 0, dtype=torch.float64)], 0
        for count, dtype in self._dtypes:
            part = table[:, at : at + count * dtype.itemsize].contiguous()
            columns.append(part.view(dtype).to(torch.float64) if count else columns[0])
            at += count * dtype.itemsize
        return torch.cat(columns, dim=1)

    def _note(self, kind: str, detail: dict[str, Any] | None = None) -> None:
        """Note an event, with the last snapshots: who wants new ones looks before."""
        if not self._slots and len(self.events) >= MAX_UNTRACKED:
            return
        if len(self.events) >= self._max_events:
            raise TooManyEvents
        self.events.append([kind, self._line(), len(self.parameters) - 1, len(self.gradients) - 1, detail or {}])

    def _line(self) -> int:
        """The innermost line of the learner's file on the stack; 0 where there is none."""
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            if frame.f_code.co_filename == self._filename:
                return frame.f_lineno
            frame = frame.f_back
        return 0

    def _input(self, tensor: object) -> int:
        """The number of this tensor's content among `inputs`; -1 where it is none, or too large to keep."""
        if not self._slots or not isinstance(tensor, Tensor):
            return -1
        if tensor.nbytes > MAX_INPUT_BYTES or tensor.is_sparse or _is_traced(tensor):
            return -1
        key = tensor.shape, tensor.dtype, content(tensor)
        if key not in self._seen:
            if len(self.inputs) >= MAX_INPUTS:
                return -1
            self._seen[key] = len(self.inputs)
            self.inputs.append(tensor.detach().contiguous().clone())
        return self._seen[key]

    # What torch lets us see

    def module_called(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        """Note an outermost call of the model or of a loss; what they call inside is theirs."""
        self._depth += 1
        if self._depth > 1:
            return
        if module is self._loss_fn or isinstance(module, nn.modules.loss._Loss):
            shapes = [list(a.shape) for a in args if isinstance(a, Tensor)]
            detail = {"shapes": shapes, "class": type(module).__name__, "given": module is self._loss_fn}
            self._note("loss", detail | {"target": self._input(args[1]) if len(args) > 1 else -1})
        else:
            self._look()
            detail = {"input": self._input(args[0]) if args else -1, "given": module is self._model}
            self._note("forward", detail | {"training": module.training, "grad": torch.is_grad_enabled()})

    def module_returned(self) -> None:
        """Count an outermost call as over."""
        self._depth -= 1

    def gradients_computed(self, roots: object, gradients: Sequence[Tensor | None] | None) -> None:
        """Note a backward pass; `gradients` where they were returned (`torch.autograd.grad`) and not left in `.grad`."""
        root = roots[0] if isinstance(roots, (tuple, list)) and roots else roots
        single = isinstance(root, Tensor) and not _is_traced(root) and root.numel() == 1
        value = float(root.detach()) if single and isinstance(root, Tensor) else float("nan")
        self._look_at_gradients(gradients)
        self._note("backward", {"loss": value.hex(), "leaf": isinstance(root, Tensor) and root.is_leaf})

    def map_to_tracked(self, inputs: Sequence[Tensor], gradients: Sequence[Tensor | None]) -> list[Tensor | None]:
        """Put what `torch.autograd.grad` returned for `inputs` in the order of the tracked parameters."""
        found = {id(p): g for p, g in zip(inputs, gradients, strict=False)}
        return [found.get(id(p)) for p in self.tracked()]

    def step_starts(self, optimizer: object) -> None:
        """Note the parameters and gradients that an optimizer finds."""
        if self.driven:
            self._look()  # its constructor may have moved them
        self._look_at_gradients()
        number = next((n for n, other in enumerate(self._optimizers) if other is optimizer), len(self._optimizers))
        if number == len(self._optimizers):
            self._optimizers.append(optimizer)
        self._note("step_start", {"class": type(optimizer).__name__, "driven": self.driven, "number": number})

    def step_ends(self) -> None:
        """Note what it leaves. Gradients that a closure computed inside the step were noted by its backward pass."""
        self._look()
        self._note("step_end")

    def gradients_cleared(self) -> None:
        """Note a call of `zero_grad` of an optimizer or a module, after it."""
        self._note("zero_grad")

    def gradients_clipped(self) -> None:
        """Note a call of one of torch's functions that clip gradients, after it."""
        self._look_at_gradients()
        self._note("clip")

    def update_borrowed(self, name: str) -> None:
        """Note that a learner's own optimizer lets torch's function of this name make its step."""
        self._note("borrowed", {"function": name})

    def optimizer_made(self, optimizer: torch.optim.Optimizer) -> None:
        """Note an optimizer's class, settings, and which of the tracked parameters it holds.

        "shipped" is the optimizer of torch's that it is, or stands on; None for a learner's own.
        """
        held = {id(p) for group in optimizer.param_groups for p in group["params"]}
        settings = {k: v for k, v in optimizer.defaults.items() if isinstance(v, (int, float, bool, str, type(None)))}
        detail = {
            "class": type(optimizer).__name__,
            "shipped": next((c.__name__ for c in type(optimizer).__mro__[:-1] if _is_shipped(c)), None),
            "settings": {k: repr(v) for k, v in settings.items()},
        }
        self._note("optimizer", detail | {"holds": [id(p) in held for p in self.tracked()]})

    def ended(self) -> None:
        """Note the last state."""
        self._look()
        self._look_at_gradients()
        self._note("end")

    def disturb(self) -> None:
        """Change every parameter and gradient in place, so that a returned tensor that is one of them gives itself away."""
        with torch.no_grad():
            for p in self.tracked():
                p.data.add_(1.0)
                if p.grad is not None:
                    p.grad.data.add_(1.0)


def _is_shipped(kind: type) -> bool:
    return kind.__module__.startswith("torch.") and kind is not torch.optim.Optimizer


_is_traced: Callable[[Tensor], bool] = torch._C._functorch.is_functorch_wrapped_tensor


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
