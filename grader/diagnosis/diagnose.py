"""From a failed run to the names of its mistakes.

In this order: the known mistake that did the same on every case; else, channel by channel, the known mistakes that together
explain what isn't as asked; else the first step, tensor and quantity that part from the reference. Never a wrong name: mistakes
that neither numbers nor events tell apart are all given, as "one of", and what fits nothing is "unknown".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from grader.checks.expect.rules import at_work
from grader.checks.run import Run
from grader.diagnosis.compare import gist, log, marks
from grader.diagnosis.evidence import evidence, identified
from grader.diagnosis.infer import explain
from grader.diagnosis.known import KnownMistake, KnownMistakes
from grader.diagnosis.lines import line_of
from grader.diagnosis.look import Findings, Look
from grader.diagnosis.signatures import Signature, Signatures
from grader.report import CheckReport, DiagnosisReport
from grader.source import how_it_moves

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Named:
    """A mistake that was recognised.

    Attributes:
        run: what it was recognised in, a run or a part of it.
        programs: for each id that it may be, the names of wrong programs that make it.
        certain: whether all that isn't as asked is explained.
        why: what was compared, in a sentence.
        findings: of the channels that it explains; empty where everything was compared at once.
    """

    run: Run
    programs: dict[str, list[str]]
    certain: bool
    why: str
    findings: Findings = field(default_factory=dict)


class Diagnosis:
    """What a course's version knows of an exercise's mistakes, to be held against runs."""

    def __init__(self, known: KnownMistakes, signatures: Signatures) -> None:
        """Nothing is read yet."""
        self.known, self.signatures = known, signatures

    def of(self, run: Run, checks: tuple[CheckReport, ...]) -> tuple[DiagnosisReport, ...]:
        """Name the mistakes of a run that failed; nothing where all checks passed or nothing was written yet."""
        failed = tuple(check for check in checks if check.status == "failed")
        if not failed:
            return ()
        named = list(self._recognised(run, failed))
        unfinished = run.error is not None and run.error.kind == "not_started"
        reports = [report for mistake in named for report in self._reports(run, mistake, failed)]
        if not unfinished and (not named or any(not mistake.certain for mistake in named)):
            reports.append(_unknown(failed, bool(named)))
        return tuple({report.id: report for report in reports}.values())

    def _recognised(self, run: Run, failed: tuple[CheckReport, ...]) -> Iterator[Named]:
        """The mistakes of a run: one that explains all, or those of each part, or those of each channel."""
        whole = self._equal(run)
        if whole is not None:
            yield whole
            return
        parts = [part for part in run.parts() if _went_wrong(part, failed)]
        for part in parts:
            equal = self._equal(part)
            if equal is not None:
                yield equal
            else:
                yield from self._inferred(part)
        if not parts:
            yield from self._inferred(run)

    def _equal(self, run: Run) -> Named | None:
        """The known mistakes that did the same on all cases; where several did, those whose events are alike."""
        if run.error is not None and run.error.kind == "not_started":
            return None
        matches = _told_apart_by_events(run, self._agreeing(run, self.known.equal_to(run.trace, run.names)))
        if not matches:
            return None
        programs: dict[str, list[str]] = {}
        for match in sorted(matches, key=lambda m: m.id):
            programs.setdefault(match.id, []).append(match.program)
        same = f"What your code computes equals, on all {len(run.cases)} inputs, what a program with this mistake computes."
        if run.is_part:
            same = f"On the {len(run.cases)} inputs that try this part, your code does what a program with this mistake does."
        return Named(run, programs, True, same if run.cases else "")

    def _agreeing(self, run: Run, matches: list[KnownMistake]) -> list[KnownMistake]:
        """Of mistakes with equal numbers, those of which an exercise's own look finds the same; where it has one.

        There, few numbers are compared: different mistakes make an examination's answers wrong in the same way.
        """
        look = Look(run.cases)
        if not matches or look.own is None or any(case.reference.plan is not None for case in run.cases):
            return matches
        findings = look.unlike(self.signatures.right)
        kept = []
        for match in matches:
            theirs = self.signatures.of(match.id, [match.program])
            alike = all(set(values) & set(theirs.get(channel, ())) for channel, values in findings.items())
            if alike and (run.is_part or set(findings) == set(theirs)):
                kept.append(match)
        return kept

    def _inferred(self, run: Run) -> Iterator[Named]:
        """The fewest known mistakes that explain the channels; none where an optimizer of torch's does the work."""
        if run.error is not None and run.error.kind == "not_started":
            return
        if any(
            case.reference.plan is not None and case.plan.tape is not None and at_work(case, base=True) for case in run.cases
        ):
            return
        look = Look(run.cases)
        if look.own is None and not any(case.reference.plan is not None for case in run.cases):
            return
        findings = look.unlike(self.signatures.right)
        explanation = explain(findings, self.signatures.all)
        seen = frozenset().union(*marks(run.trace))
        for signatures in explanation.mistakes:
            alike = _alike(signatures, seen, how_it_moves(run.submission.files[run.submission.main]))
            programs: dict[str, list[str]] = {}
            for signature in alike:
                programs.setdefault(signature.id, []).append(signature.program)
            told = {channel: values for channel, values in findings.items() if channel in alike[0].findings}
            yield Named(run, programs, not explanation.left, "", told)

    def identified(self, run: Run) -> str | None:
        """Which rule made the steps of the shown case, right or wrong, in a sentence; None where that can't be said."""
        return identified(_shown(run)) if run.error is None else None

    def _reports(self, run: Run, mistake: Named, failed: tuple[CheckReport, ...]) -> Iterator[DiagnosisReport]:
        ids = tuple(sorted(mistake.programs))
        part = mistake.run
        messages = tuple(check.message for check in failed if (check.case in part.names if check.case else not part.is_part))
        catalogue = run.exercise.course.misconceptions
        for id in ids:
            entry = catalogue.get(id)
            yield DiagnosisReport(
                id=id,
                title=entry.title if entry else id.replace("_", " ").capitalize(),
                confidence="certain" if len(ids) == 1 and mistake.certain else "likely",
                line=line_of(run, [self.known.program(name) for name in mistake.programs[id]]),
                evidence=tuple(filter(None, (*(self._sentences(run, mistake, id) or messages), mistake.why))),
                one_of=ids if len(ids) > 1 else (),
                **(entry.model_dump(exclude={"title", "needs"}) if entry else {}),
            )

    def _sentences(self, run: Run, mistake: Named, id: str) -> tuple[str, ...]:
        """What the shown case shows of a mistake, in words and numbers."""
        look = _shown(run)
        if not look.cases:
            return ()
        findings = self.signatures.of(id, mistake.programs[id])
        return evidence(look, mistake.findings or findings, mistake.findings or findings)


def _shown(run: Run) -> Look:
    """A look at the case whose numbers may be shown."""
    return Look([case for case in run.cases if case.name == run.exercise.about.shown.name])


def _went_wrong(part: Run, failed: tuple[CheckReport, ...]) -> bool:
    return part.error is not None or any(check.case and check.case in part.names for check in failed)


def _told_apart_by_events(run: Run, matches: list[KnownMistake]) -> list[KnownMistake]:
    """Of mistakes with equal numbers, those with this run's order of events, the same kinds, or updates written alike."""
    for look in (log, gist, marks):
        if len({match.id for match in matches}) > 1:
            mine = look(run.trace.part(run.names))
            matches = [match for match in matches if look(match.trace.part(run.names)) == mine] or matches
    if len({match.id for match in matches}) > 1:
        moves = how_it_moves(run.submission.files[run.submission.main])
        matches = [match for match in matches if how_it_moves(match.source) == moves] or matches
    return matches


def _alike(signatures: Sequence[Signature], seen: frozenset[str], moves: str) -> Sequence[Signature]:
    """Of mistakes with equal findings, those those with these kinds of events, and updates written alike; or all."""
    if len({signature.id for signature in signatures}) > 1:
        signatures = [signature for signature in signatures if signature.marks == seen] or signatures
    if len({signature.id for signature in signatures}) > 1:
        signatures = [signature for signature in signatures if signature.moves == moves] or signatures
    return signatures


def _unknown(failed: tuple[CheckReport, ...], named: bool) -> DiagnosisReport:
    title = "Something else isn't as asked, and it is no mistake on file" if named else "Not a mistake on file"
    return DiagnosisReport(id=UNKNOWN, title=title, confidence="likely", evidence=tuple(check.message for check in failed))


__all__ = ["Diagnosis", "Findings"]
