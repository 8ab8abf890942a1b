"""The grader beside a notebook: a process that stays warm, so that the second cell is graded in a fraction of a second.

    {"exercise": "exercise_03", "course": null, "student": "", "files": {"train.py": "…"}}     a line in, and
    {"says": "Starting torch"}, then {"report": {…}} or {"usage": "…"} or {"fault": "…"}       lines out

In place of the files, "path" may say where they lie.

A kernel can't be a judge: what a learner runs in it may have changed torch, its default dtype or the random state.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Self

from grader.course import find_course
from grader.faults import GraderFault, UsageError
from grader.report import Report
from grader.submission import MAX_BYTES, Submission
from grader.waiting import somebody_waits
from grader.warm import Warm


class Beside:
    """That process, from the notebook's side. It is started when it is first needed."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        self._process: subprocess.Popen[str] | None = None

    def grade(self, asked: dict[str, Any], say: Callable[[str], None]) -> Report:
        """Have one submission graded.

        Args:
            asked: as above.
            say: is told what begins now.

        Raises:
            UsageError: there is nothing to grade as asked.
            GraderFault: the grader itself failed. That is no verdict.
        """
        try:
            # The process may have been ended by others since: then there is no answer, and a new one is asked.
            report = self._answer(asked, say) or self._answer(asked, say)
        except UsageError:
            raise
        except BaseException:  # stopped by a key, too: what is half read is of no use
            self.close()
            raise
        if report is None:
            raise GraderFault("The process that grades has ended, twice.")
        return report

    def _answer(self, asked: dict[str, Any], say: Callable[[str], None]) -> Report | None:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps({**asked, "cwd": str(Path.cwd())}) + "\n")
            process.stdin.flush()
        for line in process.stdout:
            match json.loads(line):
                case {"says": said}:
                    say(said)
                case {"usage": message}:
                    raise UsageError(message)
                case {"fault": message}:
                    raise GraderFault(message)
                case {"report": report}:
                    return Report.model_validate(report)
        self.close()
        return None

    def close(self) -> None:
        """End it, and all runs under way."""
        if self._process is not None:
            self._process.kill()
            with suppress(OSError):  # what was written to it, and it didn't read
                self._process.communicate()
        self._process = None

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            # -P: a learner's torch.py or random.py in the working folder isn't what the grader imports.
            package = str(Path(__file__).parents[2])
            start = f"import sys; sys.path.append({package!r}); from grader.jupyter.beside import main; main()"
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", start],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                start_new_session=True,  # a key that interrupts the kernel is the kernel's to tell
            )
        return self._process


class _Bench:
    """From that process's own side: one warm grader for each course."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self._warm = say, dict[Path, Warm]()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for warm in self._warm.values():
            warm.close()

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            os.chdir(asked["cwd"])
            with somebody_waits():
                report = self._grade(asked)
            return {"report": json.loads(report.model_dump_json())}
        except UsageError as error:
            return {"usage": str(error)}
        except GraderFault as error:
            return {"fault": str(error)}
        except Exception as error:
            return {"fault": f"The grader itself failed: {type(error).__name__}: {error}"}

    def _grade(self, asked: dict[str, Any]) -> Report:
        course = find_course(Path(asked["course"]) if asked["course"] else None)
        exercise = course.exercise(asked["exercise"])
        warm = self._warm.setdefault(course.root, Warm(course, self._say))
        if "path" in asked:
            return warm.grade(exercise, Path(asked["path"]), asked["student"])
        files = {name: text.encode("utf-8", "replace") for name, text in asked["files"].items()}
        if sum(map(len, files.values())) > MAX_BYTES:
            raise UsageError(f"This cell has more than {MAX_BYTES // 1000} kB of code, which no exercise asks for.")
        return warm.grade_read(exercise, Submission(files, student=asked["student"]))


def main() -> None:
    """Answer one line after the other, until there are no more."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever else is printed is no answer

    def send(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    with _Bench(lambda said: send({"says": said})) as bench:
        for asked in _lines(sys.stdin):
            send(bench.answer(asked))


def _lines(stream: IO[str]) -> Iterator[dict[str, Any]]:
    for line in stream:
        yield json.loads(line)
