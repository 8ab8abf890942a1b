"""Short answers graded per key point: credited, not detected, or left to a person."""

from grader.questions.short.grade import AnswerGrade, KeyPointGrade, grade_answer
from grader.questions.short.rubric import KeyPoint, Rubric, rubric_of

__all__ = ["AnswerGrade", "KeyPoint", "KeyPointGrade", "Rubric", "grade_answer", "rubric_of"]
