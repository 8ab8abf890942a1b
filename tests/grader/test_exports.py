"""What comes out of a gradebook, read back by the rules of who imports it; and what counts, by a policy."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.bulk.exports import FORMULA, by_student, cell, write_exports
from grader.bulk.gradebook import Entry, Made, Row, Student
from grader.bulk.policy import Mark, Policy, mark, read_policy
from grader.faults import UsageError
from grader.report import Report

ROOT = Path(__file__).parents[2]
POINTS = {"exercise_01": 10.0, "exercise_03": 10.0}
HOSTILE = '=HYPERLINK("http://x","y")'


@pytest.fixture(scope="module")
def report(grade: Callable[..., Report]) -> Report:
    return grade((ROOT / "tests" / "exercise_03" / "wrong" / "never_clears_gradients.py").read_bytes())


def row(report: Report | None, student: Student, submitted: str | None = None, score: float | None = None) -> Row:
    entry = Entry(student, "exercise_03", "d", f"{student.id}/train.py", submitted)
    if report is None:
        return Row(1, entry, Made("v", "fault", json.dumps({"fault": "x"})))
    shown = report if score is None else report.model_copy(update={"score": score})
    return Row(1, entry, Made("v", "graded", shown.model_dump_json(), shown.verdict, shown.score, shown.max_score))


def written(report: Report, folder: Path, students: list[Student]) -> Path:
    """All files for students of whom each handed in one exercise, and one is excused from it."""
    policy = Policy.model_validate({"excused": [{"student": students[-1].id}]})
    found = []
    for student in students:
        for exercise in POINTS:
            tries = [row(report, student)] if exercise == "exercise_03" else []
            found.append(mark(policy, student, exercise, tries, 10.0))
    write_exports(by_student(found), folder, POINTS, ["check:gradients", "question:gorge"])
    return folder


STUDENTS = [
    Student("ada", "Lovelace, Ada", "ada@x.org", (("sis user id", "77"), ("section", "A"))),
    Student("-1+1", HOSTILE),
    Student("bob", "Bob\nB"),
]


def rows_of(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding), newline="")))


def test_grades_have_a_row_for_each_and_a_column_for_each_check(report: Report, tmp_path: Path) -> None:
    rows = rows_of(written(report, tmp_path, STUDENTS) / "grades.csv", "utf-8-sig")
    assert len(rows) == 6
    ada = next(one for one in rows if one["student"] == "ada" and one["exercise"] == "exercise_03")
    assert (float(ada["score"]), ada["state"], ada["mistakes"]) == (report.score, "graded", "never_clears_gradients")
    assert ada["check:gradients"] == "0"
    missing = next(one for one in rows if one["student"] == "ada" and one["exercise"] == "exercise_01")
    assert (missing["score"], missing["state"]) == ("", "missing")
    excused = [one for one in rows if one["student"] == "bob"]
    assert {(one["score"], one["state"]) for one in excused} == {("", "excused")}


def test_canvas_takes_it(report: Report, tmp_path: Path) -> None:
    table = list(
        csv.reader(io.StringIO((written(report, tmp_path, STUDENTS) / "canvas.csv").read_bytes().decode(), newline=""))
    )
    head, points, *students = table
    assert "Student" in head[0]
    assert "ID" in head[1]
    assert head[4] == "Section"
    assert "Points Possible" in points[0]
    assert [float(one) for one in points[5:]] == [10.0, 10.0]
    by_login = {one[3]: one for one in students}
    assert by_login["ada"][2] == "77"
    assert by_login["ada"][5:] == ["", f"{report.score:g}"]
    assert by_login["bob"][5:] == ["EX", "EX"]
    for one in students:
        assert all(value in ("", "EX") or float(value) >= 0 for value in one[5:])


def test_moodle_takes_it(report: Report, tmp_path: Path) -> None:
    for one in rows_of(written(report, tmp_path, STUDENTS) / "moodle.csv"):
        assert one["username"]
        for exercise in POINTS:
            assert one[exercise] == "" or float(one[exercise]) >= 0  # a word would make the whole import fail


def test_nbgrader_takes_it(report: Report, tmp_path: Path) -> None:
    rows = rows_of(written(report, tmp_path, STUDENTS) / "nbgrader.csv")
    assert ",".join(rows[0]) == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,max_score"
    )
    ada = next(one for one in rows if one["student_id"] == "ada" and one["assignment"] == "exercise_03")
    assert (float(ada["raw_score"]), float(ada["late_submission_penalty"]), float(ada["score"])) == (
        report.score,
        0,
        report.score,
    )


def test_junit_and_json_lines_are_whole(report: Report, tmp_path: Path) -> None:
    folder = written(report, tmp_path, [*STUDENTS, Student("x\x00\x1b<&>\ud800", "n")])
    suites = ET.parse(folder / "junit.xml").getroot()
    ada = next(suite for suite in suites if suite.get("name") == "ada")
    failed = [case.get("name") for case in ada if case.find("failure") is not None]
    assert failed == [check.id for check in report.checks if check.status == "failed"]
    assert int(ada.get("tests") or 0) == len(list(ada))
    lines = [json.loads(line) for line in (folder / "reports.jsonl").read_text().splitlines()]
    assert len(lines) == 8
    assert lines[1]["report"]["exercise"] == "exercise_03"


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=30), st.sampled_from(["=1+1", " =1", "\t=1", "@x", "-1", "+1", "＝1", '"=1', "'=1", "\r=1"])))
def test_no_text_begins_a_formula_and_none_is_lost(text: str) -> None:
    made = str(cell(text))
    assert made.endswith(text)
    assert made.lstrip(' \t\r\n"')[:1] not in FORMULA or not made.strip(' \t\r\n"')
    table = io.StringIO(newline="")
    csv.writer(table).writerow([made, "x"])
    if "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text):
        assert next(csv.reader(io.StringIO(table.getvalue(), newline=""))) == [made, "x"]


def test_numbers_stay_numbers() -> None:
    assert [cell(value) for value in (-1.5, 0.1 + 0.2, 3, None, 1e-7)] == ["-1.5", "0.3", 3, "", "1e-07"]


# What counts


ADA = Student("ada")
LATE = """
counts = "best"
[due]
exercise_03 = 2026-11-20T23:59:00+01:00
[late]
grace_minutes = 15
per_day = 0.1
at_most = 0.5
closed_after_days = 7
[extensions.eve]
exercise_03 = 2026-11-27T23:59:00+01:00
[[excused]]
student = "bob"
exercise = "exercise_05"
"""


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    (tmp_path / "policy.toml").write_text(LATE)
    return read_policy(tmp_path / "policy.toml")


@pytest.mark.parametrize(
    ("submitted", "student", "score", "why"),
    [
        ("2026-11-20T22:00:00+00:00", "ada", 10.0, ""),
        ("2026-11-20T23:10:00+00:00", "ada", 10.0, ""),  # within the grace
        ("2026-11-21T10:00:00+00:00", "ada", 9.0, "1 day late, 10 % off: 10 becomes 9."),
        ("2026-11-22T23:10:00+00:00", "ada", 8.0, "2 days late, 20 % off: 10 becomes 8."),
        ("2026-11-27T10:00:00+00:00", "ada", 5.0, "7 days late, 50 % off: 10 becomes 5."),
        ("2026-12-20T10:00:00+00:00", "ada", 0.0, "30 days late, after the end: nothing counts: 10 becomes 0."),
        ("2026-11-27T10:00:00+00:00", "eve", 10.0, ""),
        (None, "ada", 10.0, ""),
    ],
)
def test_late_is_counted_in_days_begun(
    submitted: str | None, student: str, score: float, why: str, policy: Policy, report: Report
) -> None:
    who = Student(student)
    found = mark(policy, who, "exercise_03", [row(report, who, submitted, 10.0)], 10.0)
    assert (found.score, found.why) == (score, why)


def test_who_was_late_by_an_unknown_time_loses_nothing(policy: Policy, report: Report) -> None:
    late = row(report, ADA, None, 10.0)
    late = Row(1, replace(late.entry, late=True), late.made)
    found = mark(policy, ADA, "exercise_03", [late], 10.0)
    assert (found.score, found.late, "not by how much" in found.why) == (10.0, True, True)


def test_which_try_counts(report: Report) -> None:
    tries = [row(report, ADA, "2026-11-01", 4.0), row(report, ADA, "2026-11-02", 9.0), row(report, ADA, "2026-11-03", 6.0)]
    scores = {
        how: mark(Policy.model_validate({"counts": how}), ADA, "exercise_03", tries, 10.0).score
        for how in ("best", "last", "first")
    }
    assert scores == {"best": 9.0, "last": 6.0, "first": 4.0}


def test_excused_stays_excused_and_a_fault_is_no_number(policy: Policy, report: Report) -> None:
    bob = Student("bob")
    excused = mark(policy, bob, "exercise_05", [row(report, bob, None, 10.0)], 10.0)
    assert (excused.state, excused.score) == ("excused", None)
    assert mark(policy, bob, "exercise_03", [row(report, bob, None, 10.0)], 10.0).score == 10.0
    fault = mark(policy, ADA, "exercise_03", [row(report, ADA, None, 2.0), row(None, ADA)], 10.0)
    assert (fault.state, fault.score) == ("grader_fault", None)
    assert mark(policy, ADA, "exercise_03", [], 10.0) == Mark(
        ADA, "exercise_03", "missing", None, 10.0, "Nothing was handed in."
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("counts = 'most'", "at counts"),
        ("[late]\nper_day = 3", "at late.per_day"),
        ("x = 1", "at x"),
        ("counts = ", "Invalid value"),
    ],
)
def test_a_policy_that_isnt_as_it_should_be_says_where(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(text)
    with pytest.raises(UsageError, match=said):
        read_policy(tmp_path / "policy.toml")
