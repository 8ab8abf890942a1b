"""Makes text of unknown origin fit to be shown: a learner's names, messages, lines and prints are never obeyed."""

import re
import shutil
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.report import QuestionReport

# What a terminal obeys (C0, C1, DEL), what turns the direction of the text around it or breaks its line, and halves of
# characters, which no encoding has.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
# An exercise's name has a digit or a line in it where it is told from a word: "grade hint warm_up", but "grade list shows".
_NAME = r"[a-z]+[0-9_]\w*"
_COMMAND = re.compile(rf"\bgrade (?:{_NAME}|[a-z]+(?: {_NAME}| --[a-z]+)?)")


def width() -> int:
    """How many columns plain text may take: the terminal's, and no more than reads well."""
    return min(shutil.get_terminal_size().columns, 100)


def told(text: str) -> str:
    """A sentence of ours on as many lines as it takes. A path, and a command of ours, is never broken: it is to be copied."""
    whole = _COMMAND.sub(lambda found: found[0].replace(" ", "\xa0"), text)  # where textwrap doesn't break
    return "\n".join(textwrap.wrap(whole, width(), break_long_words=False, break_on_hyphens=False)).replace("\xa0", " ")


def spoken(exercise: str) -> str:
    """An exercise's name as one says it: "exercise_03" is "Exercise 03", "warm_up" is "Warm up"."""
    return exercise.replace("_", " ").capitalize()


def short(exercise: str) -> str:
    """An exercise's name where there is little room: "03" for "exercise_03", any other as it is."""
    return exercise.removeprefix("exercise_")


def clean(text: str) -> str:
    """The text with a mark in place of each character that would do something other than be seen."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.expandtabs(4))


def sentence(text: str) -> str:
    """The same on one line: a message can't pose as more of the report."""
    return clean(" ".join(text.split()))


def earned(question: "QuestionReport") -> str:
    """The points of a question; a range, while a person has still to look."""
    waits = question.status == "needs_review" and question.points != question.high
    return f"{question.points:g}–{question.high:g}" if waits else f"{question.points:g}"
