"""A notebook as the program that its code cells are, in order, without magics, shell lines and outputs."""

import json
import re

from grader.course import may_mean

MAX_NOTEBOOK = 20_000_000  # bytes: pictures are in it
# What IPython takes for its own, where a statement begins: %magic, !shell, ?help, name?, x = %magic, x = !shell.
_MAGIC = re.compile(r"[%!?]|[\w.]+\?{1,2}\s*$|[\w, ()\[\].*]+=\s*[%!]")
_AROUND = re.compile(r"%%(?:time|capture|prun)\b")  # what follows is Python still, and runs in the same place
_GRADE = re.compile(r"%%grade\s+([\w.-]+)")  # ours: the cell is a program for this exercise
# What a line of Python is made of, as far as it decides where a statement ends. A string of one line is one piece.
_PIECE = re.compile(r"""\"{3}|'{3}|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|\#.*|[(\[{]|[)\]}]|\\$""")


def notebook_source(content: bytes, exercise: str = "") -> bytes:
    """The code cells, one after the other. A line that only a notebook understands becomes a comment, so that lines stay.

    Args:
        exercise: cells with %%grade that name another one are left out.

    Raises:
        ValueError: it is no notebook, with a sentence.
    """
    try:
        book = json.loads(content.decode("utf-8-sig"))
        cells = book["cells"] if "cells" in book else [cell for sheet in book["worksheets"] for cell in sheet["cells"]]
        # Before version 4, what is called source was called input.
        sources = [_text(cell.get("source", cell.get("input"))) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError("it is no notebook that can be read (JSON with cells is expected): save it again in Jupyter") from None
    return "\n\n".join(cell_source(source, exercise) for source in sources).encode("utf-8", "replace")


def _text(source: object) -> str:
    if isinstance(source, list):
        source = "".join(source)
    if not isinstance(source, str):
        raise TypeError
    return source.replace("\r\n", "\n").replace("\r", "\n")


def cell_source(source: str, exercise: str = "") -> str:
    """A cell's Python; a cell that begins with %% is another language's, but for the few that only watch, and for ours."""
    lines = source.split("\n")
    first = next((line.strip() for line in lines if line.strip()), "")
    ours = _GRADE.match(first)
    another = ours is not None and exercise != "" and not may_mean(ours[1], exercise)
    if another or (first.startswith("%%") and not ours and not _AROUND.match(first)):
        return "\n".join(f"# {line}" for line in lines)
    made: list[str] = []
    state = _State()
    goes_on = False  # a magic that ends in a backslash takes the next line too
    for line in lines:
        if goes_on or (state.at_start and _MAGIC.match(line.lstrip())):
            indent = "" if goes_on else line[: len(line) - len(line.lstrip())]
            made.append(f"{indent}pass  # {line.lstrip()}" if indent else f"# {line}")  # a block must have something in it
            goes_on = line.rstrip().endswith("\\")
        else:
            state.read(line)
            made.append(line)
    return "\n".join(made)


class _State:
    """Whether a line begins a statement: not within brackets, not within a long string, not behind a backslash."""

    def __init__(self) -> None:
        self._depth, self._quote, self._joined = 0, "", False

    @property
    def at_start(self) -> bool:
        return not (self._depth or self._quote or self._joined)

    def read(self, line: str) -> None:
        at, self._joined = 0, False
        while at < len(line):
            if self._quote:
                end = re.compile(rf"(?:\\.|(?!{self._quote}).)*?{self._quote}").match(line, at)
                if end is None:
                    return
                at, self._quote = end.end(), ""
                continue
            piece = _PIECE.search(line, at)
            if piece is None:
                return
            at, found = piece.end(), piece.group()
            if found in ('"""', "'''"):
                self._quote = found
            elif found in ("(", "[", "{"):
                self._depth += 1
            elif found in (")", "]", "}"):
                self._depth = max(0, self._depth - 1)
            elif found == "\\":
                self._joined = True
