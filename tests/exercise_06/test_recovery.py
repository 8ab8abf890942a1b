"""The hidden checks of exercise_06. A docstring's first line is what the student reads."""

import re
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.checks import JudgedCase, Run, Unmet, expect
from grader.checks.expect.words import kind_of


@pytest.mark.points(2)
def test_match_dtype(run: Run) -> None:
    """match_dtype() returns X's values in the dtype of the model's parameters."""
    run = run.of(task="match_dtype")
    expect.finishes(run)
    for case in run.cases:
        inputs = drawn(case)
        wanted = case.reference.sources.plan.converted(**inputs)
        result = tensor(case, noted(case)["result"], "match_dtype()")
        if result.dtype != wanted.dtype:
            raise Unmet(f"On {case.name}, match_dtype() returns {result.dtype}: that isn't the model's dtype.", case.name)
        agree(case, result, wanted, "what match_dtype() returns isn't X", "a detour by another dtype costs digits")


@pytest.mark.points(1)
@pytest.mark.needs("test_match_dtype")
def test_match_dtype_leaves(run: Run) -> None:
    """match_dtype() leaves the model and X itself as they are."""
    for case in run.of(task="match_dtype").cases:
        inputs = drawn(case)
        if not equal(inputs["X"], noted(case)["X"]):
            raise Unmet(f"On {case.name}, X itself has changed: return another tensor.", case.name)
        before, after = list(inputs["model"].state_dict().values()), noted(case)["model"]
        if [t.dtype for t in before] != [t.dtype for t in after]:
            raise Unmet(f"On {case.name}, the model has another dtype than before.", case.name)
        if not all(equal(b, a) for b, a in zip(before, after, strict=True)):
            said = "the model isn't as it was: batch normalisation takes in whatever it sees in train mode"
            raise Unmet(f"On {case.name}, {said}.", case.name)


@pytest.mark.points(2)
def test_gradient_of(run: Run) -> None:
    """gradient_of() returns the gradient, and zeros of the parameter's shape and dtype where it is None."""
    run = run.of(task="gradient_of")
    expect.finishes(run)
    for case in run.cases:
        inputs = drawn(case)
        wanted = case.reference.sources.plan.gradients_of(**inputs)
        for given, got, right in zip(inputs["gradients"], noted(case)["result"], wanted, strict=True):
            here = "a parameter without a gradient" if given is None else "a parameter with a gradient"
            result = tensor(case, got, f"for {here}, gradient_of()")
            if result.dtype != right.dtype:
                raise Unmet(f"On {case.name}, for {here}, gradient_of() returns {result.dtype}, not {right.dtype}.", case.name)
            fault = "zeros are asked for" if given is None else "its .grad is asked for"
            agree(case, result, right, f"for {here}, gradient_of() returns something else", fault)


@pytest.mark.points(1)
@pytest.mark.needs("test_gradient_of")
def test_gradient_of_leaves(run: Run) -> None:
    """gradient_of() leaves the parameter and its .grad as they are."""
    for case in run.of(task="gradient_of").cases:
        inputs = drawn(case)
        for before, after in zip(inputs["gradients"], noted(case)["grad"], strict=True):
            if before is None and after is not None:
                raise Unmet(f"On {case.name}, a .grad that was None isn't any more: the next step would use it.", case.name)
            if not equal(before, after):
                raise Unmet(f"On {case.name}, a .grad isn't what it was.", case.name)
        if not all(map(equal, inputs["parameters"], noted(case)["parameters"])):
            raise Unmet(f"On {case.name}, a parameter isn't what it was.", case.name)


@pytest.mark.points(2)
def test_steps(run: Run) -> None:
    """checked_step() takes the optimizer's step, once, where any parameter has a gradient."""
    run = run.of(task="checked_step", any_gradient=True)
    expect.finishes(run)
    for case in run.cases:
        inputs, returned = drawn(case), noted(case)
        if returned["raised"] is not None:
            some = "some" if None in inputs["gradients"] else "all"
            said = f"checked_step() raises RuntimeError({words(returned['raised'])}), though {some} gradients are there"
            raise Unmet(f"On {case.name}, {said}.", case.name)
        wanted = case.reference.sources.plan.stepped(**inputs)
        expect.same(case, returned["parameters"], wanted, "the parameters after checked_step()")


@pytest.mark.points(2)
@pytest.mark.needs("test_steps")
def test_raises(run: Run) -> None:
    """checked_step() raises the RuntimeError asked for where no parameter has a gradient."""
    run = run.of(task="checked_step", any_gradient=False)
    expect.finishes(run)
    plan = run.cases[0].reference.sources.plan
    for case in run.cases:
        returned = noted(case)
        if returned["raised"] is None:
            raise Unmet(f"On {case.name}, checked_step() doesn't raise RuntimeError.", case.name)
        wanted = plan.stepped(**drawn(case))
        expect.same(case, returned["parameters"], wanted, "the parameters after checked_step()")
    for case in run.cases:
        raised = noted(case)["raised"]
        if raised != plan.MESSAGE:
            said = f'checked_step() raises RuntimeError({words(raised)}), not with the words "{plan.MESSAGE}"'
            raise Unmet(f"On {case.name}, {said}.", case.name, share=0.6)


def drawn(case: JudgedCase) -> dict[str, Any]:
    """The inputs of a case without its task, drawn anew each time: what checks compute with them may change them."""
    inputs = case.reference.sources.problem.problem(**case.arguments)
    return {name: value for name, value in inputs.items() if name != "task"}


NOTED = {  # by `drive`, for each task: lists of one entry for each of these, or anything at all
    "match_dtype": {"result": None, "X": None, "model": "model"},
    "gradient_of": {"result": "parameters", "grad": "parameters", "parameters": "parameters"},
    "checked_step": {"raised": None, "grad": "parameters", "parameters": "parameters"},
}


def noted(case: JudgedCase) -> dict[str, Any]:
    """What `drive` noted, if it is what `drive` notes: it runs beside the learner's code, which may meddle with it."""
    returned, given = case.trace.returned, case.reference.arguments
    sound = isinstance(returned, dict)
    for name, of in NOTED[case.arguments["task"]].items():
        sound = sound and name in returned
        if sound and of:
            wanted = len(given[of].state_dict()) if of == "model" else len(given[of])
            sound = isinstance(returned[name], list) and len(returned[name]) == wanted
            allowed = {"result": object, "grad": (Tensor, type(None))}.get(name, Tensor)
            sound = sound and all(isinstance(entry, allowed) for entry in returned[name])
    if not sound:
        raise Unmet(f"On {case.name}, the run can't be judged: change nothing in what problem.py gives you.", case.name)
    return returned


def tensor(case: JudgedCase, value: Any, who: str) -> Tensor:
    """The value, if it is a tensor."""
    if not isinstance(value, Tensor):
        raise Unmet(f"On {case.name}, {who} returns {kind_of(value)}; a tensor is asked for.", case.name)
    return value


def words(raised: object) -> str:
    """An error's message in quotes, without measured values: they could be hidden inputs."""
    return f'"{re.sub(r"[0-9]+[.][0-9]+", "…", str(raised))[:100]}"'


def agree(case: JudgedCase, actual: Tensor, wanted: Tensor, fault: str, why: str) -> None:
    """One shape, and equal to the last digit or so of the dtype."""
    if actual.shape != wanted.shape:
        shapes = f"shape {tuple(actual.shape)}, not {tuple(wanted.shape)}"
        raise Unmet(f"On {case.name}, {fault}: it has {shapes}.", case.name)
    a, w = actual.to(torch.float64), wanted.to(torch.float64)
    if not ((a - w).abs() <= torch.finfo(wanted.dtype).eps * w.abs()).all():
        raise Unmet(f"On {case.name}, {fault}: {why}.", case.name)


def equal(a: Tensor | None, b: Tensor | None) -> bool:
    """To the last bit, and of one dtype; None equals None."""
    if not (isinstance(a, Tensor) and isinstance(b, Tensor)):
        return a is b
    return a.dtype == b.dtype and torch.equal(a, b)
