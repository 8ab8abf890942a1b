"""`grade export github`: the workflow's own script, run by bash as a runner would."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
SOLUTIONS = ROOT / "solutions"
WRONG = ROOT / "tests" / "exercise_03" / "wrong" / "never_clears_gradients.py"


def export(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader", "export", "github", *arguments]
    return subprocess.run(command, cwd=cwd, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)


def step(workflow: str, name: str) -> str:
    """The script of a step."""
    found = re.search(rf"- name: {name}\n +run: \|\n((?: {{10}}.*\n)+)", workflow)
    assert found
    return textwrap.dedent(found[1])


@pytest.mark.parametrize("layout", ["exercises/exercise_03", "exercise_03"])
def test_what_was_begun_is_graded_by_the_graders_own_course_and_summed_up(layout: str, tmp_path: Path) -> None:
    repository, runner = tmp_path / "repository", tmp_path / "runner"
    repository.mkdir()
    assert export(cwd=repository).returncode == 0
    workflow = (repository / ".github" / "workflows" / "grade.yml").read_text()
    assert "@" not in step(workflow, "Install the grader")
    program = runner / "grader" / "bin" / "grade"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m grader "$@"\n')
    program.chmod(0o755)
    mine = repository / layout
    shutil.copytree(ROOT / "exercises" / "exercise_03", mine)
    stub = mine.parent / "exercise_04"
    shutil.copytree(ROOT / "exercises" / "exercise_04", stub)
    environment = os.environ | {"RUNNER_TEMP": str(runner), "GITHUB_WORKSPACE": str(repository)}

    def run(program: Path) -> tuple[int, str]:
        summary = tmp_path / "summary.md"
        summary.unlink(missing_ok=True)
        shutil.copyfile(program, mine / "train.py")
        script = step(workflow, "Grade")
        environment["GITHUB_STEP_SUMMARY"] = str(summary)
        done = subprocess.run(["bash", "-e", "-c", script], cwd=repository, env=environment, capture_output=True, text=True)
        return done.returncode, summary.read_text() if summary.exists() else ""

    code, said = run(WRONG)
    assert code == 1
    assert "**Not passed**: 7 of 10 points" in said
    assert "Gradients are never cleared" in said
    assert "xercise 04" not in said  # it isn't begun
    if layout == "exercise_03":
        return  # the rest is the same
    code, said = run(SOLUTIONS / "exercise_03" / "train.py")
    assert code == 0
    assert "**Passed**" in said
    assert len(ElementTree.parse(runner / "results" / "exercise_03.xml").findall(".//testcase")) == 5
    assert run(ROOT / "exercises" / "exercise_03" / "train.py") == (0, "")  # nothing is begun


def test_an_exercise_of_any_name_is_graded_and_another_train_py_is_not(tmp_path: Path) -> None:
    assert export(cwd=tmp_path).returncode == 0
    program = tmp_path / "runner" / "grader" / "bin" / "grade"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$1"\n')
    program.chmod(0o755)
    begun = ("exercise_03/train.py", "exercises/stable_01/train.py", "warm_up/train.py", "warm_up/exercise.toml")
    for path in (*begun, "src/train.py"):
        (tmp_path / "repository" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "repository" / path).write_text("")
    (tmp_path / "repository" / "exercise_05").symlink_to(ROOT / "solutions" / "exercise_05")  # somebody else's work
    environment = {"RUNNER_TEMP": str(tmp_path / "runner"), "GITHUB_WORKSPACE": str(tmp_path / "repository")}
    script = step((tmp_path / ".github" / "workflows" / "grade.yml").read_text(), "Grade")
    done = subprocess.run(["bash", "-e", "-c", script], env=os.environ | environment, capture_output=True, text=True)
    assert (done.returncode, sorted(done.stdout.split())) == (0, ["exercise_03", "stable_01", "warm_up"]), done.stderr


def test_what_to_install_can_be_said_and_cant_break_out_of_its_line(tmp_path: Path) -> None:
    address = "git+https://example.org/course.git@v2"
    assert export("--install", address, cwd=tmp_path).returncode == 0
    assert f'"{address}"' in (tmp_path / ".github" / "workflows" / "grade.yml").read_text()
    for wrong in ('x"; rm -rf /', "$(id)", "a\nb", "`id`"):
        assert export("--install", wrong, cwd=tmp_path).returncode == 2
