"""A learner's own folder: begun, gone on from, put back, and shown the solution to. Nothing of theirs is ever lost."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GRADE = [sys.executable, "-m", "grader"]
SOLUTION = ROOT / "solutions" / "exercise_01" / "train.py"


def grade(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*GRADE, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "80", "XDG_STATE_HOME": str(cwd / ".state")} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_start_begins_the_next_exercise_and_never_overwrites(tmp_path: Path) -> None:
    first = grade("start", cwd=tmp_path)
    assert "Exercise 01" in first.stdout
    assert "exercise_01/README.md" in first.stdout
    (tmp_path / "exercise_01" / "train.py").write_text("mine")
    again = grade("start", cwd=tmp_path)
    assert again.returncode == 0
    assert "Exercise 01" in again.stdout
    named = grade("start", "exercise_02", "exercise_01", cwd=tmp_path)
    assert named.returncode == 2
    assert "is there already, and is left as it is" in named.stderr
    assert not (tmp_path / "exercise_02").exists()  # all or nothing
    everything = grade("start", "--all", cwd=tmp_path)
    assert "14 exercises are begun here. 1 was there already, and left as it is." in everything.stdout
    assert (tmp_path / "exercise_01" / "train.py").read_text() == "mine"
    assert len(list(tmp_path.glob("exercise_*/train.py"))) == 15


def test_one_exercise_is_counted_as_one(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "exercises" / "exercise_01", tmp_path / "course" / "exercises" / "exercise_01")
    assert "One exercise.\n" in grade("list", "--course", "course", cwd=tmp_path).stdout
    assert "One exercise is begun here." in grade("start", "--all", "--course", "course", cwd=tmp_path).stdout
    assert grade("release", "--out", "out", "--version", "1", "--course", "course", cwd=tmp_path).returncode == 0
    with zipfile.ZipFile(tmp_path / "out" / "course-1.zip") as release:
        assert b"\nOne exercise. Each folder" in release.read("course-1/README.md")


def test_a_copy_that_was_stopped_half_way_is_no_begun_exercise(tmp_path: Path) -> None:
    (tmp_path / "exercise_01").mkdir()
    done = grade("start", cwd=tmp_path)
    assert done.returncode == 2
    assert "has no train.py to work on" in done.stderr
    assert list((tmp_path / "exercise_01").iterdir()) == []


def test_next_goes_on_after_a_pass_and_not_before(tmp_path: Path) -> None:
    grade("start", cwd=tmp_path)
    before = grade("next", cwd=tmp_path)
    assert "exercise_01 isn't passed yet: grade exercise_01, or a hint:\ngrade hint exercise_01\n" in before.stdout
    assert "grade start exercise_02" in before.stdout
    assert not (tmp_path / "exercise_02").exists()
    shutil.copyfile(SOLUTION, tmp_path / "exercise_01" / "train.py")
    passed = grade("exercise_01", "--no-page", cwd=tmp_path)
    assert "Then:  grade next" in passed.stdout
    after = grade("next", cwd=tmp_path)
    assert "Exercise 02" in after.stdout
    assert (tmp_path / "exercise_02" / "train.py").is_file()


def test_reset_keeps_what_was_there_each_time(tmp_path: Path) -> None:
    grade("start", "exercise_01", cwd=tmp_path)
    mine = tmp_path / "exercise_01" / "train.py"
    answers = tmp_path / "exercise_01" / "answers.toml"
    stub, blank = mine.read_bytes(), answers.read_bytes()
    assert "as it was at first already" in grade("reset", "exercise_01", cwd=tmp_path).stdout
    for text in ("one", "two"):
        mine.write_text(text)
        answers.write_text("x = 1")
        said = grade("reset", cwd=tmp_path).stdout
        assert ".descent/backup/exercise_01/" in said
        assert mine.read_bytes() == stub
        assert answers.read_text() == "x = 1"
    kept = sorted(tmp_path.glob(".descent/backup/exercise_01/*/train.py"))
    assert [copy.read_text() for copy in kept] == ["one", "two"]
    grade("reset", "--answers", cwd=tmp_path)
    assert answers.read_bytes() == blank
    assert len(list(tmp_path.glob(".descent/backup/exercise_01/*/answers.toml"))) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_reset_changes_nothing_where_no_copy_can_be_kept(tmp_path: Path) -> None:
    grade("start", "exercise_01", cwd=tmp_path)
    (tmp_path / "exercise_01" / "train.py").write_text("mine")
    (tmp_path / ".descent").mkdir(mode=0o500)
    assert grade("reset", cwd=tmp_path).returncode == 2
    assert (tmp_path / "exercise_01" / "train.py").read_text() == "mine"


def test_reset_changes_nothing_where_the_backup_is_no_folder(tmp_path: Path) -> None:
    grade("start", "exercise_01", cwd=tmp_path)
    (tmp_path / "exercise_01" / "train.py").write_text("mine")
    (tmp_path / ".descent").write_text("a file")
    done = grade("reset", cwd=tmp_path)
    assert done.returncode == 2
    assert "Nothing is lost." in done.stderr
    assert (tmp_path / "exercise_01" / "train.py").read_text() == "mine"


def test_in_a_checkout_git_knows_how_it_was(tmp_path: Path) -> None:
    root = tmp_path / "checkout"
    for folder in ("exercises", "tests", "solutions"):
        shutil.copytree(ROOT / folder / "exercise_01", root / folder / "exercise_01", ignore=shutil.ignore_patterns("wrong"))
    mine = root / "exercises" / "exercise_01" / "train.py"
    stub = mine.read_bytes()

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)

    mine.write_text("mine")
    assert "isn't known here" in grade("reset", "exercise_01", cwd=root).stderr  # no history at all
    mine.write_bytes(stub)
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "The course")
    mine.write_text("mine")
    git("commit", "-qam", "My work")
    assert "as it was at first." in grade("reset", "exercise_01", cwd=root).stdout
    assert mine.read_bytes() == stub
    assert next(root.glob(".descent/backup/exercise_01/*/train.py")).read_text() == "mine"


def test_the_solution_is_shown_after_a_pass_or_when_asked_twice(tmp_path: Path) -> None:
    grade("start", "exercise_01", cwd=tmp_path)
    code = SOLUTION.read_text().rstrip()
    first = grade("solution", cwd=tmp_path)
    assert code not in first.stdout
    assert "3 hints are left" in " ".join(first.stdout.split())
    second = grade("solution", cwd=tmp_path)
    assert code in second.stdout
    assert "write your own" in second.stdout
    (tmp_path / ".state").rename(tmp_path / ".other")
    shutil.copyfile(SOLUTION, tmp_path / "exercise_01" / "train.py")
    grade("exercise_01", "--no-page", cwd=tmp_path)
    passed = grade("solution", "exercise_01", cwd=tmp_path)
    assert code in passed.stdout
    assert "yours is as good" in passed.stdout


def test_an_edition_without_solutions_says_so(tmp_path: Path) -> None:
    for folder in ("exercises", "tests"):
        shutil.copytree(
            ROOT / folder / "exercise_01", tmp_path / folder / "exercise_01", ignore=shutil.ignore_patterns("wrong")
        )
    done = grade("solution", "exercise_01", "--course", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert "has no solutions" in done.stderr


def test_what_a_later_version_noted_isnt_lost_by_an_earlier_one(tmp_path: Path) -> None:
    state = tmp_path / ".state" / "descent" / "progress.json"
    state.parent.mkdir(parents=True)
    later = {"courses": {"shipped": {"exercise_01": {"passed": True, "stars": 5}}}, "theme": "dark"}
    state.write_text(json.dumps(later))
    grade("hint", "exercise_02", cwd=tmp_path)
    kept = json.loads(state.read_text())
    assert kept["theme"] == "dark"
    assert kept["courses"]["shipped"]["exercise_01"]["stars"] == 5
    assert kept["courses"]["shipped"]["exercise_02"]["hints"] == 1


SHELLS = {
    "bash": ["bash", "--norc", "-c"],
    "zsh": ["zsh", "-f", "-c"],
    "fish": ["fish", "--no-config", "-c"],
}


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_takes_its_completion_script(shell: str, tmp_path: Path) -> None:
    script = grade("completion", shell, cwd=tmp_path)
    assert script.returncode == 0
    assert "_GRADE_COMPLETE" in script.stdout
    if shutil.which(shell):
        subprocess.run([*SHELLS[shell][:-1], "-n", "/dev/stdin"], input=script.stdout, text=True, check=True)
    how = grade("completion", cwd=tmp_path, SHELL=f"/bin/{shell}")
    assert f"grade completion {shell}" in how.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["exercise_0"], "exercise_03"),
        (["wat"], "watch"),
        (["hint", "exercise_1"], "exercise_15"),
        (["exercise_03", "--js"], "--json"),
        (["completion", "f"], "fish"),
    ],
)
def test_tab_completes_commands_exercises_and_options(typed: list[str], expected: str, tmp_path: Path) -> None:
    """As bash does it: the function of our script is called, with the line typed so far."""
    script = grade("completion", "bash", cwd=tmp_path).stdout
    words = " ".join(["grade", *typed])
    ask = (
        f'{script}\nCOMP_WORDS=({words}); COMP_CWORD={len(typed)}; _grade_completion grade; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    program = tmp_path / "grade"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m grader "$@"\n')
    program.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", ask],
        cwd=tmp_path,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert expected in done.stdout.split(), done.stderr
