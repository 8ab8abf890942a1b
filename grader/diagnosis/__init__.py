"""Which mistake it is: from a trace to names of the catalogue."""

from grader.diagnosis.diagnose import diagnose
from grader.diagnosis.known import KnownMistakes

__all__ = ["KnownMistakes", "diagnose"]
