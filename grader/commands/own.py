"""Where a learner's own work on an exercise lies."""

from pathlib import Path

from grader.course import Exercise
from grader.submission import MAIN


def own_folder(exercise: Exercise) -> Path:
    """The learner's own folder: begun here, or that of the checkout around us, or else the one that ships."""
    here = Path.cwd()
    begun = [here / exercise.name, *([here] if here.name == exercise.name else [])]
    return next((folder for folder in begun if (folder / MAIN).is_file()), exercise.folder)


def is_own(path: Path, exercise: Exercise) -> bool:
    """Whether this is a folder to work in, and not the one that ships with the package."""
    return path != exercise.folder or Path.cwd().is_relative_to(exercise.course.root)
