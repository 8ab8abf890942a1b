"""The hidden checks of exercise_07. A docstring's first line is what the student reads."""

from typing import Any

import pytest
import torch
from torch import Tensor

from grader.checks import JudgedCase, Run, Unmet, expect
from grader.checks.expect.words import kind_of

RUNS = ("adam", "sgd")
SAME_LOSS = {"float64": 1e-6, "float32": 1e-5}  # relative, before any step; other weights are much further off
MOST_WEIGHTS = 30  # of as many models the curves are computed; who trains more of them isn't comparing two runs


@pytest.mark.points(1)
def test_finishes(run: Run) -> None:
    """compare() runs to its end."""
    expect.finishes(run)
    for case in run.cases:
        noted(case)


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_returns(run: Run) -> None:
    """It returns a dict with "adam" and "sgd", each a list of as many floats as there are epochs."""
    for case in run.cases:
        result, where = noted(case)["result"], f"On {case.name}, compare() returns"
        if not isinstance(result, dict):
            raise Unmet(f'{where} {kind_of(result)}; a dict with the keys "adam" and "sgd" is asked for.', case.name)
        if set(map(str, result)) != set(RUNS):
            raise Unmet(f'{where} a dict with other keys than "adam" and "sgd".', case.name)
        for name in RUNS:
            where = f'On {case.name}, under "{name}"'
            if not isinstance(result[name], list):
                raise Unmet(f"{where} is {kind_of(result[name])}; a list of floats is asked for.", case.name)
            wanted = case.reference.arguments["epochs"]
            if len(result[name]) != wanted:
                raise Unmet(f"{where} is a list of length {len(result[name])}, not {wanted}.", case.name)
            odd = [kind_of(loss) for loss in result[name] if type(loss) is not float]
            if odd:
                raise Unmet(f"{where} is {odd[0]} in the list; `loss.item()` makes the float that is asked for.", case.name)


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_leaves_data(run: Run) -> None:
    """It leaves X and y as they are, and their dtype."""
    for case in run.cases:
        returned, given = noted(case), case.reference.arguments
        for name in ("X", "y"):
            if returned[name].dtype != given[name].dtype or not torch.equal(returned[name], given[name]):
                raise Unmet(f"On {case.name}, {name} isn't what it was before.", case.name)
        for dtype in returned["dtypes"]:
            if dtype != str(given["X"].dtype):
                raise Unmet(f"On {case.name}, a model is given {dtype}, where X is {given['X'].dtype}.", case.name)


@pytest.mark.points(3)
@pytest.mark.needs("test_returns")
def test_starts(run: Run) -> None:
    """Both runs start from the same weights, those of a model that make_model() gave, on the data given."""
    for case in run.cases:
        curves = curves_of(case)
        if not curves:
            what = "no run begins with weights of make_model()'s" if noted(case)["weights"] else "make_model() is never called"
            raise Unmet(f"On {case.name}, {what}.", case.name)
        begun = {name: {number for number, curve in enumerate(curves) if starts(case, name, curve)} for name in RUNS}
        if not begun["adam"] & begun["sgd"]:
            raise Unmet(f"On {case.name}, {what_differs(case, curves, begun)}.", case.name)


@pytest.mark.points(2)
@pytest.mark.needs("test_starts")
def test_adam(run: Run) -> None:
    """From these weights, the losses under "adam" are those of Adam, each before its step, at the learning rate adam_lr."""
    follows(run, "adam", "Adam")


@pytest.mark.points(2)
@pytest.mark.needs("test_starts")
def test_sgd(run: Run) -> None:
    """From these weights, the losses under "sgd" are those of plain SGD, each before its step, at the learning rate sgd_lr."""
    follows(run, "sgd", "plain SGD")


Curves = dict[str, list[float]]


def noted(case: JudgedCase) -> dict[str, Any]:
    """What `drive` noted, if it is what `drive` notes: it runs beside the learner's code, which may meddle with it."""
    returned, given = case.trace.returned, case.reference.arguments
    size = sum(p.numel() for p in given["make_model"]().parameters())
    try:
        sound = all(weights.shape == (size,) for weights in returned["weights"])
        sound &= all(isinstance(returned[name], Tensor) for name in ("X", "y"))
        sound &= all(isinstance(dtype, str) for dtype in returned["dtypes"]) and all(type(n) is int for n in returned["rows"])
        sound &= "result" in returned
    except (AttributeError, KeyError, TypeError):
        sound = False
    if not sound:
        raise Unmet(
            f"On {case.name}, the run can't be judged: call what problem.py gives you, and change nothing in it.", case.name
        )
    return returned


def losses(case: JudgedCase, name: str) -> list[float]:
    """What was returned under this name."""
    return noted(case)["result"][name]


def curves_of(case: JudgedCase) -> list[Curves]:
    """The right losses, from each of the weights that a run may have begun with."""
    sources, arguments = case.reference.sources, case.reference.arguments
    given = {name: losses(case, name)[0] for name in RUNS}

    def begins_here(weights: Tensor) -> bool:
        first = sources.plan.first_loss(weights, **arguments)
        return any(near(case, loss, first) for loss in given.values())

    weights = sorted(noted(case)["weights"][: 10 * MOST_WEIGHTS], key=begins_here, reverse=True)[:MOST_WEIGHTS]
    curves = [sources.plan.curves(row, **arguments) for row in weights]
    # A model of make_model's learns something: one whose loss stands still was put together by somebody else.
    return [c for c in curves if any(not abs(loss - c["sgd"][0]) <= 1e-3 * abs(c["sgd"][0]) for loss in c["sgd"])]


def near(case: JudgedCase, a: float, b: float) -> bool:
    """Whether two losses are of the same weights and data."""
    return abs(a - b) <= SAME_LOSS[case.arguments.get("dtype", "float64")] * abs(b)


def starts(case: JudgedCase, name: str, curve: Curves) -> bool:
    """Whether a run begins where the right one does; one step later will do: the loss was taken after the step, then."""
    return any(near(case, losses(case, name)[0], loss) for loss in curve[name][:2])


def what_differs(case: JudgedCase, curves: list[Curves], begun: dict[str, set[int]]) -> str:
    """Why two runs can't be compared, in a sentence; `begun` has the numbers of the weights that each began with."""
    if begun["adam"] and begun["sgd"]:
        return "the two runs start from different weights, each from a model of its own: whichever is ahead may owe it to luck"
    for first, other in (RUNS, RUNS[::-1]):
        if begun[first]:
            if any(near(case, losses(case, other)[0], curves[number][first][-1]) for number in begun[first]):
                return f'the run under "{other}" starts where the one under "{first}" ended: with trained weights'
            fair = f'the run under "{first}" starts from weights of make_model(), on the data given'
            return f'{fair}; the one under "{other}" doesn\'t'
    most, examples = max(noted(case)["rows"], default=0), len(case.reference.arguments["X"])
    if 0 < most < examples:
        return f"no model is ever given more than {most} of the {examples} examples"
    return "neither run begins with the loss that a model of make_model() has on all of X and y: other weights, data or loss"


def follows(run: Run, name: str, who: str) -> None:
    """The losses are the right ones from any of the weights."""
    for case in run.cases:
        got, right = losses(case, name), [curve[name] for curve in curves_of(case)]
        number = max(agreeing(case, got, curve) for curve in right)
        if number == len(got):
            continue
        if any(agreeing(case, got, curve[1:]) == len(got) for curve in right):
            raise Unmet(
                f'On {case.name}, under "{name}" are the losses after each step; those before it are asked for.', case.name
            )
        before = ", and all before it are right" if number else ""
        said = f'number {number + 1} under "{name}" isn\'t the loss that {who} has there with {name}_lr{before}'
        raise Unmet(f"On {case.name}, {said}.", case.name, number + 1)


def agreeing(case: JudgedCase, got: list[float], right: list[float]) -> int:
    """How many numbers agree before the first that doesn't."""
    for number, (a, b) in enumerate(zip(got, right, strict=False)):
        if not abs(a - b) <= case.tolerance.relative * abs(b):
            return number
    return len(got)
