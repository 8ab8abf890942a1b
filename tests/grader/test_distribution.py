"""What is released: a wheel and an sdist, the same to the last byte wherever they are built, with what they should hold alone.

They are built as for a release, from copies of the files that git knows.
"""

import email
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
TOP = f"descent_course-{PROJECT['project']['version']}"
INFO = f"{TOP}.dist-info"
FOR_CI_AND_GIT = {".ci/run", ".gitattributes"}  # all that git knows and no release holds


@dataclass
class Built:
    wheel: Path
    sdist: Path

    @property
    def digests(self) -> list[str]:
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in (self.wheel, self.sdist)]

    def in_wheel(self) -> dict[str, bytes]:
        with zipfile.ZipFile(self.wheel) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def in_sdist(self) -> dict[str, bytes]:
        with tarfile.open(self.sdist) as archive:
            members = [(member.name, archive.extractfile(member)) for member in archive if not member.isdir()]
            return {name.removeprefix(f"{TOP}/"): file.read() for name, file in members if file}


def build(root: Path, out: Path, umask: int = 0o022, **environment: str) -> Built:
    """Build both from the folder `root`, with the user's own settings out of the way."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", str(out)]
    known = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH" and not name.startswith("HATCH")}
    done = subprocess.run(command, cwd=root, env=known | environment, umask=umask, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return Built(wheel, sdist)


def lay_out(root: Path, paths: Iterable[str]) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, root / path)
    return root


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    """The files that git knows and that are there."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("only a checkout, and git, can say which files belong to the course")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"git doesn't say which files belong to the course: {done.stderr}")
    return [path for path in done.stdout.split("\0") if path and (ROOT / path).is_file()]


@pytest.fixture(scope="module")
def checkout(tracked: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that no test changes."""
    return lay_out(tmp_path_factory.mktemp("checkout"), tracked)


@pytest.fixture(scope="module")
def built(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(checkout, tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="module")
def metadata(built: Built) -> Message:
    return email.message_from_bytes(built.in_wheel()[f"{INFO}/METADATA"])


def test_they_are_the_same_to_the_last_byte_wherever_and_whenever_they_are_built(
    built: Built, tracked: list[str], tmp_path: Path
) -> None:
    root = lay_out(tmp_path / ".hidden" / "elsewhere, with a näme", reversed(tracked))
    for path in root.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
        os.utime(path, (0, 0))
    again = build(root, tmp_path / "out", umask=0o077, TZ="Asia/Tokyo", LC_ALL="C", PYTHONHASHSEED="1", HOME=str(tmp_path))
    assert again.digests == built.digests


def test_they_are_as_old_as_source_date_epoch_says(built: Built, checkout: Path, tmp_path: Path) -> None:
    when = datetime(2026, 9, 1, 12, tzinfo=UTC)
    dated = build(checkout, tmp_path, SOURCE_DATE_EPOCH=str(int(when.timestamp())))
    with zipfile.ZipFile(dated.wheel) as archive:
        assert {member.date_time for member in archive.infolist()} == {(2026, 9, 1, 12, 0, 0)}
    with tarfile.open(dated.sdist) as archive:
        assert {member.mtime for member in archive} == {when.timestamp()}
    assert dated.in_wheel() == built.in_wheel()
    assert dated.in_sdist() == built.in_sdist()


def test_the_wheel_holds_the_package_and_the_course_and_nothing_else(built: Built, tracked: list[str]) -> None:
    held = built.in_wheel()
    info = {name for name in held if name.startswith(f"{INFO}/")}
    assert {name.removeprefix(f"{INFO}/") for name in info} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
    }
    expected = {place: (ROOT / path).read_bytes() for path in tracked if (place := _place_in_wheel(path))}
    assert sorted(held.keys() - info) == sorted(expected)
    assert [place for place, content in expected.items() if held[place] != content] == []
    assert {
        "grader/py.typed",
        "grader/_course/tests/misconceptions.toml",
        "grader/_course/exercises/exercise_03/train.py",
    } <= set(held)
    assert held[f"{INFO}/licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()
    assert held[f"{INFO}/entry_points.txt"].decode().split() == ["[console_scripts]", "grade", "=", "grader.__main__:main"]
    assert b"Tag: py3-none-any\n" in held[f"{INFO}/WHEEL"]


def _place_in_wheel(path: str) -> str | None:
    first, _, rest = path.partition("/")
    if first == "grader":
        return path
    judges = first == "tests" and (rest.startswith("exercise_") or ("/" not in rest and rest.endswith(".toml")))
    return f"grader/_course/{path}" if judges or first in ("exercises", "solutions") else None


def test_the_sdist_holds_what_git_knows_and_nothing_else(built: Built, tracked: list[str]) -> None:
    held = built.in_sdist()
    told = held.pop("PKG-INFO")
    assert told == built.in_wheel()[f"{INFO}/METADATA"]
    assert sorted(held) == sorted(set(tracked) - FOR_CI_AND_GIT)
    assert [path for path, content in held.items() if content != (ROOT / path).read_bytes()] == []
    with tarfile.open(built.sdist) as archive:
        odd = [member.name for member in archive if not (member.isdir() or member.isreg()) or member.uid or member.uname]
    assert odd == []


def test_the_wheel_of_an_unpacked_sdist_is_the_same(built: Built, tmp_path: Path) -> None:
    with tarfile.open(built.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    assert build(tmp_path / TOP, tmp_path / "out").digests == built.digests


LITTER = [
    "tests/secret",  # of a course: who has it knows what everyone is asked
    "tests/secret~",
    "tests/.secret.swp",
    "tests/exercise_03/secret",
    "tests/decisions.jsonl",
    "tests/mine.toml",
    "tests/exercise_03/answers.1.toml",
    "tests/exercise_03/wrong/__pycache__/never_clears.cpython-311.pyc",
    "tests/exercise_03/wrong/.#never_clears.py",
    "tests/grader/__pycache__/test_api.cpython-311.pyc",
    "tests/grader/golden/new.txt.orig",
    ".descent/exercise_03/index.html",
    ".descent/backup/exercise_03/2026-09-01/train.py",
    "exercises/.descent/progress.json",
    "exercises/exercise_03/.descent/train.py",
    "exercises/exercise_03/__pycache__/problem.cpython-311.pyc",
    "exercises/exercise_03/.train.py.swp",
    "exercises/exercise_03/.#train.py",
    "exercises/exercise_03/#train.py#",
    "exercises/exercise_03/train.py~",
    "exercises/exercise_03/train.py.orig",
    "exercises/exercise_03/train (1).py",
    "exercises/exercise_03/train.ipynb",
    "exercises/exercise_03/.ipynb_checkpoints/train-checkpoint.py",
    "exercises/exercise_03/answers.1.toml",  # as `grade quiz` keeps them
    "exercises/exercise_03/notes.txt",
    "exercises/train.py",
    "solutions/exercise_03/train.py.bak",
    "solutions/exercise_03/answers.toml~",
    "grader/__pycache__/cli.cpython-311.pyc",
    "grader/cli.py~",
    "grader/.cli.py.kate-swp",
    "grader/render/templates/.main.js.swp",
    "grader/render/templates/main.js~",
    "grader/words.txt",
    "venv/lib/python3.12/site-packages/numpy/tests/test_it.py",
    "venv/lib/python3.12/site-packages/grader/cli.py",
    "class/exercises/exercise_03/train.py",
    "class/solutions/exercise_03/train.py",
    "class/tests/exercise_03/probes.toml",
    "build/lib/grader/cli.py",
    "dist/descent_course-0.0.9-py3-none-any.whl",
    "gradebook.sqlite",
    "marks.csv",
    "roster.toml",
    "NOTES.md",
    ".coverage",
    ".env",
    ".git/config",
    ".idea/workspace.xml",
    ".mypy_cache/x.json",
    ".vscode/settings.json",
]


def test_nothing_that_lies_about_gets_in(built: Built, tracked: list[str], tmp_path: Path) -> None:
    root = lay_out(tmp_path / "checkout", tracked)
    assert not set(LITTER) & set(tracked)
    for path in LITTER:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("litter")
    lock = root / "exercises" / "exercise_04" / ".#train.py"
    lock.symlink_to("somebody@their-machine.4711:1")  # as Emacs does: it leads nowhere
    assert build(root, tmp_path / "out").digests == built.digests

    (root / ".gitignore").unlink()  # the secret stays out for more reasons than that one
    without = build(root, tmp_path / "out without")
    assert without.digests[0] == built.digests[0]
    assert without.in_sdist().keys() == built.in_sdist().keys() - {".gitignore"}


def test_it_says_what_it_is(metadata: Message) -> None:
    assert (metadata["Name"], metadata["License-Expression"], metadata["License-File"]) == ("descent-course", "MIT", "LICENSE")
    assert metadata["Requires-Python"] == ">=3.11"
    classifiers = metadata.get_all("Classifier", [])
    assert "Typing :: Typed" in classifiers
    versions = [c.rpartition(" ")[2] for c in classifiers if c.startswith("Programming Language :: Python :: 3.")]
    assert versions == ["3.11", "3.12", "3.13", "3.14"]
    assert metadata.get_payload(decode=True) == (ROOT / "README.md").read_bytes()


def test_each_requirement_has_a_version_that_the_release_was_tested_with(metadata: Message) -> None:
    """`pip install -c constraints.txt`, as the README has it, settles them all."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {line.partition("==")[0] for line in lines if not line.startswith("#")}
    asked = {_name(required) for required in metadata.get_all("Requires-Dist", [])} - {"descent-course"}
    assert asked - pinned == set()
    assert {_name(required) for required in PROJECT["build-system"]["requires"]} <= pinned


def _name(required: str) -> str:
    found = re.match(r"[\w-]+", required)
    assert found
    return found[0]


def test_what_was_unpacked_grades_from_an_empty_folder(built: Built, tmp_path: Path) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        archive.extractall(tmp_path / "site")
    here = tmp_path / "mine"
    here.mkdir()
    command = [sys.executable, "-P", "-m", "grader", "exercise_03", "--no-page", "--submission"]
    solution = tmp_path / "site" / "grader" / "_course" / "solutions" / "exercise_03" / "train.py"
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run([*command, str(solution)], cwd=here, env=environment, capture_output=True, text=True, check=False)
    assert "Passed: 10 of 10" in done.stdout, done.stderr
    assert done.returncode == 0
