"""What asking and marking costs, as ratios within one run: `python tests/benchmarks/questions.py [--repeats 20]`."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from grader.course import Course
from grader.questions.grade import QuestionGrader
from grader.questions.model import QuestionSet
from grader.questions.rubrics import read_rubrics
from grader.questions.short import Rubric, grade_answer
from grader.questions.short.decisions import Decision

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=20)
    repeats = parser.parse_args().repeats
    course = Course(ROOT)
    files(course, repeats)
    short_answers(course, repeats)
    process(repeats // 4 or 1)


def files(course: Course, repeats: int) -> None:
    """Whole files of answers, against reading them as TOML and no more."""
    contents = [(course.exercise(name).solution / "answers.toml").read_bytes() for name in course.names]
    graders = [QuestionGrader(QuestionSet(course.exercise(name))) for name in course.names]

    def grade() -> None:
        for grader, content in zip(graders, contents, strict=True):
            grader.grade(content)

    def parse() -> None:
        for content in contents:
            tomllib.loads(content.decode())

    grade()
    ours, floor = (seconds(work, repeats) / len(contents) for work in (grade, parse))
    print(f"a file of answers: {1e3 * ours:.2f} ms, {ours / floor:.1f} times reading it as TOML ({1e3 * floor:.2f} ms)")


def short_answers(course: Course, repeats: int) -> None:
    """One short answer, with nothing decided yet and with a thousand decisions; and what the rubrics take."""
    tracemalloc.start()
    rubrics = read_rubrics(course)
    for rubric in rubrics.values():
        grade_answer(rubric, "warm up")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    answers = json.loads((ROOT / "tests" / "labelled" / "dev.json").read_text("utf-8"))["answers"]
    for count in (0, 1000):
        decided = _decisions(rubrics, count)

        def grade(decided: tuple[Decision, ...] = decided) -> None:
            for one in answers:
                grade_answer(rubrics[one["question"]], one["answer"], decided)

        grade()
        print(f"a short answer, with {count} decisions: {1e3 * seconds(grade, repeats) / len(answers):.2f} ms")
    print(f"all rubrics: {peak / 2**20:.1f} MB")


def process(repeats: int) -> None:
    """`grade exercise_05 --submission answers.toml`, against importing torch."""
    answers = ROOT / "solutions" / "exercise_05" / "answers.toml"
    grade = [sys.executable, "-m", "grader", "exercise_05", "--submission", str(answers), "--no-page", "--course", str(ROOT)]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": folder}

        def run(command: list[str]) -> Callable[[], object]:
            return lambda: subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)

        ours, torch = seconds(run(grade), repeats), seconds(run([sys.executable, "-c", "import torch"]), repeats)
    print(f"answers alone, as a process: {ours:.2f} s, {ours / torch:.2f} times importing torch ({torch:.2f} s)")


def seconds(work: Callable[[], object], repeats: int) -> float:
    """The median of some repeats."""
    found = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        found.append(time.perf_counter() - begin)
    return statistics.median(found)


def _decisions(rubrics: dict[str, Rubric], count: int) -> tuple[Decision, ...]:
    """Made-up decisions, evenly over all key points."""
    points = [(rubric.id, point.id) for rubric in rubrics.values() for point in rubric.keypoints]
    return tuple(
        Decision(question=question, keypoint=point, answer=f"step {n} adds {n} to what was there before", credited=n % 2 == 0)
        for n in range(count)
        for question, point in (points[n % len(points)],)
    )


if __name__ == "__main__":
    main()
