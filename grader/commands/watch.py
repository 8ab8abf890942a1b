"""`grade watch`: every save is graded at once, in a process that stays warm; keys do the rest."""

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.keyboard import Keyboard
from grader.commands.own import is_own, own_folder
from grader.commands.saves import LOOK_S, Saves
from grader.course import Course, Exercise, find_course
from grader.faults import GraderFault, UsageError
from grader.progress import Progress, next_exercise
from grader.render.lines import can_redraw
from grader.render.terminal import show_within
from grader.render.text import clean, spoken, told
from grader.submission import MAIN
from grader.waiting import somebody_waits
from grader.warm import Warm

if TYPE_CHECKING:
    from grader.report import Report

HALF_SAVED_S = 0.2  # a file that isn't Python may be one that is still being written
GONE_S = 1.0
KEYS = {
    "h": "hint",
    "a": "answer the questions",
    "n": "next exercise",
    "l": "list",
    "s": "solution",
    "x": "begin anew",
    "q": "quit",
}


def watch(name: str | None, page: bool, course_folder: Path | None) -> int:
    """Grade at every save until the learner leaves; 0 if the exercise was passed last. Raises UsageError."""
    course = find_course(course_folder)
    exercise = course.exercise(name) if name else _coming(course)
    if not is_own(own_folder(exercise), exercise):
        raise UsageError(f"{exercise.name} isn't begun here: grade start {exercise.name}")
    keyboard = Keyboard()
    with Warm(course) as warm, keyboard.listening():
        watched = _Watch(course, exercise, warm, keyboard, page)
        try:
            watched.run()
        except KeyboardInterrupt:
            click.echo()
    return 0 if watched.passed else 1


def _coming(course: Course) -> Exercise:
    """The exercise that the learner is at: the one graded last, if it isn't passed, or else the next."""
    progress = Progress(course)
    last = progress.last
    if last in course.names and not progress.of(last).passed:
        return course.exercise(last)
    found = next_exercise(course, progress, last)
    if found is None:
        raise UsageError("All exercises are passed: say which one to watch, such as grade watch exercise_03")
    return found


class _Watch:
    def __init__(self, course: Course, exercise: Exercise, warm: Warm, keyboard: Keyboard, page: bool) -> None:
        self._course, self._warm, self._keyboard, self._page = course, warm, keyboard, page
        self._leave, self._note = False, ""
        self._show: Callable[[], None] = lambda: None
        self._turn_to(exercise)

    def _turn_to(self, exercise: Exercise) -> None:
        self.exercise, self.passed = exercise, False
        self._saves = Saves(own_folder(exercise))
        self._digest: str | None = None
        self._ready = False

    def run(self) -> None:
        """Until the learner leaves."""
        self._grade()
        stirred_at = 0.0
        while not self._leave:
            if not self._ready:  # while the learner reads
                self._prepare()
            key = self._keyboard.key(LOOK_S)
            if self._keyboard.stirred:  # a window that is being resized tells of it many times
                self._keyboard.stirred, stirred_at = False, time.monotonic()
            elif stirred_at and time.monotonic() > stirred_at + 0.1:
                stirred_at = 0.0
                self._redraw()
            if key:
                self._press(key.lower())
            elif self._saves.settled():
                self._grade()

    # What a save does

    def _grade(self) -> None:
        """Grade what is there and show it; a file that is being replaced or written is waited for."""
        try:
            report = self._report()
        except GraderFault as fault:
            self._warm.close()  # whatever it was, the next save starts afresh
            self._ready = False
            text = f"{clean(str(fault))} This is the grader's own fault: it is no verdict on your code."
            self._paint(lambda: click.echo(told(text)))
            return
        if report is None:
            self._paint(lambda: click.echo(told(f"{MAIN} isn't there. Save it again, and it is graded.")))
            return
        self.passed = report.verdict == "passed"
        if report.checks:
            Progress(self._course).graded(self.exercise.name, report.score, self.passed)
        written = self._write_page(report) if self._page else None
        following = self._what_next(report)
        self._paint(lambda: show_within(report, written, following, shutil.get_terminal_size().lines - 5))

    def _report(self) -> "Report | None":
        began = time.monotonic()
        while True:
            if not (self._saves.folder / MAIN).is_file():  # an editor is putting another in its place
                if time.monotonic() > began + GONE_S:
                    return None
                time.sleep(LOOK_S)
                continue
            with somebody_waits():
                report = self._warm.grade(self.exercise, self._saves.folder)
            if report.verdict != "ungradable" or not self._changes(HALF_SAVED_S):
                return report

    def _changes(self, seconds: float) -> bool:
        """Whether something more is saved within this time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._saves.settled():
                return True
            time.sleep(LOOK_S)
        return False

    def _prepare(self) -> None:
        self._ready = True
        try:
            self._warm.ready(self.exercise)
        except GraderFault:
            self._warm.close()  # grading will say what is the matter

    def _write_page(self, report: "Report") -> Path | None:
        from grader.render.page import write_page

        try:
            return write_page(report, Path(".descent") / report.exercise)
        except OSError:
            return None

    # What is on the screen

    def _paint(self, show_it: Callable[[], None]) -> None:
        self._show = show_it
        self._redraw()

    def _redraw(self) -> None:
        if can_redraw():
            click.echo("\x1b[H\x1b[2J", nl=False)  # the lines that were scrolled away stay
        else:
            click.echo()
        self._show()
        if self._note:
            click.echo(f"\n{told(self._note)}")
        self._note = ""
        self._say_keys()
        sys.stdout.flush()

    def _say_keys(self) -> None:
        click.echo()
        if self._keyboard.is_terminal:
            keys = [f"{key}: {does}".replace(" ", "\xa0") for key, does in KEYS.items() if key not in "ns" or self.passed]
            click.echo(told(f"Watching {self.exercise.name}: save, and it is graded. Keys: {' · '.join(keys)}"))
        else:
            click.echo(told(f"Watching {self.exercise.name}: save, and it is graded. Ctrl-C to leave."))

    def _what_next(self, report: "Report") -> list[tuple[str, str]]:
        if report.verdict != "passed":
            return []
        coming = self._next()
        if coming is None:
            return [("Next:", "that was the last one: all exercises are passed.")]
        return [("Next:", f"press n to go on to {spoken(coming.name).lower()}, {coming.about.title}.")]

    def _next(self) -> Exercise | None:
        return next_exercise(self._course, Progress(self._course), self.exercise.name)

    # What keys do

    def _press(self, key: str) -> None:
        if key == "q":
            self._leave = True
        elif key in ("r", "\n", "\r", " "):
            self._grade()
        elif key == "n":
            self._go_on()
        elif key in KEYS:
            self._command(key)

    def _go_on(self) -> None:
        from grader.commands.start import begin

        coming = self._next()
        if not self.passed:
            self._say("Not yet: n is for when this one is passed.")
        elif coming is None:
            self._say("All exercises are passed.")
        else:
            try:
                begin(coming)
            except UsageError as error:
                self._say(str(error))
                return
            self._turn_to(coming)
            self._grade()

    def _command(self, key: str) -> None:
        """Another command, as if typed; it has the terminal meanwhile."""
        from grader.commands.course_map import list_exercises
        from grader.commands.hint import hint
        from grader.commands.quiz import quiz
        from grader.commands.reset import put_back
        from grader.commands.solution import solution

        name, course = self.exercise.name, self._course.root
        click.echo()
        try:
            with self._keyboard.lent():
                match key:
                    case "h":
                        hint(name, False, course)
                    case "a":
                        quiz(name, False, "", "", course)
                    case "l":
                        list_exercises(course)
                    case "s":
                        solution(name, course)
                    case "x":
                        if click.confirm("Put everything back as it was at first? A copy of yours is kept.", default=False):
                            self._note = put_back(self.exercise, False)  # what was saved is graded, and draws over it
        except (UsageError, click.Abort, EOFError) as error:
            self._say(str(error))
        self._say_keys()
        sys.stdout.flush()

    def _say(self, text: str) -> None:
        if text:
            click.echo(told(clean(text)))
        sys.stdout.flush()
