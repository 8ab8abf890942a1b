"""What other programs build on: `grader.grade`, and the schema of what it returns."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import grader
from grader.faults import UsageError
from grader.report import SCHEMA_VERSION, Report

ROOT = Path(__file__).parents[2]
SOLUTION = ROOT / "solutions" / "exercise_03" / "train.py"


def test_a_file_is_graded_by_its_path() -> None:
    report = grader.grade(str(SOLUTION), "exercise_03", course=ROOT)
    assert isinstance(report, grader.Report)
    assert (report.verdict, report.score) == ("passed", 10.0)
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_what_isnt_there_is_said() -> None:
    with pytest.raises(UsageError, match="no file at"):
        grader.grade("nowhere.py", "exercise_03", course=ROOT)
    with pytest.raises(UsageError, match="no exercise called"):
        grader.grade(SOLUTION, "exercise_99", course=ROOT)
    with pytest.raises(AttributeError, match="has no attribute 'marks'"):
        grader.marks  # noqa: B018


def test_importing_the_package_imports_nothing_of_it() -> None:
    code = "import sys, grader; print([m for m in sys.modules if m.startswith(('grader.', 'torch', 'pydantic'))])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_report_is_what_the_schema_says() -> None:
    command = [sys.executable, "-m", "grader", "schema"]
    schema = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    assert schema["version"] == SCHEMA_VERSION
    report = json.loads(grader.grade(SOLUTION, "exercise_03", course=ROOT).model_dump_json())
    assert set(report) == set(schema["properties"])
    assert set(schema["required"]) <= set(report)
    for name in ("CheckReport", "DiagnosisReport", "QuestionReport"):
        assert name in schema["$defs"]
    assert set(report["checks"][0]) == set(schema["$defs"]["CheckReport"]["properties"])
