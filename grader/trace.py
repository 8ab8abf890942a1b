"""The trace: what a run of a learner's code left behind, as events and arrays.

This is the right bank of the boundary of trust. The bytes come from a process that the learner's code had in its hands, so
nothing in them is believed: every shape, type, row number and length is checked, anything else is `Refused`, and nothing is
unpickled, imported or evaluated. What a trace claims is worth something only where the grader can recompute it.
"""

import ctypes
import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import safetensors
import safetensors.torch
import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from torch import Tensor

from grader.faults import GraderFault

MAX_FRAME = 64 << 20  # bytes
MAX_HEADER = 1 << 20  # bytes: the names and shapes of a frame's arrays
MAX_RECORD = 4 << 20  # bytes: its events, and what was returned


class Refused(Exception):
    """The bytes are not a trace as the recorder writes it."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


ProblemKind: TypeAlias = Literal[
    "unreadable",  # NUL bytes, or an encoding that is neither UTF-8 nor declared
    "empty",
    "syntax",
    "no_function",
    "signature",
    "import",  # raised while the file was loaded
    "not_started",  # NotImplementedError: the stub
    "crashed",
    "timed_out",
    "out_of_memory",
    "too_many_steps",
    "refused",  # what came back isn't a trace
]


class Problem(_Model):
    """Why a run stopped: an exception, as data.

    Attributes:
        kind: see `ProblemKind`.
        type: the exception's class; empty where there was none.
        line: in the learner's file.
        frames: the learner's part of the traceback, (file, line, function), innermost last.
    """

    kind: ProblemKind
    type: str = Field(max_length=200)
    message: str = Field(max_length=2000)
    line: int | None
    frames: tuple[tuple[str, int, str], ...] = Field(max_length=10)


@dataclass(frozen=True)
class Event:
    """Something that happened, and the snapshots as they were then.

    Attributes:
        kind: see `grader.confined.recorder.Recorder`.
        line: of the learner's file; 0 where it isn't known.
        parameters: row of `CaseTrace.parameters`.
        gradients: row of `CaseTrace.gradients`.
    """

    kind: str
    line: int
    parameters: int
    gradients: int
    detail: dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One change of the parameters, or one call of an optimizer's step: rows before and after, and the gradient it had.

    Attributes:
        before, after: rows of `CaseTrace.parameters`.
        gradient: row of `CaseTrace.gradients`.
        loss: what the last backward pass before it began from; None where there was none yet.
        input: index into `CaseTrace.inputs` of what the model saw for it; -1 where that isn't known.
        line: of the learner's file.
        passes: how many backward passes there had been when it began.
        optimizer: whether an optimizer made it; else the parameters changed by other means.
    """

    before: int
    after: int
    gradient: int
    loss: float | None
    input: int
    line: int
    passes: int = 0
    optimizer: bool = True


@dataclass(frozen=True)
class Other:
    """A returned value of a type that is not taken; only its name is known."""

    type: str


_Shape = Annotated[list[Annotated[int, Field(ge=0, lt=1 << 32)]], Field(max_length=16)]


class _Record(_Model):
    """The JSON part of a case's frame."""

    frame: Literal["case"]
    name: str = Field(max_length=200)
    error: Problem | None
    events: list[tuple[str, int, int, int, dict[str, Any]]] = Field(max_length=100_000)
    returned: dict[str, Any]
    parameters: list[tuple[str, _Shape, str]] = Field(max_length=1000)
    dtypes: list[str] = Field(max_length=1000)
    printed: str = Field(max_length=50_000)
    seconds: float


class _Ready(_Model):
    """The first frame, sent before any of the learner's code is there. `fault`: of the course's, or of ours."""

    frame: Literal["ready"]
    fault: str | None


class _Loaded(_Model):
    frame: Literal["loaded"]
    error: Problem | None


@dataclass(frozen=True)
class CaseTrace:
    """The trajectory of one case.

    Attributes:
        error: why it stopped short; None where the function returned.
        layout: name, shape and dtype of each parameter at the start.
        dtypes: of the parameters at the end.
        parameters: (rows, P) float64: distinct snapshots of all parameters, flattened and concatenated in `layout`'s order.
        gradients: (rows, P) float64, alike; zeros where `present` (rows, number of parameters) says that there was none.
        buffers: (B,) float64: what the model keeps beside its parameters, at the end, flattened.
        inputs: what the model was called with, by number.
        returned, returned_later: what the function returned, at once, and after parameters and gradients were changed in place.
    """

    name: str
    error: Problem | None
    events: tuple[Event, ...]
    layout: tuple[tuple[str, tuple[int, ...], str], ...]
    dtypes: tuple[str, ...]
    parameters: Tensor
    gradients: Tensor
    present: Tensor
    buffers: Tensor
    inputs: dict[int, Tensor]
    returned: Any
    returned_later: Any
    printed: str
    seconds: float

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The updates, in order, whatever style they were written in."""
        return tuple(_steps(self.events))


@dataclass(frozen=True)
class Trace:
    """All cases of a run, in the order asked for; those that it never came to are missing."""

    error: Problem | None
    cases: tuple[CaseTrace, ...]
    frames: bytes

    def part(self, cases: Collection[str]) -> "Trace":
        """The same, with these cases only."""
        return replace(self, cases=tuple(case for case in self.cases if case.name in cases))

    def save(self, path: Path) -> None:
        """Write the frames to a file, as they came."""
        path.write_bytes(self.frames)


def load_trace(path: Path) -> Trace:
    """Read what `Trace.save` wrote. Raises Refused where the file is anything else."""
    return read_trace(path.read_bytes())


def read_trace(data: bytes) -> Trace:
    """Check and decode the bytes of a run. Raises Refused, and GraderFault where the run says that it couldn't begin."""
    error, cases = None, []
    for number, frame in enumerate(_frames(data)):
        arrays = _arrays(frame)
        text = arrays.pop("record", None)
        if text is None or text.dtype != torch.uint8 or text.nbytes > MAX_RECORD:
            raise Refused("a frame without a record, or with one that is too long")
        body = ctypes.string_at(text.data_ptr(), text.nbytes)
        try:
            if number == 0:
                fault = _Ready.model_validate_json(body).fault
                if fault is not None:
                    raise GraderFault(f"The course's inputs can't be made: {fault}")
            elif number == 1:
                error = _Loaded.model_validate_json(body).error
            else:
                cases.append(_case(_Record.model_validate_json(body), arrays))
        except ValidationError as problem:
            first = problem.errors(include_url=False, include_input=False)[0]
            raise Refused(f"a record that is not as it should be: {first['loc']}: {first['msg']}") from None
        if len(cases) > 1000:
            raise Refused("too many cases")
    return Trace(error, tuple(cases), data)


def _frames(data: bytes) -> Iterator[bytes]:
    """Cut the stream into frames. A last one cut short, by a kill, is left out."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 8], "little")
        if size > MAX_FRAME:
            raise Refused("a frame that is too large")
        if at + 8 + size > len(data):
            return
        yield data[at + 8 : at + 8 + size]
        at += 8 + size


def _arrays(frame: bytes) -> dict[str, Tensor]:
    if int.from_bytes(frame[:8], "little") > MAX_HEADER:
        raise Refused("too many arrays")
    try:
        return safetensors.torch.load(frame)
    except (safetensors.SafetensorError, KeyError, ValueError, RuntimeError, TypeError, OverflowError) as error:
        raise Refused(f"arrays that can't be read: {type(error).__name__}") from None


def _case(record: _Record, arrays: dict[str, Tensor]) -> CaseTrace:
    layout = tuple((name, tuple(shape), dtype) for name, shape, dtype in record.parameters)
    size = sum(math.prod(shape) for _, shape, _ in layout)
    parameters = _matrix(arrays, "parameters", torch.float64, size)
    gradients = _matrix(arrays, "gradients", torch.float64, size)
    present = _matrix(arrays, "present", torch.bool, len(layout))
    if len(present) != len(gradients):
        raise Refused("gradients without a note of which were present")
    sizes = torch.tensor([math.prod(shape) for _, shape, _ in layout], dtype=torch.int64)
    if (gradients.abs() > 0)[~present.repeat_interleave(sizes, dim=1)].any():
        raise Refused("a gradient where there was none")
    inputs = {int(k[6:]): v for k, v in arrays.items() if k.startswith("input.") and k[6:].isdecimal() and len(k) < 16}
    events, rows, gradient_rows = [], len(parameters), len(gradients)
    for kind, line, row, gradient, detail in record.events:
        if not (0 <= row < rows and 0 <= gradient < gradient_rows):
            raise Refused("an event that names a row that isn't there")
        events.append(Event(kind, line, row, gradient, detail))
    later = {name: arrays.get(name.replace("returned.", "returned_later.")) for name in arrays if name.startswith("returned.")}
    return CaseTrace(
        name=record.name,
        error=record.error,
        events=tuple(events),
        layout=layout,
        dtypes=tuple(record.dtypes),
        parameters=parameters,
        gradients=gradients,
        present=present,
        buffers=_matrix(arrays, "buffers", torch.float64, None)[0],
        inputs=inputs,
        returned=_decode(record.returned, arrays),
        returned_later=_decode(record.returned, {k: v for k, v in later.items() if v is not None}),
        printed=record.printed,
        seconds=record.seconds,
    )


def _matrix(arrays: dict[str, Tensor], name: str, dtype: torch.dtype, width: int | None) -> Tensor:
    array = arrays.get(name)
    if array is None or array.dtype != dtype or array.dim() != 2 or width not in (None, array.shape[1]) or not len(array):
        raise Refused(f"{name} of a wrong type or shape")
    return array


def _decode(tree: dict[str, Any], arrays: dict[str, Tensor], depth: int = 0) -> Any:
    """Rebuild a returned value out of plain Python types and tensors."""
    if len(tree) < 1 or depth > 10:
        raise Refused("a returned value that can't be read")
    ((kind, value), *_) = tree.items()
    try:
        match kind:
            case "none":
                return None
            case "bool":
                return value == "True"
            case "int":
                return int(value)
            case "str":
                return str(value)
            case "float":
                return float.fromhex(value)
            case "list":
                return [_decode(v, arrays, depth + 1) for v in value]
            case "tuple":
                return tuple(_decode(v, arrays, depth + 1) for v in value)
            case "set":
                return {_decode(v, arrays, depth + 1) for v in value}
            case "dict":
                return {_decode(k, arrays, depth + 1): _decode(v, arrays, depth + 1) for k, v in value}
            case "tensor":
                return arrays[value].requires_grad_(bool(tree.get("requires_grad")))
            case "other":
                return Other(str(value)[:100])
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError, RuntimeError):
        pass
    raise Refused("a returned value that can't be read")


def _steps(events: tuple[Event, ...]) -> Iterator[Step]:
    """Find the updates: an optimizer's step wherever one was called, and any other change of the parameters.

    The gradient of a step is what `.grad` held when the optimizer's step began, or what a closure computed inside it; for an
    update by hand, what the last backward pass left, or the last clipping.
    """
    row = 0  # the parameters so far
    held: Step | None = None  # it may go on: several optimizers, each with some of the parameters, make one step
    stepped: set[int] = set()
    started: Event | None = None
    loss: float | None = None
    gradient, seen, passes = 0, -1, 0
    for event in events:
        if held is not None and (
            event.kind in ("forward", "backward", "end")
            or (event.kind == "step_start" and _number(event) in stepped)
            or (started is None and event.parameters != row)
        ):
            yield held
            held, stepped = None, set()
        if started is None and event.parameters != row:
            # Seen only now, at the next event: the line of an update by hand isn't known.
            yield Step(row, event.parameters, gradient, loss, seen, 0, passes, optimizer=False)
        if event.kind == "forward" and event.detail.get("grad"):
            number = event.detail.get("input")
            seen = number if isinstance(number, int) else -1
        elif event.kind == "backward":
            gradient, loss = event.gradients, _hex(event.detail.get("loss"))
            passes += 1
        elif event.kind == "clip" and started is None:
            gradient = event.gradients
        elif event.kind == "step_start":
            started, gradient = event, event.gradients
        elif event.kind == "step_end" and started is not None:
            stepped |= {_number(started), -1}
            held = held or Step(started.parameters, event.parameters, gradient, loss, seen, started.line, passes)
            held = replace(held, after=event.parameters)
            started = None
        if started is None:
            row = event.parameters
    if held is not None:
        yield held
    if started is not None and events[-1].parameters != started.parameters:
        yield Step(started.parameters, events[-1].parameters, gradient, loss, seen, started.line, passes)


def _number(event: Event) -> int:
    """Which optimizer a step is of; -1 where that isn't known."""
    number = event.detail.get("number")
    return number if isinstance(number, int) else -1


def _hex(value: object) -> float | None:
    try:
        return float.fromhex(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None
