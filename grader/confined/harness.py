"""Runs a submission in the confined child: load it, call it on each case while the recorder watches, hand the frames out.

This file decides nothing about right and wrong. It sends one frame about loading, then one for each case, as they finish.
"""

import base64
import collections
import importlib.util
import inspect
import io
import json
import random
import re
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from grader import problems
from grader.confined import wire
from grader.confined.hooks import install, watch
from grader.confined.recorder import Recorder, TooManyEvents

MAX_PRINTED = 20_000  # characters
MAX_RETURNED = 10_000  # values
DICTS = (dict, collections.OrderedDict, collections.defaultdict)  # taken for a dict
ALARM_BEFORE_S = 0.4  # how long before the watchdog's limit the alarm rings in here


class OutOfTime(BaseException):
    """Rings shortly before the watchdog kills the process, so that the line that never ends can be named."""


class Unusable(Exception):
    """The submission can't be called at all; the message is for the learner."""

    def __init__(self, kind: str, message: str, line: int | None = None) -> None:
        """`kind` is one of those of `grader.trace.Problem`."""
        super().__init__(message)
        self.kind, self.message, self.line = kind, message, line


class Printed(io.StringIO):
    """Standard output of a run, kept up to a limit and never written anywhere."""

    def write(self, text: str) -> int:
        """Keep what fits."""
        room = MAX_PRINTED - self.tell()
        if room > 0:
            super().write(text[:room])
        return len(text)


def run(job: bytes, out: int) -> None:
    """Run one job (see `grader.job.make_job`) and write frames to `out`.

    The first frame says "ready", or what of the course's or our own is broken. From then on, what goes wrong is the learner's.
    """
    try:
        task = json.loads(job)
        install()
        folder = Path.cwd()
        for name, content in task["files"].items():
            (folder / name).write_bytes(base64.b64decode(content))
        sys.path.insert(0, str(folder))
        # Every case is built before any of the learner's code is there to meddle with it. Who imports `problem` gets another
        # module than the one that cases are driven by.
        code = compile(task["problem"], "problem.py", "exec")
        problem, public = _load_problem(code), _load_problem(code)
        for name, value in vars(problem).items():  # models made here can be pickled, and are of the classes that are imported
            if isinstance(value, type):
                setattr(public, name, value)
        cases = [(case, problem.problem(**case["arguments"])) for case in task["cases"]]
        drive = getattr(problem, "drive", _call)
    except Exception:
        wire.send(out, wire.pack({"frame": "ready", "fault": traceback.format_exc()[-2000:]}, {}))
        return
    wire.send(out, wire.pack({"frame": "ready", "fault": None}, {}))
    sys.argv = [task["main"]]
    printed = Printed()
    sys.stdout = sys.stderr = printed
    _alarm.set(task["wall_s"])

    path = folder / task["main"]
    functions = Functions(path, task["functions"])
    error: dict[str, Any] | None = None
    try:
        with _alarm:
            functions.load()
    except Unusable as reason:
        error = {"kind": reason.kind, "type": "", "message": reason.message, "line": reason.line, "frames": []}
    except BaseException as raised:
        error = _describe(raised, path, loading=True)
    wire.send(out, wire.pack({"frame": "loaded", "error": error}, {}))
    if error is not None:
        return

    for case, arguments in cases:
        printed.seek(0)
        printed.truncate()
        record, arrays = _run_case(arguments, functions, path, task["max_events"], drive, task["records"])
        record |= {"frame": "case", "name": case["name"], "printed": printed.getvalue() if case["shown"] else ""}
        wire.send(out, wire.pack(record, arrays))
        if record["error"] and record["error"]["kind"] in ("timed_out", "out_of_memory"):
            return


def warm() -> None:
    """Record a loop once in the zygote, which calls this before it forks: each child then finds the way trodden."""
    install()

    def train(model: nn.Module, loss_fn: Callable[..., Tensor], X: Tensor, y: Tensor) -> list[float]:
        optimizer = torch.optim.Adam(model.parameters())
        losses = []
        for _ in range(20):
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    for kind in ("linear", "tanh"):
        for dtype in problems.DTYPES:
            model, X, y = problems.regression(0, kind, dtype=dtype)
            arguments = {"model": model, "loss_fn": nn.MSELoss(), "X": X, "y": y}
            record, arrays = _run_case(arguments, {"train": train}, Path("train.py"), 1000)
            wire.pack(record, arrays)


class Functions(dict[str, Callable[..., Any]]):
    """The learner's functions by name, as a course's `drive` is given them."""

    def __init__(self, path: Path, wanted: dict[str, list[str]]) -> None:
        """None are there yet. `wanted`: their parameters, by name."""
        super().__init__()
        self._path, self._wanted = path, wanted

    def load(self) -> None:
        """Run the learner's file. Raises Unusable where it can't be used, and whatever it raises itself."""
        module = _load(self._path)
        self.update({name: _function(module, name, parameters, self._path) for name, parameters in self._wanted.items()})

    def again(self) -> "Functions":
        """The same out of a file that was run anew: they know nothing of what these have kept in global variables."""
        fresh = Functions(self._path, self._wanted)
        fresh.load()
        return fresh


def _call(functions: dict[str, Callable[..., Any]], **arguments: Any) -> Any:
    """How a submission is used where `problem.py` doesn't say: one call of its one function."""
    (function,) = functions.values()
    return function(*arguments.values())


def _run_case(
    arguments: dict[str, Any],
    functions: dict[str, Callable[..., Any]],
    path: Path,
    max_events: int,
    drive: Callable[..., Any] = _call,
    records: str = "steps",
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    model = next(a for a in arguments.values() if isinstance(a, nn.Module)) if records == "steps" else nn.Module()
    # Each case begins alike, whatever the learner's code did in the one before.
    torch.default_generator.manual_seed(0)
    random.seed(0)
    torch.set_grad_enabled(True)
    recorder = Recorder(model, arguments.get("loss_fn"), str(path), max_events)
    initial = [[name, list(p.shape), str(p.dtype)] for name, p in model.named_parameters()]
    error, returned, seconds = None, None, 0.0
    encoder = Encoder()
    started = time.perf_counter()
    try:
        try:
            watch(recorder)
            with _alarm:
                returned = drive(functions, **arguments)
        finally:
            watch(None)
            seconds = time.perf_counter() - started
        recorder.ended()
        tree = encoder.encode(returned, "returned")
        recorder.disturb()
        encoder.encode(returned, "returned_later")
    except BaseException as problem_of_theirs:
        error = _describe(problem_of_theirs, path, loading=False)
        tree = {"none": None}
    record = {
        "error": error,
        "events": recorder.events,
        "returned": tree,
        "parameters": initial,
        "dtypes": [str(p.dtype) for p in recorder.tracked()],
        "seconds": seconds,
    }
    arrays = {
        "parameters": recorder.matrix(recorder.parameters),
        "gradients": recorder.matrix(recorder.gradients),
        "present": torch.tensor(recorder.present, dtype=torch.bool),
        "buffers": recorder.buffers(),
    }
    arrays |= {f"input.{i}": tensor for i, tensor in enumerate(recorder.inputs) if tensor.dtype in wire.NAMES}
    return record, arrays | encoder.arrays


class Encoder:
    """Turns what a function returned into JSON and arrays, by exact type: an object that lies about itself is just "other"."""

    def __init__(self) -> None:
        """Nothing encoded yet."""
        self.arrays: dict[str, Tensor] = {}
        self._left = MAX_RETURNED

    def encode(self, value: object, name: str, depth: int = 0) -> dict[str, Any]:
        """Describe `value`; its tensors go to `arrays` under names that begin with `name`."""
        self._left -= 1
        if self._left < 0 or depth > 8:
            return {"other": "too much"}
        kind = type(value)
        if value is None:
            return {"none": None}
        if kind is int and int.bit_length(value) > 600:  # type: ignore[arg-type]
            return {"other": "int"}  # Python refuses to write very long ones out
        if kind is bool or kind is int or kind is str:
            return {kind.__name__: str(value)[:200]}
        if isinstance(value, float):  # numpy.float64 is one as well
            return {"float": float.hex(value)}
        if kind in (list, tuple, set, frozenset, *DICTS) and len(value) > self._left:  # type: ignore[arg-type]
            return {"other": "too much"}
        if kind in (list, tuple, set, frozenset):
            assert isinstance(value, (list, tuple, set, frozenset))
            return {kind.__name__.removeprefix("frozen"): [self.encode(v, name, depth + 1) for v in value]}
        if kind in DICTS:
            assert isinstance(value, dict)
            items = [[self.encode(k, name, depth + 1), self.encode(v, name, depth + 1)] for k, v in value.items()]
            return {"dict": items}
        if kind is Tensor or kind is nn.Parameter:
            assert isinstance(value, Tensor)
            if value.dtype in wire.NAMES and value.layout is torch.strided and value.nbytes < 1 << 20:
                key = f"{name}.{sum(k.startswith(name + '.') for k in self.arrays)}"
                self.arrays[key] = value.detach().clone()
                return {"tensor": key, "requires_grad": value.requires_grad}
        return {"other": f"{kind.__module__}.{kind.__qualname__}"[:100]}


class Alarm:
    """Rings a little before the watchdog does, so that the line can be told. It interrupts the learner's code alone.

    Used as a context manager around that code. Where it rings in code of ours, what comes next of theirs doesn't begin.
    """

    def __init__(self) -> None:
        """It isn't set yet."""
        self._rang = self._inside = False

    def set(self, wall_s: float) -> None:
        """Let it ring that long from now."""
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, self._ring)
            signal.setitimer(signal.ITIMER_REAL, max(0.1, wall_s - ALARM_BEFORE_S))

    def __enter__(self) -> None:
        """The learner's code begins."""
        self._inside = not self._rang
        if self._rang:
            raise OutOfTime

    def __exit__(self, *_: object) -> None:
        """It has ended."""
        self._inside = False

    def _ring(self, _signal: int, _frame: FrameType | None) -> None:
        self._rang = True
        if self._inside:
            raise OutOfTime


_alarm = Alarm()


def _load_problem(code: CodeType) -> ModuleType:
    module = ModuleType("problem")
    module.__file__ = "problem.py"
    sys.modules["problem"] = module
    exec(code, module.__dict__)
    return module


def _load(path: Path) -> ModuleType:
    """Import the learner's file. What Python itself would say in ten lines is said in one, with the line."""
    source = path.read_bytes()
    if b"\0" in source:
        line = source[: source.index(b"\0")].count(b"\n") + 1
        raise Unusable("unreadable", f"{path.name} holds a NUL byte: it isn't a text file, or was damaged", line)
    try:
        text = importlib.util.decode_source(source)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise Unusable("unreadable", *_explain_encoding(path.name, source, error)) from None
    if not text.strip():
        raise Unusable("empty", f"{path.name} is empty")
    try:
        code = compile(source, str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        raise Unusable("syntax", f"{type(error).__name__}: {error.msg}", error.lineno) from None
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise Unusable("syntax", f"Python can't read {path.name}: {error or type(error).__name__}") from None
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    sys.modules[path.stem] = module
    exec(code, module.__dict__)
    return module


def _explain_encoding(name: str, source: bytes, error: Exception) -> tuple[str, int | None]:
    try:
        source.decode("utf-8")
    except UnicodeDecodeError as wrong:
        if "unknown encoding" not in str(error):
            line = source[: wrong.start].count(b"\n") + 1
            return f"{name} isn't UTF-8: save it as UTF-8, or declare its encoding in the first line", line
    return f"{name} can't be decoded ({error}): save it as UTF-8, and leave the declaration out", 1


def _function(module: ModuleType, name: str, parameters: list[str], path: Path) -> Callable[..., Any]:
    """The learner's function, if it is there and can be called as the exercise says."""
    function = getattr(module, name, None)
    wanted = f"{name}({', '.join(parameters)})"
    kind, write = ("class", f"class {name}") if name[0].isupper() else ("function", f"def {wanted}")
    if function is None:
        own = {k: v for k, v in vars(module).items() if getattr(v, "__module__", "") == module.__name__}
        others = [k if inspect.isclass(v) else f"{k}()" for k, v in own.items() if inspect.isroutine(v) or inspect.isclass(v)]
        hint = f"; it has {', '.join(others[:5])}" if others else ""
        called = name if kind == "class" else f"{name}()"
        raise Unusable("no_function", f"{path.name} has no {kind} {called}{hint}: write `{write}`")
    if not callable(function):
        its = type(function).__name__
        raise Unusable("no_function", f"{name} in {path.name} isn't a {kind} but of type {its}: write `{write}`")
    try:
        _bind(_signature(function), parameters)
    except TypeError as error:
        made = getattr(function, "__init__", function) if inspect.isclass(function) else function
        line = getattr(getattr(made, "__code__", None), "co_firstlineno", None)
        signature = f"{name}{_signature(function)}"[:200]
        raise Unusable(
            "signature", f"`{signature}` can't be called as `{wanted}` ({error}): take these arguments, in this order", line
        ) from None
    except ValueError:
        pass  # a callable without a signature: the call will tell
    return function  # type: ignore[no-any-return]


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    """What it takes, without annotations: Python 3.14 runs them only when asked, and they may name what there isn't."""
    if sys.version_info >= (3, 14):
        text = importlib.import_module("annotationlib").Format.STRING
        try:
            full = inspect.signature(function, annotation_format=text)
        except Exception as error:  # an annotation of constants alone is run even so: "Tensor" | None
            raise ValueError(f"it can't be told: {error}") from error
    else:
        full = inspect.signature(function)
    bare = [parameter.replace(annotation=parameter.empty) for parameter in full.parameters.values()]
    return full.replace(parameters=bare, return_annotation=full.empty)


def _bind(signature: inspect.Signature, parameters: list[str]) -> None:
    """Raise TypeError where it takes these arguments neither in order nor, but for the first, by name."""
    try:
        signature.bind(*parameters)
    except TypeError:
        if not any(p.kind is p.KEYWORD_ONLY for p in signature.parameters.values()):
            raise
        signature.bind(parameters[0], **dict.fromkeys(parameters[1:]))


def _describe(error: BaseException, path: Path, *, loading: bool) -> dict[str, Any]:
    """An exception as data: its type, message and the learner's own lines, innermost last."""
    frames: list[tuple[str, int, str]] = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        if Path(frame.f_code.co_filename).parent == path.parent:
            frames.append((Path(frame.f_code.co_filename).name, line, frame.f_code.co_name))
    kind = "import" if loading else "crashed"
    message = _safe_str(error)
    if isinstance(error, OutOfTime):
        kind, message = "timed_out", ""
    elif isinstance(error, TooManyEvents):
        kind, message = "too_many_steps", ""
    elif isinstance(error, MemoryError) or "can't allocate memory" in message:
        kind = "out_of_memory"
    elif isinstance(error, SyntaxError) and loading:
        kind, message = "syntax", f"{type(error).__name__}: {error.msg}"
        frames.append((Path(error.filename or path.name).name, error.lineno or 1, "<module>"))
    elif isinstance(error, NotImplementedError):
        kind = "not_started"
    where = frames[-1][1] if frames else None
    return {"kind": kind, "type": type(error).__name__[:100], "message": message, "line": where, "frames": frames[-8:]}


def _safe_str(error: BaseException) -> str:
    """The message, short, without numbers that could be hidden data: shapes stay, measured values go."""
    try:
        text = str(error)
    except BaseException:
        return ""
    return re.sub(r"-?\d+\.\d+(e[-+]?\d+)?", "…", text)[:300]
