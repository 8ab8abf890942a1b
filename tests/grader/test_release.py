"""The student edition: the same file each time, all that a student needs, and not a byte of what judges."""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from grader.course import Course
from grader.faults import UsageError
from grader.release import Release, make_release, write_release
from grader.submission import read_submission

ROOT = Path(__file__).parents[2]
GRADE = [sys.executable, "-m", "grader"]


@pytest.fixture(scope="module")
def release(course: Course) -> Release:
    return make_release(course, "2026.1")


def test_it_is_the_same_to_the_last_byte_wherever_and_whenever_it_is_made(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    for path in (tmp_path / "exercises").rglob("*"):
        os.utime(path, (0, 0))
    (tmp_path / "exercises" / "exercise_01" / "__pycache__").mkdir(exist_ok=True)
    (tmp_path / "exercises" / "exercise_01" / "notes.txt").write_text("a teacher's own")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert make_release(Course(tmp_path), "2026.1").content == release.content
    assert make_release(Course(ROOT)).version == make_release(Course(tmp_path)).version
    (tmp_path / "exercises" / "exercise_01" / "README.md").write_text("another")
    assert make_release(Course(ROOT)).version != make_release(Course(tmp_path)).version


JUDGING = ("probes.toml", "questions.toml", "drawn.json", "signatures.json")


def test_no_line_of_what_judges_is_in_it(release: Release) -> None:
    """Hidden inputs, keys, drawn values, the catalogue: in the clear, since the zip's members are stored as they are."""
    paths = [path for name in JUDGING for path in (ROOT / "tests").glob(f"exercise_*/{name}")]
    paths.append(ROOT / "tests" / "misconceptions.toml")
    lines = {line.strip() for path in paths for line in path.read_bytes().splitlines()}
    telling = [line for line in lines if len(line) > 30]
    assert len(telling) > 1500
    assert not [line for line in telling if line in release.content]


def test_nothing_of_a_solution_is_in_it_that_the_stubs_and_lessons_dont_say(release: Release) -> None:
    """No three lines of a program that passes, or that is known to be wrong, follow one another anywhere in it."""
    there = {part for content in release.files.values() for part in _threes(content)}
    programs = [
        *(ROOT / "solutions").glob("*/train.py"),
        *(ROOT / "tests").glob("exercise_*/right/*.py"),
        *(ROOT / "tests").glob("exercise_*/wrong/*.py"),
    ]
    threes = {part for path in programs for part in _threes(path.read_bytes())}
    assert len(threes) > 10_000
    stubs = {part for path in (ROOT / "exercises").glob("*/train.py") for part in _threes(path.read_bytes())}
    assert not [part for part in threes & there if part not in stubs and len(b"".join(part)) > 90]


def _threes(content: bytes) -> set[tuple[bytes, ...]]:
    lines = [line.strip() for line in content.splitlines() if line.strip()]
    return set(zip(lines, lines[1:], lines[2:], strict=False))


def test_it_says_what_was_in_it_and_a_checksum_that_holds(release: Release, tmp_path: Path) -> None:
    told = tomllib.loads(release.files["release.toml"].decode())
    assert told["version"] == "2026.1"
    assert told["sha256"] == {
        path: hashlib.sha256(content).hexdigest() for path, content in release.files.items() if path.startswith("exercises/")
    }
    assert len(told["sha256"]) == 15 * 7
    path = write_release(release, tmp_path / "new")
    subprocess.run(["sha256sum", "--check", "--quiet", f"{path.name}.sha256"], cwd=path.parent, check=True)


def test_it_is_a_course_that_records_and_doesnt_judge_and_its_work_is_graded_by_the_whole_one(
    release: Release, tmp_path: Path
) -> None:
    with zipfile.ZipFile(io.BytesIO(release.content)) as archive:
        archive.extractall(tmp_path)
    (root,) = tmp_path.iterdir()
    assert Course(root).names == Course(ROOT).names
    mine = root / "exercises" / "exercise_03" / "train.py"
    shutil.copyfile(ROOT / "solutions" / "exercise_03" / "train.py", mine)

    def grade(*arguments: object) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        return subprocess.run([*GRADE, *map(str, arguments)], cwd=root, env=environment, capture_output=True, text=True)

    here = grade("exercise_03", "--no-page")
    assert "Recorded, not graded" in here.stdout
    assert here.returncode == 1
    assert "has no solutions" in grade("solution", "exercise_03").stderr
    assert set(read_submission(mine.parent).files) == {"train.py"}
    whole = grade("exercise_03", "--submission", mine.parent, "--course", ROOT, "--no-page")
    assert "Passed: 10 of 10" in whole.stdout


def test_somebodys_work_is_no_stub(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "exercises" / "exercise_03", tmp_path / "exercises" / "exercise_03")
    shutil.copyfile(ROOT / "solutions" / "exercise_03" / "train.py", tmp_path / "exercises" / "exercise_03" / "train.py")
    with pytest.raises(UsageError, match="is no stub"):
        make_release(Course(tmp_path))


@pytest.mark.parametrize("version", ["../x", "a/b", "", " "])
def test_a_version_cant_lead_out_of_the_folder(version: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "exercises" / "exercise_03", tmp_path / "c" / "exercises" / "exercise_03")
    command = [*GRADE, "release", "--out", "o", "--version", version, "--course", "c"]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == (0 if version == "" else 2)
    assert {path.name for path in tmp_path.iterdir()} == ({"c", "o"} if version == "" else {"c"})
