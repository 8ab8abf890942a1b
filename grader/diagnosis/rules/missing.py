"""What a rule by hand makes of a missing gradient."""

from torch import Tensor

from grader.diagnosis.rules.said import Said
from grader.diagnosis.rules.steps import Steps


def present(steps: Steps, number: int, said: Said) -> Tensor:
    """(N, P) for which coordinates each rule takes a step."""
    there = steps.present[number][None]
    if not said.any("missing"):
        return there
    all_there = steps.there[number]
    gone = (~all_there).nonzero()
    before = steps.numbers[None] < (int(gone[0]) if len(gone) else len(all_there))
    return said.choose(
        "missing",
        there,
        {
            "as zero": lambda: there | ~there,
            "previous gradient": lambda: there | ~there,
            "ends the step": lambda: there & before,
            "stops all": lambda: there & all_there.all(),
        },
    )
