"""What a student answered: `answers.toml`, read as data, so that no slip in it costs more than the answer it is in.

exercise = "exercise_03"
student = "ada"
ticket = "…"      where one was given out
sheet = "…"       which draw these are answers to

loop_order = ["zero", "forward", "loss", "backward", "step"]
after_step = "0.5"
"""

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

FILE = "answers.toml"
ABOUT = ("exercise", "student", "ticket", "sheet")
MAX_BYTES = 200_000
MAX_ANSWERS = 500  # which no exercise has: reading statement by statement would take long
_ASSIGNS = re.compile(r"""^[ \t]*(?:"([^"\n]+)"|'([^'\n]+)'|([A-Za-z0-9_\-.]+))[ \t]*=""")


@dataclass(frozen=True)
class Note:
    """What isn't as it should be in the file. `line` counts from 1; None where it is about the whole."""

    line: int | None
    text: str

    def __str__(self) -> str:
        """One sentence, with the line."""
        return f"{FILE}, line {self.line}: {self.text}" if self.line else f"{FILE}: {self.text}"


@dataclass(frozen=True)
class Answers:
    """Answers as they stand in the file, by question, and in which lines; they may yet be of a wrong type."""

    exercise: str = ""
    student: str = ""
    ticket: str = ""
    sheet: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def read_answers(content: bytes) -> Answers:
    """Read a file of answers. Whatever is in it, nothing is raised: what can't be read is said in the notes."""
    if len(content) > MAX_BYTES:
        return Answers(
            notes=(Note(None, f"it is larger than {MAX_BYTES // 1000} kB, and wasn't read: write shorter answers."),)
        )
    text, notes = _decoded(content)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    table, lines, more = _statements(text)
    notes += more
    about: dict[str, str] = {}
    for name in ABOUT:
        value = table.pop(name, "")
        if not isinstance(value, str):
            notes.append(Note(lines.get(name), f'{name} should be a text in quotation marks, as in {name} = "{value}".'))
            value = str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
        about[name] = value.strip()
    return Answers(**about, given=table, lines=lines, notes=tuple(notes))


def unknown_ids(answers: Answers, known: tuple[str, ...]) -> tuple[Note, ...]:
    """A note for each answer to a question that there is not."""
    return tuple(
        Note(answers.lines.get(id), f"there is no question {_quoted(id)}. There are: {', '.join(known)}.")
        for id in answers.given
        if id not in known
    )


def _decoded(content: bytes) -> tuple[str, list[Note]]:
    """The text, by its byte order mark or else as UTF-8, or as Windows writes it, and then it is said."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace"), []
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        said = "here stands a character that isn't UTF-8. The file was read as Windows-1252; save it as UTF-8, to be sure."
        return content.decode("cp1252", "replace"), [Note(line, said)]


def _statements(text: str) -> tuple[dict[str, Any], dict[str, int], list[Note]]:
    """Every `name = value` of the file, with its line. Where the whole can't be read, each is read for itself."""
    starts = [n for n, line in enumerate(text.split("\n"), start=1) if _ASSIGNS.match(line)]
    table, trouble = _parsed(text)
    if table is not None:
        lines = {name: line for line in reversed(starts) if (name := _name(text.split("\n")[line - 1])) in table}
        return _flat(table), lines, []
    if len(starts) > MAX_ANSWERS:
        return {}, {}, [Note(None, f"it can't be read ({_reason(trouble)}), and has more than {MAX_ANSWERS} answers.")]
    return _one_by_one(text.split("\n"), starts, trouble)


def _flat(table: dict[str, Any]) -> dict[str, Any]:
    """Answers under a heading of their own, as in [answers], count like any other."""
    found = {name: value for name, value in table.items() if not isinstance(value, dict)}
    for inner in (value for value in table.values() if isinstance(value, dict)):
        found = {name: value for name, value in inner.items() if not isinstance(value, dict)} | found
    return found


def _one_by_one(rows: list[str], starts: list[int], trouble: str) -> tuple[dict[str, Any], dict[str, int], list[Note]]:
    """Read each statement apart from the others, so that a slip costs only the one that it is in."""
    table: dict[str, Any] = {}
    lines: dict[str, int] = {}
    notes: list[Note] = []
    ends = [*(start - 1 for start in starts[1:]), len(rows)]
    before = [n for n, row in enumerate(rows[: starts[0] - 1 if starts else len(rows)], 1) if row.split("#")[0].strip()]
    notes += [Note(n, "this line can't be read: an answer looks like name = value.") for n in before[:1]]
    k = 0
    while k < len(starts):
        found, upto, reason = None, k, ""
        for last in range(k, min(k + 40, len(starts))):  # a long text may hold lines that look like answers
            found, why = _parsed("\n".join(rows[starts[k] - 1 : ends[last]]))
            reason = reason or why
            if found is not None:
                upto = last
                break
        name = _name(rows[starts[k] - 1])
        if found is None:
            line = starts[k] + _offset(reason)
            notes.append(Note(line, f"the answer to {_quoted(name)} can't be read ({_reason(reason)}). {_ADVICE}"))
        elif name in lines:
            table.pop(name, None)
            notes.append(
                Note(starts[k], f"{_quoted(name)} is answered twice, first in line {lines[name]}: neither counts. Delete one.")
            )
        else:
            lines[name] = starts[k]
            table |= _flat(found)
        k = upto + 1
    if not notes:
        notes.append(Note(1 + _offset(trouble) or None, f"this can't be read ({_reason(trouble)}). {_ADVICE}"))
    return table, lines, notes


_ADVICE = "Texts stand in quotation marks, lists in brackets. The other answers were read."


def _parsed(text: str) -> tuple[dict[str, Any] | None, str]:
    """The text as TOML; or None, and why not."""
    try:
        return tomllib.loads(text), ""
    except tomllib.TOMLDecodeError as error:
        return None, str(error)
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets in thousands
        return None, "too long a number, or too many brackets"


def _name(row: str) -> str:
    found = _ASSIGNS.match(row)
    return next((part for part in found.groups() if part is not None), "") if found else ""


def _offset(reason: str) -> int:
    """By how many lines the trouble is behind the beginning of what was read."""
    found = re.search(r"at line (\d+)", reason)
    return int(found[1]) - 1 if found else 0


def _reason(reason: str) -> str:
    """The parser's reason without its place, which counts from elsewhere."""
    said = re.sub(r"\s*\(at [^)]*\)\s*$", "", reason)
    return said[:1].lower() + said[1:]


def _quoted(name: str) -> str:
    return f"“{name[:60]}”"
