"""What the guided texts claim is so."""

from itertools import pairwise

import pytest
from playground import Playground

from grader.explore.page import read_words
from grader.explore.runs import MEMORIES, WEIGHT_DECAY

WORDS = read_words()
PRESETS = {preset.id: preset for preset in WORDS.presets}


def runs(playground: Playground, id: str):  # type: ignore[no-untyped-def]
    preset = PRESETS[id]
    assert preset.b is not None
    return [
        playground.runs[preset.surface, c.optimizer, c.lr, MEMORIES[c.optimizer][0], c.mistake] for c in (preset.a, preset.b)
    ]


def at(playground: Playground, surface: str, run, step: int):  # type: ignore[no-untyped-def]
    start = next(s["start"] for s in playground.contents["surfaces"] if s["id"] == surface)
    return tuple(start[i] + sum(u[i] for u in run.updates[:step]) for i in range(2))


def test_adams_first_step_is_lr_in_size_whatever_the_gradient(playground: Playground) -> None:
    firsts = [(key, run) for key, run in playground.runs.items() if key[1] == "adam" and key[4] == ""]
    assert firsts
    for (_, _, lr, _, _), run in firsts:
        assert [abs(u) for u in run.updates[0]] == pytest.approx([lr, lr], rel=2e-5)
    a, b = runs(playground, "first_step")
    steepness = abs(b.gradients[0][1] / b.gradients[0][0])
    assert 8.5 < steepness < 9
    assert abs(b.updates[0][1] / b.updates[0][0]) == pytest.approx(steepness, rel=1e-4)
    assert a.gradients[0] == b.gradients[0]


def test_momentum_is_faster_along_the_floor_swings_and_overshoots(playground: Playground) -> None:
    a, b = runs(playground, "momentum")
    assert at(playground, "valley", a, 10)[0] < -2.5
    assert at(playground, "valley", b, 10)[0] > -1.5
    assert at(playground, "valley", b, 20)[0] > 0.5
    heights = [at(playground, "valley", b, step)[1] for step in range(20)]
    assert min(heights) < -0.5 < 0.5 < max(heights[3:])
    assert b.loss[60] < a.loss[60] / 10
    sizes = [abs(u[0]) for u in a.updates]
    assert sizes == sorted(sizes, reverse=True)


def test_too_large_a_rate_leaves_the_map_at_step_3(playground: Playground) -> None:
    a, b = runs(playground, "too_large")
    heights = [at(playground, "valley", a, step)[1] for step in range(12)]
    assert [abs(y) > 3 for y in heights[:4]] == [False, False, False, True]
    assert all(later / before == pytest.approx(-1.5, rel=1e-3) for before, later in pairwise(heights))
    assert all(later > before for before, later in pairwise(a.loss[1:]))
    heights = [at(playground, "valley", b, step)[1] for step in range(6)]
    assert all(later / before == pytest.approx(-0.25, rel=0.01) for before, later in pairwise(heights))
    adam = playground.runs["valley", "adam", 0.1, (0.9, 0.999), ""]
    assert max(abs(u) for pair in adam.updates for u in pair) < 0.12


def test_on_the_plain_sgd_hardly_moves_and_adam_strides(playground: Playground) -> None:
    a, b = runs(playground, "mountain")
    assert max(abs(u) for pair in a.updates for u in pair) < 0.1 * 0.1
    assert all(0.9 < abs(u[0]) / 0.1 < 1.2 for u in b.updates[:20])
    assert abs(b.gradients[29][0]) > 10 * abs(b.gradients[0][0])
    assert abs(b.updates[29][0]) / 0.1 < 1.3
    assert b.loss[60] < 0.05 < 1 < a.loss[60]


def test_gradients_that_pile_up_swing_without_end(playground: Playground) -> None:
    a, b = runs(playground, "never_clears")
    assert b.updates[0] == a.updates[0]
    assert b.updates[1] != a.updates[1]
    assert max(b.loss[45:]) > 0.9 * b.loss[0]
    assert a.loss[60] < 1e-6
    right, wrong = (playground.runs["bowl", "adam", 0.1, (0.9, 0.999), m] for m in ("", "never_clears_gradients"))
    assert max(abs(u) for pair in wrong.updates for u in pair) < 2 * 0.1
    assert right.loss[60] < 0.01
    assert max(wrong.loss[45:]) > 0.5 * wrong.loss[0]


def test_without_bias_correction_the_first_step_is_3_16_lr(playground: Playground) -> None:
    a, b = runs(playground, "bias_correction")
    assert [abs(u) / 0.1 for u in b.updates[0]] == pytest.approx([3.16, 3.16], abs=0.005)
    assert abs(b.updates[0][0]) < abs(b.updates[1][0]) < abs(b.updates[2][0])
    assert [abs(u) / 0.1 for u in a.updates[0]] == pytest.approx([1, 1], rel=1e-4)


def test_the_texts_fit_the_settings() -> None:
    assert f"(weight decay {WEIGHT_DECAY})" in WORDS.optimizers["adamw"]
    assert 5 <= len(PRESETS) == len(WORDS.presets) <= 6
    for preset in WORDS.presets:
        assert len(preset.text.strip().splitlines()) == 3
