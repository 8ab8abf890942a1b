"""A course of another subject, of one exercise with a name of its own: all that the package does, it does for that one too.

Nothing is mocked: it is verified, graded, started, released and marked as the fifteen are. At the end, the package's own source
is read for the names of these.
"""

import ast
import html
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import grader
from grader.course import Course
from grader.pipeline import Grader
from grader.questions.answers_file import fill
from grader.questions.grade import QuestionGrader
from grader.questions.model import QuestionSet
from grader.render.page import render_page
from grader.render.terminal import show
from grader.report import Report
from grader.runner import Runner
from grader.submission import Submission, read_submission

ROOT = Path(__file__).parents[2]
OTHER = Path(__file__).parent / "other_course"
PACKAGE = ROOT / "grader"
NAME = "stable_01"
WRONG = sorted((OTHER / "tests" / NAME / "wrong").glob("*.py"))
OF_THE_FIFTEEN = re.compile(r"exercise_\d|optim|gradient|epoch|training|learning rate", re.IGNORECASE)

# The same mistake as in a file on record, written by somebody else; and one that nobody has recorded.
REWRITTEN = b"import torch\n\ndef log_sum_exp(x):\n    total = sum(v.exp() for v in x)\n    return torch.log(total)\n"
UNKNOWN = b"import torch\n\ndef log_sum_exp(x):\n    return torch.logsumexp(x, 0) / torch.log(torch.tensor(2.0).double())\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, elsewhere: nothing can be found by way of where it lies in the repository."""
    folder = tmp_path_factory.mktemp("other") / "course"
    return Path(shutil.copytree(OTHER, folder, ignore=shutil.ignore_patterns("__pycache__")))


@pytest.fixture(scope="module")
def judge(root: Path, runner: Runner) -> Grader:
    return Grader(Course(root).exercise(NAME), runner)


@pytest.fixture(scope="module")
def reports(judge: Grader) -> dict[str, Report]:
    """Of the stub, the right programs, the wrong ones, and two that are on no file."""
    exercise = judge.exercise
    paths = [*exercise.programs("wrong"), *exercise.programs("right")]
    submissions = {path.stem: read_submission(path) for path in paths}
    submissions |= {"stub": read_submission(exercise.folder), "solution": read_submission(exercise.solution)}
    submissions |= {"rewritten": Submission({"train.py": REWRITTEN}), "unknown": Submission({"train.py": UNKNOWN})}
    graded = dict(judge.grade_many(submissions.items()))
    assert all(isinstance(report, Report) for report in graded.values()), graded
    return {name: report for name, report in graded.items() if isinstance(report, Report)}


def grade(*arguments: object, course: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "grader", *map(str, arguments), "--course", str(course)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "100", "XDG_STATE_HOME": str(cwd / ".state")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Traceback" not in done.stderr
    return done


# Verified and graded


def test_the_courses_own_check_finds_it_sound(root: Path, tmp_path: Path) -> None:
    done = grade("verify", "--table", "table.md", course=root, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{NAME}: sound (3 wrong and 1 right programs" in done.stdout
    assert "| mistake | stable_01 |" in (tmp_path / "table.md").read_text()


def test_the_stub_is_not_started(reports: dict[str, Report]) -> None:
    report = reports["stub"]
    assert (report.verdict, report.score, report.diagnoses) == ("failed", 0.0, ())
    assert report.headline.startswith("Not started yet. Begin with the formula")


def test_the_solution_and_a_program_of_another_style_have_full_marks(root: Path, reports: dict[str, Report]) -> None:
    from_outside = grader.grade(root / "solutions" / NAME, NAME, course=root)
    for report in (from_outside, reports["solution"], reports["folds_pairs"]):
        assert (report.exercise, report.verdict, report.score, report.max_score) == (NAME, "passed", 10.0, 10.0)


@pytest.mark.parametrize("program", WRONG, ids=lambda path: path.stem)
def test_a_wrong_program_gets_its_own_name(program: Path, reports: dict[str, Report]) -> None:
    (diagnosis,) = reports[program.stem].diagnoses
    assert (diagnosis.id, diagnosis.confidence) == (program.stem, "certain")
    marked = next(n for n, line in enumerate(program.read_text().splitlines(), 1) if "# <--" in line)
    assert diagnosis.line == marked


def test_a_mistake_written_otherwise_is_known_and_one_on_no_file_is_unknown(reports: dict[str, Report]) -> None:
    assert [d.id for d in reports["rewritten"].diagnoses] == ["never_subtracts_the_largest"]
    assert reports["rewritten"].score == 4.0  # near 0 it is right
    assert [d.id for d in reports["unknown"].diagnoses] == ["unknown"]


@pytest.mark.parametrize("name", ["stub", "solution", "folds_pairs", "never_adds_the_largest_back", "unknown"])
def test_the_report_speaks_of_this_course_in_a_terminal_and_as_a_page(
    name: str, reports: dict[str, Report], capsys: pytest.CaptureFixture[str]
) -> None:
    report = reports[name]
    show(report, None, full=True)
    terminal, page = capsys.readouterr().out, render_page(report, "plotly.js")
    body = html.unescape(page[page.index("<main>") : page.index("</main>")])
    assert terminal.startswith("Stable 01 · The logarithm of a sum of exponentials\n")
    assert '<p class="exercise">Stable 01</p>' in body
    for text in (terminal, body):
        assert report.headline in " ".join(text.split())
        assert not OF_THE_FIFTEEN.search(text), OF_THE_FIFTEEN.findall(text)


# Questions


def test_the_questions_are_graded(judge: Grader, reports: dict[str, Report]) -> None:
    score = reports["solution"].question_score
    assert score is not None
    assert (score.points, score.max_points, score.open) == (2.0, 2.0, 1)  # a person has the last word on the short answer
    blank = (judge.exercise.folder / "answers.toml").read_text("utf-8")
    wrong = fill(blank, {"two_large": "raises", "equal_entries": 2.0, "why_the_largest": "It is faster."})
    graded = {report.id: report for report in QuestionGrader(QuestionSet(judge.exercise)).grade(wrong.encode()).questions}
    assert [graded[id].status for id in ("two_large", "equal_entries")] == ["incorrect", "incorrect"]
    assert graded["two_large"].feedback == "Python's math.exp raises one. Does torch.exp?"
    assert [point.status for point in graded["why_the_largest"].keypoints] == ["not_detected"]


# Begun, released, and a class of it


def test_a_learner_is_led_through_it(root: Path, tmp_path: Path) -> None:
    begun = grade("start", course=root, cwd=tmp_path)
    assert begun.stdout.startswith("Stable 01 · The logarithm of a sum of exponentials\n")
    assert (tmp_path / NAME / "train.py").read_bytes() == (OTHER / "exercises" / NAME / "train.py").read_bytes()
    assert grade("hint", "1", course=root, cwd=tmp_path).stdout.startswith("Hint 1 of 3: Which is the first number")
    assert grade("hint", NAME, "--again", course=root, cwd=tmp_path).stdout.startswith("Stable 01: the hints so far.")
    shutil.copyfile(root / "solutions" / NAME / "train.py", tmp_path / NAME / "train.py")
    passed = grade(NAME, course=root, cwd=tmp_path)
    assert passed.returncode == 0, passed.stdout
    assert "3 short questions: grade quiz stable_01" in passed.stdout
    assert (tmp_path / ".descent" / NAME / "index.html").is_file()
    listed = grade("list", course=root, cwd=tmp_path).stdout
    assert "stable_01  The logarithm of a sum of exponentials  [passed, 10 of 10, 1 of 3 hints]" in listed
    assert "All passed." in listed


def test_no_line_of_what_judges_is_in_the_student_edition(root: Path, tmp_path: Path) -> None:
    assert grade("release", "--out", ".", "--version", "1", course=root, cwd=tmp_path).returncode == 0
    with zipfile.ZipFile(tmp_path / "course-1.zip") as release:
        files = {name.removeprefix("course-1/"): release.read(name) for name in release.namelist()}
    shown = {path.name for path in (root / "exercises" / NAME).iterdir() if path.is_file()}
    assert files.keys() == {"README.md", "release.toml", *(f"exercises/{NAME}/{name}" for name in shown)}
    content = b"".join(files.values())
    told = {line.strip() for name, text in files.items() if name.startswith("exercises") for line in text.splitlines()}
    judging = [path for folder in ("solutions", "tests") for path in (root / folder).rglob("*.*")]
    lines = {line.strip() for path in judging if path.is_file() for line in path.read_bytes().splitlines()}
    telling = [line for line in lines if len(line) > 20 and line not in told]
    assert len(telling) > 100
    assert not [line for line in telling if line in content]


def test_a_class_is_marked(root: Path, tmp_path: Path) -> None:
    programs = {
        f"ada/{NAME}.py": OTHER / "solutions" / NAME / "train.py",
        "bob/stable-1/train.py": OTHER / "tests" / NAME / "wrong" / "leaves_the_logarithm_out.py",
        "eve/train.py": OTHER / "exercises" / NAME / "train.py",
    }
    for path, program in programs.items():
        (tmp_path / "in" / path).parent.mkdir(parents=True)
        shutil.copyfile(program, tmp_path / "in" / path)
    done = grade("bulk", "in", "--exercise", NAME, "--out", "out", course=root, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(tmp_path / "out" / "gradebook.sqlite") as book:
        found = book.execute(
            "SELECT student, exercise, verdict, score FROM submission JOIN result ON result.id = counts ORDER BY 1"
        ).fetchall()
    assert found == [("ada", NAME, "passed", 10.0), ("bob", NAME, "failed", 0.0), ("eve", NAME, "failed", 0.0)]
    dashboard = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "Stable 01" in dashboard
    assert "The sum of the exponentials is returned, without its logarithm" in dashboard


# The source

ONE_OF_THEM = re.compile(r"exercise_\d")
PREFIX = re.compile(r"exercise_(?!\d)")
SAID_BY = {"argument", "echo", "told"}
SAID_LATER = {"questions/review.py"}  # collects what it says of a file, with an example: exercise = "exercise_05"
# Where "exercise_" stands for the customary beginning of a name, beside a way for any other: "3" is short for "exercise_3".
CUSTOMARY = {"bulk/intake/exercises.py", "course.py", "mutants.py", "render/text.py"}


def worked_with(source: str) -> Iterator[str]:
    """The literals of a module that it works with: none that is documentation, raised as a message, or printed."""
    tree = ast.parse(source)
    said: set[ast.AST] = set()
    for node in ast.walk(tree):
        prints = isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in SAID_BY
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if prints or is_text or isinstance(node, ast.Raise):
            said.update(ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in said:
            yield node.value


def test_what_is_said_is_told_from_what_is_worked_with() -> None:
    source = (
        '"""exercise_01"""\n'
        'def f(x):\n    """exercise_02"""\n    raise ValueError(f"Try exercise_03, {x}")\n'
        'click.echo(told("grade exercise_04"))\n'
        'if x == "exercise_05":\n    y = {"exercise_06": 1}[f"exercise_07{x}"]\n'
    )
    assert [text for text in worked_with(source) if "exercise" in text] == ["exercise_05", "exercise_06", "exercise_07"]


def test_the_package_works_with_no_exercise_by_its_name() -> None:
    """Python by its syntax; in other files there is no such name at all."""
    found, customary = [], set()
    for path in sorted(PACKAGE.rglob("*")):
        place = path.relative_to(PACKAGE).as_posix()
        if path.suffix == ".py" and "_course" not in path.parts:
            texts = list(worked_with(path.read_text("utf-8")))
            found += [(place, text) for text in texts if ONE_OF_THEM.search(text) and place not in SAID_LATER]
            customary |= {place for text in texts if PREFIX.search(text)}
        elif path.suffix in (".jinja", ".js", ".css", ".toml", ".yml") and "_course" not in path.parts:
            text = path.read_text("utf-8")
            found += [(place, match) for match in ONE_OF_THEM.findall(text) + PREFIX.findall(text)]
    assert found == []
    assert customary == CUSTOMARY
