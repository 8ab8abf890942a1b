"""What the autograder does on Gradescope: grades what lies in `submission`, and writes `results/results.json`.

Where the grader itself fails, or couldn't confine a submission, it writes no results: Gradescope then says that the autograder
failed, and gives no mark, which no zero would say.
"""

import json
import os
import sys
from pathlib import Path

from grader.course import Course, Exercise
from grader.faults import GraderFault, UsageError
from grader.files import replace_file
from grader.raw import Isolation
from grader.render.results import gradescope
from grader.submission import ANSWERS, MAIN
from grader.warm import Warm

READABLE = 0o644


def main(root: Path, check: bool) -> int:
    """Grade, or, to `check` a new image, the solution; 0 where there are results."""
    settings = json.loads((root / "source" / "gradescope.json").read_text("utf-8"))
    exercise = Course(root / "source" / "course").exercise(settings["exercise"])
    with Warm(exercise.course) as warm:
        if why := unfit(warm.isolation()):
            raise GraderFault(why)
        if check:
            return _check(warm, exercise)
        report = warm.grade(exercise, handed_in(root / "submission", exercise))
    replace_file(root / "results" / "results.json", gradescope(report, settings["visibility"]).encode(), READABLE)
    print(f"{report.exercise}: {report.score:g} of {report.max_score:g}. {report.headline}")
    return 0


def unfit(isolation: Isolation) -> str:
    """Why a stranger's code mustn't be run here; empty where it may.

    A machine that is thrown away afterwards needs no more than another user, who can't read or write what is the grader's.
    """
    if isolation.tier in ("full", "reduced", "limits") and isolation.other_user:
        return ""
    return f"Submissions can't be confined here ({isolation.tier}): {' '.join(isolation.missing)}"


def _check(warm: Warm, exercise: Exercise) -> int:
    """Make ahead what every container would make again, and see that the solution passes."""
    warm.ready(exercise)
    report = warm.grade(exercise, exercise.solution)
    if report.verdict != "passed":
        raise GraderFault(f"The solution of {exercise.name} doesn't pass here: {report.headline}")
    isolation = warm.isolation()
    print(f"{exercise.name} is ready: its solution passes, run as another user, confined: {isolation.tier}.")
    for sentence in isolation.missing:
        print(f"  {sentence}")
    return 0


def handed_in(folder: Path, exercise: Exercise) -> Path:
    """Where the work is: at the top, or in the folder that was handed in whole.

    No link is followed: it may lead to the solution.
    """
    for place in (folder, folder / exercise.name, folder / "exercises" / exercise.name):
        here = place.resolve() == folder.resolve() / place.relative_to(folder)
        if here and (any((place / name).is_file() for name in (MAIN, ANSWERS)) or any(place.glob("*.ipynb"))):
            return place
    folders = [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
    return folders[0] if len(folders) == 1 and not any(folder.glob("*.py")) else folder


if __name__ == "__main__":
    try:
        code = main(Path(sys.argv[1]), "--check" in sys.argv[2:])
    except (GraderFault, UsageError) as error:
        print(f"{error}\nThis is the grader's own fault: it is no verdict on any submission.", file=sys.stderr)
        code = 3
    sys.stdout.flush()
    os._exit(code)  # taking a Python with torch in it down takes most of a second
