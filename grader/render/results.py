"""One report in the formats that other systems read: Gradescope's and exercism's results.json, JUnit XML, Markdown."""

import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from grader.render.markdown import markdown
from grader.render.text import clean, sentence
from grader.report import CheckReport, Report

MAX_OUTPUT = 500  # characters, of exercism's
KINDS = {"failed": "failure", "skipped": "skipped"}


def gradescope(report: Report, visibility: str = "visible") -> str:
    """Gradescope's results.json: a test for each check, whose points add up to the score; exercises with one, a leaderboard.

    `visibility`, of all that a student may see: visible, hidden, after_due_date or after_published.
    """
    tests = [
        {
            "name": check.title,
            "number": str(number),
            "score": check.points,
            "max_score": check.max_points,
            "status": "passed" if check.status == "passed" else "failed",
            "output": _said(check),
            "visibility": visibility,
            "extra_data": {"id": check.id},
        }
        for number, check in enumerate(report.checks, 1)
    ]
    results: dict[str, Any] = {
        "score": report.score,
        "execution_time": report.run.cpu_seconds,
        "output": markdown(report),
        "output_format": "md",
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {"verdict": report.verdict, "mistakes": [diagnosis.id for diagnosis in report.diagnoses]},
    }
    if report.standings:
        results["leaderboard"] = [{"name": s.name, "value": s.value, "order": s.order} for s in report.standings]
    return _json(results)


def exercism(report: Report) -> str:
    """exercism's results.json, version 3. What can't be run is an error, with its message."""
    if report.verdict == "ungradable" or not report.checks:
        return _json({"version": 3, "status": "error", "message": report.headline, "tests": []})
    statuses = {"passed": "pass", "failed": "fail", "skipped": "error"}
    tests = []
    for check in report.checks:
        test: dict[str, Any] = {"name": check.title, "status": statuses[check.status], "test_code": check.id}
        if check.status != "passed":
            test["message"] = _said(check) or report.headline
        if report.run.printed.strip():
            printed = clean(report.run.printed)
            test["output"] = printed if len(printed) <= MAX_OUTPUT else f"{printed[: MAX_OUTPUT - 1]}…"
        tests.append(test)
    status = "pass" if report.verdict == "passed" else "fail"
    told = {} if status == "pass" else {"message": report.headline}
    return _json({"version": 3, "status": status, **told, "tests": tests})


def junit(report: Report) -> str:
    """JUnit XML, as pytest writes it: a suite, and a test case for each check; what can't be run is an error."""
    cases = [(check.id, KINDS.get(check.status, ""), _said(check) or check.title) for check in report.checks]
    if not cases:
        cases = [("runs", "" if report.verdict == "passed" else "error", report.headline)]
    kinds = [kind for _, kind, _ in cases]
    counts = {
        name: str(kinds.count(kind)) for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    }
    root = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(root, "testsuite", {"name": report.exercise, "tests": str(len(cases)), **counts})
    for name, kind, message in cases:
        case = ElementTree.SubElement(suite, "testcase", {"classname": report.exercise, "name": name})
        if kind:
            inner = ElementTree.SubElement(case, kind, {"message": _xml(message)})
            inner.text = _xml(report.headline if kind == "failure" else message)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


FORMATS: dict[str, Callable[[Report], str]] = {
    "markdown": markdown,
    "junit": junit,
    "gradescope": gradescope,
    "exercism": exercism,
}


def _said(check: CheckReport) -> str:
    """What is said to the learner of a check that isn't met."""
    if check.status == "skipped":
        return "Not judged yet, because of what comes before."
    return sentence(check.message)


def _xml(text: str) -> str:
    """One line, without the two characters that neither a terminal minds nor XML allows."""
    return re.sub("[\ufffe\uffff]", "\N{REPLACEMENT CHARACTER}", sentence(text))


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2) + "\n"
