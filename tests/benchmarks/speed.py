"""How fast the grader is, as ratios within one run: `python tests/benchmarks/speed.py [--submissions 200] [--repeats 5]`.

Nothing here is a test, and no number is good or bad by itself: machines drift by a third. Each line says what was measured
against what, on the same work, one after the other.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOLUTION = ROOT / "solutions" / "exercise_03" / "train.py"
GRADE = [sys.executable, "-m", "grader"]
ADAM = "import torch; torch.optim.Adam([torch.zeros(1, requires_grad=True)])"

# What a course without a grader like this one would write: three checks, in a fresh pytest for each submission.
PYTEST = """
import torch
from torch.testing import assert_close
from problem import problem
from reference import train as reference
from train import train

CASES = {cases!r}

def outcomes(function):
    for arguments in CASES:
        case = problem(**arguments)
        losses = function(**case)
        yield losses, [p.detach().clone() for p in case["model"].parameters()]

def test_losses():
    for (mine, _), (right, _) in zip(outcomes(train), outcomes(reference)):
        assert mine == right

def test_parameters():
    for (_, mine), (_, right) in zip(outcomes(train), outcomes(reference)):
        assert_close(mine, right)

def test_floats():
    assert all(type(v) is float for losses, _ in outcomes(train) for v in losses)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--programs", type=int, default=12, help="with unknown faults, of each exercise, to be diagnosed")
    asked = parser.parse_args()
    os.environ.setdefault("XDG_CACHE_HOME", tempfile.mkdtemp(prefix="descent-benchmark-"))

    print(f"medians of {asked.repeats}, one after the other in turn")
    watch(asked.repeats, cold(asked.repeats))
    watched = bulk(asked.submissions)
    fresh = fresh_pytest(asked.repeats)
    print(f"a fresh pytest each: {fresh:.2f} s a submission, {fresh / watched:.0f} times as long")
    diagnosis(asked.programs)


def cold(repeats: int) -> float:
    """The commands of somebody who waits; the seconds of a mistake that is known."""
    commands = {
        "python -c 'import torch'": [sys.executable, "-c", "import torch"],
        "python -c 'import torch', and one optimizer": [sys.executable, "-c", ADAM],
        "grade --help": [*GRADE, "--help"],
        "grade exercise_03, a pass": [*GRADE, "exercise_03", "--submission", str(SOLUTION), "--no-page"],
        "grade exercise_03, a known mistake": [*GRADE, "exercise_03", "--submission", str(_wrong()[0]), "--no-page"],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for command in commands.values():
        _run(command)  # the disk's cache, and the trajectories of known mistakes
    for _ in range(repeats):
        for name, command in commands.items():
            seconds[name].append(_timed(lambda command=command: _run(command)))  # type: ignore[misc]
    torch, optimizer, *_ = median = [statistics.median(values) for values in seconds.values()]
    for name, value in zip(commands, median, strict=True):
        print(f"{name:46} {value:5.2f} s   {value / torch:4.2f} x import torch   {value / optimizer:4.2f} x with one optimizer")
    return median[-1]


def watch(repeats: int, cold_s: float) -> None:
    """From a save to the verdict in `grade watch`, which is warm, against the cold command on the same file."""
    programs = [_wrong()[0], SOLUTION]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"XDG_STATE_HOME": folder, "PYTHONPATH": str(ROOT)}
        subprocess.run([*GRADE, "start", "exercise_03"], cwd=folder, env=environment, check=True, capture_output=True)
        mine = Path(folder) / "exercise_03" / "train.py"
        command = [*GRADE, "watch", "exercise_03"]
        watching = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        assert watching.stdout is not None

        def verdict() -> None:
            while "Ctrl-C to leave" not in watching.stdout.readline():  # type: ignore[union-attr]
                pass

        try:
            verdict()
            time.sleep(5)  # it makes ready what any save may need
            seconds = []
            for number in range(2 * max(repeats, 3)):
                content = programs[number % 2].read_bytes() + b"\n# %d\n" % number
                began = time.perf_counter()
                mine.write_bytes(content)
                verdict()
                seconds.append(time.perf_counter() - began)
                time.sleep(0.3)
        finally:
            watching.kill()
            watching.wait()
    for name, values in (("a known mistake", seconds[::2]), ("a pass", seconds[1::2])):
        value = statistics.median(values)
        print(f"{f'grade watch, from save to verdict, {name}':46} {value:5.2f} s   {value / cold_s:4.2f} x the cold command")


def bulk(count: int) -> float:
    """A class, from submissions to a gradebook with reports, against the submissions' own loops in a warm process."""
    from grader.bulk.batch import grade_waiting
    from grader.bulk.content import packed
    from grader.bulk.gradebook import Entry, Gradebook, Student
    from grader.bulk.local import Local
    from grader.bulk.pages import write_pages
    from grader.course import Course
    from grader.submission import Submission

    course = Course(ROOT)
    exercise = course.exercise("exercise_03")
    right = [SOLUTION, *exercise.programs("right")]
    paths = [(right if number % 2 else _wrong())[number % 7] for number in range(count)]

    def entered(number: int, path: Path) -> tuple[Entry, bytes]:
        code = path.read_bytes() + b"\n# %d\n" % number  # no two are alike, as in a class
        submission = Submission({"train.py": code})
        return Entry(Student(f"s{number}"), exercise.name, submission.digest, path.name), packed(submission)

    with tempfile.TemporaryDirectory() as folder, Local(course) as local:
        with Gradebook(Path(folder) / "warm.sqlite") as book:
            book.enter([entered(n, path) for n, path in enumerate([_wrong()[0], SOLUTION])])
            first = _timed(lambda: grade_waiting(book, book.begin_run("", {}), course, local, lambda _: None))
            print(f"the first two, with {len(exercise.programs('wrong'))} wrong programs to record once: {first:.1f} s")
        with Gradebook(Path(folder) / "gradebook.sqlite") as book:
            book.enter([entered(n, path) for n, path in enumerate(paths)])
            memory = _memory()
            seconds = _timed(lambda: grade_waiting(book, book.begin_run("", {}), course, local, lambda _: None))
            grown = _memory() - memory
            pages = _timed(lambda: list(write_pages(book, Path(folder)))) / count
            passed = sum(row.made is not None and row.made.verdict == "passed" for row in book.rows(reports=False))
    loops = sum(_own_loops(path) for path in paths)
    each = seconds / count
    print(f"{count} submissions, {passed} of them right, on all cores: {seconds:.1f} s, {each * 1e3:.0f} ms each")
    print(f"their own loops, one after the other in this warm process: {loops:.2f} s: {seconds / loops:.2f} times that, all in")
    print(f"a page: {pages * 1e3:.1f} ms; the grader's memory grew by {grown:.1f} MB")
    return each


def diagnosis(count: int) -> None:
    """What naming the mistake costs in CPU, beside the run that it is read off: on programs that aren't on file."""
    from grader.course import Course
    from grader.job import limits, make_job
    from grader.mutants import load_operators, read_style, singles
    from grader.pipeline import Grader
    from grader.runner import RawRun, Runner
    from grader.submission import Submission

    operators = load_operators(ROOT / "tests" / "mutants")
    every: list[float] = []
    course = Course(ROOT)
    for exercise in map(course.exercise, course.names):
        fitting = [operator for operator in operators if exercise.name in operator.exercises]
        styles = {path.stem: read_style(path) for path in exercise.programs("right")}
        mutants = list(singles(fitting, styles, 1))[:: max(1, len(fitting) // count)][:count]
        programs = [(n, Submission({"train.py": mutant.source.encode()}, "train.py")) for n, mutant in enumerate(mutants)]
        taken, runs = [], []
        with Runner() as runner:
            grader = Grader(exercise, runner)
            grader.prepare()
            of = grader.diagnosis.of

            def timed(*arguments: object, of: Callable[..., object] = of, taken: list[float] = taken) -> object:
                before = time.process_time()
                found = of(*arguments)
                taken.append(time.process_time() - before)
                return found

            grader.diagnosis.of = timed  # type: ignore[method-assign,assignment]
            jobs = ((n, make_job(exercise, program)) for n, program in programs)
            for n, raw in runner.run_many(jobs, limits(exercise)):
                if isinstance(raw, RawRun):
                    runs.append(raw.cpu_s)
                    grader.judge(programs[n][1], raw)
        every += taken[1:]  # the first reads what is known of the exercise
        times = sorted(taken[1:])
        median, ratio = statistics.median(times), sum(times) / sum(runs)
        print(
            f"{exercise.name}: naming the mistakes of {len(times)} programs takes {median * 1e3:.0f} ms of CPU at the median, "
            f"{times[-1] * 1e3:.0f} at most; {ratio:.2f} times the runs themselves"
        )
    every.sort()
    print(f"in all: {statistics.median(every) * 1e3:.0f} ms at the median, {every[len(every) * 19 // 20] * 1e3:.0f} at 95%")


def fresh_pytest(repeats: int) -> float:
    """Seconds for one submission in a pytest of its own, with three checks on the same cases."""
    from grader.course import Course

    exercise = Course(ROOT).exercise("exercise_03")
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "problem.py").write_text(exercise.problem)
        (here / "train.py").write_bytes(SOLUTION.read_bytes())
        (here / "reference.py").write_bytes(SOLUTION.read_bytes())
        (here / "test_train.py").write_text(PYTEST.format(cases=[case.arguments for case in exercise.cases]))
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(here)]
        return statistics.median(_timed(lambda: _run(command, here)) for _ in range(repeats))


def _wrong() -> list[Path]:
    """Seven wrong programs that run to their end, so that their loops can be timed."""
    names = [
        "never_clears_gradients",
        "recreates_optimizer_every_epoch",
        "ignores_learning_rate",
        "halves_loss",
        "steps_twice",
        "uses_the_other_optimizer",
        "leaves_biases_out_of_optimizer",
    ]
    return [ROOT / "tests" / "exercise_03" / "wrong" / f"{name}.py" for name in names]


def _own_loops(path: Path, kept: dict[Path, float] = {}) -> float:  # noqa: B006  a cache: each program is timed once, warm
    """Seconds that a program of this course's own takes for all cases, with nobody watching."""
    if path not in kept:
        import torch

        from grader.course import Course
        from grader.reference import references

        torch.set_num_threads(1)
        namespace: dict[str, Callable[..., object]] = {}
        exec(compile(path.read_bytes(), path.name, "exec"), namespace)
        cases = references(Course(ROOT).exercise("exercise_03")).values()

        def loops() -> None:
            for case in cases:
                namespace["train"](**case.sources.problem.problem(**case.case.arguments))

        loops()
        kept[path] = statistics.median(_timed(loops) for _ in range(5))
    return kept[path]


def _memory() -> float:
    """MB at the most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _run(command: list[str], folder: Path = ROOT) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")


if __name__ == "__main__":
    main()
