"""For a run that passed: how exactly its steps are those of torch's optimizer. It costs two subtractions."""

from grader.checks.run import Run
from grader.diagnosis.channels.moves import Asked


def exactness(run: Run) -> str | None:
    """A sentence on the steps of the shown case; None where none are watched."""
    case = next((case for case in run.cases if case.name == run.exercise.about.shown.name), None)
    if case is None or case.reference.plan is None or len(case.after) != case.plan.steps or not case.plan.steps:
        return None
    asked = Asked.of(case.reference)
    way = float((case.expected.after - case.before).abs().max())
    gap = float((case.after - case.expected.after).abs().max())
    if not way > 0.0 or not gap <= 1e-3 * way:
        return None
    rates = {f"lr {rate:g}" for rate in asked.rates}
    momenta = {f"momentum {group.get('momentum', 0.0):g}" for group in case.reference.optimizer().param_groups} - {"momentum 0"}
    said = [*(rates if len(rates) == 1 else ()), *(momenta if len(momenta) == 1 else ())]
    rate = f" with {' and '.join(said)}" if said else ""
    exactly = "to the last digit" if gap == 0.0 else f"to {gap / way:.0e} of a step's size"
    many = "step is" if case.plan.steps == 1 else f"{case.plan.steps} steps are"
    return f"On {case.name}, your {many} those of torch.optim.{asked.family}{rate}, {exactly}.".replace(
        "step is those", "step is that"
    )
