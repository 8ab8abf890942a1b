"""Standard output, line by line, for whoever reads it: at any width, in any encoding, with or without signs and colours."""

import contextlib
import os
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

# Where the terminal's encoding has none of these.
PLAIN = str.maketrans(
    {"✓": "+", "✗": "x", "–": "-", "·": "-", "│": "|", "→": ">", "…": "...", "−": "-", "×": "x", "√": "sqrt ", "⋮": ":"}
)


def is_plain() -> bool:
    """Whether to write words in place of signs and curves: for a screen reader, or a terminal that can do nothing but write."""
    return bool(os.environ.get("DESCENT_PLAIN")) or os.environ.get("TERM") == "dumb"


def can_redraw() -> bool:
    """Whether what is on the screen may be put in place of by something else; a screen reader reads on where it was."""
    return sys.stdout.isatty() and not is_plain()


class Lines:
    """Standard output: wrapped by words, indented, with nothing after the last word."""

    def __init__(self, columns: int | None = None) -> None:
        """As wide as the terminal is now; or text alone, without colours, as wide as is said."""
        text = {} if columns is None else {"width": columns, "color_system": None, "force_terminal": False}
        self._console = Console(highlight=False, markup=False, emoji=False, force_jupyter=False, **text)  # type: ignore[arg-type]
        self._ascii = not self._console.encoding.lower().startswith("utf")
        self.signs = not is_plain()

    @property
    def curves(self) -> bool:
        """Whether small curves can be drawn."""
        return self.signs and not self._ascii

    @property
    def width(self) -> int:
        """In columns."""
        return self._console.width

    @contextlib.contextmanager
    def held(self) -> Iterator[list[str]]:
        """Print nothing: the list has all lines, with what ends them, when this ends."""
        found: list[str] = []
        with self._console.capture() as capture:
            yield found
        found += capture.get().splitlines(keepends=True)

    def add(self, text: Text, first: Text | None = None, *, whole: bool = False) -> None:
        """Print `text` behind `first`, on as many lines as it takes; if `whole`, on one, to be clicked or copied."""
        first = first or Text("")
        if self._ascii:
            text.plain, first.plain = text.plain.translate(PLAIN), first.plain.translate(PLAIN)
        indent = first.cell_len
        room = max(10, self._console.width - indent)
        for number, line in enumerate([text] if whole else text.wrap(self._console, room)):
            line.rstrip()
            self._console.print((first if number == 0 else Text(" " * indent)) + line, soft_wrap=True)

    def add_cut(self, text: Text) -> None:
        """Print `text` on one line, cut where the line ends."""
        if self._ascii:
            text.plain = text.plain.translate(PLAIN)
        text.truncate(self._console.width, overflow="ellipsis" if not self._ascii else "crop")
        self._console.print(text, soft_wrap=True)

    def skip(self) -> None:
        """Print an empty line."""
        self._console.print()
