"""What grading one submission needs, made when it is first needed, and kept warm for the next: by `grade watch`, for hours."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from grader.course import Course, Exercise
from grader.faults import Ungradable, UsageError
from grader.submission import Submission, read_answers_file, read_submission

if TYPE_CHECKING:
    from grader.pipeline import Grader
    from grader.questions.grade import QuestionGrader
    from grader.raw import Isolation
    from grader.report import Report
    from grader.runner import Runner

NOTHING_JUDGES = "Recorded, not graded: this edition of the course has nothing that judges."


class Warm:
    """A runner with torch in it, and a grader for each exercise so far. Use it as a context manager.

    torch is imported here when the first code is graded: what has no code is answered without it.
    """

    def __init__(self, course: Course, say: Callable[[str], None] = lambda _: None) -> None:
        """`say` is told what begins now, for somebody who waits."""
        self._course, self._say = course, say
        self._runner: Runner | None = None
        self._graders: dict[str, Grader] = {}

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all processes."""
        self.close()

    def close(self) -> None:
        """End all processes; grading again starts them anew."""
        if self._runner is not None:
            self._runner.close()
        self._runner = None
        self._graders.clear()

    def grade(self, exercise: Exercise, path: Path, student: str = "", *, trusted: bool = True) -> "Report":
        """Grade what is at this path. Where it isn't `trusted`, it is run confined or not at all.

        Raises:
            UsageError: there is nothing, or it can't be confined here.
            GraderFault: the grader itself failed.
        """
        from grader.unrun import refuse

        if not exercise.gradable:
            return refuse(exercise, NOTHING_JUDGES)
        try:
            submission = replace(read_submission(path, exercise.name), student=student)
        except Ungradable as reason:
            answers, trouble = read_answers_file(path)
            return refuse(exercise, str(reason), _questions(exercise).grade(answers, student, trouble))
        return self.grade_read(exercise, submission, trusted=trusted)

    def grade_read(self, exercise: Exercise, submission: Submission, *, trusted: bool = True) -> "Report":
        """The same of a submission that was read already."""
        from grader.unrun import questions_alone, refuse

        if not exercise.gradable:
            return refuse(exercise, NOTHING_JUDGES)
        if not submission.files:
            answered = _questions(exercise).grade(submission.answers, submission.student, submission.answers_trouble)
            return questions_alone(exercise, answered)
        return self._run(exercise, submission, trusted)

    def isolation(self) -> "Isolation":
        """How far this machine can confine a run. Raises GraderFault where none can be started at all."""
        return self._running().isolation

    def ready(self, exercise: Exercise) -> None:
        """Make all that any submission may need, so that the next is graded at once."""
        if exercise.gradable:
            self._grader(exercise).ready()

    def _run(self, exercise: Exercise, submission: Submission, trusted: bool) -> "Report":
        grader = self._grader(exercise)
        if not trusted and grader.runner.isolation.tier in ("limits", "none"):
            missing = "; ".join(grader.runner.isolation.missing)
            raise UsageError(
                f"This machine can't confine code that isn't yours ({missing}). "
                "Where you trust who wrote it, say so with --unconfined."
            )
        return grader.grade(submission)

    def _grader(self, exercise: Exercise) -> "Grader":
        running = self._running()  # no torch yet: the zygote starts first, and warms up beside our own imports
        from grader.pipeline import Grader

        if exercise.name not in self._graders:
            grader = self._graders[exercise.name] = Grader(exercise, running, self._say)
            grader.prepare()
        return self._graders[exercise.name]

    def _running(self) -> "Runner":
        from grader.runner import Runner

        if self._runner is None:
            self._say("Starting torch")
            self._runner = Runner(hidden=self._course.hidden)
        return self._runner


def _questions(exercise: Exercise) -> "QuestionGrader":
    from grader.questions.grade import QuestionGrader
    from grader.questions.model import QuestionSet

    return QuestionGrader(QuestionSet(exercise))
