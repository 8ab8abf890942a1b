"""Regrading: whose mark changes, by how much and why, told before anything that counts is changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.bulk.gradebook import Made, Row
from grader.report import Report


@dataclass(frozen=True)
class Change:
    """What a regrading would do to one submission.

    Attributes:
        why: in sentences: which checks and questions came out otherwise.
    """

    student: str
    exercise: str
    before: float | None
    after: float | None
    verdict_before: str
    verdict_after: str
    why: tuple[str, ...]

    @property
    def difference(self) -> float:
        """By how much the mark changes."""
        return (self.after or 0.0) - (self.before or 0.0)


def changes(rows: Sequence[tuple[Row, Made]]) -> Iterator[Change]:
    """The submissions whose mark, verdict or question points change; the largest change first."""
    found = [change for row, made in rows if (change := _change(row, made)) is not None]
    yield from sorted(found, key=lambda change: (-abs(change.difference), change.exercise, change.student))


def _change(row: Row, made: Made) -> Change | None:
    if made.state == "fault" or row.made is None:
        return None
    old, new = (Report.model_validate_json(one.report) if one.state == "graded" else None for one in (row.made, made))
    assert new is not None
    why = tuple(_reasons(old, new)) if old else ("The grader itself had failed on it.",)
    if old and (old.score, old.verdict) == (new.score, new.verdict) and not why:
        return None
    before, verdict = (old.score, old.verdict) if old else (None, "")
    entry = row.entry
    return Change(entry.student.id, entry.exercise, before, new.score, verdict, new.verdict, why)


def _reasons(old: Report, new: Report) -> Iterator[str]:
    """Each check and question that has another number of points than before."""
    for kind, befores, afters in (("check", old.checks, new.checks), ("question", old.questions, new.questions)):
        was = {one.id: one for one in befores}
        for now in afters:
            before = was.pop(now.id, None)
            if before is None:
                yield f"{kind} {now.id} is new: {now.points:g} of {now.max_points:g}"
            elif (before.points, before.max_points, before.status) != (now.points, now.max_points, now.status):
                was_worth = f"{before.points:g} of {before.max_points:g}"
                yield f"{kind} {now.id}: {was_worth}, now {now.points:g} of {now.max_points:g} ({now.status})"
        for gone in was.values():
            yield f"{kind} {gone.id} is no more: it gave {gone.points:g} of {gone.max_points:g}"
