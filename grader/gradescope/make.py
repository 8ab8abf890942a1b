"""The zip that is uploaded to Gradescope: this very grader, one exercise with what judges it, and two scripts.

setup.sh            run once, as root, when Gradescope builds the image: Python, torch, and a first try
run_autograder      run for each submission
requirements.txt    what the grader needs, in the versions that are installed here
gradescope.json     which exercise, and who may see the results when
grader/, metadata/  this package
course/             the exercise, its solution and what judges it
"""

import importlib.metadata
import json
import re
from collections.abc import Iterator
from pathlib import Path

from grader.course import Exercise
from grader.faults import UsageError
from grader.released import released
from grader.zips import zipped

PACKAGE = Path(__file__).resolve().parents[1]
NAME = "descent-course"
SCRIPTS = ("setup.sh", "run_autograder")
LEFT = {"__pycache__", "_course"}


def make_autograder(exercise: Exercise, visibility: str = "visible") -> bytes:
    """Make it, the same to the last byte for the same course, grader and installed versions.

    Raises:
        UsageError: this edition of the course has nothing that judges.
    """
    if not exercise.gradable or not exercise.solution.is_dir():
        raise UsageError("This edition of the course has nothing that judges: make the autograder with the whole one.")
    files = {name: (Path(__file__).parent / name).read_bytes() for name in SCRIPTS}
    files["requirements.txt"] = "".join(f"{line}\n" for line in requirements()).encode()
    settings = {"exercise": exercise.name, "visibility": visibility}
    files["gradescope.json"] = (json.dumps(settings, indent=2) + "\n").encode()
    files |= {f"grader/{path.relative_to(PACKAGE)}": path.read_bytes() for path in _files(PACKAGE)}
    distribution = importlib.metadata.distribution(NAME)
    folder = f"metadata/{NAME.replace('-', '_')}-{distribution.version}.dist-info"
    files[f"{folder}/METADATA"] = f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {distribution.version}\n".encode()
    root = exercise.course.root
    judging = [path for path in (root / "tests").glob("*") if path.is_file() and not path.name.startswith(".")]
    earlier = [kept / part / exercise.name for kept in released(exercise.course) for part in ("exercises", "tests")]
    shown = [path for part in (exercise.folder, exercise.solution, exercise.judging, *earlier) for path in _files(part)]
    files |= {f"course/{path.relative_to(root)}": path.read_bytes() for path in (*judging, *shown)}
    return zipped(files, SCRIPTS)


def requirements() -> Iterator[str]:
    """What the grader needs, each in the version that is installed here; a build's own mark, as in 2.13.0+cpu, is left out."""
    for required in importlib.metadata.requires(NAME) or ():
        if "extra ==" not in required:
            name = re.split(r"[^\w.-]", required, maxsplit=1)[0]
            yield f"{name}=={importlib.metadata.version(name).partition('+')[0]}"


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder that are the author's: no caches, and nothing hidden."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not LEFT & set(parts) and not any(part.startswith(".") for part in parts):
            yield path
