"""The hidden checks of exercise_08. A docstring's first line is what the student reads."""

import pytest

from grader.checks import Run, expect


@pytest.mark.points(1)
def test_finishes(run: Run) -> None:
    """SGD can be made, and its step() and zero_grad() run."""
    expect.finishes(run)


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_own_work(run: Run) -> None:
    """The update is your own: no optimizer of torch.optim does the work."""
    expect.no_optimizer_of_torch(run, base=True)


@pytest.mark.points(1)
@pytest.mark.needs("test_own_work")
def test_moves(run: Run) -> None:
    """The parameters move in step(), and nowhere else, and keep their dtype."""
    expect.follows_the_tape(run)


@pytest.mark.points(1)
@pytest.mark.needs("test_own_work")
def test_clears(run: Run) -> None:
    """After zero_grad(), no parameter holds an old gradient."""
    expect.clears_the_tape(run)


@pytest.mark.points(1)
@pytest.mark.needs("test_moves")
def test_plain(run: Run) -> None:
    """Without momentum and decay, each step is −lr times the gradient, at the lr of that moment."""
    expect.updates_of_the_optimizer(run.of(task="plain"))


@pytest.mark.points(2)
@pytest.mark.needs("test_moves")
def test_momentum(run: Run) -> None:
    """With momentum, and with dampening, each step goes along the velocity that torch's SGD would have."""
    expect.updates_of_the_optimizer(run.of(task="momentum"))


@pytest.mark.points(2)
@pytest.mark.needs("test_moves")
def test_decay(run: Run) -> None:
    """Weight decay enters where torch's SGD puts it."""
    expect.updates_of_the_optimizer(run.of(task="decay"))


@pytest.mark.points(1)
@pytest.mark.needs("test_moves")
def test_nesterov(run: Run) -> None:
    """With nesterov=True, each step looks ahead as torch's SGD does."""
    expect.updates_of_the_optimizer(run.of(task="nesterov"))
