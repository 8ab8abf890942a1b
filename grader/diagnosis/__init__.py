"""Which mistake it is: from a trace to names of the catalogue."""

from grader.diagnosis.diagnose import Diagnosis
from grader.diagnosis.known import KnownMistakes
from grader.diagnosis.signatures import Signatures

__all__ = ["Diagnosis", "KnownMistakes", "Signatures"]
