"""The student edition of a course: what a student sees, and not a byte of what judges. The same course gives the same file."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from grader.course import Course, Exercise, read_text
from grader.faults import UsageError
from grader.files import replace_file
from grader.submission import MAIN
from grader.versions import versions
from grader.zips import zipped

SHOWN = {"README.md", "answers.toml", "drawn.json", "exercise.toml", "problem.py", "questions.toml", MAIN}
README = """# {title}

{count}. Each folder in `exercises` has the lesson (`README.md`), the file that you write (`train.py`), the problem
that it is tried on (`problem.py`), and a file for your answers to the questions (`answers.toml`).

Begin with `exercises/{first}/README.md`. `grade quiz {first}` asks the questions, `grade list` shows what there is.
Hand in your `train.py` and `answers.toml` as your teacher says.

Release {version}. What was in it at first is in `release.toml`, file by file.
"""


@dataclass(frozen=True)
class Release:
    """A student edition.

    Attributes:
        version: as asked for, or the grader's and the first digits of what is in it.
        files: each by its path.
        content: the zip.
        checksum: the zip's SHA-256, in hexadecimal digits.
    """

    version: str
    files: dict[str, bytes]
    content: bytes

    @property
    def checksum(self) -> str:
        """See above."""
        return hashlib.sha256(self.content).hexdigest()


def make_release(course: Course, version: str = "") -> Release:
    """Make it, in memory.

    Raises:
        UsageError: a stub is no stub, but somebody's work on it.
    """
    exercises = [course.exercise(name) for name in course.names]
    files: dict[str, bytes] = {}
    for exercise in exercises:
        files |= _shown(exercise)
    hashes = {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())}
    whole = hashlib.sha256("".join(f"{path} {digest}\n" for path, digest in hashes.items()).encode()).hexdigest()
    version = version or f"{versions()['grader']}+{whole[:8]}"
    first = exercises[0].name
    count = f"{len(exercises)} exercises" if len(exercises) > 1 else "One exercise"
    title = "The exercises" if len(exercises) > 1 else exercises[0].about.title
    files["README.md"] = README.format(title=title, count=count, first=first, version=version).encode()
    listed = "".join(f'"{path}" = "{digest}"\n' for path, digest in hashes.items())
    files["release.toml"] = f'version = "{version}"\ncontent = "{whole}"\n\n[sha256]\n{listed}'.encode()
    return Release(version, files, zipped({f"course-{version}/{path}": content for path, content in files.items()}))


def write_release(release: Release, folder: Path) -> Path:
    """Write the zip, and beside it its checksum as `sha256sum -c` reads it. Raises OSError."""
    path = folder / f"course-{release.version}.zip"
    replace_file(path, release.content)
    replace_file(path.with_name(f"{path.name}.sha256"), f"{release.checksum}  {path.name}\n".encode())
    return path


def _shown(exercise: Exercise) -> dict[str, bytes]:
    if not exercise.first_part:
        raise UsageError(
            f"{exercise.folder / MAIN} is no stub: nothing in it is left to be written. "
            f"To put it back: grade reset {exercise.name}"
        )
    if exercise.solution.is_dir() and read_text(exercise.folder / MAIN) == read_text(exercise.solution / MAIN):
        raise UsageError(f"{exercise.folder / MAIN} is the solution.")
    paths = [path for path in sorted(exercise.folder.iterdir()) if path.name in SHOWN and path.is_file()]
    return {f"exercises/{exercise.name}/{path.name}": path.read_bytes() for path in paths}
