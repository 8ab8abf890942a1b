"""Rules on how a submission does its work, not on what comes of it."""

from grader.checks.run import JudgedCase, Run, Unmet
from grader.source import uses_of_optim
from grader.trace import Event


def no_optimizer_of_torch(run: Run, base: bool = False) -> None:
    """No optimizer of torch.optim's is named in the source, or does the work at run time by whatever other way.

    Args:
        base: allow `torch.optim.Optimizer` itself, to build upon.
    """
    for case in run.cases:
        event = at_work(case, base)
        if event is not None:
            line = f" (line {event.line})" if event.line else ""
            raise Unmet(f"An optimizer of torch.optim is at work{line}: here the update is yours to write.", case.name)
    for name, number in uses_of_optim(run.submission, allowed=("Optimizer",) if base else ()):
        raise Unmet(f"{name}, line {number} uses torch.optim: here the update is yours to write.")


def at_work(case: JudgedCase, base: bool = False) -> Event | None:
    """The first sign that an optimizer of torch.optim's does a case's work; see `no_optimizer_of_torch`."""
    for event in case.trace.events:
        own = base and event.kind == "optimizer" and event.detail.get("shipped") is None
        if own or event.detail.get("driven") or (base and event.kind == "step_start"):
            continue
        if event.kind in ("optimizer", "borrowed", "step_start"):
            return event
    return None
