"""From a failed run to the mistake's name.

In this order: the known mistake that did the same on every case; else the first step, tensor and quantity that part from the
reference. Never a wrong name: mistakes that neither numbers nor events tell apart are all given, as "one of".
"""

from collections import Counter
from collections.abc import Iterator

from grader.checks.run import Run
from grader.course import Misconception
from grader.diagnosis.compare import gist, log, marks
from grader.diagnosis.known import KnownMistake, KnownMistakes
from grader.report import CheckReport, DiagnosisReport

UNKNOWN = "unknown"


def diagnose(run: Run, checks: tuple[CheckReport, ...], known: KnownMistakes) -> tuple[DiagnosisReport, ...]:
    """Name the mistakes of a run that failed; nothing where all checks passed or nothing was written yet.

    A mistake that explains all cases comes first. Else an exercise of several parts may have a mistake in each.
    """
    failed = tuple(check for check in checks if check.status == "failed")
    if not failed:
        return ()
    for parts in ([run], run.parts()):
        found = [diagnosis for part in parts for diagnosis in _explain(part, failed, known)]
        if found:
            return tuple({diagnosis.id: diagnosis for diagnosis in found}.values())
    if run.error is not None and run.error.kind == "not_started":
        return ()
    evidence = tuple(check.message for check in failed)
    return (DiagnosisReport(id=UNKNOWN, title="Not a mistake on file", confidence="likely", evidence=evidence),)


def _explain(run: Run, failed: tuple[CheckReport, ...], known: KnownMistakes) -> Iterator[DiagnosisReport]:
    """What explains a run, or a part of one: one mistake, or several that nothing tells apart."""
    seen = [check for check in failed if not check.case or check.case in run.names]
    went_wrong = run.error is not None or any(check.case for check in seen) or not run.is_part
    if not went_wrong or (run.error is not None and run.error.kind == "not_started"):
        return
    matches = _told_apart_by_events(run, known.equal_to(run.trace, run.names))
    first = {match.id: match for match in reversed(matches)}
    ids = sorted(first)
    evidence = tuple(check.message for check in seen if check.case or not run.is_part)
    catalogue = run.exercise.course.misconceptions
    for id in ids:
        yield _named(run, first[id], catalogue.get(id), tuple(ids) if len(ids) > 1 else (), evidence)


def _told_apart_by_events(run: Run, matches: list[KnownMistake]) -> list[KnownMistake]:
    """Of mistakes with equal numbers, those with this run's order of events, or else with the same kinds of them; or all."""
    for look in (log, gist, marks):
        if len({match.id for match in matches}) > 1:
            mine = look(run.trace.part(run.names))
            matches = [match for match in matches if look(match.trace.part(run.names)) == mine] or matches
    return matches


def _named(
    run: Run, match: KnownMistake, entry: Misconception | None, one_of: tuple[str, ...], evidence: tuple[str, ...]
) -> DiagnosisReport:
    cases = len(run.cases)
    same = f"What your code computes equals, on all {cases} inputs, what a program with this mistake computes."
    if run.is_part:
        same = f"On the {cases} inputs that try this part, your code does what a program with this mistake does."
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
    for theirs, mine in zip(match.trace.part(run.names).cases, run.trace.part(run.names).cases, strict=False):
        kind = next((event.kind for event in theirs.events if event.line == match.marked), None)
        lines = [event.line for event in mine.events if event.kind == kind and event.line]
        if lines:
            places = [event.line for event in theirs.events if event.kind == kind]
            if len(set(places)) == 1:
                return Counter(lines).most_common(1)[0][0]
            # The second forward pass of theirs is the second of mine.
            return lines[min(places.index(match.marked), len(lines) - 1)]
    return None
