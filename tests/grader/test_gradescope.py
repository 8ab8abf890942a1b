"""The autograder for Gradescope: set up and run, for real, in a folder laid out as Gradescope's."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.course import Course
from grader.faults import Ungradable
from grader.gradescope.make import make_autograder, requirements
from grader.gradescope.run import handed_in, unfit
from grader.raw import Isolation
from grader.render.results import gradescope
from grader.report import Report, Standing
from grader.submission import read_submission

ROOT = Path(__file__).parents[2]
SYSTEM = {**os.environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PIP_EXTRA_INDEX_URL": "", "PIP_NO_COMPILE": "1"}
SPY = """
import os
def train(model, loss_fn, X, y, lr, epochs):
    print("user", os.getuid())
    for path in {paths!r}:
        for way in ("r", "a"):
            try:
                open(path, way).close() if not os.path.isdir(path) else os.listdir(path)
                print(way, "opened", path)
            except OSError:
                pass
    return []
"""


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def made(course: Course) -> bytes:
    return make_autograder(course.exercise("exercise_03"), "after_published")


@pytest.fixture
def autograder(made: bytes) -> Iterator[Path]:
    """Gradescope's layout, with setup.sh run, as root, by the system's own Python: another user can read that one."""
    if os.geteuid() != 0:
        pytest.skip("Gradescope runs it as root")
    if subprocess.run(["/usr/bin/python3", "-c", "import ensurepip, sys; assert sys.version_info >= (3, 11)"]).returncode:
        pytest.skip("the system has no Python 3.11 that can make an environment")
    root = Path(tempfile.mkdtemp(prefix="autograder-"))
    root.chmod(0o755)
    for name in ("source", "submission", "results"):
        (root / name).mkdir()
    for name, content in opened(made).items():
        (root / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "source" / name).write_bytes(content)
    shutil.copyfile(root / "source" / "run_autograder", root / "run_autograder")
    try:
        yield root
    finally:
        shutil.rmtree(root)


def run(
    root: Path, program: str | None = None, **environment: str
) -> tuple[subprocess.CompletedProcess[str], dict[str, object]]:
    """Hand this in, and run the autograder: how it ended, and its results."""
    results = root / "results" / "results.json"
    results.unlink(missing_ok=True)
    if program is not None:
        (root / "submission" / "train.py").write_text(program)
    script = ["bash", str(root / "run_autograder")]
    done = subprocess.run(script, cwd=root, env=SYSTEM | environment, capture_output=True, text=True)
    return done, json.loads(results.read_text()) if results.exists() else {}


def test_set_up_and_run_as_gradescope_does_it_grades_confined_as_another_user_and_hides_what_judges(autograder: Path) -> None:
    root = autograder
    setup = ["bash", "-c", f"umask 077; bash {root}/source/setup.sh"]
    done = subprocess.run(setup, cwd="/", env=SYSTEM, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.search(r"exercise_03 is ready: its solution passes, run as another user, confined: \w+\.", done.stdout)
    assert (root / "source").stat().st_mode & 0o077 == 0

    (root / "submission_metadata.json").write_text(json.dumps({"id": 1, "users": [{"email": "ada@example.org"}]}))
    done, results = run(root, (ROOT / "solutions" / "exercise_03" / "train.py").read_text())
    assert done.returncode == 0, done.stderr
    assert (results["score"], results["visibility"], results["output_format"]) == (10.0, "after_published", "md")
    assert results["stdout_visibility"] == "hidden"
    assert isinstance(results["execution_time"], float)
    assert (root / "results" / "results.json").stat().st_mode & 0o777 == 0o644

    done, results = run(root, (ROOT / "tests" / "exercise_03" / "wrong" / "never_clears_gradients.py").read_text())
    assert results["score"] == 7.0
    assert "Gradients are never cleared." in str(results["output"])

    judging = ["course/tests/exercise_03/probes.toml", "course/solutions/exercise_03/train.py", "grader/pipeline.py", "."]
    paths = [str(root / "source" / path) for path in judging]
    paths += [str(root / name) for name in ("run_autograder", "results/results.json", "submission/train.py")]
    spy = SPY.format(paths=[*paths, "/etc/shadow"])
    for tier in ("full", "reduced", "limits"):
        done, results = run(root, spy, DESCENT_ISOLATION=tier)
        assert done.returncode == 0, done.stderr
        said = str(results["output"])
        assert "user 65534" in said, tier
        # Where nothing but users keeps them apart, what is open to all can be read: the submission, and the script.
        allowed = {"train.py", "run_autograder"} if tier == "limits" else set()
        assert {Path(path).name for path in re.findall(r"^r opened (\S+)", said, re.M)} <= allowed, said
        assert "a opened" not in said

    done, results = run(root, spy, DESCENT_ISOLATION="none")
    assert done.returncode == 3
    assert results == {}
    assert "can't be confined here" in done.stderr

    (root / "submission" / "train.py").unlink()
    _, results = run(root)
    assert (results["score"], results["tests"]) == (0.0, [])
    assert "has no train.py" in str(results["output"])
    (root / "source" / "course" / "tests" / "exercise_03" / "probes.toml").write_text("nonsense")
    done, results = run(root, "x = 1")
    assert (done.returncode, results) == (3, {})
    assert "grader's own fault" in done.stderr


def test_the_zip_has_one_exercise_what_judges_it_and_the_grader_and_is_the_same_each_time(made: bytes, course: Course) -> None:
    files = opened(made)
    assert {name.partition("/")[0] for name in files} == {
        *("setup.sh", "run_autograder", "requirements.txt", "gradescope.json", "grader", "metadata", "course"),
    }
    assert {name.split("/")[2] for name in files if name.startswith("course/exercises/")} == {"exercise_03"}
    assert {"course/tests/misconceptions.toml", "course/tests/exercise_03/probes.toml", "grader/py.typed"} <= set(files)
    assert not [name for name in files if "__pycache__" in name or "/." in name]
    assert json.loads(files["gradescope.json"]) == {"exercise": "exercise_03", "visibility": "after_published"}
    assert make_autograder(course.exercise("exercise_03"), "after_published") == made
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        runnable = [info.filename for info in archive.infolist() if info.external_attr >> 16 & 0o111]
    assert sorted(runnable) == ["run_autograder", "setup.sh"]


def test_what_it_needs_is_named_with_its_version() -> None:
    needed = list(requirements())
    assert {"torch", "pydantic", "pytest", "jinja2", "numpy"} <= {line.partition("==")[0] for line in needed}
    assert all(re.fullmatch(r"[\w-]+==[\w.]+", line) for line in needed)
    assert not [line for line in needed if line.startswith(("ruff", "distributed"))]


@pytest.mark.parametrize("script", ["setup.sh", "run_autograder"])
def test_the_scripts_are_sound_to_bash(script: str, made: bytes) -> None:
    done = subprocess.run(["bash", "-n"], input=opened(made)[script], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("tier", "other", "fit"),
    [("full", True, True), ("reduced", True, True), ("limits", True, True), ("full", False, False), ("none", False, False)],
)
def test_code_is_run_only_where_it_is_another_users(tier: str, other: bool, fit: bool) -> None:
    assert (unfit(Isolation(tier, ("Why not.",), other)) == "") is fit


def test_the_work_is_found_where_students_put_it_and_never_by_a_link(tmp_path: Path, course: Course) -> None:
    exercise = course.exercise("exercise_03")

    def found(*paths: str) -> str:
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        for path in paths:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text("x = 1")
        return str(handed_in(folder, exercise).relative_to(folder))

    assert found("train.py", "exercise_03/train.py") == "."
    assert found("answers.toml") == "."
    assert found("my.ipynb") == "."
    assert found("exercise_03/train.py", "exercise_04/train.py") == "exercise_03"
    assert found("exercises/exercise_03/train.py", "exercises/exercise_04/train.py") == "exercises/exercise_03"
    assert found("work/train.py") == "work"
    assert found("a/train.py", "b/train.py") == "."
    for name in ("exercise_03", "exercises", "other"):
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        (folder / name).symlink_to(exercise.solution if name != "exercises" else ROOT / "solutions")
        assert handed_in(folder, exercise) == folder
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    (folder / "train.py").symlink_to(exercise.solution / "train.py")
    with pytest.raises(Ungradable, match="symbolic link"):
        read_submission(handed_in(folder, exercise))


def test_the_command_writes_it_and_says_what_to_do(tmp_path: Path) -> None:
    def export(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "grader", "export", "gradescope", *arguments]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    done = export("15", "--visibility", "hidden")
    assert "upload it" in done.stdout
    assert "10 points" in done.stdout
    written = (tmp_path / "gradescope-exercise_15.zip").read_bytes()
    assert json.loads(opened(written)["gradescope.json"]) == {"exercise": "exercise_15", "visibility": "hidden"}
    assert "after_due_date" in export("15", "--visibility", "sometimes").stderr
    shutil.copytree(ROOT / "exercises", tmp_path / "course" / "exercises")
    done = export("exercise_03", "--course", "course")
    assert done.returncode == 2
    assert "nothing that judges" in done.stderr


def test_standings_are_a_leaderboard(grade: Callable[..., Report]) -> None:
    report = grade("def train():\n    pass")
    assert "leaderboard" not in json.loads(gradescope(report))
    first = report.model_copy(update={"standings": (Standing(name="of the best, in %", value=91.5),)})
    assert json.loads(gradescope(first))["leaderboard"] == [{"name": "of the best, in %", "value": 91.5, "order": "desc"}]


@pytest.mark.parametrize("visibility", ["visible", "after_due_date", "after_published", "hidden"])
def test_what_students_see_is_seen_when_it_was_asked_for(visibility: str, grade: Callable[..., Report]) -> None:
    results = json.loads(gradescope(grade("def train():\n    pass"), visibility))
    assert {results["visibility"], *(test["visibility"] for test in results["tests"])} == {visibility}
