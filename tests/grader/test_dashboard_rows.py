"""A row that can't be is refused where it is made."""

import math
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from grader.bulk.dashboard import Answer, Check, Row, row_of
from grader.report import CheckReport, DiagnosisReport, QuestionReport, Report, RunReport


def row(**changes: Any) -> Row:
    given: dict[str, Any] = {
        **{"student": "s1", "name": "Ada", "exercise": "exercise_03", "score": 7.0, "max_score": 10.0},
        **{"verdict": "failed", "state": "graded"},
    }
    return Row(**(given | changes))


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_refused(number: float) -> None:
    for change in (
        {"score": number},
        {"max_score": number},
        {"checks": (Check("c", "C", "passed", number, 1),)},
        {"answers": (Answer("q", "single", "correct", 1, number),)},
    ):
        with pytest.raises(ValueError, match=r"finite"):
            row(**change)


@pytest.mark.parametrize("state", ["grader_fault", "excused"])
def test_who_the_grader_failed_or_who_is_excused_has_no_score_and_so_no_zero(state: str) -> None:
    with pytest.raises(ValueError, match=r"not even 0"):
        row(state=state, score=0)
    assert not row(state=state, score=None, verdict=None).judged


def test_what_is_graded_has_a_score_and_a_verdict() -> None:
    for change in ({"score": None}, {"verdict": None}, {"score": None, "state": "needs_review"}):
        with pytest.raises(ValueError, match=r"no score or no verdict"):
            row(**change)
    assert row(state="missing", score=0, verdict=None).score == 0
    with pytest.raises(ValueError, match=r"below 0"):
        row(max_score=-1)


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "https://example.org/x",
        "//example.org/x",
        "/etc/passwd",
        "../other/index.html",
        "reports/../../x",
        "reports/Ada Lovelace.html",
        "reports/ada?name=Ada",
        "reports/a#b",
        "reports\\x",
        "reports/é.html",
        "reports/\n",
        "a/",
    ],
)
def test_a_link_leads_to_a_plain_name_in_the_folder(link: str) -> None:
    with pytest.raises(ValueError, match=r"relative path"):
        row(link=link)


def test_a_row_is_frozen_and_knows_what_waits() -> None:
    made = row(link="reports/3f9a-0_b/index.html")
    with pytest.raises(FrozenInstanceError):
        made.score = 10  # type: ignore[misc]
    assert made.share == 0.7
    assert row(max_score=0, score=0).share is None
    assert not made.waits
    waiting = (Answer("q", "short", "needs_review", 0, 1),)
    assert row(answers=waiting).waits
    assert row(state="needs_review").waits
    assert not row(state="missing", score=None, verdict=None, answers=waiting).waits


def test_a_row_is_made_from_a_report() -> None:
    questions = (
        QuestionReport(
            id="gorge", kind="single", status="incorrect", points=0, max_points=1, chosen=("steepness",), given="A and C"
        ),
        QuestionReport(
            id="printed", kind="output", status="incorrect", points=0, max_points=1, given="9" * 500, misconceptions=("m",)
        ),
        QuestionReport(id="why", kind="short", status="needs_review", points=0, max_points=2, given="I am Ada and I think"),
    )
    report = Report(
        exercise="exercise_03",
        title="The training loop",
        verdict="failed",
        score=4,
        max_score=10,
        headline="No.",
        run=RunReport(status="finished"),
        checks=(CheckReport(id="c", title="C", status="failed", points=0, max_points=6),),
        diagnoses=(DiagnosisReport(id="never_clears_gradients", title="Never", confidence="certain"),),
        questions=questions,
    )
    made = row_of(report, "s1", "Ada", late=True, tries=2, link="reports/0.html")
    assert (made.score, made.max_score, made.verdict, made.state, made.late, made.tries) == (
        4,
        10,
        "failed",
        "needs_review",
        True,
        2,
    )
    assert [check.status for check in made.checks] == ["failed"]
    assert [diagnosis.confidence for diagnosis in made.diagnoses] == ["certain"]
    assert [answer.chosen for answer in made.answers] == [("steepness",), (), ()]
    assert [len(answer.given) for answer in made.answers] == [0, 60, 0]  # a short answer may say whose it is
    assert row_of(report, "s1", "Ada", score=0.0, max_score=5.0).score == 0.0
    assert row_of(report.model_copy(update={"questions": ()}), "s1", "Ada").state == "graded"
