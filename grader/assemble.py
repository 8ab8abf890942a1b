"""Puts the report together out of what the stages found."""

from collections.abc import Sequence

from grader.checks.expect import explain
from grader.checks.run import Run
from grader.diagnosis import KnownMistakes
from grader.picture import draw
from grader.questions.grade import Graded
from grader.report import CheckReport, DiagnosisReport, Report, RunReport, Standing
from grader.runner import RawRun
from grader.submission import Submission
from grader.trace import Problem
from grader.versions import versions

STATUS = {
    "import": "crashed",
    "not_started": "crashed",
    "crashed": "crashed",
    "timed_out": "timed_out",
    "too_many_steps": "timed_out",
    "out_of_memory": "out_of_memory",
}  # of a run that a problem of this kind stopped; any other was refused
CANT_BE_RUN = ("unreadable", "empty", "syntax", "no_function", "signature", "import")


def assemble(
    raw: RawRun,
    run: Run,
    checks: tuple[CheckReport, ...],
    diagnoses: tuple[DiagnosisReport, ...],
    identified: str | None,
    known: KnownMistakes,
    graded: Graded,
) -> Report:
    """Make the report of one submission.

    Args:
        identified: what is said of the rule that made its steps.
        graded: the answers handed in with it.
    """
    error = run.error
    verdict = "passed" if all(check.status == "passed" for check in checks) else "failed"
    if error is not None and error.kind in CANT_BE_RUN:
        verdict = "ungradable"
        checks, diagnoses = (), ()
    mistake = known.beside(diagnoses[0].id, run.trace, run.exercise.about.shown.name) if diagnoses else None
    return Report.model_validate(
        {
            "exercise": run.exercise.name,
            "title": run.exercise.about.title,
            "verdict": verdict,
            "score": sum(check.points for check in checks),
            "max_score": run.exercise.about.points,
            "headline": _headline(run, verdict, checks, diagnoses),
            "run": _run_report(raw, run),
            "identified": None if verdict == "ungradable" else identified,
            "checks": checks,
            "diagnoses": diagnoses,
            "questions": graded.questions,
            "question_score": graded.score,
            "answers_notes": graded.notes,
            "student": graded.student,
            "standings": standings(run) if verdict != "ungradable" else (),
            "picture": draw(run, mistake, diagnoses[0].title if mistake else ""),
            "lines": _lines(run.submission, [error.line if error else None, *(d.line for d in diagnoses)]),
            "versions": versions(torch=True),
        }
    )


def _run_report(raw: RawRun, run: Run) -> RunReport:
    error = run.error
    return RunReport.model_validate(
        {
            "status": "finished" if error is None else STATUS.get(error.kind, "refused"),
            "error": None if error is None else explain(error, run.exercise),
            "error_line": error.line if error else None,
            "isolation": raw.isolation.tier,
            "isolation_missing": raw.isolation.missing,
            "printed": run.trace.cases[0].printed if run.trace.cases else "",
            "cpu_seconds": round(raw.cpu_s, 3),
            "memory_mb": round(raw.max_rss_mb, 1),
        }
    )


def standings(run: Run) -> tuple[Standing, ...]:
    """What the exercise's own `reference.py` has for a leaderboard: `standings(run)` gives names and values."""
    asked = getattr(run.cases[0].reference.sources.plan, "standings", None) if run.cases else None
    return tuple(Standing(name=name, value=value) for name, value in asked(run).items()) if asked else ()


def _headline(run: Run, verdict: str, checks: tuple[CheckReport, ...], diagnoses: tuple[DiagnosisReport, ...]) -> str:
    if verdict == "passed":
        watched = run.exercise.about.records == "steps"
        return "Passed: every step is the one that was asked for." if watched else "Passed: it does all that was asked for."
    error: Problem | None = run.error
    named = [diagnosis for diagnosis in diagnoses if diagnosis.id != "unknown"]
    if verdict == "ungradable" or (
        error is not None and error.kind != "crashed" and not (error.kind == "not_started" and named)
    ):
        assert error is not None
        return explain(error, run.exercise)
    if named:
        return _names(named)
    return next(check.message for check in checks if check.status == "failed")


def _names(diagnoses: Sequence[DiagnosisReport]) -> str:
    """The mistakes in one sentence: one, one of several, or one in each part."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for diagnosis in diagnoses:
        groups.setdefault(diagnosis.one_of or (diagnosis.id,), []).append(diagnosis.title)
    several = ["; or: ".join(titles) for titles in groups.values()]
    if len(several) > 1:
        return f"{len(several)} mistakes: {'; and: '.join(several)}."
    return f"One of {len(diagnoses)}: {several[0]}." if len(diagnoses) > 1 else f"{several[0]}."


def _lines(submission: Submission, numbers: list[int | None]) -> dict[int, str]:
    """The learner's own lines that the report speaks of, with one before and after."""
    around = {n + k for n in numbers if n for k in (-1, 0, 1)}
    return {n: text for n in sorted(around) if (text := submission.line(n)).strip()}
