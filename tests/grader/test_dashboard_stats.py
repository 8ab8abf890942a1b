"""What is said of a class, against numpy and against counting by hand."""

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from crowd import crowd
from hypothesis import given
from hypothesis import strategies as st

from grader.bulk.dashboard import Answer, Check, Diagnosis, QuestionText, Row, class_stats
from grader.bulk.dashboard.questions import QuestionStats
from grader.bulk.dashboard.stats import ExerciseStats, quartiles

SCORES = st.lists(st.integers(0, 40).map(lambda quarter: quarter / 4), min_size=1, max_size=60)


def row(student: int, exercise: str = "exercise_01", score: float | None = 5.0, **changes: Any) -> Row:
    given: dict[str, Any] = {"verdict": "failed", "state": "graded", "max_score": 10.0, "name": f"Student {student}"}
    return Row(student=f"s{student:03}", exercise=exercise, score=score, **(given | changes))


def named(*ids: str, confidence: str = "certain") -> tuple[Diagnosis, ...]:
    return tuple(Diagnosis(id, id.upper(), confidence) for id in ids)  # type: ignore[arg-type]


def only(rows: Sequence[Row]) -> ExerciseStats:
    (stats,) = class_stats(rows).exercises
    return stats


@given(SCORES)
def test_the_spread_of_the_scores_is_numpys(scores: list[float]) -> None:
    stats = only([row(number, score=score) for number, score in enumerate(scores)])
    shares = np.array(scores) / 10
    assert stats.mean == pytest.approx(shares.mean())
    assert (stats.lower, stats.median, stats.upper) == pytest.approx(np.percentile(shares, [25, 50, 75]))
    counts, _ = np.histogram(scores, bins=np.arange(0, 10.5))
    assert stats.histogram == tuple(counts)


def test_scores_on_a_border_above_the_top_or_below_zero_have_a_bin() -> None:
    assert only([row(1, score=0.3, max_score=1.0)]).histogram[3] == 1
    assert only([row(1, score=0.3, max_score=1.5)]).histogram[2] == 1  # 0.3 / 1.5 is less than 0.2
    assert only([row(1, score=0.1 + 0.2, max_score=1.0)]).histogram[3] == 1
    assert only([row(1, score=12), row(2, score=10)]).histogram[9] == 2
    assert only([row(1, score=-1)]).histogram[0] == 1
    nothing = only([row(1, score=0, max_score=0)])
    assert (nothing.judged, nothing.mean, sum(nothing.histogram)) == (1, None, 0)


def test_one_score_is_its_own_quartiles() -> None:
    assert quartiles([0.5]) == (0.5, 0.5, 0.5)


def test_what_says_nothing_of_the_work_is_in_no_mean() -> None:
    rows = [
        row(1, score=10, verdict="passed"),
        row(2, score=4, state="needs_review", late=True),
        row(3, score=0, verdict="ungradable"),
        row(4, score=None, verdict=None, state="grader_fault", diagnoses=named("ghost")),
        row(5, score=0, verdict=None, state="missing"),
        row(6, score=None, verdict=None, state="excused", late=True),
    ]
    stats = class_stats(rows)
    (one,) = stats.exercises
    assert (one.judged, one.passed, one.failed, one.ungradable) == (3, 1, 1, 1)
    assert (one.grader_faults, one.missing, one.excused, one.waiting, one.late) == (1, 1, 1, 1, 1)
    assert one.students == 6
    assert one.mean == pytest.approx(14 / 30)
    assert one.pass_rate == pytest.approx(1 / 3)
    assert [row.student for row in stats.grader_faults] == ["s004"]
    assert stats.misconceptions == ()


def test_nobody_and_none_judged_are_no_trouble() -> None:
    assert class_stats([]).exercises == ()
    stats = only([row(1, score=None, verdict=None, state="missing")])
    assert (stats.mean, stats.pass_rate, stats.lower, sum(stats.histogram)) == (None, None, None, 0)


def test_two_rows_of_one_student_and_exercise_are_refused() -> None:
    with pytest.raises(ValueError, match=r"two rows of 's001' for 'exercise_01'"):
        class_stats([row(1), row(1)])
    assert class_stats([row(1), row(1, "exercise_02")]).students == 1


def test_a_check_is_judged_by_those_that_it_judged() -> None:
    def checks(*statuses: str) -> tuple[Check, ...]:
        return tuple(Check(f"c{i}", f"Check {i}", s, 0, 1) for i, s in enumerate(statuses))  # type: ignore[arg-type]

    rows = [
        row(1),  # could not be run: no checks, and no word on their order
        row(2, checks=checks("passed", "failed", "skipped")),
        row(3, checks=checks("passed", "skipped", "skipped")),
        row(4, checks=checks("failed", "passed", "skipped")),
        row(5, checks=checks("passed", "passed", "skipped")),
        row(6, checks=checks("failed"), state="excused", score=None),
    ]
    found = [(c.id, c.title, c.passed, c.failed, c.skipped, c.pass_rate) for c in class_stats(rows).checks]
    assert found == [
        ("c0", "Check 0", 3, 1, 0, 0.75),
        ("c1", "Check 1", 2, 1, 1, pytest.approx(2 / 3)),
        ("c2", "Check 2", 0, 0, 4, None),
    ]


def test_misconceptions_are_counted_by_student_in_code_and_in_answers() -> None:
    wrong = (
        Answer("q1", "single", "incorrect", 0, 1, misconceptions=("b", "z")),
        Answer("q2", "single", "incorrect", 0, 1, misconceptions=("b",)),
    )
    rows = [
        row(1, diagnoses=named("a")),
        row(2, diagnoses=(*named("a", confidence="likely"), *named("b", confidence="likely")), answers=wrong),
        row(3, "exercise_02", diagnoses=named("a", "a")),
    ]
    found = class_stats(rows, titles={"z": "From the catalogue", "a": "Overruled"}).misconceptions
    assert [(m.exercise, m.id, m.title, [r.student for r in m.rows], m.certain, m.answers) for m in found] == [
        ("exercise_01", "a", "A", ["s001", "s002"], 1, 0),
        ("exercise_01", "b", "B", ["s002"], 0, 1),
        ("exercise_02", "a", "A", ["s003"], 1, 0),
        ("exercise_01", "z", "From the catalogue", [], 0, 1),
    ]


def test_a_group_is_two_or_more_who_failed_one_exercise_with_the_same_mistakes() -> None:
    rows = [
        row(1, diagnoses=named("a", "b")),
        row(2, diagnoses=named("b", "a", "unknown")),  # in another order, with something else that nobody can name
        row(3, diagnoses=named("a")),  # a part of it
        row(4, "exercise_02", diagnoses=named("a", "b")),  # elsewhere
        row(5, diagnoses=named("a", "b"), verdict="passed"),  # over it
        row(6, diagnoses=named("unknown")),
        row(7, diagnoses=named("unknown")),  # what nothing explains isn't the same thing
        row(8),
        row(9),
        row(10, diagnoses=named("a", "b"), state="excused", score=None),
    ]
    (group,) = class_stats(rows).groups
    assert (group.exercise, group.diagnoses, group.titles) == ("exercise_01", ("a", "b"), ("A", "B"))
    assert [row.student for row in group.rows] == ["s001", "s002"]


def test_larger_groups_come_first() -> None:
    rows = [row(n, diagnoses=named("a" if n < 2 else "b")) for n in range(5)]
    assert [len(group.rows) for group in class_stats(rows).groups] == [3, 2]


def test_what_waits_is_listed_by_question_or_as_a_whole() -> None:
    def asks(*statuses: str) -> tuple[Answer, ...]:
        return tuple(Answer(f"q{i}", "short", s, 0, 1) for i, s in enumerate(statuses))  # type: ignore[arg-type]

    rows = [
        row(1, answers=asks("needs_review", "needs_review")),
        row(2, answers=asks("correct", "needs_review")),
        row(3, answers=asks("correct", "correct")),
        row(4, state="needs_review"),
        row(5, "exercise_02", state="needs_review", answers=asks("needs_review")),
    ]
    stats = class_stats(rows)
    assert [(w.exercise, w.question, [r.student for r in w.rows]) for w in stats.waiting] == [
        ("exercise_01", "", ["s004"]),
        ("exercise_01", "q0", ["s001"]),
        ("exercise_01", "q1", ["s001", "s002"]),
        ("exercise_02", "q0", ["s005"]),
    ]
    assert [one.waiting for one in stats.exercises] == [3, 1]


# Questions


def answered(sheets: Sequence[Sequence[float | None]], maxima: Sequence[float]) -> list[Row]:
    """Students' points for each question; None waits for a person."""
    return [
        row(
            number,
            answers=tuple(
                Answer(f"q{i}", "single", "needs_review" if p is None else "correct" if p else "incorrect", p or 0, m)
                for i, (p, m) in enumerate(zip(sheet, maxima, strict=True))
            ),
        )
        for number, sheet in enumerate(sheets)
    ]


def items(rows: Sequence[Row], texts: dict[tuple[str, str], QuestionText] | None = None) -> dict[str, QuestionStats]:
    return {item.id: item for item in class_stats(rows, texts).questions}


@given(st.integers(10, 50), st.integers(2, 5), st.randoms(use_true_random=False))
def test_difficulty_and_discrimination_are_numpys(takers: int, questions: int, draw: random.Random) -> None:
    maxima = [draw.choice((1.0, 2.0, 3.0)) for _ in range(questions)]
    sheets = [[draw.randint(0, 4) / 4 * most for most in maxima] for _ in range(takers)]
    points = np.array(sheets)
    for index, item in enumerate(items(answered(sheets, maxima)).values()):
        share = points[:, index] / maxima[index]
        rest = np.delete(points, index, 1).sum(1)
        assert item.difficulty == pytest.approx(share.mean())
        if np.ptp(share) < 1e-9 or np.ptp(rest) < 1e-9:
            assert (item.discrimination, item.why_not) == (None, "all alike")
        else:
            assert item.discrimination == pytest.approx(np.corrcoef(share, rest)[0, 1])


def test_for_right_or_wrong_it_is_the_point_biserial_correlation() -> None:
    draw = random.Random(3)
    sheets = [[float(draw.random() < 0.5), draw.randint(0, 8) / 2] for _ in range(40)]
    right = np.array([rest for item, rest in sheets if item])
    wrong = np.array([rest for item, rest in sheets if not item])
    everything = np.array([rest for _, rest in sheets])
    share = len(right) / len(sheets)
    biserial = (right.mean() - wrong.mean()) / everything.std() * np.sqrt(share * (1 - share))
    assert items(answered(sheets, (1, 4)))["q0"].discrimination == pytest.approx(biserial)


@pytest.mark.parametrize(
    ("sheets", "why"),
    [
        ([[1.0, 0.0], [0.0, 1.0]] * 4 + [[1.0, 1.0]], "too few"),
        ([[1.0, 0.0], [1.0, 1.0]] * 5, "all alike"),
        ([[1.0, 0.5], [0.0, 0.5]] * 5, "all alike"),
        ([[1.0], [0.0]] * 5, "no other question to compare with"),
    ],
)
def test_where_discrimination_can_not_be_said_it_says_why(sheets: list[list[float | None]], why: str) -> None:
    item = items(answered(sheets, [1.0] * len(sheets[0])))["q0"]
    assert (item.discrimination, item.why_not) == (None, why)


def test_a_rest_that_differs_by_rounding_alone_is_all_alike() -> None:
    sheets = [[float(n % 2), *((0.1, 0.2, 0.3) if n % 3 else (0.3, 0.2, 0.1))] for n in range(20)]
    assert len({sum(sheet[1:]) for sheet in sheets}) == 2
    assert items(answered(sheets, (1, 1, 1, 1)))["q0"].why_not == "all alike"


def test_what_waits_is_in_neither_and_who_answered_nothing_took_no_part() -> None:
    sheets: list[list[float | None]] = [[1.0, None], [0.0, 1.0], [1.0, 0.0]]
    rows = answered(sheets, (1, 1))
    empty = tuple(Answer(f"q{i}", "single", "unanswered", 0, 1) for i in range(2))
    half = (Answer("q0", "single", "unanswered", 0, 1), Answer("q1", "single", "correct", 1, 1))
    found = items([*rows, row(7, answers=empty), row(8, answers=half), row(9)])
    assert (found["q0"].takers, found["q0"].unanswered, found["q0"].waiting, found["q0"].difficulty) == (4, 1, 0, 0.5)
    assert (found["q1"].takers, found["q1"].unanswered, found["q1"].waiting) == (3, 0, 1)
    assert found["q1"].difficulty == pytest.approx(2 / 3)


def test_the_rest_is_a_share_of_what_is_decided() -> None:
    draw = random.Random(5)
    points: list[list[float | None]] = [[float(draw.random() < 0.5) for _ in range(3)] for _ in range(30)]
    for sheet in points[::3]:
        sheet[2] = None
    rest = [float(np.mean([p for p in sheet[1:] if p is not None])) for sheet in points]
    item = items(answered(points, (1, 1, 1)))["q0"]
    assert item.discrimination == pytest.approx(np.corrcoef([sheet[0] for sheet in points], rest)[0, 1])  # type: ignore[arg-type]


def one_question(kind: str, *answers: tuple[str, tuple[str, ...], str]) -> list[Row]:
    made = [Answer("q", kind, status, 0, 1, chosen, given) for status, chosen, given in answers]  # type: ignore[arg-type]
    return [row(number, answers=(answer,)) for number, answer in enumerate(made)]


def taken(rows: Sequence[Row], text: QuestionText | None = None) -> list[tuple[str, bool, int]]:
    texts = {("exercise_01", "q"): text} if text else None
    return [(d.label, d.left_out, d.count) for d in items(rows, texts)["q"].distractors]


def test_wrong_options_of_a_single_choice() -> None:
    rows = one_question(
        "single", ("incorrect", ("b",), ""), ("correct", ("a",), ""), ("incorrect", ("c",), ""), ("incorrect", ("c",), "")
    )
    assert taken(rows) == [("c", False, 2), ("b", False, 1)]
    text = QuestionText("Which?", ("a",), {"c": "The third"})
    assert [d.text for d in items(rows, {("exercise_01", "q"): text})["q"].distractors] == ["The third", ""]
    assert items(rows, {("exercise_01", "q"): text})["q"].prompt == "Which?"


def test_several_choices_show_what_was_ticked_wrongly_and_what_was_left_out() -> None:
    wrong = one_question("several", ("partial", ("a", "c"), ""), ("incorrect", ("c",), ""), ("unanswered", (), ""))
    key = QuestionText(right=("a", "b"))
    expected = [("b", True, 2), ("c", False, 2), ("a", True, 1)]
    assert taken(wrong, key) == expected
    # A right answer tells as much as the key; without either, what was ticked is shown as it was.
    assert taken([*wrong, row(9, answers=(Answer("q", "several", "correct", 1, 1, ("a", "b")),))]) == expected
    assert taken(wrong) == [("a + c", False, 1), ("c", False, 1)]


def test_orders_and_what_was_written_show_the_most_frequent() -> None:
    orders = [("incorrect", ("x", "y"), "")] * 2 + [("incorrect", ("y", "x"), "")]
    assert taken(one_question("order", *orders)) == [("x → y", False, 2), ("y → x", False, 1)]
    written = [("incorrect", (), f"{n}  \n1") for n in range(9) for _ in range(n)]
    assert taken(one_question("output", *written)) == [(f"{n} 1", False, n) for n in (8, 7, 6, 5, 4)]
    assert taken(one_question("short", ("incorrect", (), ""))) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_the_rows_changes_nothing(seed: int) -> None:
    rows = crowd(60, 3, seed)
    mixed = rows.copy()
    random.Random(0).shuffle(mixed)
    assert class_stats(rows) == class_stats(mixed)
