"""The learner's line that a mistake shows at, by the run's events and by the source. It explains; it decides nothing."""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from grader.checks.run import Run
from grader.diagnosis.known import KnownMistake
from grader.trace import Trace

ALIKE = 0.75  # of the words of two statements, in order
NAMES = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|\S")


def line_of(run: Run, programs: Sequence[KnownMistake]) -> int | None:
    """The line that does what the marked line of a wrong program does; None where none is found."""
    if run.error is not None and run.error.line:
        return run.error.line
    mine = run.trace.part(run.names)
    for program in programs:
        found = _by_events(mine, program.trace.part(run.names), program.marked) if program.marked else None
        if found is not None:
            return found
    return _by_words(run, programs)


def _by_events(mine: Trace, theirs: Trace, marked: int) -> int | None:
    """The line with the events that the marked one has."""
    for known, case in zip(theirs.cases, mine.cases, strict=False):
        kind = next((event.kind for event in known.events if event.line == marked), None)
        lines = [event.line for event in case.events if event.kind == kind and event.line]
        if lines:
            places = [event.line for event in known.events if event.kind == kind]
            if len(set(places)) == 1:
                return Counter(lines).most_common(1)[0][0]
            # The second forward pass of theirs is the second of mine.
            return lines[min(places.index(marked), len(lines) - 1)]
    return None


def _by_words(run: Run, programs: Sequence[KnownMistake]) -> int | None:
    """The statement most like a marked one: where the marked line raises no event."""
    own = list(_statements(run.submission.files[run.submission.main]))
    best, line = ALIKE, None
    for program in programs:
        marked = next((words for number, words in _statements(program.source) if number == program.marked), None)
        for number, words in own:
            if marked is not None and words[:1] == marked[:1]:
                alike = SequenceMatcher(None, words, marked, autojunk=False).ratio()
                if alike > best:
                    best, line = alike, number
    return line


def _statements(source: bytes) -> Iterator[tuple[int, list[str]]]:
    """Simple statements and the heads of others: (line, words), the names that somebody chose left out."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
            head = ast.unparse(node).splitlines()[0]
            yield node.lineno, [type(node).__name__, *_words(head)]


def _words(text: str) -> list[str]:
    """Attributes, numbers, operators; a name that stands alone is a name, whatever it is."""
    words = NAMES.findall(text)
    return [
        word if not word[0].isalpha() or before == "." or word in ("for", "in", "if", "is", "not", "None") else "name"
        for before, word in zip(("", *words), words, strict=False)
    ]
