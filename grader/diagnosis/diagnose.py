"""From a failed run to the mistake's name.

In this order: the known mistake that did the same on every case; else the first step, tensor and quantity that part from the
reference. Never a wrong name: mistakes that neither numbers nor events tell apart are all given, as "one of".
"""

from collections import Counter

from grader.checks.run import Run
from grader.course import Misconception
from grader.diagnosis.compare import log, marks
from grader.diagnosis.known import KnownMistake, KnownMistakes
from grader.report import CheckReport, DiagnosisReport

UNKNOWN = "unknown"


def diagnose(run: Run, checks: tuple[CheckReport, ...], known: KnownMistakes) -> tuple[DiagnosisReport, ...]:
    """Name the mistake of a run that failed; nothing where all checks passed or nothing was written yet."""
    failed = [check for check in checks if check.status == "failed"]
    if not failed or (run.error is not None and run.error.kind == "not_started"):
        return ()
    matches = _told_apart_by_events(run, known.equal_to(run.trace))
    evidence = tuple(check.message for check in failed)
    if not matches:
        return (DiagnosisReport(id=UNKNOWN, title="Not a mistake on file", confidence="likely", evidence=evidence),)
    first = {match.id: match for match in reversed(matches)}
    ids = sorted(first)
    catalogue = run.exercise.course.misconceptions
    return tuple(_named(run, first[id], catalogue.get(id), tuple(ids) if len(ids) > 1 else (), evidence) for id in ids)


def _told_apart_by_events(run: Run, matches: list[KnownMistake]) -> list[KnownMistake]:
    """Of mistakes with equal numbers, those with this run's order of events, or else with the same kinds of them; or all."""
    for look in (log, marks):
        if len({match.id for match in matches}) > 1:
            mine = look(run.trace)
            matches = [match for match in matches if look(match.trace) == mine] or matches
    return matches


def _named(
    run: Run, match: KnownMistake, entry: Misconception | None, one_of: tuple[str, ...], evidence: tuple[str, ...]
) -> DiagnosisReport:
    cases = len(run.cases)
    same = f"What your code computes equals, on all {cases} inputs, what a program with this mistake computes."
    return DiagnosisReport(
        id=match.id,
        title=entry.title if entry else match.id.replace("_", " ").capitalize(),
        confidence="likely" if one_of else "certain",
        line=_line(run, match),
        evidence=(*evidence, same) if cases else evidence,
        one_of=one_of,
        **(entry.model_dump(exclude={"title", "needs"}) if entry else {}),
    )


def _line(run: Run, match: KnownMistake) -> int | None:
    """The learner's line that does what the marked line of the wrong program does, by the events of the two."""
    if run.error is not None and run.error.line:
        return run.error.line
    if match.marked is None:
        return None
    for theirs, mine in zip(match.trace.cases, run.trace.cases, strict=False):
        kind = next((event.kind for event in theirs.events if event.line == match.marked), None)
        lines = [event.line for event in mine.events if event.kind == kind and event.line]
        if lines:
            places = [event.line for event in theirs.events if event.kind == kind]
            if len(set(places)) == 1:
                return Counter(lines).most_common(1)[0][0]
            # The second forward pass of theirs is the second of mine.
            return lines[min(places.index(match.marked), len(lines) - 1)]
    return None
