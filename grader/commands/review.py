"""`grade review`: the open short answers, alike ones together; one decision serves a group, and is kept."""

import getpass
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from grader.course import Course, find_course
from grader.faults import UsageError
from grader.questions.grade import DECISIONS
from grader.questions.review import Group, Wording, groups, handed_in, waiting
from grader.questions.review_table import read_table, write_table
from grader.questions.short.decisions import Decision, add_decisions, read_decisions
from grader.render.text import clean, sentence, width

SIGNS = {"review": "?", "not_detected": " ", "credited": "x"}
KEYS = "type the numbers of the key points to credit, as in 1 3; 0 for none; = as the machine says; Enter skips"
MORE = "b goes back, q leaves"
MOST_SHOWN = 9


class Left(Exception):
    """The reviewer leaves, for now."""


def review(
    path: Path,
    export: Path | None,
    table: Path | None,
    reviewer: str,
    decisions: Path | None,
    course: Path | None,
) -> int:
    """Show what is open, keep what is decided, and return 0. Raises UsageError for what can't be read or written."""
    found_in = find_course(course)
    if not (found_in.root / "tests").is_dir():
        raise UsageError("This edition of the course has no keys and no rubrics: nothing can be reviewed here.")
    if not path.exists():
        raise UsageError(f"There is nothing at {path}: give a folder with students' answers.toml files.")
    session = Session(found_in, path, decisions or found_in.root / "tests" / DECISIONS, reviewer or _user())
    for trouble in session.troubles:
        click.echo(f"  ! {sentence(trouble)}", err=True)
    if export is not None:
        return session.write(export)
    if table is not None:
        return session.read(table)
    try:
        session.ask()
    except Left:
        click.echo()
    session.sum_up()
    return 0


@dataclass
class Session:
    """One sitting: what is open, and where the decisions go."""

    course: Course
    path: Path
    decisions: Path
    who: str
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read what was handed in."""
        self._answers, self.troubles = handed_in(self.course, self.path)
        self._made = 0

    def open(self) -> list[Wording]:
        """What no person has decided yet, as the machine sees it with all decisions so far."""
        return waiting(self.course, self._answers, read_decisions(self.decisions))

    def keep(self, made: Sequence[Decision]) -> None:
        """Keep decisions. Raises UsageError where they can't be."""
        try:
            add_decisions(self.decisions, made)
        except OSError as error:
            raise UsageError(f"The decisions can't be written to {self.decisions}: {error.strerror}.") from None
        self._made += len(made)

    def ask(self) -> None:
        """Group by group; then the answers that the machine has credited in full, all at once."""
        found = self.open()
        credited = [wording for wording in found if wording.credited]
        to_ask = groups(wording for wording in found if not wording.credited)
        if not found:
            click.echo("No short answer waits for a person.")
            return
        _say(f"{len(to_ask)} groups of answers to decide. For each, {KEYS}; {MORE}.")
        self._ask_all(to_ask)
        if credited:
            self._take_over(credited)

    def write(self, target: Path) -> int:
        """Write the table for a spreadsheet."""
        found = groups(self.open())
        try:
            target.write_text(write_table(found), "utf-8", newline="")
        except OSError as error:
            raise UsageError(f"{target} can't be written: {error.strerror}.") from None
        rows = sum(len(wording.items) for group in found for wording in group.wordings)
        click.echo(f"{rows} rows in {target}. Fill in the column credit with yes or no, save it as CSV, and take it over with:")
        click.echo(f"  grade review {self.path} --import {target}")
        return 0

    def read(self, table: Path) -> int:
        """Take a filled-in table over."""
        try:
            content = table.read_bytes()
        except OSError as error:
            raise UsageError(f"{table} can't be read: {error.strerror}.") from None
        self.keep(read_table(content, self.open(), self.who))
        self.sum_up()
        return 0

    def sum_up(self) -> None:
        """What was decided, and what that is good for."""
        if not self._made:
            click.echo("Nothing was decided.")
            return
        click.echo(f"{self._made} decisions by {clean(self.who)} are kept in {self.decisions}.")
        click.echo("They count from the next grading on, and answers like these are then graded by them.")

    def _ask_all(self, to_ask: list[Group]) -> None:
        number = 0
        while number < len(to_ask):
            head = f"{number + 1} of {len(to_ask)}"
            said = self._decide(to_ask[number], head)
            if said == "split":
                to_ask[number : number + 1] = to_ask[number].alone()
            else:
                number = max(0, number - 1) if said == "back" else number + 1

    def _decide(self, group: Group, head: str) -> str:
        """Ask for one group: done, back, or split."""
        items = group.first.items
        self._show(group, head)
        while True:
            said = _line("Credit: ").lower()
            if said == "q":
                raise Left
            if said in ("", "b", "/"):
                return {"": "done", "b": "back", "/": "split"}[said]
            chosen = [n for n, item in enumerate(items) if item.machine.status == "credited"] if said == "=" else _numbers(said)
            if chosen is not None and all(n < len(items) for n in chosen):
                made = (item.decided(n in chosen, self.who) for w in group.wordings for n, item in enumerate(w.items))
                self.keep(list(made))
                return "done"
            _say(f"Please {KEYS}; {MORE}{'; / decides each answer apart' if len(group.wordings) > 1 else ''}.", "  ")

    def _show(self, group: Group, head: str) -> None:
        first = group.first
        click.echo()
        click.secho(f"{head} · {first.exercise} · {first.rubric.id}", bold=True)
        _say(first.rubric.prompt)
        click.echo()
        for number, wording in enumerate(group.wordings[:MOST_SHOWN], start=1):
            label = f"  answer {number}: " if len(group.wordings) > 1 else "  "
            _say(f"“{wording.answer}”", label)
            _say(f"{', '.join(filter(None, wording.students)) or 'no name'}", " " * len(label))
        if len(group.wordings) > 1:
            more = f"{len(group.wordings) - MOST_SHOWN} more; " if len(group.wordings) > MOST_SHOWN else ""
            _say(f"{more}one decision for all {group.students}; / decides each apart.", "  ")
        click.echo()
        for number, item in enumerate(first.items, start=1):
            worth = f"{item.point.points:g} of {first.rubric.total:g}"
            _say(f"{item.point.text} ({worth})", f"  {number} [{SIGNS[item.machine.status]}] ")
            words = f" (“{item.machine.words}”)" if item.machine.words else ""
            _say(f"{item.machine.reason}{words}", "        ")

    def _take_over(self, credited: list[Wording]) -> None:
        """The machine's credits: looked at, taken over as they are, or left."""
        click.echo()
        _say(
            f"{len(credited)} more answers are credited in full by the machine; that stays provisional until a person says so. "
            "Take them over as they are (t), look at each (l), or leave them (Enter)?"
        )
        said = _line("").lower()
        if said == "t":
            self.keep([item.decided(True, self.who, unread=True) for wording in credited for item in wording.items])
        elif said == "l":
            self._ask_all(groups(credited))


def _numbers(said: str) -> list[int] | None:
    """The key points meant, counted from 0; None where that can't be told."""
    parts = said.replace(",", " ").split()
    if not all(part.isdecimal() for part in parts):
        return None
    return [] if parts == ["0"] else [int(part) - 1 for part in parts] if "0" not in parts else None


def _say(text: str, first: str = "") -> None:
    for line in textwrap.wrap(sentence(text), width(), initial_indent=first, subsequent_indent=" " * len(first)):
        click.echo(line)


def _line(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except (EOFError, KeyboardInterrupt):
        raise Left from None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        return "unknown"
