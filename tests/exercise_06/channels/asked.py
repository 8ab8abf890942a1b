"""What gradient_of() returned where there is a gradient, and where there is none, and what it left of both."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from descent_exercise_06_channels.cases import drawn, dtype_of, equal, holding
from torch import Tensor

from grader.checks.run import JudgedCase
from grader.diagnosis.channels.values import UNCLEAR

Found = Iterator[tuple[str, tuple[str, ...]]]


def asked(cases: Sequence[JudgedCase]) -> Found:
    """For all parameters of all cases."""
    rows = [row for case in cases for row in _rows(case)]
    there, missing = [row for row in rows if row[1] is not None], [row for row in rows if row[1] is None]
    yield from _given(there)
    yield from _missing(missing)
    if any(isinstance(after, Tensor) for _, _, _, after, _ in missing):
        yield "a missing .grad", ("filled",)
    if not all(equal(given, after) for _, given, _, after, _ in there):
        cleared = all(after is None for _, _, _, after, _ in there)
        zeroed = all(isinstance(after, Tensor) and not after.any() for _, _, _, after, _ in there)
        yield "a .grad that was there", ("None" if cleared else "zeros" if zeroed else UNCLEAR,)
    if not all(equal(p, left) for p, _, _, _, left in rows):
        yield "the parameter", ("changed",)


def _rows(case: JudgedCase) -> Iterator[tuple[Tensor, Tensor | None, Any, Any, Any]]:
    """For each parameter it, its gradient, what was returned, and the .grad and the parameter left behind."""
    inputs, told = drawn(case), case.trace.returned
    names = ("result", "grad", "parameters")
    if all(isinstance(told.get(name), list) and len(told[name]) == len(inputs["parameters"]) for name in names):
        yield from zip(inputs["parameters"], inputs["gradients"], *(told[name] for name in names), strict=True)


def _given(rows: Sequence[tuple[Any, ...]]) -> Found:
    if all(equal(result, given) for _, given, result, _, _ in rows):
        return
    laws = {
        "None": lambda i: rows[i][2] is None,
        "zeros": lambda i: equal(rows[i][2], torch.zeros_like(rows[i][1])),
        "the parameter": lambda i: equal(rows[i][2], rows[i][0]),
        "a number": lambda i: isinstance(rows[i][2], (int, float)),
        "its size": lambda i: isinstance(rows[i][2], Tensor) and equal(rows[i][2], rows[i][1].abs()),
        "negative": lambda i: equal(rows[i][2], -rows[i][1]),
        "doubled": lambda i: equal(rows[i][2], 2 * rows[i][1]),
        "half": lambda i: equal(rows[i][2], rows[i][1] / 2),
        "always float32": lambda i: equal(rows[i][2], rows[i][1].to(torch.float32)),
        "always float64": lambda i: equal(rows[i][2], rows[i][1].to(torch.float64)),
        "always float16": lambda i: equal(rows[i][2], rows[i][1].to(torch.float16)),
        "another dtype": lambda i: isinstance(rows[i][2], Tensor) and rows[i][2].dtype != rows[i][1].dtype,
    }
    yield "a gradient", holding([True] * len(rows), laws) or (UNCLEAR,)


def _missing(rows: Sequence[tuple[Any, ...]]) -> Found:
    if all(equal(result, torch.zeros_like(p)) for p, _, result, _, _ in rows):
        return
    results = [result for _, _, result, _, _ in rows]
    if not all(isinstance(result, Tensor) for result in results):
        yield "no gradient", (" and ".join(sorted({type(result).__name__ for result in results})), "no tensor of its shape")
        return
    if any(result.shape != p.shape for p, _, result, _, _ in rows):
        kinds = {
            "a scalar": all(result.ndim == 0 for result in results),
            "one number": all(result.numel() == 1 for result in results),
            "empty": not any(result.numel() for result in results),
        }
        yield "no gradient", (next((name for name, holds in kinds.items() if holds), "another shape"), "no tensor of its shape")
    elif any(result.dtype != p.dtype for p, _, result, _, _ in rows):
        yield "no gradient", ("zeros of one dtype: " + ", ".join(sorted({dtype_of(result) for result in results})), "dtype")
    if any(result.any() for result in results):
        ones = all(bool((result == 1).all()) for result in results)
        yield "instead of zeros", ("ones" if ones else UNCLEAR,)
