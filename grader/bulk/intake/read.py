"""A download as submissions: every file matched to a student and an exercise, or listed with what to do."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.bulk.gradebook import Student
from grader.bulk.intake.exercises import Exercises
from grader.bulk.intake.layouts import Layouts, Placed
from grader.bulk.intake.roster import Roster
from grader.bulk.intake.tree import MAX_FILE, Leaf, Refused, Tree
from grader.bulk.intake.tries import Group, is_answers, main_of, tries
from grader.notebook import MAX_NOTEBOOK, notebook_source
from grader.submission import ANSWERS, MAIN, MAX_BYTES, MAX_FILES, SKIPPED, Submission

NOTHING = "nothing there can be graded: a .py file, a notebook or answers.toml is expected"
NO_EXERCISE = "for which exercise is it? Say so with --exercise, or put it in a folder of that name"
BESIDE = f"it lies in another folder than the program: put what {MAIN} needs beside it"
ALIKE = 5  # of one student's files with one trouble, so many are listed one by one


@dataclass(frozen=True)
class Handed:
    """What one student handed in for one exercise in one try: its files, not read yet.

    Attributes:
        leaves: the files, by the names that they are graded under.
        source: the path of the program, or of the answers where they are alone.
        submitted: in UTC, ISO 8601, where the platform says so.
        attempt: 1 for the earliest of this student's tries for this exercise.
    """

    student: Student
    exercise: str
    leaves: tuple[tuple[str, Leaf], ...]
    source: str
    submitted: str | None
    late: bool
    attempt: int = 1

    def read(self) -> Submission:
        """Read it. Raises ValueError, with the file and a sentence, where a file can't be."""
        files: dict[str, bytes] = {}
        answers: bytes | None = None
        for name, leaf in self.leaves:
            try:
                content = _source(leaf, self.exercise)
            except ValueError as reason:
                raise ValueError(f"{leaf.parts[-1]} can't be graded: {reason}.") from None
            if name == ANSWERS:
                answers = content
            else:
                files[name] = content
        if sum(map(len, files.values())) > MAX_BYTES:
            raise ValueError(
                f"{self.leaves[0][0]} and what is beside it are more than {MAX_BYTES // 1000} kB of Python together."
            )
        return Submission(files, answers=answers, student=self.student.id)


@dataclass(frozen=True)
class Batch:
    """All that was found.

    Attributes:
        layouts: how the paths were understood, and how many files in each way.
        unmatched: what no student or exercise is known for, and why.
        refused: what isn't taken at all.
        missing: students of the roster of whom there is nothing.
    """

    handed: tuple[Handed, ...]
    layouts: tuple[tuple[str, int], ...]
    unmatched: tuple[Refused, ...]
    refused: tuple[Refused, ...]
    missing: tuple[str, ...]


def read_batch(tree: Tree, exercises: Sequence[str], asked: str | None = None, roster: Roster | None = None) -> Batch:
    """Match every file below a folder or in a zip, which stays open until its submissions are read.

    Args:
        exercises: the names of the course's.
        asked: what files are for that don't say it themselves.
    """
    known = Exercises(exercises)
    placed = list(Layouts(known, tree.path.resolve().stem).place(tree.leaves()))
    graded = [one for one in placed if _may_be_graded(one)]
    trouble: list[tuple[Placed, str]] = []
    groups: dict[tuple[str, str], Group] = {}
    people: dict[str, Student] = {}
    for one in graded:
        student, why = _student(one, roster)
        exercise, said = known.of(one.rest, one.above, asked, tree.path.resolve().stem)
        if student is None:
            trouble.append((one, why))
        elif exercise is None:
            trouble.append((one, f"the course has no exercise “{said}”; {NO_EXERCISE}" if said else NO_EXERCISE))
        else:
            people.setdefault(student.id, student)
            groups.setdefault((student.id, exercise), []).append(one)
    handed: list[Handed] = []
    for (id, exercise), files in sorted(groups.items()):
        found, beside = tries(files, exercise)
        trouble += [(one, BESIDE) for one in beside if one.rest[-1] != "__init__.py"]
        for group in found:
            attempt = sum(1 for _ in _same(handed, id, exercise)) + 1
            made = _handed(people[id], exercise, group, attempt)
            if isinstance(made, Handed):
                handed.append(made)
            else:
                trouble.append((group[0], made))
    trouble += [(one, NOTHING) for one in _with_nothing(placed, graded)]
    layouts = Counter(one.layout for one in graded)
    missing = tuple(sorted(roster.students.keys() - people.keys())) if roster else ()
    return Batch(tuple(handed), tuple(layouts.most_common()), tuple(_listed(trouble)), tuple(tree.refused), missing)


def submissions(batch: Batch) -> Iterator[tuple[Handed, Submission | str]]:
    """Each with what it holds; or, where a file can't be read, why, in a sentence."""
    for one in batch.handed:
        try:
            yield one, one.read()
        except ValueError as reason:
            yield one, str(reason)


def _source(leaf: Leaf, exercise: str) -> bytes:
    if not leaf.parts[-1].lower().endswith(".ipynb"):
        return leaf.read()
    source = notebook_source(leaf.read(MAX_NOTEBOOK), exercise)
    if len(source) > MAX_FILE:
        raise ValueError(f"it has more than {MAX_FILE // 1000} kB of code")
    return source


def _same(handed: Sequence[Handed], id: str, exercise: str) -> Iterator[Handed]:
    """The tries so far: they stand together at the end."""
    for one in reversed(handed):
        if (one.student.id, one.exercise) != (id, exercise):
            return
        yield one


def _may_be_graded(one: Placed) -> bool:
    name = one.rest[-1]
    return (name.lower().endswith((".py", ".ipynb")) and name not in SKIPPED) or is_answers(one)


def _with_nothing(placed: Sequence[Placed], graded: Sequence[Placed]) -> Iterator[Placed]:
    """One file of each student who handed something in, but nothing that can be graded."""
    seen = {one.who for one in graded}
    for one in placed:
        if one.who and one.who not in seen:
            seen.add(one.who)
            yield one


def _student(one: Placed, roster: Roster | None) -> tuple[Student | None, str]:
    """Whose it is; or why that isn't known."""
    if one.who is None:
        return None, one.why
    if roster is None:
        return one.who.student, ""
    found = roster.matching(one.who.called, one.who.student.ids)
    if len(found) == 1:
        return roster.students[next(iter(found))], ""
    called = " or ".join(f"“{name}”" for name in dict.fromkeys(one.who.called))
    if found:
        return None, f"the roster has several students who are called {called}: give one of them a column of its own"
    return None, f"the roster has nobody who is called {called}: add this name to the student's line, in a column of its own"


def _handed(student: Student, exercise: str, files: Group, attempt: int) -> Handed | str:
    """The files of one try as one submission; or why they aren't one."""
    programs = [one for one in files if not is_answers(one)]
    if len(programs) > MAX_FILES:
        return f"there are {len(programs)} programs beside it; at most {MAX_FILES} are taken"
    main = main_of(programs, exercise)
    if programs and main is None:
        names = ", ".join(sorted(one.rest[-1] for one in programs)[:5])
        return f"which of these is the program: {names}? Call it {MAIN}"
    named: dict[str, Leaf] = {MAIN: main.leaf} if main else {}
    for one in programs:  # a notebook beside the program is a draft: no program can import it
        if one is not main and one.rest[-1].endswith(".py"):
            named.setdefault(one.rest[-1], one.leaf)
    answers = sorted((one for one in files if is_answers(one)), key=lambda one: one.rest[-1] != ANSWERS)
    if answers:
        named[ANSWERS] = answers[0].leaf
    when = max((one.when for one in files if one.when), default=None)
    first = main or files[0]
    return Handed(student, exercise, tuple(named.items()), first.leaf.shown, when, any(one.late for one in files), attempt)


def _listed(trouble: Iterable[tuple[Placed, str]]) -> Iterator[Refused]:
    """What is in trouble; of one student's many files with the same, the first few, and how many more."""
    alike: dict[tuple[object, str], list[Placed]] = {}
    for one, why in trouble:
        whose = one.who.student.id if one.who else one.leaf.parts[:-1]
        alike.setdefault((whose, why), []).append(one)
    for (_, why), files in alike.items():
        yield from (Refused(one.leaf.shown, why) for one in files[:ALIKE])
        if len(files) > ALIKE:
            yield Refused(files[ALIKE].leaf.shown, f"{len(files) - ALIKE - 1} files more, and this one: {why}")
