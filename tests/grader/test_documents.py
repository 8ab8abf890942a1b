"""What the documents tell people to type, typed: in order, for real, in a course and a class made for it."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import click
import pytest
from terminal import Terminal

from grader.cli import cli
from grader.course import Course

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "INSTRUCTORS.md", "CONTRIBUTING.md")
COMMAND = re.compile(r"^    (grade .*)$", re.M)
INLINE = re.compile(r"`(grade [^`…]*)`")


def test_an_instructors_term_works_as_it_is_written(tmp_path: Path) -> None:
    for folder in ("exercises", "tests", "solutions"):
        ignored = shutil.ignore_patterns("__pycache__", "wrong", "signatures.json")
        shutil.copytree(ROOT / folder / "exercise_03", tmp_path / folder / "exercise_03", ignore=ignored)
    for name in ("misconceptions.toml", "rubric_terms.toml"):
        shutil.copyfile(ROOT / "tests" / name, tmp_path / "tests" / name)
    solution = (ROOT / "solutions" / "exercise_03" / "train.py").read_bytes()
    stub = (ROOT / "exercises" / "exercise_03" / "train.py").read_bytes()
    answers = (ROOT / "solutions" / "exercise_03" / "answers.toml").read_bytes()
    files = {"s1/train.py": solution, "s1/answers.toml": answers, "s2/train.py": stub, "s3/train.py": stub}
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
            (tmp_path / "submissions" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "submissions" / name).write_bytes(content)
    with zipfile.ZipFile(tmp_path / "submission.zip", "w") as archive:
        archive.writestr("train.py", solution)
    (tmp_path / "roster.csv").write_text("id,name,email\ns1,Ada Lovelace,a@x.org\ns2,Bob,b@x.org\ns3,Eve,e@x.org\n")
    text = (ROOT / "INSTRUCTORS.md").read_text("utf-8")
    policy = re.search(r"policy\.toml`:\n\n((?:    .*\n)+)", text)
    assert policy
    (tmp_path / "policy.toml").write_text(re.sub("^    ", "", policy[1], flags=re.M))
    commands = COMMAND.findall(text)
    assert len(commands) >= 8
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "grader", *shlex.split(command)[1:]],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            input="",
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    rows = (tmp_path / "graded" / "grades.csv").read_text("utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == ["s1", "s2", "s3"]
    assert "excused" in rows[2]
    assert (tmp_path / "release" / "course-2026.1.zip").is_file()
    assert len((tmp_path / "tickets.csv").read_text().splitlines()) == 4
    assert json.loads((tmp_path / "results.json").read_text())["score"] == 10


def test_what_a_learner_is_told_to_type_works(tmp_path: Path) -> None:
    """The commands of the README, in order, in an empty folder; those for teachers with two students' work."""
    (tmp_path / "class.csv").write_text("id,name\ns1,Ada\ns2,Bob\n")
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as archive:
        for student in ("s1", "s2"):
            archive.write(ROOT / "solutions" / "exercise_03" / "train.py", f"{student}/train.py")
    commands = COMMAND.findall((ROOT / "README.md").read_text("utf-8"))
    assert len(commands) >= 3
    state = {"XDG_STATE_HOME": str(tmp_path / "state"), "PYTHONPATH": str(ROOT)}
    for command in commands:
        words = [sys.executable, "-m", "grader", *shlex.split(command)[1:]]
        if command == "grade watch":  # until it is left
            with Terminal(words, tmp_path, **state) as terminal:
                terminal.until("Not started yet")
                terminal.until("q: quit")
                terminal.type("q")
                assert terminal.ended() == 1  # it isn't passed
            continue
        done = subprocess.run(words, cwd=tmp_path, env=os.environ | state, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    assert (tmp_path / "exercise_03" / "train.py").is_file()
    assert (tmp_path / "graded" / "grades.csv").is_file()


def test_what_an_author_is_led_through_works_as_it_is_written(tmp_path: Path) -> None:
    """Each block of code goes into the file that is named before it, and each command is typed, in the order of the page."""
    names = course_of_few_mistakes(tmp_path)
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    parts = list(re.finditer(r"^    (?P<command>grade [^\n]*)$|^```\w+\n(?P<code>.*?)^```$", text, re.M | re.S))
    assert len([part for part in parts if part["code"]]) == 5
    for number, part in enumerate(parts, start=1):
        if part["code"]:
            paragraph = text[: part.start()].rstrip().rpartition("\n\n")[2]
            path = tmp_path / re.findall(r"`(\w+/[^`\n]+\.(?:py|toml))`", paragraph)[-1]
            with path.open("a", encoding="utf-8") as file:
                file.write(("\n" if file.tell() else "") + part["code"])
            continue
        if any(later["command"] == part["command"] for later in parts[number:]):
            continue  # it is typed once more, when there is more to find
        if part["command"].startswith("grade verify exercise_16"):
            continue  # test_new.py does: a copy is sound
        done = subprocess.run(
            [sys.executable, "-m", "grader", *shlex.split(part["command"])[1:], "--course", "."],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{part['command']}\n{done.stdout}{done.stderr}"
    course = Course(tmp_path)
    assert course.names == ["exercise_03", "exercise_16"]
    assert "shrinks_learning_rate" not in names
    for exercise in course.names:
        assert (tmp_path / "tests" / exercise / "wrong" / "shrinks_learning_rate.py").is_file()
        assert "first_step = " in (tmp_path / "solutions" / exercise / "answers.toml").read_text()


def course_of_few_mistakes(folder: Path) -> set[str]:
    """Exercise 03 alone, with the mistakes that its questions speak of: enough to show what an author does."""
    said = "".join(path.read_text("utf-8") for path in (ROOT / "tests" / "exercise_03").rglob("*.toml"))
    catalogue = tomllib.loads((ROOT / "tests" / "misconceptions.toml").read_text("utf-8"))
    spoken_of = {name for name in catalogue if f'"{name}"' in said}
    names = {"never_clears_gradients", "never_steps"}
    for part in ("exercises", "tests", "solutions"):
        shutil.copytree(
            ROOT / part / "exercise_03", folder / part / "exercise_03", ignore=shutil.ignore_patterns("__pycache__")
        )
    for program in (folder / "tests" / "exercise_03" / "wrong").glob("*.py"):
        if program.stem not in names:
            program.unlink()
    shutil.rmtree(folder / "tests" / "exercise_03" / "right")
    signatures = folder / "tests" / "exercise_03" / "signatures.json"
    known = json.loads(signatures.read_text("utf-8"))
    signatures.write_text(json.dumps({name: known[name] for name in known if name in names | {"right"}}), "utf-8")
    probes = folder / "tests" / "exercise_03" / "probes.toml"
    left_out = "".join(f'{name} = "It would take long."\n' for name in sorted(spoken_of - names))
    cases = re.sub(r"^one_of = \[\n.*?^\]\n", "", probes.read_text("utf-8"), flags=re.M | re.S)
    probes.write_text(f"{cases}\n[left_out]\n{left_out}", "utf-8")
    shutil.copyfile(ROOT / "tests" / "rubric_terms.toml", folder / "tests" / "rubric_terms.toml")
    entries = re.split(r"^(?=\[)", (ROOT / "tests" / "misconceptions.toml").read_text("utf-8"), flags=re.M)
    kept = [entry for entry in entries if not entry.startswith("[") or entry[1:].partition("]")[0] in names | spoken_of]
    (folder / "tests" / "misconceptions.toml").write_text("".join(kept), "utf-8")
    about = folder / "exercises" / "exercise_03" / "exercise.toml"
    about.write_text(re.sub(r"^after = .*\n", "", about.read_text("utf-8"), flags=re.M), "utf-8")
    return names


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_and_option_that_is_named_exists(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    named = [*COMMAND.findall(text), *INLINE.findall(text)]
    assert len(named) >= 8
    for command in named:
        words = shlex.split(command)[1:]
        group: click.Command = cli
        while words and isinstance(group, click.Group) and words[0] in group.commands:
            group = group.commands[words.pop(0)]
        if isinstance(group, click.Group) and words and not words[0].startswith("-"):
            assert group is cli, command
            assert words[0].startswith("exercise_"), f"{document}: {command}"
            group = cli.commands["exercise"]
        known = {name for option in group.params for name in option.opts + option.secondary_opts} | {"--help", "--version"}
        for word in words:
            if word.startswith("--"):
                assert word.split("=")[0] in known, f"{document}: {command}"


def test_every_command_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    for name, command in cli.commands.items():
        if not command.hidden and name != "exercise":
            assert f"`grade {name}" in text, name


NESTED = {
    f"{name} {inner}": c for name, g in cli.commands.items() if isinstance(g, click.Group) for inner, c in g.commands.items()
}


@pytest.mark.parametrize("name", ["", *cli.commands, *NESTED])
def test_every_help_text_is_complete(name: str) -> None:
    command = {"": cli, **cli.commands, **NESTED}[name]
    assert command.help
    assert command.help.split("\n")[0].rstrip().endswith((".", "]"))
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"
            assert parameter.help.rstrip("]")[-1] in ".?:" or parameter.help.endswith("]"), (
                f"{name} {parameter.opts}: {parameter.help}"
            )
