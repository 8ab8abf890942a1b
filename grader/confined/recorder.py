"""Watches a training loop from outside while it runs, whatever its style.

The learner's code stays as it is. The recorder looks whenever something happens that torch lets it see: at the parameters
before a forward pass and after an optimizer's step, at the gradients after a backward pass and before a step. An update made
by hand needs no hook: it shows as parameters that changed between two looks. What is kept is arrays and events; nothing is
judged here.
"""

import ctypes
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn

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

        Where the model has none, what happens doesn't count: the first events are kept, and the optimizers made afterwards,
        with how many events of each kind were let go before one ("let_go").
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
        self._let_go: dict[str, int] = {}
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
        if any(map(is_traced, tracked)):
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
        if any(g is not None and is_traced(g) for g in gradients):
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
        if not self._slots and len(self.events) >= MAX_UNTRACKED and kind != "optimizer":
            self._let_go[kind] = self._let_go.get(kind, 0) + 1
            return
        if self._let_go:
            detail, self._let_go = {**(detail or {}), "let_go": self._let_go}, {}
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
        if tensor.nbytes > MAX_INPUT_BYTES or tensor.is_sparse or is_traced(tensor):
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
            if self._slots and not any(p.requires_grad for p in self.tracked()):
                detail["frozen"] = True
            self._note("forward", detail | {"training": module.training, "grad": torch.is_grad_enabled()})

    def module_returned(self) -> None:
        """Count an outermost call as over."""
        self._depth -= 1

    def gradients_computed(self, roots: object, gradients: Sequence[Tensor | None] | None) -> None:
        """Note a backward pass; `gradients` where they were returned (`torch.autograd.grad`) and not left in `.grad`."""
        root = roots[0] if isinstance(roots, (tuple, list)) and roots else roots
        single = isinstance(root, Tensor) and not is_traced(root) and root.numel() == 1
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


is_traced: Callable[[Tensor], bool] = torch._C._functorch.is_functorch_wrapped_tensor
