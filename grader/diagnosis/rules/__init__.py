"""Update rules: those of torch's optimizers, and those written by hand, to be recognised by the steps that they make."""

from grader.diagnosis.rules.by_hand import Hand, Slip
from grader.diagnosis.rules.optimizers import Rule, identify
from grader.diagnosis.rules.search import explain
from grader.diagnosis.rules.steps import Steps

__all__ = ["Hand", "Rule", "Slip", "Steps", "explain", "identify"]
