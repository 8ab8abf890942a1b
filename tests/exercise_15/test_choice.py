"""The hidden checks of exercise_15. A docstring's first line is what the student reads."""

import math
from typing import Any

import pytest
from torch import Tensor

from grader.checks import Run, Unmet, expect
from grader.trace import Other


@pytest.mark.points(1)
def test_finishes(run: Run) -> None:
    """choose() runs to its end, within the budget."""
    expect.finishes(run)


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_answers(run: Run) -> None:
    """It returns {"optimizer": "adam" or "sgd", "lr": a float}."""
    for case in run.cases:
        complaint = what_is_wrong(case.trace.returned, case.reference.sources.plan.HIGHEST)
        if complaint:
            raise Unmet(f"On {case.name}, {complaint}.", case.name)


@pytest.mark.points(2)
@pytest.mark.needs("test_answers")
def test_well_scaled(run: Run) -> None:
    """It chooses well where all directions are about equally steep."""
    chooses_well(run, "well-scaled")


@pytest.mark.points(2)
@pytest.mark.needs("test_answers")
def test_ill_conditioned(run: Run) -> None:
    """It chooses well in narrow valleys."""
    chooses_well(run, "ill-conditioned")


@pytest.mark.points(2)
@pytest.mark.needs("test_answers")
def test_noisy(run: Run) -> None:
    """It chooses well where each evaluation is noisy."""
    chooses_well(run, "noisy")


@pytest.mark.points(2)
@pytest.mark.needs("test_answers")
def test_sparse(run: Run) -> None:
    """It chooses well where each evaluation sees a few coordinates only."""
    chooses_well(run, "sparse")


def chooses_well(run: Run, kind: str) -> None:
    """On every case of a kind, the choice comes down nearly as far as the best of the grid; else it earns its mean share."""
    cases = [case for case in run.cases if (case.reference.case.expected or {}).get("kind") == kind]
    judge = cases[0].reference.sources.plan
    shares = [judge.share(case.reference, case.trace.returned) for case in cases]
    worst = min(range(len(cases)), key=shares.__getitem__)
    if shares[worst] >= 1.0:
        return
    case = cases[worst]
    reached = judge.reached(case.reference, case.trace.returned)
    said = (
        f"your choice brings the loss down by {reached:.0%} of what the best of the grid does, counted in powers of ten; "
        "four fifths are enough"
    )
    if reached == 0:
        said = "your choice diverges, or ends no lower than it began"
    raise Unmet(f"On {case.name}, {said}.", case.name, share=sum(shares) / len(shares))


def what_is_wrong(choice: Any, highest: float) -> str:
    """A half sentence about an answer that can't be used; empty where it can."""
    if not isinstance(choice, dict):
        return f'choose() returns {kind_of(choice)}; a dict with the keys "optimizer" and "lr" is asked for'
    if set(choice) != {"optimizer", "lr"}:
        return 'the dict that choose() returns has other keys than "optimizer" and "lr", or lacks one of them'
    if choice["optimizer"] not in ("adam", "sgd"):
        return 'what stands under "optimizer" is neither "adam" nor "sgd", in small letters'
    lr = choice["lr"]
    if type(lr) not in (int, float):
        hint = " (`float(...)` makes one)" if isinstance(lr, (Tensor, Other)) else ""
        return f'under "lr" stands {kind_of(lr)}; a float is asked for{hint}'
    if math.isnan(lr):
        return 'under "lr" stands NaN: a comparison with NaN is always False, so it may have slipped through a min()'
    if not 0 < lr <= highest:
        return f'the learning rate under "lr" is not above 0 and at most {highest:g}'
    return ""


def kind_of(value: object) -> str:
    """What a returned value is, in words."""
    if value is None:
        return "None"
    name = value.type.removeprefix("builtins.") if isinstance(value, Other) else type(value).__name__
    return "a tensor" if isinstance(value, Tensor) else f"a{'n' * (name[:1] in 'aeiou')} {name}"
