"""What can be said of a class: per exercise and check, which misconceptions, who is stuck on the same, what is left to do.

Shares lie between 0 and 1. Only what was judged is counted: what is missing, excused or lost by a fault of the grader's says
nothing of anybody's understanding, so it is listed and never averaged.
"""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.bulk.dashboard.questions import QuestionStats, question_stats
from grader.bulk.dashboard.rows import Check, QuestionText, Row

BINS = 10
UNKNOWN = "unknown"


@dataclass(frozen=True)
class ExerciseStats:
    """How the class did in one exercise.

    Attributes:
        judged: how many have a verdict; the rest of the numbers is about these. They are passed, failed or ungradable.
        waiting: how many of them may still rise, because a person has to look.
        late: how many of them were.
        mean, median, lower, upper: of the scores as shares of the maximum, with the quartiles; None where there are none.
        pass_rate: share of the judged that passed; None where there are none.
        histogram: how many scores lie in each tenth; a score on a border is in the upper one, a full one in the last.
    """

    exercise: str
    judged: int
    passed: int
    failed: int
    ungradable: int
    grader_faults: int
    missing: int
    excused: int
    waiting: int
    late: int
    mean: float | None
    median: float | None
    lower: float | None
    upper: float | None
    pass_rate: float | None
    histogram: tuple[int, ...]

    @property
    def students(self) -> int:
        """How many there are in all, excused and missing ones too."""
        return self.judged + self.grader_faults + self.missing + self.excused


@dataclass(frozen=True)
class CheckStats:
    """How one hidden check went. `pass_rate` is of those that it judged: skipped ones aren't; None where it judged none."""

    exercise: str
    id: str
    title: str
    passed: int
    failed: int
    skipped: int
    pass_rate: float | None


@dataclass(frozen=True)
class Misconception:
    """One misconception in one exercise.

    Attributes:
        rows: in whose code it was named; `certain`: in how many of them for certain.
        answers: how many students gave an answer to a question that stands for it.
    """

    exercise: str
    id: str
    title: str
    rows: tuple[Row, ...]
    certain: int
    answers: int


@dataclass(frozen=True)
class Group:
    """Two or more students who didn't pass an exercise, with the same mistakes in it."""

    exercise: str
    diagnoses: tuple[str, ...]
    titles: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Waiting:
    """What waits for a person in one exercise, by question. `question` is empty where a whole submission waits."""

    exercise: str
    question: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class ClassStats:
    """All of it. Exercises are in the order in which their names sort."""

    students: int
    exercises: tuple[ExerciseStats, ...]
    checks: tuple[CheckStats, ...]
    misconceptions: tuple[Misconception, ...]
    groups: tuple[Group, ...]
    questions: tuple[QuestionStats, ...]
    waiting: tuple[Waiting, ...]
    grader_faults: tuple[Row, ...]


def class_stats(
    rows: Iterable[Row],
    questions: Mapping[tuple[str, str], QuestionText] | None = None,
    titles: Mapping[str, str] | None = None,
) -> ClassStats:
    """Work out what the dashboard shows.

    Args:
        rows: at most one for each student and exercise.
        questions: by exercise and id, what the course knows of its questions, as far as that is at hand.
        titles: of misconceptions, by id; a diagnosis brings its own.

    Raises:
        ValueError: two rows are of the same student and exercise.
    """
    by_exercise: dict[str, list[Row]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    for row in sorted(rows, key=lambda row: (row.exercise, row.student)):
        if (row.student, row.exercise) in seen:
            raise ValueError(f"There are two rows of {row.student!r} for {row.exercise!r}: give the one that counts.")
        seen.add((row.student, row.exercise))
        by_exercise[row.exercise].append(row)
    everything = [row for part in by_exercise.values() for row in part]
    known = dict(titles or {}) | {d.id: d.title for row in everything for d in row.diagnoses}
    return ClassStats(
        students=len({student for student, _ in seen}),
        exercises=tuple(_exercise(name, part) for name, part in by_exercise.items()),
        checks=tuple(stat for name, part in by_exercise.items() for stat in _checks(name, part)),
        misconceptions=tuple(
            sorted(
                (one for name, part in by_exercise.items() for one in _misconceptions(name, part, known)),
                key=lambda one: (-len(one.rows), -one.answers, one.exercise, one.id),
            )
        ),
        groups=tuple(
            sorted(
                (group for name, part in by_exercise.items() for group in _groups(name, part, known)),
                key=lambda group: (-len(group.rows), group.exercise, group.diagnoses),
            )
        ),
        questions=tuple(one for name, part in by_exercise.items() for one in question_stats(name, part, questions or {})),
        waiting=tuple(one for name, part in by_exercise.items() for one in _waiting(name, part)),
        grader_faults=tuple(row for row in everything if row.state == "grader_fault"),
    )


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """The three quartiles, linear between the values (as numpy's default, Hyndman and Fan's type 7)."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    lower, middle, upper = statistics.quantiles(values, n=4, method="inclusive")
    return lower, middle, upper


def _exercise(exercise: str, rows: Sequence[Row]) -> ExerciseStats:
    judged = [row for row in rows if row.judged]
    states = Counter(row.state for row in rows)
    verdicts = Counter(row.verdict for row in judged)
    shares = [share for row in judged if (share := row.share) is not None]
    lower, median, upper = quartiles(shares) if shares else (None, None, None)
    # The sliver is for shares that a division left just below a border: 0.3 / 0.1 is less than 3.
    bins = Counter(min(max(int(share * BINS + 1e-9), 0), BINS - 1) for share in shares)
    return ExerciseStats(
        exercise=exercise,
        judged=len(judged),
        passed=verdicts["passed"],
        failed=verdicts["failed"],
        ungradable=verdicts["ungradable"],
        grader_faults=states["grader_fault"],
        missing=states["missing"],
        excused=states["excused"],
        waiting=sum(row.waits for row in judged),
        late=sum(row.late for row in judged),
        mean=statistics.fmean(shares) if shares else None,
        median=median,
        lower=lower,
        upper=upper,
        pass_rate=verdicts["passed"] / len(judged) if judged else None,
        histogram=tuple(bins[number] for number in range(BINS)),
    )


def _checks(exercise: str, rows: Sequence[Row]) -> list[CheckStats]:
    """In the order in which the submission that has most of them lists them."""
    found: dict[str, list[Check]] = defaultdict(list)
    for row in sorted((row for row in rows if row.judged), key=lambda row: -len(row.checks)):
        for check in row.checks:
            found[check.id].append(check)
    stats = []
    for id, checks in found.items():
        status = Counter(check.status for check in checks)
        decided = status["passed"] + status["failed"]
        rate = status["passed"] / decided if decided else None
        stats.append(CheckStats(exercise, id, checks[0].title, status["passed"], status["failed"], status["skipped"], rate))
    return stats


def _misconceptions(exercise: str, rows: Sequence[Row], titles: Mapping[str, str]) -> list[Misconception]:
    in_code: dict[str, list[Row]] = defaultdict(list)
    certain: Counter[str] = Counter()
    in_answers: Counter[str] = Counter()
    for row in rows:
        if row.judged:
            for id in dict.fromkeys(diagnosis.id for diagnosis in row.diagnoses):
                in_code[id].append(row)
            certain.update({diagnosis.id for diagnosis in row.diagnoses if diagnosis.confidence == "certain"})
            in_answers.update({id for answer in row.answers for id in answer.misconceptions})
    return [
        Misconception(exercise, id, _title(id, titles), tuple(in_code[id]), certain[id], in_answers[id])
        for id in dict.fromkeys([*in_code, *in_answers])
    ]


def _groups(exercise: str, rows: Sequence[Row], titles: Mapping[str, str]) -> list[Group]:
    alike: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        # What nothing explains isn't the same thing, only because nothing explains it.
        named = tuple(sorted({diagnosis.id for diagnosis in row.diagnoses} - {UNKNOWN}))
        if row.judged and row.verdict != "passed" and named:
            alike[named].append(row)
    return [
        Group(exercise, named, tuple(_title(id, titles) for id in named), tuple(part))
        for named, part in alike.items()
        if len(part) > 1
    ]


def _waiting(exercise: str, rows: Sequence[Row]) -> list[Waiting]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.waits:
            open_ones = [answer.id for answer in row.answers if answer.status == "needs_review"]
            for question in open_ones or [""]:
                found[question].append(row)
    return [Waiting(exercise, question, tuple(part)) for question, part in sorted(found.items())]


def _title(id: str, titles: Mapping[str, str]) -> str:
    return titles.get(id) or id.replace("_", " ").capitalize()
