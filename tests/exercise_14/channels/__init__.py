"""What isn't as asked in exercise_14: in what is found, in the set-up afterwards, and in the trial."""

from collections.abc import Iterator, Sequence

from descent_exercise_14_channels.judged import judged, setups
from descent_exercise_14_channels.trials import trials

from grader.checks.run import JudgedCase


def channels(cases: Sequence[JudgedCase]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each symptom by itself, each part of the set-up, and the trial, which the learning rate is judged by."""
    trial = dict(trials(cases))
    yield from trial.items()
    yield from judged(cases, tried=not trial)
    yield from setups(cases, tried=not trial)
