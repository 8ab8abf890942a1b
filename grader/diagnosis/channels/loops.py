"""All channels of a training loop but those of its update rule."""

from collections.abc import Iterator, Sequence

from grader.diagnosis.channels.backward import of_losses
from grader.diagnosis.channels.data import batches, epochs, looks, modes, targets
from grader.diagnosis.channels.losses import Losses
from grader.diagnosis.channels.stepping import freshness, repetition, start, stepping
from grader.diagnosis.channels.values import together
from grader.diagnosis.channels.walk import Walk


def channels(walks: Sequence[Walk]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """All that isn't as asked in the walks of a run's cases, each as (channel, the values that hold)."""
    if not any(walk.uses for walk in walks):
        if any(walk.enacted.passes for walk in walks) or not any(walk.stopped for walk in walks):
            yield "passes", ("none",)
        return
    losses = Losses(walks)
    for name, look in (
        *(("batches", batches), ("epochs", epochs), ("targets", targets), ("steps", stepping), ("stale", freshness)),
        *(("passes", repetition), ("mode", modes), ("looks", looks), ("start", start)),
    ):
        if name != "steps" or losses.reached:  # without gradients a step by hand leaves no trace
            yield name, together([look(walk) for walk in walks if walk.uses], loosely=name == "batches")
    yield from (pair for pair in of_losses(losses) if pair[1] != ("",))
