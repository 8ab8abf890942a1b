"""The way of the data, on one screen.

    submission ──► run ──► trace ──► checks ──► diagnosis ──► report
         └──────► answers ──► marking ─────────────────────────┘

Each arrow hands on one immutable value. Between `run` and `trace` lies the boundary of trust: left of it is the learner's code,
confined, with the inputs only; right of it the grader's, which never imports, unpickles or evaluates anything from the left.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TypeVar

import torch

from grader.assemble import assemble
from grader.checks.run import Run
from grader.checks.session import CheckSession
from grader.course import Exercise
from grader.diagnosis import Diagnosis, KnownMistakes, Signatures
from grader.diagnosis.exact import exactness
from grader.faults import GraderFault
from grader.job import limits, make_job, trace_of
from grader.questions.grade import QuestionGrader
from grader.questions.model import QuestionSet
from grader.reference import Reference, references
from grader.report import Report
from grader.runner import RawRun, Runner
from grader.submission import Submission

Key = TypeVar("Key")


class Grader:
    """Grades submissions of one exercise. What they share is made once: references, collected checks, known mistakes."""

    def __init__(self, exercise: Exercise, runner: Runner, say: Callable[[str], None] = lambda _: None) -> None:
        """`runner` is open, and stays the caller's to close. `say` is told what begins now, for somebody who waits."""
        self.exercise, self.runner, self.say = exercise, runner, say
        # The tensors are tiny: threads would only take the cores from the learners' processes.
        torch.set_num_threads(1)

    def prepare(self) -> None:
        """Make ahead what every submission needs, while the runner is still warming up."""
        _ = self.checks, [reference.trajectory for reference in self.references.values() if reference.plan]

    def ready(self) -> None:
        """Make all that any submission may need: for who grades many, or is about to fork."""
        self.prepare()
        _ = self.known.right, self.signatures.right, self.signatures.all, self.questions.questions.questions
        self.known.ready()

    def grade(self, submission: Submission) -> Report:
        """Grade one submission. Raises GraderFault where the grader itself fails."""
        self.say(f"Running your code on {len(self.exercise.cases)} inputs")
        return self.judge(submission, self.runner.run(make_job(self.exercise, submission), limits(self.exercise)))

    def grade_many(
        self, submissions: Iterable[tuple[Key, Submission]], parallel: int = 2
    ) -> Iterator[tuple[Key, Report | GraderFault]]:
        """Grade many, in the order in which they finish. A fault of the grader's stands in place of the one report it cost."""
        under_way: dict[Key, Submission] = {}

        def jobs() -> Iterator[tuple[Key, bytes]]:
            for key, submission in submissions:
                under_way[key] = submission
                yield key, make_job(self.exercise, submission)

        for key, raw in self.runner.run_many(jobs(), limits(self.exercise), parallel):
            submission = under_way.pop(key)
            try:
                yield key, raw if isinstance(raw, GraderFault) else self.judge(submission, raw)
            except GraderFault as fault:
                yield key, fault
            except Exception as error:  # whatever it is, it costs this one report and not the others
                yield key, GraderFault(f"The grader itself failed: {type(error).__name__}: {error}")

    def judge(self, submission: Submission, raw: RawRun) -> Report:
        """All that follows a run, from its bytes alone: a recorded run can be judged again."""
        trace = trace_of(raw, self.exercise)
        run = Run(self.exercise, submission, trace, self.references)
        checks = self.checks.run(run)
        self.say("Looking for the mistake")
        passed = all(check.status == "passed" for check in checks)
        diagnoses = () if passed else self.diagnosis.of(run, checks)
        identified = exactness(run) if passed else self.diagnosis.identified(run)
        graded = self.questions.grade(submission.answers, submission.student, submission.answers_trouble)
        return assemble(raw, run, checks, diagnoses, identified, self.known, graded)

    @cached_property
    def references(self) -> dict[str, Reference]:
        """The reference of each case, by its name."""
        return references(self.exercise)

    @cached_property
    def checks(self) -> CheckSession:
        """The exercise's hidden checks, collected."""
        return CheckSession(self.exercise)

    @cached_property
    def questions(self) -> QuestionGrader:
        """What judges the answers to the concept questions."""
        return QuestionGrader(QuestionSet(self.exercise))

    @cached_property
    def known(self) -> KnownMistakes:
        """The trajectories of known mistakes; recorded when the first submission fails."""
        return KnownMistakes(self.exercise, self.runner, self.say)

    @cached_property
    def signatures(self) -> Signatures:
        """What these do to each channel."""
        return Signatures(self.exercise, self.known, lambda: self.references)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """What failed runs are held against."""
        return Diagnosis(self.known, self.signatures)
