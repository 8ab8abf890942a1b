"""`grade watch` in a real terminal: what a save does, whatever editor made it, what keys do, and what is left behind."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal import Terminal

from grader.commands.saves import LOOK_S, Saves

ROOT = Path(__file__).parents[2]
SOLUTIONS = ROOT / "solutions"
WRONG = ROOT / "tests" / "exercise_03" / "wrong" / "never_clears_gradients.py"
GRADE = (sys.executable, "-m", "grader")
KEYS = "q: quit"


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A folder with exercise_03 begun in it, and progress of its own."""
    subprocess.run([*GRADE, "start", "exercise_03", "--course", str(ROOT)], cwd=tmp_path, env=environment(tmp_path), check=True)
    return tmp_path


@pytest.fixture
def watched(begun: Path) -> Iterator[Terminal]:
    """The stub, watched, and the first verdict seen."""
    with watching(begun) as terminal:
        assert "Not started yet" in terminal.until(KEYS)
        yield terminal


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(folder / "state")}


def watching(folder: Path, **more: str) -> Terminal:
    return Terminal(
        [*GRADE, "watch", "--course", str(ROOT)],
        folder,
        **{"rows": 60, **more},
        **{  # type: ignore[arg-type]
            "PYTHONPATH": str(ROOT),
            "XDG_STATE_HOME": str(folder / "state"),
        },
    )


def test_a_save_is_graded_a_pass_is_noted_and_the_next_exercise_begins_at_a_key(watched: Terminal, begun: Path) -> None:
    mine = begun / "exercise_03" / "train.py"
    shutil.copyfile(WRONG, mine)  # in place
    said = watched.until(KEYS)
    assert "Gradients are never cleared" in said
    assert "n: next" not in said
    watched.type("n")
    assert "Not yet" in watched.until("passed.")
    shutil.copyfile(SOLUTIONS / "exercise_03" / "train.py", mine.with_name("train.py~new"))
    mine.with_name("train.py~new").replace(mine)  # as many editors do
    said = watched.until(KEYS)
    assert "Passed: 10 of 10" in said
    assert "press n to go on to exercise 04" in said
    watched.type("n")
    assert "Exercise 04" in watched.until(KEYS)
    assert (begun / "exercise_04" / "train.py").is_file()
    shutil.copyfile(SOLUTIONS / "exercise_04" / "train.py", begun / "exercise_04" / "train.py")
    assert "Passed: 10 of 10" in watched.until(KEYS)
    watched.type("q")
    assert watched.ended() == 0
    assert (begun / ".descent" / "exercise_03" / "index.html").is_file()


def test_a_file_saved_half_way_is_waited_for(watched: Terminal, begun: Path) -> None:
    mine = begun / "exercise_03" / "train.py"
    mine.write_text("def train(model, loss")
    time.sleep(4 * LOOK_S)
    shutil.copyfile(SOLUTIONS / "exercise_03" / "train.py", mine)
    said = watched.until(KEYS)
    assert "Passed" in said
    assert "SyntaxError" not in said
    mine.write_text("def train(model, loss")
    assert "SyntaxError" in watched.until(KEYS)


def test_a_file_that_is_gone_is_waited_for(watched: Terminal, begun: Path) -> None:
    mine = begun / "exercise_03" / "train.py"
    mine.rename(mine.with_name("away"))
    watched.until("train.py isn't there. Save it again")
    watched.until(KEYS)
    mine.with_name("away").rename(mine)
    assert "Not started yet" in watched.until(KEYS)


def test_keys_give_hints_questions_and_a_fresh_beginning(watched: Terminal, begun: Path) -> None:
    watched.type("h")
    assert "Hint 1 of 3" in watched.until(KEYS)
    watched.type("\x1b[A")  # an arrow is no key of ours
    watched.type("a")
    watched.until("Question 1 of 5")
    watched.type("q\n")
    watched.until("Left for now")
    watched.until(KEYS)
    mine = begun / "exercise_03" / "train.py"
    stub = mine.read_bytes()
    shutil.copyfile(WRONG, mine)
    watched.until(KEYS)
    watched.type("x")
    watched.until("[y/N]")
    watched.type("y\n")
    said = watched.until(KEYS) + watched.quiet()
    assert "Not started yet" in said
    assert "What you had written is kept in\n.descent/backup/exercise_03/" in said[said.index("Not started yet") :]
    assert mine.read_bytes() == stub
    assert [copy.read_bytes() for copy in (begun / ".descent" / "backup").rglob("train.py")] == [WRONG.read_bytes()]


def test_a_stopped_terminal_is_given_back_and_taken_again(watched: Terminal) -> None:
    assert watched.by_key
    watched.type("\x1a")  # Ctrl-Z
    assert watched.stopped()
    assert not watched.by_key
    os.kill(watched.pid, signal.SIGCONT)
    assert "Not started yet" in watched.until(KEYS)  # drawn again
    assert watched.by_key
    watched.type("\x03")  # Ctrl-C
    assert watched.ended() == 1
    assert not watched.by_key


def test_another_width_draws_it_anew(watched: Terminal) -> None:
    watched.quiet()
    watched.resize(44, 60)
    said = watched.until(KEYS)
    assert "Not started yet" in said
    assert all(len(line) <= 44 for line in said.splitlines() if "index.html" not in line)  # that one is to be copied
    watched.resize(44, 20)
    assert "It takes one step an epoch" not in watched.until(KEYS)  # what isn't to be mended makes way


def test_what_doesnt_fit_a_dumb_terminal_is_left_out(begun: Path) -> None:
    with watching(begun, TERM="dumb") as terminal:
        terminal.until(KEYS)
        assert "\x1b" not in terminal.raw
        assert "not met: 0/1" in terminal.raw


def test_without_a_terminal_saves_are_graded_all_the_same(begun: Path) -> None:
    command = [*GRADE, "watch", "--no-page", "--course", str(ROOT)]
    process = subprocess.Popen(
        command,
        cwd=begun,
        env=environment(begun),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    try:
        seen = ""
        while "Ctrl-C to leave" not in seen:
            seen += process.stdout.readline()
        shutil.copyfile(SOLUTIONS / "exercise_03" / "train.py", begun / "exercise_03" / "train.py")
        while "Passed: 10 of 10" not in seen:
            seen += process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.stdout.close()


def test_what_isnt_begun_says_how_to_begin(tmp_path: Path) -> None:
    done = subprocess.run(
        [*GRADE, "watch", "exercise_03"], cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "grade start exercise_03" in done.stderr


def test_what_is_being_written_isnt_settled(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("1")
    saves = Saves(tmp_path)
    assert not saves.settled()
    (tmp_path / "notes.txt").write_text("not ours")
    assert [saves.settled() for _ in range(3)] == [False] * 3
    for number in range(3):
        (tmp_path / "train.py").write_text("1" * (number + 2))
        assert not saves.settled()  # it has changed since the look before
    assert saves.settled()
    assert not saves.settled()  # seen
    (tmp_path / "answers.toml").write_text("x = 1")
    assert [saves.settled() for _ in range(3)] == [False, True, False]
