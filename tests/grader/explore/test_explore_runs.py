"""What is in the file is what the equations say, worked out once more in plain Python floats."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from playground import Pair, Playground, decode

from grader.course import Course
from grader.explore import LEARNING_RATES, MEMORIES, MISTAKES, STEPS, SURFACES, settings
from grader.explore.pack import COLUMNS, ROWS, encode
from grader.explore.surfaces import POINTS_X, POINTS_Y

RTOL = 2e-5  # the file keeps 16 bits of each number (1.5e-5), and float32 rounds before that
SAMPLE = [(name, mistake) for name in MEMORIES for mistake in ("", *MISTAKES[name])]


def bowl(x: float, y: float) -> tuple[float, Pair]:
    return 1.5 * (x * x + y * y), (3 * x, 3 * y)


def valley(x: float, y: float) -> tuple[float, Pair]:
    return 0.5 * x * x + 12.5 * y * y, (x, 25 * y)


def saddle(x: float, y: float) -> tuple[float, Pair]:
    return 0.5 * (x * x - 1) ** 2 + y * y, (2 * x * (x * x - 1), 2 * y)


def mountain(x: float, y: float) -> tuple[float, Pair]:
    px, py, hx, hy = x + 1.6, y - 1.2, x - 1.6, y + 0.8
    peak, hut = 1.4 * math.exp(-(px * px + py * py) / 0.9), math.exp(-(hx * hx + hy * hy) / 1.6)
    loss = 1 + peak - hut + 0.01 * (hx * hx + hy * hy)
    slope = tuple(-2 * p / 0.9 * peak + 2 * h / 1.6 * hut + 0.02 * h for p, h in ((px, hx), (py, hy)))
    return loss, (slope[0], slope[1])


def regression(weight: float, bias: float) -> tuple[float, Pair]:
    errors = [weight * x + bias - y for x, y in zip(POINTS_X, POINTS_Y, strict=True)]
    n = len(errors)
    along = sum(2 * e * x for e, x in zip(errors, POINTS_X, strict=True)) / n
    return sum(e * e for e in errors) / n, (along, 2 * sum(errors) / n)


LOSSES: dict[str, Callable[[float, float], tuple[float, Pair]]] = {
    "bowl": bowl,
    "valley": valley,
    "saddle": saddle,
    "mountain": mountain,
    "regression": regression,
}


def walk(
    surface: str, name: str, lr: float, memory: tuple[float, ...], mistake: str, steps: int
) -> Iterator[tuple[float, Pair, Pair, list[Pair]]]:
    """Step by step: the loss, the gradient, the update, and the optimizer's memory."""
    p = list(next(s.start for s in SURFACES if s.id == surface))
    grad, first, second, t = [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], 0
    for step in range(steps):
        if mistake == "recreates_optimizer_every_batch":
            first, second, t = [0.0, 0.0], [0.0, 0.0], 0
        t += 1
        loss, slope = LOSSES[surface](p[0], p[1])
        update = [0.0, 0.0]
        for i in range(2):
            g = -slope[i] if mistake == "climbs_instead_of_descends" else slope[i]
            grad[i] = g = grad[i] + g if mistake == "never_clears_gradients" else g
            if name in ("adam", "adamw"):
                b1, b2 = memory if mistake != "swaps_betas" else memory[::-1]
                first[i] = b1 * first[i] + (1 - b1) * g
                second[i] = b2 * second[i] + (1 - b2) * g * g
                m, v = first[i], second[i]
                if mistake != "omits_bias_correction":
                    m, v = m / (1 - b1**t), v / (1 - b2**t)
                root = v if mistake == "omits_sqrt" else math.sqrt(v)
                shrunk = p[i] * (1 - lr * 0.1) if name == "adamw" else p[i]
                update[i] = shrunk - lr * m / (root + 1e-8) - p[i]
            elif name == "sgd":
                update[i] = -lr * g
            else:
                mu = memory[0]
                first[i] = mu * first[i] + ((1 - mu) * g if mistake == "averages_velocity" else g)
                update[i] = -lr * (g + mu * first[i] if name == "nesterov" else first[i])
        p = [p[0] + update[0], p[1] + update[1]]
        state = [first, second] if name in ("adam", "adamw") else [first] if name != "sgd" else []
        assert step < steps
        yield loss, (grad[0], grad[1]), (update[0], update[1]), [(s[0], s[1]) for s in state]


@pytest.mark.parametrize("surface", LOSSES)
@pytest.mark.parametrize(("name", "mistake"), SAMPLE)
def test_the_file_has_what_the_equations_say(surface: str, name: str, mistake: str, playground: Playground) -> None:
    memories = MEMORIES[name] if not mistake else MEMORIES[name][:1]  # type: ignore[index]
    for memory in memories:
        for lr in (0.001, 0.02, 0.1, 1.0):
            run = playground.runs[surface, name, lr, memory, mistake]
            told = walk(surface, name, lr, memory, mistake, min(len(run.updates), 25))
            size = [1e-30, 1e-30]  # of the largest update and gradient so far: what cancels is off by a share of those
            for i, (loss, gradient, update, state) in enumerate(told):
                size = [max(size[0], *map(abs, update)), max(size[1], *map(abs, gradient))]
                assert run.loss[i] == pytest.approx(loss, rel=RTOL, abs=1e-12)
                assert run.gradients[i] == pytest.approx(gradient, rel=RTOL, abs=1e-9 * size[1])
                assert run.updates[i] == pytest.approx(update, rel=RTOL, abs=1e-7 * size[0])
                for has, should in zip([column[i] for column in run.memory], state, strict=True):
                    assert has == pytest.approx(should, rel=RTOL, abs=1e-9 * size[1])


def test_the_regression_is_a_linear_layers(playground: Playground) -> None:
    model = torch.nn.Linear(1, 1, dtype=torch.float64)
    start = next(s.start for s in SURFACES if s.id == "regression")
    with torch.no_grad():
        model.weight.fill_(start[0])
        model.bias.fill_(start[1])
    x, y = (torch.tensor(points, dtype=torch.float64)[:, None] for points in (POINTS_X, POINTS_Y))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    loss_fn = torch.nn.MSELoss()
    run = playground.runs["regression", "adam", 0.05, (0.9, 0.999), ""]
    for i in range(STEPS):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        assert run.loss[i] == pytest.approx(loss.item(), rel=RTOL)
        before = model.weight.item(), model.bias.item()
        optimizer.step()
        moved = model.weight.item() - before[0], model.bias.item() - before[1]
        assert run.updates[i] == pytest.approx(moved, rel=RTOL, abs=1e-9)
        assert run.memory[1][i][0] == pytest.approx(optimizer.state[model.weight]["exp_avg_sq"].item(), rel=RTOL)


def test_every_setting_is_there_on_every_surface(playground: Playground) -> None:
    asked = {(surface.id, s.optimizer, s.lr, s.memory, s.mistake) for surface in SURFACES for s in settings()}
    assert playground.runs.keys() == asked
    assert len(LEARNING_RATES) == 9
    assert list(LEARNING_RATES) == sorted(LEARNING_RATES)


def test_a_run_goes_on_until_its_numbers_are_too_large(playground: Playground) -> None:
    short = {key: run for key, run in playground.runs.items() if len(run.updates) < STEPS}
    assert short
    assert all(len(run.updates) <= STEPS for run in playground.runs.values())
    for key, run in short.items():
        n = len(run.updates)
        assert all(math.isfinite(v) for v in run.loss)
        assert max(run.loss) <= 1.0001e30
        try:
            *_, (_, gradient, update, state) = walk(*key, steps=n + 1)
            p = [s + sum(u[i] for _, _, u, _ in walk(*key, steps=n + 1)) for i, s in enumerate(start_of(key[0]))]
            beyond = [LOSSES[key[0]](p[0], p[1])[0], *gradient, *update, *(v for pair in state for v in pair)]
        except OverflowError:
            continue
        assert not all(abs(v) < 0.999e30 for v in beyond), key


def start_of(surface: str) -> Pair:
    return next(s.start for s in SURFACES if s.id == surface)


@pytest.mark.parametrize("surface", SURFACES, ids=lambda s: s.id)
def test_the_map_is_of_the_loss_and_the_lowest_points_are_the_lowest(surface, playground: Playground) -> None:  # type: ignore[no-untyped-def]
    grid = playground.grids[surface.id]
    loss = LOSSES[surface.id]
    for row in (0, 20, ROWS - 1):
        for column in (0, 33, COLUMNS - 1):
            x = surface.x[0] + column / (COLUMNS - 1) * (surface.x[1] - surface.x[0])
            y = surface.y[0] + row / (ROWS - 1) * (surface.y[1] - surface.y[0])
            assert grid[row * COLUMNS + column] == pytest.approx(loss(x, y)[0], rel=RTOL)
    for point in surface.lowest:
        value, slope = loss(*point)
        assert value <= min(grid) + 1e-6
        assert max(map(abs, slope)) < 1e-4
    assert surface.x[0] < surface.start[0] < surface.x[1]
    assert surface.y[0] < surface.start[1] < surface.y[1]
    assert (surface.x[1] - surface.x[0]) / (surface.y[1] - surface.y[0]) == pytest.approx(4 / 3)  # the page draws it 4 : 3


@given(st.lists(st.floats(min_value=-1e30, max_value=1e30, allow_subnormal=False), min_size=1, max_size=50))
def test_packing_keeps_more_than_four_digits(numbers: list[float]) -> None:
    assert decode(encode(np.array(numbers))) == pytest.approx(numbers, rel=2**-16, abs=1e-37)


def test_every_mistake_is_in_the_catalogue(course: Course) -> None:
    assert {mistake for _, mistake in SAMPLE if mistake} <= course.misconceptions.keys()
