"""`grade new`: begins an exercise as a copy of another, under a name of its own, which `grade verify` finds sound."""

import os
import re
import shutil
from pathlib import Path

import click

from grader.course import Course, Exercise, find_course, shipped_course
from grader.faults import UsageError
from grader.render.text import told

NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
TEXTS = (".md", ".toml", ".py", ".json")
LEFT = shutil.ignore_patterns("__pycache__", "signatures.json", ".*")


def new(name: str, like: str, course_folder: Path | None) -> int:
    """Copy the three folders, call the copy by its name throughout, and say what comes next. Raises UsageError."""
    course = find_course(course_folder)
    model = course.exercise(like)
    _refuse(course, model, name)
    folders = [model.folder, model.solution, model.judging]
    made: list[Path] = []
    try:
        for folder in folders:
            made.append(folder.with_name(name))
            shutil.copytree(folder, made[-1], ignore=LEFT)
        for folder in made:
            _rename(folder, model.name, name)
        _come_after(course, made[0], name)
    except OSError as error:
        for folder in made:
            shutil.rmtree(folder, ignore_errors=True)
        raise UsageError(f"{name} can't be written: {error.strerror or error}.") from None
    from grader.commands.verify_questions import write

    write((name,), course.root)  # their numbers are drawn by the exercise's name
    click.echo(told(f"{name} is a copy of {model.name}, in exercises, solutions and tests. Make it your own in this order:"))
    for step in (
        f"exercises/{name}: the lesson (README.md), problem.py, the stub (train.py), exercise.toml, questions.toml",
        f"solutions/{name}: train.py",
        f"tests/{name}: reference.py (what is asked for), probes.toml (hidden inputs), test_*.py (the checks), wrong, right",
    ):
        click.echo(f"  {step}")
    click.echo(
        told(
            f"Then grade verify {name} --signatures (what the wrong programs do) and, as often as you like, grade verify {name}"
        )
    )
    return 0


def _refuse(course: Course, model: Exercise, name: str) -> None:
    if not NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for an exercise: small letters, digits and _, such as exercise_16")
    if not model.gradable or not model.solution.is_dir():
        raise UsageError("This edition of the course has nothing that judges: make exercises in the whole one.")
    package = Path(__file__).resolve().parents[1]
    if course.root.is_relative_to(package) and course.root == shipped_course().root:
        raise UsageError(
            "The installed course would lose it with the next upgrade: work in a checkout, or name yours: --course"
        )
    for folder in ("exercises", "solutions", "tests"):
        if os.path.lexists(course.root / folder / name):
            raise UsageError(f"{folder}/{name} is there already, and is left as it is.")


def _rename(folder: Path, before: str, name: str) -> None:
    """Say the new name wherever the old one stands: exercise_03, exercise 03, Exercise 03."""
    spoken = {before: name, before.replace("_", " "): name.replace("_", " ")}
    spoken |= {old.capitalize(): new.capitalize() for old, new in spoken.items()}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in TEXTS:
            content = path.read_bytes()
            try:
                text = content.decode("utf-8")
            except UnicodeDecodeError:  # a program that is odd on purpose
                continue
            for old, new_ in spoken.items():
                text = re.sub(rf"(?<![A-Za-z0-9]){old}(?![A-Za-z0-9])", new_, text)
            if text.encode() != content:
                path.write_bytes(text.encode())


def _come_after(course: Course, folder: Path, name: str) -> None:
    """Let it stand on the one that is before it in the course's order."""
    before = [other for other in sorted({*course.names, name}) if other < name]
    path = folder / "exercise.toml"
    text = re.sub(r"^after = .*\n", "", path.read_text("utf-8"), flags=re.M)
    if before:
        text = re.sub(r"^(teaches = .*\n)", rf'\g<1>after = "{before[-1]}"' + "\n", text, count=1, flags=re.M)
    path.write_text(text, "utf-8")
