"""The words themselves: %%grade, %grade and %quiz."""

import atexit
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from IPython.core.error import UsageError as Misused
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring
from IPython.display import DisplayHandle, display

from grader.commands.own import own_folder
from grader.commands.quiz import quiz as quiz_in_text
from grader.commands.start import begin
from grader.course import Exercise, find_course
from grader.faults import GraderFault, UsageError
from grader.jupyter.beside import Beside
from grader.jupyter.cells import program_of
from grader.progress import Progress
from grader.questions.asking import begin_asking
from grader.questions.model import QuestionSet
from grader.render.inline import inline
from grader.render.page import write_page
from grader.render.terminal import as_text
from grader.render.text import clean
from grader.report import Report
from grader.submission import ANSWERS

RUN_HERE = ("finished", "crashed")  # how a run must have ended, for the cell to be run in the notebook too


@magics_class
class Descent(Magics):
    """What `%load_ext grader` brings."""

    shell: InteractiveShell

    def __init__(self, shell: InteractiveShell) -> None:
        """Nothing is started yet."""
        super().__init__(shell)
        self.beside = Beside()
        atexit.register(self.beside.close)

    @magic_arguments()
    @argument("exercise", help="Such as exercise_03.")
    @argument("--student", default="", help="Whose it is: the questions' numbers are drawn from this id.")
    @argument("--course", help="The course's folder; else the one around you, else the one installed.")
    @argument("--no-run", action="store_true", help="Grade the cell, and don't run it here.")
    @line_cell_magic
    def grade(self, line: str, cell: str | None = None) -> None:
        """Grade a cell for an exercise, and then run it as any other; on a line alone, grade your own file.

        What the cell uses of earlier cells, such as imports and functions of yours, is graded with it.
        """
        with _told():
            asked = parse_argstring(self.grade, line)
            exercise = _exercise(asked.exercise, asked.course)
            with _Output() as output:
                report = self._report(exercise, asked.student, cell, output.say)
                output.show(report)
            if report.checks:
                Progress(exercise.course).graded(exercise.name, report.score, report.verdict == "passed")
            if cell is None or asked.no_run:
                return
            if report.verdict == "ungradable" or report.run.status not in RUN_HERE:
                print("The cell was not run in the notebook, because of what is said above.")
                return
        self.shell.run_cell(cell, store_history=False)

    def _report(self, exercise: Exercise, student: str, cell: str | None, say: Callable[[str], None]) -> Report:
        asked: dict[str, Any] = {"exercise": exercise.name, "course": str(exercise.course.root), "student": student}
        if cell is None:
            return self.beside.grade({**asked, "path": str(own_folder(exercise))}, say)
        history = self.shell.history_manager
        earlier = history.input_hist_raw[:-1] if history else []  # the last is the cell itself
        files = program_of(cell, earlier, self.shell.user_ns.keys())
        return self.beside.grade({**asked, "files": files}, say)

    @magic_arguments()
    @argument("exercise", help="Such as exercise_03.")
    @argument("--again", action="store_true", help="Ask what isn't right yet as well, not only what isn't answered.")
    @argument("--plain", action="store_true", help="Ask for typed answers, one question after the other.")
    @argument("--student", default="", help="Your id, as your teacher knows it: your questions are drawn from it.")
    @argument("--ticket", default="", help="The ticket that your teacher gave you, if any.")
    @argument("--course", help="The course's folder; else the one around you, else the one installed.")
    @line_magic
    def quiz(self, line: str) -> None:
        """Ask an exercise's questions: with widgets where ipywidgets is installed, else one at a time."""
        with _told():
            asked = parse_argstring(self.quiz, line)
            exercise = _exercise(asked.exercise, asked.course)
            folder = begin(exercise)
            form = None if asked.plain or not hasattr(self.shell, "kernel") else _form()
            if form is None:
                quiz_in_text(exercise.name, asked.again, asked.student, asked.ticket, exercise.course.root)
                return
            questions = QuestionSet(exercise)
            if not questions.questions:
                raise UsageError(f"{exercise.name} has no questions.")
            display(form(begin_asking(questions, folder / ANSWERS, asked.student, asked.ticket), asked.again))


def load(shell: InteractiveShell) -> None:
    """Bring the words in."""
    shell.register_magics(Descent)


def unload(shell: InteractiveShell) -> None:
    """End the process that grades. (IPython keeps the words themselves.)"""
    found = shell.magics_manager.registry.get(Descent.__name__)
    if found is not None:
        found.beside.close()


def _exercise(name: str, course: str | None) -> Exercise:
    return find_course(Path(course) if course else None).exercise(name)


def _form() -> Callable[..., Any] | None:
    """What makes widgets; None where ipywidgets isn't installed."""
    try:
        from grader.jupyter.form import form
    except ImportError:
        return None
    return form


class _Output:
    """The place below the cell: first for what is going on, then for the report."""

    def __init__(self) -> None:
        self._place: DisplayHandle | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None and self._place is not None:
            self._place.update({"text/plain": ""}, raw=True)

    def say(self, what: str) -> None:
        self._put({"text/plain": f"{what} …"})

    def show(self, report: Report) -> None:
        try:
            page = write_page(report, Path(".descent") / report.exercise)
        except OSError:  # it is a convenience: the report itself is here
            page = None
        self._put({"text/plain": as_text(report, page), "text/html": inline(report, page)})

    def _put(self, data: dict[str, str]) -> None:
        if self._place is None:
            self._place = display(data, raw=True, display_id=True)
        else:
            self._place.update(data, raw=True)


@contextmanager
def _told() -> Iterator[None]:
    """Say in a sentence what went wrong: a traceback of ours is of no use to anybody."""
    try:
        yield
    except UsageError as error:
        raise Misused(clean(str(error))) from None
    except GraderFault as error:
        print(f"{clean(str(error))}\nThis is the grader's own fault: it is no verdict on your code.", file=sys.stderr)
