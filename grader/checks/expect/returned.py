"""Of what a submission gives back."""

from typing import Any

import torch
from torch import Tensor

from grader.checks.expect.words import compare, kind_of
from grader.checks.run import JudgedCase, Run, Unmet


def returns(run: Run) -> None:
    """The function returns the numbers that the exercise asks for, of its own run: a list of floats, or lists by name."""
    for case in run.cases:
        losses = case.expected.losses.tolist()
        if case.plan.measure is None:
            wanted = case.plan.returned(losses)
        else:
            wanted = case.plan.returned(losses, list(case.expected.measured))
        if not isinstance(wanted, dict):
            _numbers(case, case.trace.returned, wanted, "the list that you return")
            continue
        returned = case.trace.returned
        if not isinstance(returned, dict) or set(map(str, returned)) != set(wanted):
            keys = " and ".join(f'"{key}"' for key in wanted)
            got = kind_of(returned) if not isinstance(returned, dict) else "a dict with other keys"
            raise Unmet(f"On {case.name}, your function returns {got}; a dict with the keys {keys} is asked for.", case.name)
        for key, values in wanted.items():
            _numbers(case, returned[key], values, f'the list under "{key}"')


def _numbers(case: JudgedCase, returned: Any, wanted: list[float], name: str) -> None:
    values = _floats(case, returned, len(wanted), name)
    for k, (value, right) in enumerate(zip(values, wanted, strict=True)):
        if not abs(value - right) <= case.tolerance.relative * max(abs(right), 1e-12):
            how = compare(torch.tensor([value]), torch.tensor([right])) + " the right number"
            raise Unmet(f"On {case.name}, number {k + 1} of {name} isn't what it should be: it is {how}.", case.name, k + 1)


def _floats(case: JudgedCase, returned: Any, wanted: int, name: str) -> list[float]:
    if not isinstance(returned, list):
        said = f"On {case.name}, {name} is {kind_of(returned)}"
        if name == "the list that you return":
            said = f"On {case.name}, your function returns {kind_of(returned)}"
        raise Unmet(f"{said}; a list of {wanted} floats is asked for.", case.name)
    if len(returned) != wanted:
        raise Unmet(f"On {case.name}, {name} has length {len(returned)}, not {wanted}.", case.name)
    for value in returned:
        if not isinstance(value, float):
            how = " (`.item()` makes one of a tensor)" if isinstance(value, Tensor) else ""
            raise Unmet(f"On {case.name}, {name} holds {kind_of(value)}; plain Python floats are asked for{how}.", case.name)
    return returned


def same(case: JudgedCase, actual: Any, expected: Any, what: str) -> None:
    """A returned value is the expected one: plain values exactly, floats and tensors within the case's tolerance.

    Args:
        actual: from the trace.
        expected: nested lists, tuples, dicts and sets of plain values and tensors.
        what: names it in the sentence: "On <case>, {what} is …".
    """
    where = f"On {case.name}, {what}"
    if isinstance(expected, Tensor):
        if not isinstance(actual, Tensor):
            raise Unmet(f"{where} is {kind_of(actual)}; a tensor is asked for.", case.name)
        if actual.dtype != expected.dtype:
            raise Unmet(f"{where} has dtype {actual.dtype}; {expected.dtype} is asked for.", case.name)
        if actual.shape != expected.shape:
            raise Unmet(f"{where} has shape {tuple(actual.shape)}; {tuple(expected.shape)} is asked for.", case.name)
        a, e = (t.detach().to(torch.float64).reshape(-1) for t in (actual, expected))
        allowed = case.tolerance.relative * e.abs() + case.tolerance.floor * (e.abs().max() if len(e) else 0.0)
        if not (((a - e).abs() <= allowed) | (a == e)).all():
            raise Unmet(f"{where} isn't what it should be: it is {compare(a, e)} it.", case.name)
        return
    if isinstance(expected, float):
        if type(actual) is not float:
            raise Unmet(f"{where} is {kind_of(actual)}; a float is asked for.", case.name)
        if not abs(actual - expected) <= case.tolerance.relative * max(abs(expected), 1e-12):
            raise Unmet(f"{where} isn't the number that it should be.", case.name)
        return
    if type(actual) is not type(expected):
        raise Unmet(f"{where} is {kind_of(actual)}; {kind_of(expected)} is asked for.", case.name)
    if isinstance(expected, (list, tuple)):
        if len(actual) != len(expected):
            raise Unmet(f"{where} has length {len(actual)}, not {len(expected)}.", case.name)
        for number, (a, e) in enumerate(zip(actual, expected, strict=True), 1):
            same(case, a, e, f"number {number} of {what}")
    elif isinstance(expected, dict):
        if actual.keys() != expected.keys():
            raise Unmet(f"{where} has other keys than are asked for.", case.name)
        for key, value in expected.items():
            same(case, actual[key], value, f'"{key}" of {what}')
    elif actual != expected:
        raise Unmet(f"{where} isn't what it should be.", case.name)
