"""Writes `answers.toml`: the questions as this student sees them, in comments, and behind each equals sign the answer.

tomlkit (the reader and writer that poetry and others build on) changes values in a file and keeps all else as it stands, a
learner's own comments and spaces too; the standard library only reads.
"""

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from grader.faults import UsageError
from grader.files import replace_file
from grader.questions.model import Question
from grader.questions.reply import Reply
from grader.questions.sheet import Sheet

WIDTH = 96
HOW = {
    "single": "One of these names, in quotation marks.",
    "several": "All that are true, by their names, in quotation marks, with commas between them.",
    "number": "A number.",
    "order": "The names of all lines, in their order, in quotation marks, with commas between them.",
    "output": "What it prints, in quotation marks.",
    "short": "A few sentences of your own, between the quotation marks.",
}
BLANK = {"single": '""', "several": "[]", "number": '""', "order": "[]", "output": '""', "short": '"""\n"""'}


def blank(sheet: Sheet) -> str:
    """The file with nothing answered."""
    head = (
        f"{sheet.title}: the questions. Write your answers behind the equals signs, "
        f"or let `grade quiz {sheet.exercise}` ask them one by one. What you don't answer stays as it is."
    )
    about = [("exercise", sheet.exercise), ("student", sheet.student)]
    about += [("ticket", sheet.ticket), ("sheet", sheet.digest)] if sheet.student else [("sheet", sheet.digest)]
    rows = [*_comment(head), "", *(f"{name} = {_text(value)}" for name, value in about)]
    for number, asked in enumerate(sheet.asked, start=1):
        rows += ["", *_question(asked.question, number, len(sheet.asked))]
    return "\n".join(rows) + "\n"


def fill(text: str, answers: Mapping[str, Reply]) -> str:
    """The text of a file with these answers in it, and all else as it stood. Raises UsageError where it can't be read."""
    try:
        document = tomlkit.parse(text)
        for id, reply in answers.items():
            document[id] = _item(reply)
        return tomlkit.dumps(document)
    except TOMLKitError as error:
        raise UsageError(f"answers.toml can't be read ({error}): mend that line, or move the file away.") from None


def save(path: Path, text: str) -> None:
    """Write the file whole or not at all. Raises UsageError where it can't be written."""
    try:
        replace_file(path, text.encode())
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}. Your last answer is not kept.") from None


def _question(question: Question, number: int, of: int) -> Iterator[str]:
    points = f"{question.points:g} {'point' if question.points == 1 else 'points'}"
    yield f"# --- {number} of {of}, {points} " + "-" * 40
    yield from _comment(question.prompt)
    if question.code:
        yield from ("#", *(f"#     {row}".rstrip() for row in question.code.split("\n")))
    if question.choices:
        yield "#"
        widest = max(map(len, question.choices))
        for id, text in question.choices.items():
            yield from _comment(text, f"#   {id.ljust(widest)}  ", f"#   {' ' * widest}  ")
    unit = f" In {question.unit}." if question.unit else ""
    yield from ("#", f"# {HOW[question.kind]}{unit}", f"{question.id} = {BLANK[question.kind]}")


def _comment(text: str, first: str = "# ", then: str = "# ") -> list[str]:
    return textwrap.wrap(" ".join(text.split()), WIDTH, initial_indent=first, subsequent_indent=then, break_on_hyphens=False)


def _item(reply: Reply) -> object:
    if isinstance(reply, tuple):
        return list(reply)
    if isinstance(reply, float) and reply.is_integer() and abs(reply) < 1e15:
        return int(reply)
    return tomlkit.string(reply, multiline=True) if isinstance(reply, str) and "\n" in reply else reply


def _text(value: str) -> str:
    return tomlkit.string(value).as_string()
