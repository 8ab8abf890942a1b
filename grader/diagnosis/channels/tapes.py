"""What an optimizer that a learner wrote did with a tape of gradients, as findings."""

from collections.abc import Iterator, Sequence

import torch

from grader.checks.run import JudgedCase
from grader.diagnosis.channels.moves import Moves
from grader.diagnosis.channels.updates import Updates
from grader.diagnosis.channels.updates import channels as of_rule
from grader.diagnosis.channels.values import UNCLEAR, together
from grader.diagnosis.enact import near


def clearing(case: JudgedCase) -> list[str]:
    """Which gradients a step finds: its own, or sums of all since the start."""
    reference, trace = case.reference, case.trace
    tape = case.plan.tape
    assert tape is not None
    laws: list[set[str]] = []
    for number, where in enumerate(reference.slices):
        fits = {"", "never"}
        found = torch.zeros(where.stop - where.start, dtype=torch.float64)
        for step, row in zip(trace.steps, tape.gradients, strict=False):
            own = row[number]
            given = trace.gradients[step.gradient, where]
            if own is None:
                found = torch.zeros_like(found)
                continue
            new = own.detach().reshape(-1).to(torch.float64)
            there = bool(trace.present[step.gradient, number])
            fits &= {law for law, value in (("", new), ("never", new + found)) if there and near(given, value, None, 1e-9)}
            found = given
        if tape.clears != "yours":
            fits = {"", "never"}  # whatever the optimizer's own would do
        laws.append(fits)
    if not all(laws):
        return [UNCLEAR]
    return [
        name
        for name, holds in (("", all("" in f for f in laws)), ("never", all("never" in f for f in laws)), ("some", True))
        if holds
    ]


def still(moves: Sequence[Moves]) -> tuple[str, ...]:
    """Which parameters stay where they are in every case, though they have gradients."""
    said = []
    for steps in (each.steps for each in moves):
        numbers = sorted(set(steps.tensors.tolist()))
        stays = [
            n for n in numbers if steps.given[:, steps.tensors == n].any() and not steps.change[:, steps.tensors == n].any()
        ]
        vectors = {n for n in numbers if steps.vectors[steps.tensors == n].all()}
        names = {
            "all": len(stays) == len(numbers),
            "biases": set(stays) == vectors,
            "weights": set(stays) == set(numbers) - vectors,
        }
        moved = (steps.change != 0).any(1)
        late = len(moved) > 2 and bool(moved[0]) and not moved[1:].any()
        said.append(
            [name for name, holds in names.items() if holds and stays]
            or (["after the first step"] if late else ["some"] if stays else [""])
        )
    return together(said) if all(names != [""] for names in said) else ()


def channels(cases: Sequence[JudgedCase], updates: Updates) -> Iterator[tuple[str, tuple[str, ...]]]:
    """All that holds of the steps along the tapes, each as (channel, value)."""
    if not cases:
        return
    yield "clearing", together([clearing(case) for case in cases])
    stays = still(updates.moves)
    yield "still", stays
    if not {"all", "after the first step"} & set(stays):
        yield from of_rule(updates)
