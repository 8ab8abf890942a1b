"""What waits for a person: key points of short answers, alike ones together, so that one decision serves a group."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader.course import Course
from grader.questions.answers import read_answers
from grader.questions.marking import tidy
from grader.questions.model import Question, QuestionSet
from grader.questions.reply import understand
from grader.questions.rubrics import read_rubrics
from grader.questions.short import KeyPoint, KeyPointGrade, Rubric, grade_answer
from grader.questions.short.decisions import Decision
from grader.questions.short.exemplars import bag_of, same_claim, similarity
from grader.submission import ANSWERS, read_answers_file
from grader.versions import versions

ALIKE, ORDER = 0.6, 0.5  # of two answers that one decision may serve: how many words they share, and how much of their order


@dataclass(frozen=True)
class HandedIn:
    """One student's answer to one short question."""

    student: str
    exercise: str
    question: Question
    answer: str


@dataclass(frozen=True)
class Item:
    """One key point of one wording, which no person has decided yet."""

    rubric: Rubric
    point: KeyPoint
    answer: str
    machine: KeyPointGrade

    @property
    def id(self) -> str:
        """Stands for it in a spreadsheet."""
        return hashlib.sha256(f"{self.rubric.id}\0{self.point.id}\0{self.answer}".encode()).hexdigest()[:12]

    def decided(self, credited: bool, who: str, *, unread: bool = False) -> Decision:
        """A person's decision, with what the machine had said. `unread`: the machine's own was taken over."""
        return Decision(
            question=self.rubric.id,
            keypoint=self.point.id,
            answer=self.answer,
            credited=credited,
            # What the machine found is worth comparing with only where the person agrees that it says so.
            words=self.machine.words if credited and self.machine.status == "credited" else "",
            # Nothing is learned where the machine's word was taken, or where both saw nothing.
            exemplar=not unread and (credited or self.machine.status != "not_detected"),
            who=who,
            when=datetime.now(UTC).isoformat(timespec="seconds"),
            machine=self.machine.status,
            reason=self.machine.reason,
            version=versions()["grader"],
        )


@dataclass(frozen=True)
class Wording:
    """One answer, all who wrote it word by word, and its key points that are still to be decided."""

    exercise: str
    rubric: Rubric
    answer: str
    students: tuple[str, ...]
    items: tuple[Item, ...]

    @property
    def credited(self) -> bool:
        """Whether the machine has credited all that is to be decided."""
        return all(item.machine.status == "credited" for item in self.items)


@dataclass(frozen=True)
class Group:
    """Wordings that are alike enough for one decision: in nearly the same words, with the same said by the machine."""

    wordings: tuple[Wording, ...]

    @property
    def first(self) -> Wording:
        """The one that stands for all."""
        return self.wordings[0]

    @property
    def students(self) -> int:
        """How many students' answers it serves."""
        return sum(len(wording.students) for wording in self.wordings)

    def alone(self) -> list["Group"]:
        """Each wording for itself."""
        return [Group((wording,)) for wording in self.wordings]


def handed_in(course: Course, path: Path) -> tuple[list[HandedIn], list[str]]:
    """All short answers in a file, or below a folder; and a sentence for each file that can't be taken.

    A file is one of answers by its name, which ends in answers.toml: platforms put the student's name before it.
    """
    found: list[HandedIn] = []
    troubles: list[str] = []
    for file in sorted(_files(path)):
        where = os.path.relpath(file, path if path.is_dir() else path.parent)
        content, trouble = read_answers_file(file)
        if content is None:
            troubles.append(trouble or f"{where} can't be read.")
            continue
        answers = read_answers(content)
        troubles += [f"{where}: {note}" for note in answers.notes]
        name = answers.exercise or next((part for part in reversed(file.parts) if part in course.names), "")
        if name not in course.names:
            troubles.append(f'{where}: for which exercise is it? Write exercise = "exercise_05" at its top.')
            continue
        student = answers.student or _student(file, path, course)
        for question in QuestionSet(course.exercise(name)).questions:
            given = understand(question, answers.given.get(question.id))
            if question.kind == "short" and isinstance(given.reply, str):
                found.append(HandedIn(student, name, question, given.reply))
    return found, troubles


def waiting(course: Course, answers: Iterable[HandedIn], decisions: Sequence[Decision]) -> list[Wording]:
    """Every wording with key points that no person has decided yet, as the machine sees it after these decisions."""
    rubrics = read_rubrics(course)
    same: dict[tuple[str, str], list[HandedIn]] = {}
    for one in answers:
        same.setdefault((_rubric_id(course, one), one.answer), []).append(one)
    found = []
    for (rubric_id, answer), handed in same.items():
        rubric = rubrics[rubric_id]
        pairs = zip(rubric.keypoints, grade_answer(rubric, answer, decisions).keypoints, strict=True)
        items = tuple(Item(rubric, point, answer, machine) for point, machine in pairs if not machine.by_person)
        if items:
            students = tuple(dict.fromkeys(one.student for one in handed))
            found.append(Wording(handed[0].exercise, rubric, answer, students, items))
    return found


def groups(wordings: Iterable[Wording]) -> list[Group]:
    """Alike ones together, question by question, those that serve most students first."""
    made: list[list[Wording]] = []
    for wording in wordings:
        fitting = next((group for group in made if _alike(group[0], wording)), None)
        if fitting is None:
            made.append([wording])
        else:
            fitting.append(wording)
    found = [Group(tuple(group)) for group in made]
    return sorted(found, key=lambda group: (group.first.exercise, group.first.rubric.id, -group.students))


def _alike(one: Wording, other: Wording) -> bool:
    if one.rubric.id != other.rubric.id or _said(one) != _said(other):
        return False
    left, right = (bag_of(wording.answer, one.rubric.words) for wording in (one, other))
    near = similarity(left, right, one.rubric.weights) >= ALIKE and same_claim(left, right, ORDER)
    return near or tidy(one.answer).casefold() == tidy(other.answer).casefold()


def _said(wording: Wording) -> list[tuple[str, str]]:
    return [(item.point.id, item.machine.status) for item in wording.items]


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, _, names in os.walk(path, followlinks=False):
        yield from (Path(folder) / name for name in names if name.lower().endswith(ANSWERS))


def _student(file: Path, root: Path, course: Course) -> str:
    """Whose file it is by where it lies: what platforms put before its name, else the first folder that is no exercise's."""
    before = file.name[: -len(ANSWERS)].rstrip("_-. ")
    folders = [part for part in file.relative_to(root).parts[:-1] if part not in course.names] if root.is_dir() else []
    return before or (folders[0] if folders else "")


def _rubric_id(course: Course, one: HandedIn) -> str:
    return QuestionSet(course.exercise(one.exercise)).key[one.question.id].rubric or one.question.id
