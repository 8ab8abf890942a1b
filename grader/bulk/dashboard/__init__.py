"""The dashboard of a graded class: what is known of each submission (rows), what follows for the class (stats), the page."""

from grader.bulk.dashboard.page import About, render_dashboard, write_dashboard
from grader.bulk.dashboard.rows import Answer, Check, Diagnosis, QuestionText, Row, row_of
from grader.bulk.dashboard.stats import ClassStats, class_stats

__all__ = [
    "About",
    "Answer",
    "Check",
    "ClassStats",
    "Diagnosis",
    "QuestionText",
    "Row",
    "class_stats",
    "render_dashboard",
    "row_of",
    "write_dashboard",
]
