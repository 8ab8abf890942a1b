"""What a learner hands in, as bytes: read here, never parsed, imported or run."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader.archive import read_archive
from grader.faults import Ungradable, UsageError
from grader.notebook import MAX_NOTEBOOK, notebook_source

MAIN = "train.py"
ANSWERS = "answers.toml"
NOTEBOOK = "train.ipynb"
MAX_BYTES = 1_000_000
MAX_ZIP = 50_000_000
MAX_FILES = 50
SKIPPED = {"problem.py"}  # the course's own, beside the learner's file


@dataclass(frozen=True)
class Submission:
    """What was handed in: code, answers to the concept questions, or both.

    Attributes:
        files: the learner's Python files by name; none where the answers alone were handed in.
        main: the one that the exercise asks for.
        answers: the file of answers, as bytes; None where there is none, or none that can be taken, and then
        answers_trouble: says why.
        student: whose it is; empty where only the file of answers may know.
    """

    files: dict[str, bytes]
    main: str = MAIN
    answers: bytes | None = None
    answers_trouble: str = ""
    student: str = ""

    @cached_property
    def digest(self) -> str:
        """A hash of names and contents: equal for equal submissions."""
        total = hashlib.sha256()
        answers = {ANSWERS: self.answers} if self.answers is not None else {}
        for name, content in sorted((self.files | answers).items()):
            total.update(f"{len(name)}:{name}:{len(content)}:".encode() + content)
        return total.hexdigest()

    def line(self, number: int) -> str:
        """A line of the main file, as far as it is text; empty where there is none."""
        # Not by splitlines, which counts form feeds and more that Python doesn't.
        lines = re.split(r"\r\n|\r|\n", self.files.get(self.main, b"").decode("utf-8", "replace").lstrip("\ufeff"))
        return lines[number - 1].rstrip() if 0 < number <= len(lines) else ""


def read_submission(path: Path, exercise: str = "") -> Submission:
    """Read a .py file, a notebook, a file of answers, or a folder or zip with train.py and its helpers, answers.toml, or both.

    Args:
        exercise: of a notebook, cells that are for another exercise (`%%grade exercise_04`) are left out.

    Raises:
        UsageError: no file is at that path.
        Ungradable: there is one, but not one that can be run.
    """
    try:
        if path.is_dir():
            return _read_folder(path, exercise)
        if not path.is_file() and not path.is_symlink():
            raise UsageError(f"There is no file at {path}.")
        if path.suffix == ".toml":
            return Submission({}, answers=_read_file(path))
        if path.suffix == ".ipynb":
            return Submission({MAIN: _of_notebook(_read_file(path, MAX_NOTEBOOK), exercise)})
        if path.suffix == ".zip":
            _may_be_read(path, MAX_ZIP)
            return _of_files(read_archive(path, (MAIN, NOTEBOOK, ".ipynb", ".py", ANSWERS), MAX_NOTEBOOK), "The zip", exercise)
        if path.suffix != ".py":
            raise Ungradable(
                f"{_shown(path)} is not a Python file: hand in a .py file, a notebook, or a folder or a zip with {MAIN}."
            )
        # Whatever the file is called, it runs as train.py: that is the name that lines are quoted by.
        return Submission({MAIN: _read_file(path)})
    except OSError as error:
        raise Ungradable(f"{_shown(path)} can't be read: {error.strerror}.") from None


def _read_folder(folder: Path, exercise: str) -> Submission:
    if (folder / MAIN).is_dir():
        raise Ungradable(f"In the folder {_shown(folder)}, {MAIN} is a folder: put your code in a file of that name.")
    answers, trouble = read_answers_file(folder)
    if not (folder / MAIN).is_file() and not (folder / MAIN).is_symlink():
        if notebook := _only_notebook([p.name for p in folder.glob("*.ipynb") if p.is_file()]):
            source = _of_notebook(_read_file(folder / notebook, MAX_NOTEBOOK), exercise)
            return Submission({MAIN: source}, answers=answers, answers_trouble=trouble)
        if answers is not None:
            return Submission({}, answers=answers)
        if trouble:
            raise Ungradable(trouble)
        found = sorted(_shown(p) for p in folder.glob("*.py") if p.is_file())[:5]
        there = f"it has {', '.join(found)}" if found else "it has no Python file at all"
        raise Ungradable(f"The folder {_shown(folder)} has no {MAIN} ({there}): put your code in {MAIN}.")
    paths = sorted(p for p in folder.glob("*.py") if p.is_file() and p.name not in SKIPPED)
    if len(paths) > MAX_FILES:
        raise Ungradable(f"The folder {_shown(folder)} has {len(paths)} Python files; at most {MAX_FILES} are taken.")
    files = {MAIN: _read_file(folder / MAIN)} | {p.name: _read_file(p) for p in paths if not p.is_symlink()}
    if sum(map(len, files.values())) > MAX_BYTES:
        raise Ungradable(f"The folder {_shown(folder)} has more than {MAX_BYTES // 1000} kB of Python.")
    return Submission(files, answers=answers, answers_trouble=trouble)


def _of_files(contents: dict[str, bytes], where: str, exercise: str) -> Submission:
    """A zip's files as a submission, by the rules of a folder."""
    answers = contents.get(ANSWERS)
    programs = {name: content for name, content in contents.items() if name.endswith(".py") and name not in SKIPPED}
    if MAIN not in programs:
        if notebook := _only_notebook([name for name in contents if name.endswith(".ipynb")]):
            programs[MAIN] = _of_notebook(contents[notebook], exercise)
        elif len(programs) == 1:
            programs = {MAIN: next(iter(programs.values()))}
        elif programs or answers is None:
            there = ", ".join(sorted(programs)[:5]) or "no program"
            raise Ungradable(f"{where} has no {MAIN} (it has {there}): put your code in {MAIN}.")
    if len(programs) > MAX_FILES:
        raise Ungradable(f"{where} has {len(programs)} Python files; at most {MAX_FILES} are taken.")
    if sum(map(len, programs.values())) > MAX_BYTES:
        raise Ungradable(f"{where} has more than {MAX_BYTES // 1000} kB of Python.")
    if answers is not None and len(answers) > MAX_BYTES:
        raise Ungradable(f"{ANSWERS} is larger than {MAX_BYTES // 1000} kB, which no exercise asks for.")
    return Submission(programs, answers=answers)


def _only_notebook(names: list[str]) -> str | None:
    """The one that is meant: train.ipynb, or the only one."""
    return NOTEBOOK if NOTEBOOK in names else names[0] if len(names) == 1 else None


def _of_notebook(content: bytes, exercise: str) -> bytes:
    try:
        source = notebook_source(content, exercise)
    except ValueError as reason:
        raise Ungradable(f"The notebook can't be taken: {reason}.") from None
    if len(source) > MAX_BYTES:
        raise Ungradable(f"The notebook has more than {MAX_BYTES // 1000} kB of code, which no exercise asks for.")
    return source


def read_answers_file(path: Path) -> tuple[bytes | None, str]:
    """The file of answers at this path or in this folder; or None, and why one that is there can't be taken."""
    path = path / ANSWERS if path.is_dir() else path
    if path.suffix != ".toml" or not (path.is_symlink() or path.exists()):
        return None, ""
    if path.is_dir():
        return None, f"{_shown(path)} is a folder: put your answers in a file of that name."
    try:
        return _read_file(path), ""
    except OSError as error:
        return None, f"{_shown(path)} can't be read: {error.strerror}."
    except Ungradable as reason:
        return None, str(reason)


def _read_file(path: Path, most: int = MAX_BYTES) -> bytes:
    _may_be_read(path, most)
    return path.read_bytes()


def _may_be_read(path: Path, most: int) -> None:
    if path.is_symlink():  # what it leads to may be anything that the grader can read, a solution for one
        raise Ungradable(f"{_shown(path)} is a symbolic link: hand in the file itself.")
    if path.stat().st_size > most:
        raise Ungradable(f"{_shown(path)} is larger than {most // 1000} kB, which no exercise asks for.")


def _shown(path: Path) -> str:
    """The last part of a path, as text: on Linux a name may hold bytes that aren't."""
    return (path.name or path.resolve().name).encode("utf-8", "replace").decode()
