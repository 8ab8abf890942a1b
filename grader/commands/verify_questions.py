"""The questions' part of `grade verify`: keys that fit, feedback to every wrong answer, full marks for right ones."""

from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import click

from grader.course import Course, Exercise, find_course
from grader.questions.answers import ABOUT
from grader.questions.answers_file import blank, fill
from grader.questions.bank import make_bank, stale, write_bank
from grader.questions.grade import QuestionGrader
from grader.questions.marking import mark, right_reply, tidy
from grader.questions.model import Key, Question, QuestionSet, Values
from grader.questions.reply import Reply
from grader.questions.sheet import make_sheet
from grader.submission import ANSWERS

FEWEST, MOST = 3, 6


def write(names: tuple[str, ...], course_folder: Path | None) -> int:
    """Draw all variants anew, and with them the blank file of answers and the solution's. Prints what was written."""
    course = find_course(course_folder)
    for name in names or course.names:
        exercise = course.exercise(name)
        questions = QuestionSet(exercise)
        if not questions.questions:
            continue
        bank = make_bank(questions)
        write_bank(questions, bank)
        questions = QuestionSet(exercise)
        (exercise.folder / ANSWERS).write_text(blank(make_sheet(questions)), "utf-8")
        (exercise.solution / ANSWERS).write_text(_solved(questions), "utf-8")
        click.echo(f"{exercise.name}: {len(questions.questions)} questions, {sum(map(len, bank.shown.values()))} variants")
    return 0


def questions_of(exercise: Exercise) -> Iterator[str]:
    """What is to be mended in an exercise's questions."""
    questions = QuestionSet(exercise)
    if not questions.questions:
        return
    ids = [question.id for question in questions.questions]
    if not FEWEST <= len(ids) <= MOST:
        yield f"questions.toml: {len(ids)} questions; {FEWEST} to {MOST} are expected"
    for id in {id for id in ids if ids.count(id) > 1} | set(ids) & set(ABOUT):
        yield f"questions.toml: {id} is there twice, or is no name for a question"
    for id in questions.key.keys() - set(ids):
        yield f"tests/{exercise.name}/questions.toml: a key to {id}, which is not asked"
    yield from stale(questions, make_bank(questions))
    for question in questions.questions:
        key = questions.key[question.id]
        for complaint in (
            *_texts(question, key, questions),
            *_fits(question, key, exercise.course),
            *_marks(question, key, questions),
        ):
            yield f"question {question.id}: {complaint}"
    yield from _files(exercise, questions)


def _texts(question: Question, key: Key, questions: QuestionSet) -> Iterator[str]:
    """Whether it says all it should, and its {names} are drawn."""
    texts = (question.prompt, question.code, *question.choices.values())
    names = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None}
    for shown in questions.shown.get(question.id, ({},)):
        if set(shown) != names:
            yield f"its texts speak of {sorted(names)}, drawn are {sorted(shown)}"
            break
    if not key.explanation.strip():
        yield "it has no explanation"
    expected = {"single": question.options, "several": question.options, "order": question.lines}
    if question.kind in expected and not 2 <= len(expected[question.kind]) <= 16:
        yield "it has nothing to choose from"


def _fits(question: Question, key: Key, course: Course) -> Iterator[str]:
    """Whether each wrong answer that can be chosen or was foreseen has feedback of its own, and names known mistakes."""
    if question.kind == "single":
        drawn = isinstance(key.right, str) and key.right.startswith("=")
        wrong = set(question.options) - (set() if drawn else {key.right})
        if wrong != set(key.wrong):
            yield f"feedback is expected to {sorted(map(str, wrong))}, and is there to {sorted(key.wrong)}"
    elif question.kind == "several" and set(key.wrong) != set(question.options):
        yield f"feedback is expected to {sorted(question.options)}, and is there to {sorted(key.wrong)}"
    elif question.kind == "short":
        rubric = QuestionGrader(QuestionSet(course.exercise(course.names[0]))).rubrics.get(key.rubric or question.id)
        if rubric is None:
            yield "it has no rubric"
        elif tidy(rubric.prompt) != tidy(question.prompt):
            yield "its rubric is for another prompt"
    elif not key.wrong:
        yield "no wrong answer was foreseen"
    for name, mistake in key.wrong.items():
        if mistake.misconception is not None and mistake.misconception not in course.misconceptions:
            yield f"the catalogue has no {mistake.misconception} (wrong.{name})"
        if not mistake.text.strip():
            yield f"wrong.{name} says nothing"


def _marks(question: Question, key: Key, questions: QuestionSet) -> Iterator[str]:
    """Whether on every variant the right answer gets full marks, and every foreseen wrong one less, and its own feedback."""
    if question.kind == "short":
        return
    variants = questions.values.get(question.id, ({},))
    for values in variants:
        report = mark(question, key, values, right_reply(question, key, values))
        if report.status != "correct":
            yield f"the right answer is {report.status}"
            return
        for name, reply in _wrong_replies(question, key, values):
            report = mark(question, key, values, reply)
            if report.status == "correct":
                yield f"wrong.{name} gets full marks ({reply}, on the variant {values})"
                return
            if report.feedback != tidy(key.wrong[name].text):
                yield f"wrong.{name} ({reply}) gets the feedback to another answer: {report.feedback}"
                return


def _wrong_replies(question: Question, key: Key, values: Values) -> Iterator[tuple[str, Reply]]:
    for name, mistake in key.wrong.items():
        if question.kind == "single" and name != right_reply(question, key, values):
            yield name, name
        elif mistake.value is not None:
            value = values[mistake.value]
            yield name, float(value) if question.kind == "number" else str(value)
        elif mistake.order is not None:
            yield name, mistake.order


def _files(exercise: Exercise, questions: QuestionSet) -> Iterator[str]:
    """Whether the blank answers are those of this sheet, and the solution's get full marks."""
    for path, text in (
        (exercise.folder / ANSWERS, blank(make_sheet(questions))),
        (exercise.solution / ANSWERS, _solved(questions)),
    ):
        if not path.is_file() or path.read_text("utf-8") != text:
            yield f"{path.relative_to(exercise.course.root)} isn't what it should be: grade verify --questions writes it anew"
    graded = QuestionGrader(questions).grade(_solved(questions).encode())
    yield from graded.notes
    for report in graded.questions:
        missed = [point.id for point in report.keypoints if point.status == "not_detected"]
        if report.status not in ("correct", "needs_review") or missed:
            yield f"question {report.id}: its own solution is {report.status}{f', and misses {missed}' if missed else ''}"


def _solved(questions: QuestionSet) -> str:
    """The file of answers with the right ones in it."""
    sheet = make_sheet(questions)
    right: dict[str, Reply] = {}
    for asked in sheet.asked:
        id, key = asked.question.id, questions.key[asked.question.id]
        values = questions.values[id][asked.variant] if asked.variant is not None else {}
        right[id] = tidy(key.explanation) if asked.question.kind == "short" else right_reply(asked.question, key, values)
    return fill(blank(sheet), right)
