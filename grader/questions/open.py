"""Short answers in the report: what was found, in which words, and what a person has still to look at.

The mark of a short answer is provisional until every key point has been decided by a person, and counts neither for a pass
nor against it. "Not detected" is never final: the model answer stands beside it, for the learner to compare with.
"""

from collections.abc import Sequence

from grader.questions.marking import about, tidy
from grader.questions.model import Key, Question
from grader.questions.short import AnswerGrade, KeyPoint, KeyPointGrade, Rubric, grade_answer
from grader.questions.short.decisions import Decision
from grader.report import KeyPointReport, QuestionReport


def mark_short(question: Question, key: Key, rubric: Rubric, answer: str, decided: Sequence[Decision]) -> QuestionReport:
    """Mark a short answer, as far as it can be by itself; `decided` is what reviewers have said so far."""
    grade = grade_answer(rubric, answer, decided)
    points = [_key_point(point, found) for point, found in zip(rubric.keypoints, grade.keypoints, strict=True)]
    final = all(point.by_person for point in points)
    worth = question.points / rubric.total
    low, high = round(grade.low * worth, 2), round(grade.high * worth, 2)
    status = "needs_review"
    if final:
        status = "correct" if low == question.points else "partial" if low else "incorrect"
    return QuestionReport.model_validate(
        {
            **about(question),
            "status": status,
            "points": low,
            "high": high,
            "given": answer,
            "feedback": _feedback(points, grade, final),
            "keypoints": points,
            "explanation": f"A model answer: {tidy(key.explanation)}",
        }
    )


def _key_point(point: KeyPoint, found: KeyPointGrade) -> KeyPointReport:
    return KeyPointReport.model_validate(
        {
            "id": point.id,
            "text": tidy(point.text),
            "points": point.points,
            "status": found.status,
            "words": found.words,
            "reason": found.reason,
            "by_person": found.by_person,
        }
    )


def _feedback(points: Sequence[KeyPointReport], grade: AnswerGrade, final: bool) -> str:
    credited = sum(point.status == "credited" for point in points)
    if final:
        return f"A person has looked at this: {credited} of {len(points)} key points."
    said = [grade.gate_reason] if grade.gate else []
    said.append(f"Provisional: {credited} of {len(points)} key points found so far; a person decides on the rest.")
    said.append("Compare your answer with the model answer: which of its points do you make?")
    return " ".join(said)
