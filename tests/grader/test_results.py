"""A report in other systems' formats, read back by their rules; what a learner wrote stays text in each."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from grader.render.markdown import markdown
from grader.render.results import FORMATS, exercism, gradescope, junit
from grader.report import Report

ROOT = Path(__file__).parents[2]
Grade = Callable[..., Report]
EVIL = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) | ``` **b** ]]> \x1b[31m & \ufffe"


@pytest.fixture(scope="module")
def reports(grade: Grade) -> dict[str, Report]:
    failed = grade((ROOT / "tests" / "exercise_03" / "wrong" / "never_clears_gradients.py").read_bytes())
    check = failed.checks[2].model_copy(update={"message": EVIL})
    return {
        "passed": grade((ROOT / "solutions" / "exercise_03" / "train.py").read_bytes()),
        "failed": failed,
        "stub": grade((ROOT / "exercises" / "exercise_03" / "train.py").read_bytes()),
        "ungradable": grade(b"def train(:\n"),
        "evil": failed.model_copy(
            update={
                "headline": EVIL,
                "lines": {1: EVIL, 2: "````"},
                "checks": (*failed.checks[:2], check, *failed.checks[3:]),
                "run": failed.run.model_copy(update={"printed": EVIL * 100}),
            }
        ),
    }


def unfenced(text: str) -> str:
    """What isn't between fences; a fence ends where as many backticks as it began with stand alone."""
    return re.sub(r"^(`{3,})\w+\n.*?^\1$", "", text, flags=re.M | re.S)


NAMES = ("passed", "failed", "stub", "ungradable", "evil")


@pytest.mark.parametrize("name", NAMES)
def test_gradescope_takes_it(name: str, reports: dict[str, Report]) -> None:
    report, results = reports[name], json.loads(gradescope(reports[name]))
    assert results["score"] == report.score
    assert sum(test["score"] for test in results["tests"]) == report.score
    assert isinstance(results["execution_time"], float)
    for test in results["tests"]:
        assert test["status"] in ("passed", "failed")
        assert test["visibility"] == "visible"  # where any is hidden, students don't see their total
        assert test["score"] <= test["max_score"]
    outside = unfenced(results["output"])
    assert "<img" not in outside.replace("\\<img", "")


@pytest.mark.parametrize("name", NAMES)
def test_exercism_takes_it(name: str, reports: dict[str, Report]) -> None:
    results = json.loads(exercism(reports[name]))
    assert results["version"] == 3
    assert results["status"] == {"passed": "pass", "ungradable": "error"}.get(name, "fail")
    assert ("message" in results) == (name != "passed")
    for test in results["tests"]:
        assert test["status"] in ("pass", "fail", "error")
        assert ("message" in test) == (test["status"] != "pass")
        assert len(test.get("output", "")) <= 500


@pytest.mark.parametrize("name", NAMES)
def test_junit_is_xml_that_counts_right(name: str, reports: dict[str, Report]) -> None:
    (suite,) = ElementTree.fromstring(junit(reports[name]))
    for attribute, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.attrib[attribute]) == len(suite.findall(f"testcase/{kind}"))
    assert int(suite.attrib["tests"]) == len(suite) == max(1, len(reports[name].checks))
    passed = [case for case in suite if not len(case)]
    assert len(passed) == sum(check.status == "passed" for check in reports[name].checks)


def test_markdown_shows_what_a_learner_wrote_as_text(reports: dict[str, Report]) -> None:
    text = markdown(reports["evil"])
    assert "\\<img" in text
    assert "\\[x\\](" in text
    assert "\x1b" not in text
    outside = unfenced(text)
    assert "\n<" not in outside
    assert all(line.count("|") - line.count("\\|") in (0, 4) for line in outside.splitlines())
    assert "| ✗ not met | 0/3 |" in text
    plain = markdown(reports["failed"])
    assert "**Mend it**: Call `optimizer.zero_grad()` once for every step" in plain


def test_the_command_writes_them_beside_what_it_shows(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "grader", "exercise_03", "--no-page", "--course", str(ROOT)]
    command += ["--submission", str(ROOT / "solutions" / "exercise_03" / "train.py")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    for name in FORMATS:
        command += ["--results", f"{name}={tmp_path / name}"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0
    assert "Passed: 10 of 10" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == set(FORMATS)
    for wrong in ("csv=x", "junit", "junit=", f"junit={tmp_path / 'no' / 'where'}"):
        bad = subprocess.run([*command, "--results", wrong], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert bad.returncode == 2, wrong
        assert "Traceback" not in bad.stderr
