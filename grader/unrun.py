"""Reports of what was not run: what can't be read, what there is nothing to judge by, and questions alone. Needs no torch."""

from grader.course import Exercise
from grader.questions.grade import Graded
from grader.report import Report, RunReport
from grader.versions import versions

PASS_SHARE = 0.7  # of the decided points, where the questions alone were handed in


def refuse(exercise: Exercise, reason: str, graded: Graded | None = None) -> Report:
    """The report of code that can't even be read, or that there is nothing to judge by; questions handed in with it count."""
    graded = graded or Graded()
    return Report(
        exercise=exercise.name,
        title=exercise.about.title,
        verdict="ungradable",
        score=0.0,
        max_score=exercise.about.points,
        headline=reason,
        run=RunReport(status="refused", error=reason),
        questions=graded.questions,
        question_score=graded.score,
        answers_notes=graded.notes,
        student=graded.student,
        versions=versions(),
    )


def questions_alone(exercise: Exercise, graded: Graded) -> Report:
    """The report of answers that no code was handed in with. What waits for a person counts neither for a pass nor against."""
    score = graded.score
    if score is None:
        reason = "No question is answered yet. Write your answers into answers.toml, or let this ask you: "
        return refuse(exercise, f"{reason}grade quiz {exercise.name}", graded)
    # A short answer counts neither way before a person has looked, and so neither does one that isn't there.
    counted = [q for q in graded.questions if q.status != "needs_review" and (q.kind != "short" or q.status != "unanswered")]
    passed = sum(q.points for q in counted) >= PASS_SHARE * sum(q.max_points for q in counted)
    waiting = f"; {score.open} more {'waits' if score.open == 1 else 'wait'} for a person" if score.open else ""
    return Report(
        exercise=exercise.name,
        title=exercise.about.title,
        verdict="passed" if passed else "failed",
        score=score.points,
        max_score=score.max_points,
        headline=f"The questions alone, no code: {score.points:g} of {score.max_points:g} points{waiting}.",
        run=RunReport(status="finished"),
        questions=graded.questions,
        question_score=score,
        answers_notes=graded.notes,
        student=graded.student,
        versions=versions(),
    )
