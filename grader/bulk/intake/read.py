"""A download as submissions: every file matched to a student and an exercise, or listed with what to do."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.bulk.gradebook import Student
from grader.bulk.intake.layouts import Placed, exercise_of, is_aside, place
from grader.bulk.intake.notebook import notebook_source
from grader.bulk.intake.roster import Roster
from grader.bulk.intake.tree import Leaf, Refused, Tree
from grader.submission import ANSWERS, MAIN, MAX_FILES, SKIPPED, Submission

NOTHING = "nothing there can be graded: a .py file, a notebook or answers.toml is expected"
NO_EXERCISE = "for which exercise is it? Say so with --exercise, or put it in a folder of that name"


@dataclass(frozen=True)
class Handed:
    """What one student handed in for one exercise in one try: its files, not read yet."""

    student: Student
    exercise: str
    leaves: tuple[tuple[str, Leaf], ...]
    source: str
    submitted: str | None
    late: bool

    def read(self) -> Submission:
        """Read it. Raises ValueError, with the file and a sentence, where a file can't be."""
        files: dict[str, bytes] = {}
        answers: bytes | None = None
        for name, leaf in self.leaves:
            try:
                content = leaf.read()
                if leaf.parts[-1].lower().endswith(".ipynb"):
                    content = notebook_source(content)
            except ValueError as reason:
                raise ValueError(f"{leaf.parts[-1]} can't be graded: {reason}.") from None
            if name == ANSWERS:
                answers = content
            else:
                files[name] = content
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
    placed = [one for one in place(tree.leaves()) if not is_aside(one)]
    unmatched: list[Refused] = []
    groups: dict[tuple[str, str, int, str], list[Placed]] = {}
    people: dict[str, Student] = {}
    others: dict[tuple[str, ...], Placed] = {}
    for one in placed:
        if not _may_be_graded(one):
            others.setdefault(one.who, one)
            continue
        student, why = _student(one, roster)
        exercise = exercise_of(one, exercises, asked)
        if student is None:
            unmatched.append(Refused(one.leaf.shown, why))
        elif exercise is None:
            unmatched.append(Refused(one.leaf.shown, NO_EXERCISE))
        else:
            people[student.id] = student
            folder = "/".join(one.rest[:-1]) if one.layout not in ("Canvas", "a file each") else ""
            groups.setdefault((student.id, exercise, one.number, folder), []).append(one)
    handed = []
    for (id, exercise, _, _), files in sorted(groups.items()):
        made = _handed(people[id], exercise, files)
        if isinstance(made, Refused):
            unmatched.append(made)
        else:
            handed.append(made)
    known = {one.who for one in placed if _may_be_graded(one)}
    unmatched += [Refused(one.leaf.shown, NOTHING) for who, one in others.items() if who and who not in known]
    layouts = Counter(one.layout for one in placed if _may_be_graded(one))
    missing = tuple(sorted(roster.students.keys() - people.keys())) if roster else ()
    return Batch(tuple(handed), tuple(layouts.most_common()), tuple(unmatched), tuple(tree.refused), missing)


def _may_be_graded(one: Placed) -> bool:
    name = one.rest[-1].lower()
    return (name.endswith((".py", ".ipynb")) and one.rest[-1] not in SKIPPED) or name.endswith(ANSWERS)


def _student(one: Placed, roster: Roster | None) -> tuple[Student | None, str]:
    """Whose it is; or why that isn't known."""
    if not one.who:
        return None, "whose is it? Put it in a folder with the student's name or id"
    if roster is None:
        name = one.who[0] if one.layout == "Moodle" else ""
        id = one.who[1] if one.layout in ("Moodle", "Canvas") and len(one.who) > 1 else one.who[0]
        return Student(id, name), ""
    found = roster.find(*one.who)
    if found is not None:
        return found, ""
    called = " or ".join(f"“{name}”" for name in one.who)
    if roster.ambiguous(*one.who):
        return (
            None,
            f"the roster has several students who are called {called}: give one of them a column of its own",
        )
    return None, f"the roster has nobody who is called {called}"


def _handed(student: Student, exercise: str, files: list[Placed]) -> Handed | Refused:
    """The files of one try as one submission."""
    named: dict[str, Leaf] = {}
    programs = [one for one in files if not one.rest[-1].lower().endswith(ANSWERS)]
    for one in files:
        if one not in programs:
            named[ANSWERS] = one.leaf
    main = next((one for one in programs if one.rest[-1] == MAIN), None) or _only(programs)
    if programs and main is None:
        names = ", ".join(sorted(one.rest[-1] for one in programs)[:5])
        return Refused(files[0].leaf.shown, f"which of these is the program: {names}? Call it {MAIN}")
    if len(programs) > MAX_FILES:
        return Refused(files[0].leaf.shown, f"there are {len(programs)} programs beside it; at most {MAX_FILES} are taken")
    for one in programs:
        named[MAIN if one is main else one.rest[-1]] = one.leaf
    when = max((one.when for one in files if one.when), default=None)
    first = main or files[0]
    return Handed(student, exercise, tuple(named.items()), first.leaf.shown, when, any(one.late for one in files))


def _only(programs: Sequence[Placed]) -> Placed | None:
    """The one program, or the one notebook, or the one that is named after an exercise."""
    for choice in (
        programs,
        [one for one in programs if one.rest[-1].endswith(".ipynb")],
        [one for one in programs if one.rest[-1].startswith(("exercise", "ex", "train"))],
    ):
        if len(choice) == 1:
            return choice[0]
    return None


def submissions(batch: Batch) -> Iterator[tuple[Handed, Submission | str]]:
    """Each with what it holds; or, where a file can't be read, why, in a sentence."""
    for one in batch.handed:
        try:
            yield one, one.read()
        except ValueError as reason:
            yield one, str(reason)
