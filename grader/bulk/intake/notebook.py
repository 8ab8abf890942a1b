"""A notebook as the program that its code cells are, in order, without magics, shell lines and outputs."""

import json
import re

_MAGIC = re.compile(r"^\s*(%|!|\?|.*\?\s*$)")


def notebook_source(content: bytes) -> bytes:
    """The code cells, one after the other. A line that only a notebook understands becomes a comment, so that lines stay.

    Raises:
        ValueError: it is no notebook, with a sentence.
    """
    try:
        cells = json.loads(content.decode("utf-8-sig"))["cells"]
        sources = [_text(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError("it is no notebook that can be read (JSON with cells is expected)") from None
    return "\n\n".join(_program(source) for source in sources).encode("utf-8", "replace")


def _text(source: object) -> str:
    if isinstance(source, list):
        return "".join(str(line) for line in source)
    return str(source)


def _program(source: str) -> str:
    """A cell's Python; a cell that begins with %% is all another language's."""
    lines = source.split("\n")
    whole = next((line for line in lines if line.strip()), "").lstrip().startswith("%%")
    return "\n".join(f"# {line}" if whole or _MAGIC.match(line) else line for line in lines)
