"""When gradients are cleared, told by whether each backward pass adds to what was there."""

from collections.abc import Callable, Sequence

from grader.diagnosis.channels.values import UNCLEAR
from grader.diagnosis.channels.walk import Use, Walk

Kept = tuple[Walk, int, Use, tuple[str, ...]]  # a use, its number, and for each parameter "kept", "cleared" or ""


def clearing(walks: Sequence[Walk], rows: Sequence[Kept] | None) -> str:
    """When the gradients are cleared, told by whether each pass added to what was there."""
    if rows is None:
        return UNCLEAR
    some_step = any(walk.steps for walk in walks)
    told = [
        (walk, number, use, state, tensor)
        for walk, number, use, kept in rows
        for tensor, state in enumerate(kept)
        if state in ("kept", "cleared") and tensor in walk.moving and (walk.steps or not some_step)
    ]
    one = _clearing_law([each[:4] for each in told])
    if one == "never" and any(_clears_in_vain(walk) for walk in walks):
        return "never, though zero_grad is called"
    if one != UNCLEAR:
        return "" if one == "anything" else one
    places = {(id(walk), tensor) for walk, *_, tensor in told}
    each = {_clearing_law([t[:4] for t in told if (id(t[0]), t[4]) == place]) for place in places}
    return UNCLEAR if UNCLEAR in each else " / ".join(sorted(each))


def _clears_in_vain(walk: Walk) -> bool:
    """Whether something is told to clear at every turn: another model's gradients, or no parameter's at all."""
    calls = sum(event.kind == "zero_grad" for event in walk.enacted.trace.events)
    return calls >= max(2, len(walk.enacted.passes) - 1)


def _clearing_law(told: list[tuple[Walk, int, Use, str]]) -> str:
    if not told:
        return "anything"

    def holds(cleared: Callable[[Walk, int, Use], bool]) -> bool:
        return all((state == "cleared") == cleared(walk, number, use) for walk, number, use, state in told)

    return next((name for name, law in _LAWS if holds(law)), UNCLEAR)


def _starts(walk: Walk, number: int) -> bool:
    return any(epoch and epoch[0] == number for epoch in walk.epochs)


def _place(walk: Walk, number: int) -> int:
    return next((epoch.index(number) for epoch in walk.epochs if number in epoch), 0)


def _steps_before(walk: Walk, number: int) -> int:
    return sum(use.steps for use in walk.uses[:number])


def _starts_group(walk: Walk, number: int, _use: Use) -> bool:
    return any(number == epoch[0] + at for epoch in walk.epochs for at in range(0, len(epoch), walk.data.accumulate))


Cleared = Callable[[Walk, int, Use], bool]


def _every(many: int, offset: int) -> tuple[Cleared, Cleared, Cleared]:
    """Every so many batches of the run, of each epoch, and every so many steps."""
    return (
        lambda walk, number, use: number % many == offset,
        lambda walk, number, use: _place(walk, number) % many == offset,
        lambda walk, number, use: use.first and _steps_before(walk, number) % many == offset,
    )


_LAWS: list[tuple[str, Cleared]] = [
    ("", lambda walk, number, use: use.first),
    ("never", lambda walk, number, use: False),
    ("each epoch", lambda walk, number, use: _starts(walk, number)),
    ("each batch", lambda walk, number, use: True),
    *(("every other", law) for many in range(2, 6) for offset in range(many) for law in _every(many, offset)[:2]),
    *(("every other step", _every(many, offset)[2]) for many in range(2, 5) for offset in range(many)),
    ("groups", _starts_group),
    ("except at epochs", lambda walk, number, use: use.first and (number == 0 or not _starts(walk, number))),
]
