"""What judges the questions of earlier releases: kept with the course, so that answers to their numbers can still be marked.

    tests/released/2026.1/exercises/exercise_03/   questions.toml and drawn.json, as students were given them
    tests/released/2026.1/tests/exercise_03/       their key and the drawn values

A student's `answers.toml` says which numbers it is for. Where those are no longer the course's own, they are looked for here.
"""

import shutil
from pathlib import Path

from grader.course import Course

FOLDER = "released"
KEPT = ("questions.toml", "drawn.json")


def released(course: Course) -> list[Path]:
    """The folders of the releases that are kept, the latest name first."""
    return sorted((course.root / "tests" / FOLDER).glob("*/"), reverse=True)


def keep_release(course: Course, version: str) -> Path | None:
    """Keep what judges the questions as they are now; None where that is kept already, or there are none. Raises OSError."""
    now = {
        path.relative_to(course.root): path.read_bytes()
        for name in course.names
        for folder in ("exercises", "tests")
        for path in (course.root / folder / name / kept for kept in KEPT)
        if path.is_file()
    }
    for folder in released(course):
        kept = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        if kept == now:
            return None
    if not now:
        return None
    target = course.root / "tests" / FOLDER / version
    half = target.with_name(f".{target.name}.part")
    try:
        for path, content in now.items():
            (half / path).parent.mkdir(parents=True, exist_ok=True)
            (half / path).write_bytes(content)
        shutil.rmtree(target, ignore_errors=True)
        half.rename(target)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return target
