"""What a person decided about key points that the program left open: kept, and exemplars for the next grading.

One JSON object a line, only ever appended to, so that who decided what, when, and what the machine had said stays on record; of
several decisions on one key point of one answer the last counts.
"""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from grader.faults import GraderFault


class Decision(BaseModel):
    """One key point of one answer, decided by a person.

    Attributes:
        words: the words that decided it, where the reviewer marked them.
        who, when: the reviewer, and the time in UTC (ISO 8601).
        exemplar: whether the next grading goes by it; not where the machine's own credits were taken over unread.
        machine: what the machine had said: credited, not_detected or review; and
        reason, why; and
        version, of the grader that said so.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    question: str
    keypoint: str
    answer: str
    credited: bool
    words: str = ""
    exemplar: bool = True
    who: str = ""
    when: str = ""
    machine: str = ""
    reason: str = ""
    version: str = ""


def read_decisions(path: Path) -> tuple[Decision, ...]:
    """The decisions of a file; none where it isn't there. Raises GraderFault, with the line, where one can't be read."""
    if not path.is_file():
        return ()
    found: list[Decision] = []
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise GraderFault(f"The decisions in {path} can't be read: {error}") from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(Decision.model_validate_json(line))
            except ValidationError:
                # The last line may have been cut off as it was written; any other was changed by somebody.
                if number == len(lines):
                    continue
                raise GraderFault(
                    f"Line {number} of {path} is no decision: mend it, or delete it if it is of no use."
                ) from None
    return tuple(found)


def add_decisions(path: Path, decisions: Iterable[Decision]) -> None:
    """Append decisions to the file, each line whole. Raises OSError."""
    text = "".join(f"{decision.model_dump_json()}\n" for decision in decisions)
    if not text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        file.seek(0)
        tail = file.read().rpartition(b"\n")[2]
        if tail and _whole(tail):
            text = "\n" + text
        elif tail:  # half a line, which nobody was told is kept: it would be in the way of all others
            file.truncate(file.seek(0, 2) - len(tail))
        file.write(text.encode())


def _whole(line: bytes) -> bool:
    try:
        Decision.model_validate_json(line)
    except ValidationError:
        return False
    return True
