"""The command line: what can be typed. Each command imports what it needs when it runs, so that `--help` needs no torch."""

from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem


class _ExerciseOrCommand(click.Group):
    """`grade exercise_03` is short for `grade exercise exercise_03`: a first word that is no command is an exercise's name."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            return "exercise", self.commands["exercise"], args
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands, and exercises."""
        from grader.commands.completion import exercises

        return [*exercises(incomplete), *super().shell_complete(ctx, incomplete)]


def _exercises(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from grader.commands.completion import exercises

    return exercises(incomplete)


_course = click.option(
    "--course", type=click.Path(path_type=Path), help="The course's folder; else the one around you, else the one installed."
)


@click.group(
    cls=_ExerciseOrCommand,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 passed, 1 not passed, 2 a mistake in the command, 3 the grader's own fault.",
)
@click.version_option(package_name="descent-course", prog_name="grade")
def cli() -> None:
    """Grade exercises on torch.optim, and say which mistake it is.

    `grade exercise_03` grades your own file: exercises/exercise_03/train.py in a checkout of the course, or
    exercise_03/train.py in the folder where you ran `grade start exercise_03`.
    """
    try:
        Path.cwd()
    except OSError:
        from grader.faults import UsageError

        raise UsageError("The folder that you are in is there no more: change to another.") from None


@cli.command()
@click.argument("name", shell_complete=_exercises)
@click.option(
    "--submission",
    type=click.Path(path_type=Path),
    help="Grade this .py file, notebook or answers.toml, or a folder or a zip with train.py, answers, or both.",
)
@click.option("--full", is_flag=True, help="Show all that is known of a mistake, and not only what is needed to mend it.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON, and nothing else.")
@click.option(
    "--results",
    multiple=True,
    metavar="FORMAT=FILE",
    help="Write the report to this file as well: markdown, junit, gradescope or exercism. May be given several times.",
)
@click.option("--page", type=click.Path(path_type=Path), help="The folder for the page.  [default: .descent/<exercise>]")
@click.option("--no-page", is_flag=True, help="Write no page.")
@click.option("--student", default="", help="Whose submission it is: the questions' numbers are drawn from this id.")
@click.option("--unconfined", is_flag=True, help="Run others' code even where this machine can't confine it.")
@_course
def exercise(**options: Any) -> int:
    """Grade one exercise (the word `exercise` may be left out)."""
    from grader.commands.grade_one import grade_one

    return grade_one(**options)


@cli.command()
@click.argument("names", nargs=-1, shell_complete=_exercises)
@click.option("--all", "everything", is_flag=True, help="Begin all that aren't begun here.")
@_course
def start(names: tuple[str, ...], everything: bool, course: Path | None) -> int:
    """Copy exercises to the working folder, to begin on them. Never overwrites.  [default: the next one]"""
    from grader.commands.start import start as begin

    return begin(names, everything, course)


@cli.command()
@click.argument("name", required=False, shell_complete=_exercises)
@click.option("--page/--no-page", default=True, help="Write the page as well, at each save.  [default: yes]")
@_course
def watch(name: str | None, page: bool, course: Path | None) -> int:
    """Grade at every save, at once; keys for hint, questions, next and more.  [default: the exercise you are at]"""
    from grader.commands.watch import watch as begin

    return begin(name, page, course)


@cli.command("next")
@_course
def next_(course: Path | None) -> int:
    """Go on to the next exercise, once this one is passed."""
    from grader.commands.start import next_ as go_on

    return go_on(course)


@cli.command("list")
@_course
def list_(course: Path | None) -> int:
    """Show the course map: what each exercise teaches, what it stands on, and how far you are."""
    from grader.commands.course_map import list_exercises

    return list_exercises(course)


@cli.command()
@click.argument("name", required=False, shell_complete=_exercises)
@click.option("--again", is_flag=True, help="Show the hints that you have had, and no new one.")
@_course
def hint(name: str | None, again: bool, course: Path | None) -> int:
    """Give a hint for an exercise: one more each time, three in all.  [default: the exercise graded last]"""
    from grader.commands.hint import hint as give

    return give(name, again, course)


@cli.command()
@click.argument("name", required=False, shell_complete=_exercises)
@click.option("--answers", is_flag=True, help="Put the file of answers back too.")
@_course
def reset(name: str | None, answers: bool, course: Path | None) -> int:
    """Put an exercise back as it was at first; a copy of yours is kept.  [default: the exercise graded last]"""
    from grader.commands.reset import reset as put_back

    return put_back(name, answers, course)


@cli.command()
@click.argument("name", required=False, shell_complete=_exercises)
@_course
def solution(name: str | None, course: Path | None) -> int:
    """Show one way to do it: after a pass, or when asked twice.  [default: the exercise graded last]"""
    from grader.commands.solution import solution as show

    return show(name, course)


@cli.command()
def schema() -> int:
    """Print the JSON schema of a report, which has a version."""
    from grader.commands.schema import schema as show

    return show()


@cli.command()
@click.argument("shell", required=False, type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str | None) -> int:
    """Print what makes your shell complete commands and exercises; without SHELL, how to use it."""
    from grader.commands.completion import completion as make

    return make(shell, cli)


@cli.command()
@click.argument("name", required=False, shell_complete=_exercises)
@click.option("--again", is_flag=True, help="Ask what isn't right yet as well, not only what isn't answered.")
@click.option("--student", default="", help="Your id, as your teacher knows it: your questions are drawn from it.")
@click.option("--ticket", default="", help="The ticket that your teacher gave you, if any.")
@_course
def quiz(name: str | None, again: bool, student: str, ticket: str, course: Path | None) -> int:
    """Ask an exercise's questions, one at a time; leave when you like.  [default: the exercise graded last]"""
    from grader.commands.quiz import quiz as ask

    return ask(name, again, student, ticket, course)


@cli.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--export", type=click.Path(path_type=Path), help="Write what is open to this CSV, to be filled in.")
@click.option("--import", "table", type=click.Path(path_type=Path), help="Take the decisions of a filled-in CSV over.")
@click.option("--reviewer", default="", help="Who decides.  [default: the user's name]")
@click.option(
    "--decisions", type=click.Path(path_type=Path), help="Where they are kept.  [default: the course's tests/decisions.jsonl]"
)
@_course
def review(**options: Any) -> int:
    """Decide on open short answers, alike ones together. PATH is a folder with students' answers.toml files."""
    from grader.commands.review import review as decide

    return decide(**options)


@cli.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The folder of the gradebook and all that is written."
)
@click.option("--exercise", help="What files are for that don't say it themselves.")
@click.option("--roster", type=click.Path(path_type=Path), help="A CSV that says who is in the class.")
@click.option("--policy", type=click.Path(path_type=Path), help="A TOML file with due dates, penalties, and which try counts.")
@click.option("--regrade", is_flag=True, help="Grade anew what another version graded; says what changes, and asks.")
@click.option("--yes", is_flag=True, help="With --regrade: let it count without asking.")
@click.option("--scheduler", help="Grade on the Dask cluster at this address.")
@click.option("--jobs", type=click.IntRange(1), help="How many at once.  [default: one for each core]")
@click.option("--unconfined", is_flag=True, help="Run others' code even where this machine can't confine it.")
@_course
def bulk(course: Path | None, **options: Any) -> int:
    """Grade a folder or a zip of submissions. Stopped or not, the same command goes on where it was."""
    from grader.commands.bulk import Asked
    from grader.commands.bulk import bulk as grade_all

    return grade_all(Asked(**options), course)


@cli.command()
@click.option("--out", type=click.Path(path_type=Path), help="The folder for the page.  [default: .descent]")
@_course
def explore(out: Path | None, course: Path | None) -> int:
    """Write a page on which optimizers, rates and mistakes can be switched, and watched step by step."""
    from grader.commands.explore import explore as write

    return write(out, course)


@cli.group()
def questions() -> None:
    """For teachers: tickets for a class, and how well short answers are graded."""


@questions.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the measures as JSON, and nothing else.")
@_course
def evaluate(file: Path, as_json: bool, course: Path | None) -> int:
    """Measure the grading of short answers on a labelled file."""
    from grader.commands.questions import evaluate as measure

    return measure(file, as_json, course)


@questions.command()
@click.argument("roster", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write the tickets to this CSV.  [default: print them]")
@click.option(
    "--sheets", type=click.Path(path_type=Path), help="Also write each student's blank answers.toml files to this folder."
)
@_course
def tickets(roster: Path, out: Path | None, sheets: Path | None, course: Path | None) -> int:
    """Make a ticket for each student of ROSTER, a CSV: it draws their questions, and no neighbour can work it out."""
    from grader.commands.questions import tickets as make

    return make(roster, out, sheets, course)


@cli.group()
def export() -> None:
    """For teachers: write what lets another system grade with this course."""


@export.command()
@click.option("--out", default=".", type=click.Path(path_type=Path), help="The repository's folder.  [default: this one]")
@click.option("--install", default="", help="What pip installs there.  [default: this version of the grader]")
def github(out: Path, install: str) -> int:
    """Write a workflow for GitHub Actions: it grades at each push, with a summary and JUnit XML."""
    from grader.commands.export import github as write

    return write(out, install)


@export.command()
@click.argument("name", shell_complete=_exercises)
@click.option("--out", default=".", type=click.Path(path_type=Path), help="The folder for the zip.  [default: this one]")
@click.option(
    "--visibility",
    default="visible",
    type=click.Choice(["visible", "after_due_date", "after_published", "hidden"]),
    help="When students see the results.  [default: visible]",
)
@_course
def gradescope(name: str, out: Path, visibility: str, course: Path | None) -> int:
    """Write the autograder of an exercise for Gradescope: a zip to be uploaded there."""
    from grader.commands.export import gradescope as write

    return write(name, out, visibility, course)


@cli.command()
@click.argument("name")
@click.option("--like", required=True, help="The exercise to copy.", shell_complete=_exercises)
@_course
def new(name: str, like: str, course: Path | None) -> int:
    """Begin an exercise as a copy of another (for authors)."""
    from grader.commands.new import new as begin

    return begin(name, like, course)


@cli.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder for the zip and its checksum.")
@click.option("--version", default="", help="What this release is called.  [default: the grader's version, and the content's]")
@_course
def release(out: Path, version: str, course: Path | None) -> int:
    """Write the student edition of a course: no solutions, and nothing that judges (for teachers)."""
    from grader.commands.release import release as write

    return write(out, version, course)


@cli.command()
@click.argument("names", nargs=-1, shell_complete=_exercises)
@click.option("--table", type=click.Path(path_type=Path), help="Write the table of exercises and mistakes to this file.")
@click.option("--signatures", is_flag=True, help="Write anew what the wrong programs do to each channel (signatures.json).")
@click.option(
    "--questions", is_flag=True, help="Write anew the drawn questions (drawn.json) and the files of answers; no more."
)
@_course
def verify(names: tuple[str, ...], table: Path | None, signatures: bool, questions: bool, course: Path | None) -> int:
    """Check a course: stubs fail, solutions pass, every wrong program is named (for authors)."""
    from grader.commands.verify import verify as check

    if questions:
        from grader.commands.verify_questions import write

        return write(names, course)
    return check(names, course, table, signatures)


@cli.command()
@click.argument("exercises", nargs=-1, shell_complete=_exercises)
@click.option(
    "--styles", default=2, show_default=True, type=click.IntRange(0), help="How many right programs each operator is tried on."
)
@click.option(
    "--doubles",
    default=16,
    show_default=True,
    type=click.IntRange(0),
    help="How many programs with two mistakes an exercise has.",
)
@click.option("--keep", type=click.Path(path_type=Path), help="Write the programs that aren't named rightly to this folder.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all results to this file.")
@_course
def confusion(
    exercises: tuple[str, ...], styles: int, doubles: int, keep: Path | None, json_path: Path | None, course: Path | None
) -> int:
    """Measure the diagnosis on faulty programs made from right ones (for authors)."""
    from grader.commands.confusion import confusion as measure

    return measure(exercises, course, styles, doubles, keep, json_path)
