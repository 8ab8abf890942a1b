"""The hidden checks of exercise_10. A docstring's first line is what the student reads."""

import pytest

from grader.checks import JudgedCase, Run, Unmet, expect


@pytest.mark.points(1)
def test_finishes(run: Run) -> None:
    """AdamW can be made, of parameters or of groups, steps, and clears, without an error."""
    expect.finishes(run.of(task="plain"))
    expect.finishes(run.of(task="given"))


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_own_work(run: Run) -> None:
    """The update is its own: no optimizer of torch.optim does it."""
    expect.no_optimizer_of_torch(run, base=True)


@pytest.mark.points(1)
@pytest.mark.needs("test_own_work")
def test_moves(run: Run) -> None:
    """Each step moves the very parameters that it was given, in their dtype, and zero_grad() clears them all."""
    for part in run.of(task="plain"), run.of(task="given"):
        expect.follows_the_tape(part)
        expect.clears_the_tape(part)


@pytest.mark.points(2)
@pytest.mark.needs("test_moves")
def test_updates(run: Run) -> None:
    """Each step first shrinks the parameter by lr times weight_decay, and then makes the Adam update of its gradients."""
    expect.updates_of_the_optimizer(run.of(task="plain"))


@pytest.mark.points(1)
@pytest.mark.needs("test_moves")
def test_missing(run: Run) -> None:
    """A parameter whose gradient is None is skipped and not decayed, and those after it are not skipped."""
    part = run.of(task="missing")
    expect.finishes(part)
    expect.follows_the_tape(part)
    expect.clears_the_tape(part)
    expect.updates_of_the_optimizer(part)


@pytest.mark.points(1)
@pytest.mark.needs("test_moves")
def test_group_decay(run: Run) -> None:
    """Each group has its own weight decay, and the default where it names none."""
    expect.updates_of_the_optimizer(run.of(task="given"))


@pytest.mark.points(1)
def test_every_parameter(run: Run) -> None:
    """decay_groups() puts every trainable parameter into exactly one group, and gives each group its weight decay."""
    part = run.of(task="groups")
    expect.finishes(part)
    for case in part.cases:
        returned, wanted = case.trace.returned, _wanted(case)
        if not isinstance(returned, dict):
            raise Unmet(f"On {case.name}, decay_groups() doesn't return a list of dicts with `params`.", case.name)
        if "?" in returned:
            raise Unmet(f"On {case.name}, a group holds something that isn't one of the model's parameters.", case.name)
        for name in wanted:
            decays = returned.get(name, [])
            if len(decays) != 1:
                times = "no group" if not decays else "the groups more than once"
                raise Unmet(f"On {case.name}, `{name}` is in {times}.", case.name)
            if not isinstance(decays[0], float):
                raise Unmet(f"On {case.name}, the group of `{name}` has no number as its weight_decay.", case.name)


@pytest.mark.points(1)
@pytest.mark.needs("test_every_parameter")
def test_spares(run: Run) -> None:
    """Weights decay; biases and the parameters of normalisation layers do not."""
    for case in run.of(task="groups").cases:
        for name, right in _wanted(case).items():
            decay = case.trace.returned[name][0]
            if (decay != 0.0) != (right != 0.0):
                does = "decays, and shouldn't" if right == 0.0 else "doesn't decay, and should"
                module = case.reference.model.get_submodule(name.rpartition(".")[0])
                raise Unmet(f"On {case.name}, `{name}`, which belongs to a {type(module).__name__}, {does}.", case.name)
            if abs(decay - right) > 1e-9:
                raise Unmet(f"On {case.name}, `{name}` has another weight decay than decay_groups() was given.", case.name)


@pytest.mark.points(1)
@pytest.mark.needs("test_updates", "test_spares")
def test_together(run: Run) -> None:
    """AdamW, made of what decay_groups() returns, makes the right steps."""
    part = run.of(task="together")
    expect.finishes(part)
    expect.follows_the_tape(part)
    expect.updates_of_the_optimizer(part)


def _wanted(case: JudgedCase) -> dict[str, float]:
    """The weight decay of each trainable parameter, by its name."""
    arguments = case.reference.arguments
    return case.reference.sources.plan.decays(arguments["model"], arguments["weight_decay"])
