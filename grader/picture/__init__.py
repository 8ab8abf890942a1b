"""What the page draws: the shown case of a run beside its reference and the named mistake, step by step."""

from grader.picture.draw import draw

__all__ = ["draw"]
