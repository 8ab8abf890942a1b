"""The numbers that the page shows of each step, held against torch's own optimizers in loops written here."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from grader.course import Course
from grader.reference import import_file
from grader.render.charts import charts
from grader.render.rule_words import rule_words
from grader.render.steps import step_numbers
from grader.report import Picture, Report, Series

ROOT = Path(__file__).parents[2]
Grade = Callable[..., Report]


def solution(exercise: str) -> bytes:
    return (ROOT / "solutions" / exercise / "train.py").read_bytes()


def wrong(exercise: str, name: str) -> bytes:
    return (ROOT / "tests" / exercise / "wrong" / f"{name}.py").read_bytes()


def drawn(report: Report) -> tuple[Picture, dict[str, Series]]:
    assert report.picture is not None
    return report.picture, {series.role: series for series in report.picture.series}


def inputs(course: Course, exercise: str) -> dict[str, Any]:
    asked = course.exercise(exercise)
    made: dict[str, Any] = import_file(asked.folder / "problem.py", f"of_{exercise}").problem(**asked.about.shown.arguments)
    return made


class Walk:
    """A training loop with torch.optim, and all that it had at each step."""

    def __init__(self, model: Any, loss_fn: Any, batches: list[Any], make: Any, kept: tuple[str, ...], *, clears: bool = True):
        own = list(model.parameters())
        optimizer = make(own)
        self.losses, self.gradients, self.updates, self.path = [], [], [], [flat(own)]
        self.kept: list[list[list[float]]] = [[] for _ in kept]
        for X, y in batches:
            if clears:
                optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            self.losses.append(loss.item())
            self.gradients.append(flat([p.grad for p in own]))
            self.path.append(flat(own))
            self.updates.append([b - a for a, b in zip(self.path[-2], self.path[-1], strict=True)])
            for rows, key in zip(self.kept, kept, strict=True):
                rows.append(flat([optimizer.state[p][key] for p in own]))


def flat(tensors: list[Any]) -> list[float]:
    return [float(v) for t in tensors for v in t.detach().reshape(-1)]


def near(rows: Any, expected: Any) -> None:
    assert torch.tensor(rows, dtype=torch.float64) == pytest.approx(torch.tensor(expected, dtype=torch.float64), 1e-5, 1e-9)


def same(series: Series, walk: Walk) -> None:
    near(series.loss, walk.losses)
    near(series.gradients, walk.gradients)
    near(series.updates, walk.updates)
    near(series.parameters, walk.path)
    assert len(series.memory) == len(walk.kept)
    for shown, expected in zip(series.memory, walk.kept, strict=True):
        near(shown, expected)


def test_adams_steps_and_moments_are_torchs(grade: Grade, course: Course) -> None:
    given = inputs(course, "exercise_03")
    batches = [(given["X"], given["y"])] * given["epochs"]
    right = Walk(
        given["model"], given["loss_fn"], batches, lambda p: torch.optim.Adam(p, lr=given["lr"]), ("exp_avg", "exp_avg_sq")
    )
    picture, of = drawn(grade(solution("exercise_03")))
    same(of["reference"], right)
    same(of["yours"], right)
    assert picture.coordinates == ("weight", "bias")
    assert picture.rule is not None
    assert (picture.rule.name, picture.rule.lr, picture.rule.memory) == ("Adam", given["lr"], ("first_moment", "second_moment"))
    assert (picture.parts_at, picture.size, picture.batches) == (None, 2, 1)


def test_a_learners_moments_are_those_of_the_learners_own_gradients(grade: Grade, course: Course) -> None:
    given = inputs(course, "exercise_03")
    batches = [(given["X"], given["y"])] * given["epochs"]
    made = Walk(
        given["model"],
        given["loss_fn"],
        batches,
        lambda p: torch.optim.Adam(p, lr=given["lr"]),
        ("exp_avg", "exp_avg_sq"),
        clears=False,
    )
    picture, of = drawn(grade(wrong("exercise_03", "never_clears_gradients")))
    same(of["yours"], made)
    assert picture.parts_at == 2
    assert of["mistake"].parameters == of["yours"].parameters  # the program that did the same
    gaps = [math.dist(a, b) for a, b in zip(of["yours"].parameters[1:], of["reference"].parameters[1:], strict=True)]
    assert of["yours"].distance == pytest.approx(gaps, abs=1e-6)


def test_of_the_programs_with_one_mistake_the_one_that_did_the_same_is_drawn(grade: Grade) -> None:
    for program in ("scales_learning_rate--tenfold", "scales_learning_rate--doubled"):
        picture, of = drawn(grade(wrong("exercise_02", program), "exercise_02"))
        assert of["mistake"].parameters == of["yours"].parameters
        assert "goes the same way as you." in charts(picture)["charts"][0]["words"]
    code = wrong("exercise_02", "scales_learning_rate--tenfold").replace(b"10 * lr", b"1.7 * lr")
    picture, of = drawn(grade(code, "exercise_02"))
    assert of["mistake"].parameters != of["yours"].parameters
    assert "another program is drawn beside them" in charts(picture)["charts"][0]["words"]


def test_the_velocity_is_torchs_and_the_gradient_is_the_one_that_was_clipped(grade: Grade, course: Course) -> None:
    given = inputs(course, "exercise_04")
    batches = list(given["batches"]) * given["epochs"]
    make = lambda p: torch.optim.SGD(p, lr=given["lr"], momentum=given["momentum"])  # noqa: E731
    walk = Walk(given["model"], given["loss_fn"], batches, make, ("momentum_buffer",))
    picture, of = drawn(grade(solution("exercise_04"), "exercise_04"))
    same(of["yours"], walk)
    same(of["reference"], walk)
    assert picture.rule is not None
    assert (picture.rule.momentum, picture.rule.memory) == (given["momentum"], ("velocity",))
    assert picture.batches == len(given["batches"])
    clipped = inputs(course, "exercise_13")
    picture, of = drawn(grade(solution("exercise_13"), "exercise_13"))
    norms = [math.hypot(*row) for row in of["reference"].gradients if None not in row]  # type: ignore[arg-type]
    assert max(norms) == pytest.approx(clipped["max_norm"], rel=1e-4)
    near(of["yours"].gradients, of["reference"].gradients)


def test_of_many_parameters_the_lengths_are_shown(grade: Grade) -> None:
    picture, of = drawn(grade(solution("exercise_12"), "exercise_12"))
    assert (picture.coordinates, picture.size, picture.surface) == (("all 25 parameters",), 25, None)
    first, *_ = of["reference"].updates
    assert first[0] == pytest.approx(math.sqrt(25) * 0.05, rel=0.02)  # Adam's first step: lr in each
    assert {len(row) for row in of["yours"].gradients} == {1}


def test_the_losses_of_a_right_run_are_the_references_though_it_took_several_passes(grade: Grade, course: Course) -> None:
    given = inputs(course, "exercise_05")
    _, of = drawn(grade(solution("exercise_05"), "exercise_05"))
    near(of["yours"].loss, of["reference"].loss)
    assert of["yours"].own_loss == ()
    X, y = (torch.cat(parts) for parts in zip(*given["batches"][: given["accumulate"]], strict=True))
    assert of["yours"].loss[0] == pytest.approx(given["loss_fn"](given["model"](X), y).item(), rel=1e-5)


def test_a_loss_that_isnt_the_one_asked_for_is_told_beside_it(grade: Grade) -> None:
    picture, of = drawn(grade(wrong("exercise_03", "halves_loss--backward_only")))
    yours = of["yours"]
    near(yours.loss, of["reference"].loss)
    near(yours.own_loss, [v / 2 for v in yours.loss if v is not None])
    words = charts(picture)["charts"][0]["words"]
    assert "Your code's own loss is another: at step 1 it is 2.055, and the drawn one is 4.111." in words


def test_the_surface_is_the_loss_on_all_examples_and_covers_the_paths(grade: Grade, course: Course) -> None:
    for exercise in ("exercise_03", "exercise_04"):
        given = inputs(course, exercise)
        picture, of = drawn(grade(solution(exercise), exercise))
        surface = picture.surface
        assert surface is not None
        batches = given["batches"] if "batches" in given else [(given["X"], given["y"])]
        X, y = (torch.cat(parts) for parts in zip(*batches, strict=True))
        for i, j in ((0, 0), (3, 17), (24, 24), (12, 5)):
            with torch.no_grad():
                given["model"].weight.fill_(surface.x[i])
                given["model"].bias.fill_(surface.y[j])
                assert surface.loss[j][i] == pytest.approx(given["loss_fn"](given["model"](X), y).item(), rel=2e-3)
        for series in of.values():
            for x, y_ in series.parameters:
                assert x is not None
                assert y_ is not None
                assert surface.x[0] < x < surface.x[-1]
                assert surface.y[0] < y_ < surface.y[-1]


def test_a_run_that_flies_off_flattens_nothing(grade: Grade) -> None:
    picture, of = drawn(grade(wrong("exercise_02", "sums_loss--backward_only"), "exercise_02"))
    assert picture.surface is not None
    extent = [max(c) - min(c) for c in zip(*of["reference"].parameters, strict=True)]  # type: ignore[type-var]
    assert picture.surface.x[-1] - picture.surface.x[0] < 6 * extent[0]
    map_ = charts(picture)["map"]
    (mine,) = [path for path in map_["paths"] if path["role"] == "yours"]
    assert mine["off"]
    assert f"it leaves the map at step {mine['off'][0]}" in map_["words"]
    (right,) = [path for path in map_["paths"] if path["role"] == "reference"]
    assert right["off"] == []


def test_what_isnt_finite_is_none_and_is_told(grade: Grade) -> None:
    code = solution("exercise_02").replace(b"lr * ", b"1e200 * lr * ")
    assert code != solution("exercise_02")
    picture, of = drawn(grade(code, "exercise_02"))
    assert None in of["yours"].loss
    assert None in of["yours"].parameters[-1]
    data = charts(picture)
    json.dumps(data, allow_nan=False)
    assert "not finite" in data["charts"][0]["words"]
    assert "not finite" in data["charts"][1]["words"]
    assert any("your loss is not finite" in words for words in data["numbers"]["words"])


def test_steps_beyond_the_references_are_counted_and_not_drawn(grade: Grade) -> None:
    picture, of = drawn(grade(wrong("exercise_03", "steps_twice")))
    assert (of["yours"].taken, len(of["yours"].updates)) == (40, 20)
    assert (
        "You take 40 steps, of which the first 20 are drawn; the reference takes 20." in charts(picture)["charts"][0]["words"]
    )
    picture, of = drawn(grade(wrong("exercise_03", "stops_one_epoch_early")))
    assert (of["yours"].taken, len(of["yours"].updates)) == (19, 19)
    numbers = step_numbers(picture)
    assert numbers is not None
    assert numbers["words"][-1] == "Step 20 of 20: your run takes no such step."
    assert {row["yours"][-1] for group in numbers["groups"] for row in group["rows"]} == {"no step"}
    assert not any(row["differs"][-1] for group in numbers["groups"] for row in group["rows"])


def test_what_differs_is_marked_and_rounding_isnt(grade: Grade) -> None:
    for source, apart in ((solution("exercise_03"), False), (wrong("exercise_03", "never_clears_gradients"), True)):
        picture, _ = drawn(grade(source))
        numbers = step_numbers(picture)
        assert numbers is not None
        rows = {row["label"]: row for row in numbers["groups"][1]["rows"]}
        assert [rows["gradient"]["differs"][0], rows["gradient"]["differs"][1]] == [0, int(apart)]
        assert any(rows["update"]["differs"]) == apart


def test_what_is_said_of_the_rule_is_so(grade: Grade) -> None:
    said = {}
    for exercise in ("exercise_02", "exercise_03", "exercise_04", "exercise_10", "exercise_12"):
        picture, _ = drawn(grade(solution(exercise), exercise))
        said[exercise] = rule_words(picture)
    assert "lr is 0.1. The reference's first gradient is 2.112 in weight and −3.116 in bias" in said["exercise_03"]
    assert "its first update is −0.1 in weight and 0.1 in bias" in said["exercise_03"]
    assert "SGD's step is −lr × gradient" in said["exercise_02"]
    assert "velocity in weight is 0.8 × (−4.988) + (−2.658) = −6.648" in said["exercise_04"]
    assert pytest.approx(-6.648, abs=2e-3) == 0.8 * -4.988 - 2.658
    assert "AdamW also shrinks" in said["exercise_10"]
    assert "√25 × lr = 0.25" in said["exercise_12"]


def test_a_report_of_before_can_still_be_drawn(grade: Grade) -> None:
    report = grade(solution("exercise_03"))
    old = json.loads(report.model_dump_json())
    for field in ("coordinates", "size", "batches", "rule", "surface"):
        del old["picture"][field]
    for series in old["picture"]["series"]:
        for field in ("own_loss", "taken", "parameters", "gradients", "memory", "updates"):
            del series[field]
    picture = Report.model_validate(old).picture
    assert picture is not None
    data = charts(picture)
    assert (data["map"], data["numbers"], data["rule"]) == (None, None, "")
    assert len(data["charts"]) == 2


def test_no_gradient_is_something_else_than_zero(grade: Grade) -> None:
    picture, of = drawn(grade(wrong("exercise_03", "never_backpropagates")))
    assert set(of["yours"].absent) == {(True, True)}
    assert of["reference"].absent == ()
    numbers = step_numbers(picture)
    assert numbers is not None
    row = numbers["groups"][1]["rows"][1]
    assert (row["yours"][0], row["reference"][0], row["differs"][0]) == ("none", "2.112", 1)
    assert of["yours"].memory == ((((0.0, 0.0),) * 20),) * 2
    code = (ROOT / "tests" / "exercise_05" / "right" / "autograd_grad.py").read_bytes()
    _, of = drawn(grade(code, "exercise_05"))
    assert of["yours"].absent == ()
    near(of["yours"].gradients, of["reference"].gradients)
