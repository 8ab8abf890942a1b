"""Findings in words and numbers: what a learner's own run shows of a mistake, to be checked with a pencil or a print().

Every sentence is computed from the shown case's run, both what is and what should be, and is left out where the two
don't come out in the digits that are written.
"""

from collections.abc import Collection, Iterator

from grader.diagnosis.channels.values import UNCLEAR
from grader.diagnosis.channels.walk import Walk
from grader.diagnosis.evidence import data as evidence_data
from grader.diagnosis.evidence import loop as evidence_loop
from grader.diagnosis.evidence import loss as evidence_loss
from grader.diagnosis.evidence import returned as evidence_returned
from grader.diagnosis.evidence import rules as evidence_rules
from grader.diagnosis.look import Findings, Look

MOST = 3  # sentences, or groups of them
ORDER = (
    *("dtype", "start", "batches", "epochs", "targets", "mode", "looks"),
    *("kind of loss", "weight", "sign", "factor", "value", "passes", "reached", "steps", "stale", "clearing", "seen", "still"),
    *("rule", "memory", "betas", "eps", "momentum", "dampening", "nesterov", "amsgrad", "weight_decay"),
    *(line for line in evidence_rules.TELL if line not in ("rate", "direction")),
    *("rate", "direction"),
)  # the most telling first; what is returned comes behind these


def evidence(look: Look, findings: Findings, channels: Collection[str]) -> tuple[str, ...]:
    """What the run shows of one mistake, in a few short sentences, the most telling first.

    Args:
        look: at the shown case alone; no other number can come in.
        findings: what was found on all cases.
        channels: those that the mistake explains.
    """
    ordered = sorted((c for c in channels if c in findings), key=lambda c: ORDER.index(c) if c in ORDER else len(ORDER))
    told: dict[str, None] = {}
    try:
        for sentence in _sentences(look, {c: findings[c] for c in ordered}):
            told[sentence] = None
            if len(told) == MOST:
                break
    except (RuntimeError, ValueError, IndexError, KeyError, StopIteration, ZeroDivisionError, OverflowError):
        pass  # so far from what was asked that there is no more to tell
    return tuple(told)


def identified(look: Look) -> str | None:
    """Which rule made the steps of the shown case, and how exactly; None where none is known, or nothing moved."""
    try:
        made = _made(look, {})
        said = evidence_rules.identified(made) if made is not None else None
        moves = look.updates.moves[:1]
        if said or not moves or not moves[0].any or look.updates.law[0] == UNCLEAR:
            return said
        rule = look.updates.rules[0]
        rates = rule.rates(moves[0].steps, len(moves[0].steps.given)) if rule is not None else None
        return evidence_rules.identified(evidence_rules.Made(rule, moves[0], rates)) if rule is not None and rates else None
    except (RuntimeError, ValueError, IndexError, KeyError, ZeroDivisionError, OverflowError):
        return None


def _made(look: Look, findings: Findings) -> evidence_rules.Made | None:
    moves = look.updates.moves
    return evidence_rules.made(moves[0], findings) if moves else None


def _sentences(look: Look, findings: Findings) -> Iterator[str]:
    """All that can be said, in the order of the channels."""
    walk: Walk | None = look.walks[0] if look.walks else None
    driven = look.driven[0] if look.driven else None
    made: evidence_rules.Made | None = None
    sought = False
    for channel, values in findings.items():
        if UNCLEAR in values and not channel.startswith("returned"):
            continue
        said: str | None = None
        if channel == "dtype" and look.cases:
            said = evidence_data.dtype(look.cases[0])
        elif driven is not None and channel in evidence_loop.OF_TAPE:
            said = evidence_loop.OF_TAPE[channel](driven, values)
        elif walk is not None and channel in TOLD:
            said = next(filter(None, (tell(walk, values) for tell in TOLD[channel])), None)
        elif channel in evidence_rules.TELL and (walk is not None or driven is not None):
            if not sought:
                made, sought = _made(look, findings), True
            case = driven or (walk.enacted.case if walk is not None else None)
            said = evidence_rules.TELL[channel](made, case.trace) if made is not None and case is not None else None
        if said:
            yield said


TOLD = {**evidence_data.TELL, **evidence_loop.TELL, **evidence_loss.TELL, **evidence_returned.TELL}
