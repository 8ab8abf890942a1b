"""`grade quiz` and `grade questions` as a learner and a teacher meet them: real processes, what is typed, what is kept."""

import csv
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.questions.answers import read_answers
from grader.questions.sheet import make_ticket

ROOT = Path(__file__).parents[2]
GRADE = [sys.executable, "-m", "grader"]


def grade(*arguments: object, cwd: Path, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `grade …`, with these lines typed."""
    return subprocess.run(
        [*GRADE, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "80"} | environment,
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A folder with exercise_03 begun in it."""
    assert grade("start", "exercise_03", "--course", ROOT, cwd=tmp_path).returncode == 0
    return tmp_path


def quiz(begun: Path, typed: str, *options: str, course: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return grade("quiz", "exercise_03", "--course", course, *options, cwd=begun, typed=typed)


def kept(begun: Path) -> dict[str, object]:
    return read_answers((begun / "exercise_03" / "answers.toml").read_bytes()).given


def test_each_answer_is_kept_at_once_and_one_goes_on_where_one_left(begun: Path) -> None:
    first = quiz(begun, "a b c d e\n\nq\n")
    assert first.returncode == 0
    assert "Question 1 of 5 (2 points)" in first.stdout
    assert "Left for now. Your answers so far are in exercise_03/answers.toml" in first.stdout
    assert len(kept(begun)["loop_order"]) == 5  # type: ignore[arg-type]
    second = quiz(begun, "q\n")
    assert "1 of them is answered already." in second.stdout
    assert "Question 2 of 5" in second.stdout
    assert "Question 1 of 5" not in second.stdout


def test_a_wrong_answer_is_spoken_of_and_can_be_mended_before_the_explanation_is_shown(begun: Path) -> None:
    done = quiz(begun, "\n\n9.0 9.0\na\n8 8\ne\nq\n")
    assert done.stdout.count("Not yet.") == 2
    assert "Question 4 of 5" in done.stdout
    assert kept(begun)["after_step"] == "8 8"
    assert "Right." not in done.stdout


def test_what_cant_be_taken_is_asked_again_and_not_kept(begun: Path) -> None:
    done = quiz(begun, "a a\nxyz\nq\n")
    assert "“a” " not in done.stdout
    assert "is there twice" in done.stdout
    assert "is none of these" in done.stdout
    assert kept(begun)["loop_order"] == []


def test_all_answered_sums_up_and_again_asks_what_isnt_right(begun: Path) -> None:
    shutil.copy(ROOT / "solutions" / "exercise_03" / "answers.toml", begun / "exercise_03" / "answers.toml")
    done = quiz(begun, "")
    assert "7 of 7 points." in done.stdout
    path = begun / "exercise_03" / "answers.toml"
    path.write_text(path.read_text().replace('gorge = "agree"', 'gorge = "steepness"'))
    assert "grade quiz exercise_03 --again" in quiz(begun, "").stdout
    assert "Question 4 of 5" in quiz(begun, "q\n", "--again").stdout


def test_a_learners_comments_and_answers_stay_when_the_quiz_writes(begun: Path) -> None:
    path = begun / "exercise_03" / "answers.toml"
    path.write_text(path.read_text().replace('gorge = ""', '# why not?\ngorge   =   "agree" # sure'))
    quiz(begun, "a b c d e\n\nq\n")
    text = path.read_text()
    assert '# why not?\ngorge   =   "agree" # sure' in text
    assert len(kept(begun)["loop_order"]) == 5  # type: ignore[arg-type]


def test_a_file_that_cant_be_read_is_left_as_it_is(begun: Path) -> None:
    path = begun / "exercise_03" / "answers.toml"
    path.write_text(path.read_text() + "gorge = = 1\n")
    before = path.read_bytes()
    done = quiz(begun, "a b c d e\n")
    assert done.returncode == 2
    assert f"line {len(before.splitlines())}: the answer to “gorge” can't be read" in done.stderr
    assert path.read_bytes() == before


def test_another_student_gets_another_sheet_and_the_old_one_is_kept_aside(begun: Path) -> None:
    quiz(begun, "a b c d e\n\n\n1 1\n\n\nq\n", "--student", "ada")
    mine = (begun / "exercise_03" / "answers.toml").read_bytes()
    done = quiz(begun, "q\n", "--student", "bob", "--ticket", "abcdefghijklm")
    assert "what you had is kept in exercise_03/answers.1.toml" in " ".join(done.stdout.split())
    assert (begun / "exercise_03" / "answers.1.toml").read_bytes() == mine
    answers = read_answers((begun / "exercise_03" / "answers.toml").read_bytes())
    assert (answers.student, answers.ticket) == ("bob", "abcdefghijklm")
    assert answers.given["after_step"] == ""  # its numbers were ada's
    assert len(answers.given["loop_order"]) == 5  # this asks everybody the same


def test_in_a_students_edition_answers_are_kept_and_nothing_is_said_of_them(begun: Path, tmp_path: Path) -> None:
    edition = tmp_path / "edition"
    shutil.copytree(ROOT / "exercises" / "exercise_03", edition / "exercises" / "exercise_03")
    done = quiz(begun, "a b c d e\n\n\n\n\n", course=edition)
    assert "Noted." in done.stdout
    assert "Not yet" not in done.stdout
    assert "hand it in with your train.py" in " ".join(done.stdout.split())
    assert done.returncode == 0


def test_where_nothing_is_begun_it_says_how_to_begin(tmp_path: Path) -> None:
    done = grade("quiz", "exercise_03", cwd=tmp_path, PYTHONPATH=str(ROOT))
    assert done.returncode == 2
    assert "grade start exercise_03" in done.stderr


def test_in_a_terminal_ctrl_c_leaves_in_good_order(begun: Path) -> None:
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(begun)
        os.environ["PYTHONPATH"] = str(ROOT)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # where these tests run in the background, it is ignored
        os.execv(sys.executable, [*GRADE, "quiz", "exercise_03", "--course", str(ROOT)])
    said, end = b"", time.monotonic() + 30
    while b"Your answer" not in said and time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            said += os.read(terminal, 4096)
    os.write(terminal, b"\x03")
    while b"Left for now" not in said and time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            said += os.read(terminal, 4096)
        else:
            os.write(terminal, b"\x03")  # Python loses one that comes between its prompt and its waiting
    while (ended := os.waitpid(process, os.WNOHANG))[0] == 0 and time.monotonic() < end:
        time.sleep(0.05)
    if ended[0] == 0:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    assert ended[0], said
    assert os.waitstatus_to_exitcode(ended[1]) == 0
    assert b"Traceback" not in said


# Answers handed in


def test_answers_are_graded_with_the_code_and_alone(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    shutil.copytree(ROOT / "solutions" / "exercise_01", folder)
    both = grade("exercise_01", "--submission", folder, "--no-page", "--course", ROOT, cwd=tmp_path)
    assert both.returncode == 0
    assert "Passed: 10 of 10 points" in both.stdout
    assert "Questions: 6 of 6 points" in both.stdout
    alone = grade("exercise_01", "--submission", folder / "answers.toml", "--no-page", "--course", ROOT, cwd=tmp_path)
    assert alone.returncode == 0
    assert "The questions alone, no code: 6 of 6 points." in alone.stdout
    (folder / "train.py").write_text("def one_step(:\n")
    broken = grade("exercise_01", "--submission", folder, "--no-page", "--course", ROOT, cwd=tmp_path)
    assert broken.returncode == 1
    assert "Questions: 6 of 6 points" in broken.stdout
    (folder / "train.py").unlink()
    (folder / "train.py").symlink_to("/etc/passwd")
    unread = grade("exercise_01", "--submission", folder, "--no-page", "--course", ROOT, cwd=tmp_path)
    assert "symbolic link" in unread.stdout
    assert "Questions: 6 of 6 points" in unread.stdout


def test_answers_that_cant_be_taken_dont_stand_in_the_way_of_the_code(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    shutil.copytree(ROOT / "solutions" / "exercise_01", folder)
    (folder / "answers.toml").unlink()
    (folder / "answers.toml").symlink_to("/etc/passwd")
    done = grade("exercise_01", "--submission", folder, "--no-page", "--course", ROOT, cwd=tmp_path)
    assert done.returncode == 0
    assert "answers.toml is a symbolic link" in done.stdout
    assert "root" not in done.stdout


# For teachers


def test_tickets_need_no_more_than_a_roster_and_draw_what_the_teacher_grades(tmp_path: Path) -> None:
    course = tmp_path / "course"
    for folder in ("exercises", "tests"):
        shutil.copytree(ROOT / folder / "exercise_03", course / folder / "exercise_03", ignore=shutil.ignore_patterns("wrong"))
    roster = tmp_path / "roster.csv"
    roster.write_text("\ufeffname,id\nAda L,ada\nBob,bob/../x\n=cmd,=1+1\n", "utf-8")
    table, sheets = tmp_path / "tickets.csv", tmp_path / "sheets"
    done = grade("questions", "tickets", roster, "--out", table, "--sheets", sheets, "--course", course, cwd=tmp_path)
    assert done.returncode == 0
    secret = (course / "tests" / "secret").read_text().strip()
    assert (course / "tests" / "secret").stat().st_mode & 0o077 == 0
    rows = list(csv.reader(table.read_text().splitlines()))
    assert rows[1:3] == [["ada", make_ticket(secret, "ada")], ["bob/../x", make_ticket(secret, "bob/../x")]]
    assert rows[3][0] == "'=1+1"
    assert sorted(path.parts[-3] for path in sheets.rglob("answers.toml"))[0] == f"_1_1_{make_ticket(secret, '=1+1')[:5]}"
    assert len(list(sheets.rglob("answers.toml"))) == 3
    again = grade("questions", "tickets", roster, "--course", course, cwd=tmp_path)
    assert make_ticket(secret, "ada") in again.stdout


def test_the_measures_are_printed_as_json_alone(tmp_path: Path) -> None:
    import json

    done = grade("questions", "evaluate", ROOT / "tests" / "labelled" / "dev.json", "--json", "--course", ROOT, cwd=tmp_path)
    measures = json.loads(done.stdout)
    assert measures["credit_precision"] >= 0.95
    assert {"decided_accuracy", "coverage", "junk_credited"} <= measures.keys()
    assert grade("questions", "evaluate", __file__, cwd=tmp_path).returncode == 2
