"""What match_dtype() returned, and what it left of the model and of the data."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from descent_exercise_06_channels.cases import drawn, dtype_of, equal, holding
from torch import Tensor

from grader.checks.run import JudgedCase
from grader.diagnosis.channels.values import UNCLEAR

Found = Iterator[tuple[str, tuple[str, ...]]]
DTYPES = {"float64": torch.float64, "float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


def converted(cases: Sequence[JudgedCase]) -> Found:
    """The dtype, the values, the data and the model."""
    told = [case.trace.returned for case in cases]
    inputs = [drawn(case) for case in cases]
    results, asked = [each.get("result") for each in told], [next(each["model"].parameters()).dtype for each in inputs]
    given = [each["X"].dtype for each in inputs]
    if [dtype_of(result) for result in results] != [str(dtype).removeprefix("torch.") for dtype in asked]:
        seen = [dtype_of(result) for result in results]
        laws = {
            "the data's own": lambda i: dtype_of(inputs[i]["X"]),
            **{f"always {name}": lambda _, name=name: name for name in DTYPES},
            **{f"{name} for data in 16 bits": lambda i, name=name: _of_halves(given[i], name) for name in DTYPES},
            **{
                f"{name} where it differs": lambda i, name=name: _where(given[i] != asked[i], name, given[i]) for name in DTYPES
            },
        }
        found = holding(seen, laws)
        fixed = found and found[0] != "the data's own"
        yield "converted dtype", (*found, *(["fixed"] if fixed else []), ", ".join(seen))
    tensors = [(r, i["X"], a) for r, i, a in zip(results, inputs, asked, strict=True) if isinstance(r, Tensor)]
    if tensors and not all(_near(r, X.to(r.dtype)) for r, X, _ in tensors):
        ways = [name for name, way in DTYPES.items() if all(_near(r, X.to(way).to(r.dtype)) for r, X, _ in tensors)]
        there = [name for name, way in DTYPES.items() if all(_near(r, X.to(a).to(way).to(r.dtype)) for r, X, a in tensors)]
        shaped = all(r.shape == X.shape for r, X, _ in tensors)
        yield (
            "converted values",
            tuple(f"by way of {name}" for name in dict.fromkeys(ways + there)) or (UNCLEAR if shaped else "another shape",),
        )
    if not all(equal(each.get("X"), i["X"]) for each, i in zip(told, inputs, strict=True)):
        yield "the data", ("changed",)
    yield from _model(told, inputs)


def _model(told: Sequence[dict[str, Any]], inputs: Sequence[dict[str, Any]]) -> Found:
    """Its dtype and its state."""
    states = [each["model"] for each in told if isinstance(each.get("model"), list)]
    before = [list(each["model"].state_dict().values()) for each in inputs]
    if len(states) < len(before):
        yield "the model", (UNCLEAR,)
        return
    of = [dtype_of(state[0]) for state in states]
    if of != [dtype_of(state[0]) for state in before]:
        laws = {
            "in the data's dtype": lambda i: dtype_of(inputs[i]["X"]),
            **{f"in {name}": lambda _, name=name: name for name in DTYPES},
        }
        yield "the model", (*holding(of, laws), ", ".join(of))
    elif not all(equal(a, b) for s, t in zip(states, before, strict=True) for a, b in zip(s, t, strict=True)):
        same = all(
            equal(a, b)
            for s, t in zip(states, inputs, strict=True)
            for a, (name, b) in zip(s, t["model"].state_dict().items(), strict=True)
            if "running" not in name and "tracked" not in name
        )
        yield "the model", ("other statistics" if same else UNCLEAR,)


def _near(a: Tensor, b: Tensor) -> bool:
    """Equal but for the last digit."""
    if a.shape != b.shape or not a.is_floating_point():
        return False
    x, y = a.to(torch.float64), b.to(torch.float64)
    return bool(((x - y).abs() <= torch.finfo(a.dtype).eps * y.abs()).all())


def _of_halves(dtype: torch.dtype, name: str) -> str:
    return _where(dtype.itemsize == 2, name, dtype)


def _where(holds: bool, name: str, dtype: torch.dtype) -> str:
    return name if holds else str(dtype).removeprefix("torch.")
