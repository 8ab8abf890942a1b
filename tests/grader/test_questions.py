"""Concept questions: what is drawn, how a file of answers is read, what is meant, and what it earns."""

import json
import shutil
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.commands.verify_questions import questions_of
from grader.course import Course
from grader.faults import GraderFault
from grader.questions.answers import MAX_BYTES, Answers, read_answers, unknown_ids
from grader.questions.answers_file import blank, fill
from grader.questions.grade import Graded, QuestionGrader
from grader.questions.marking import mark, right_reply, same_output
from grader.questions.model import Key, Question, QuestionSet
from grader.questions.reply import understand
from grader.questions.sheet import Sheet, make_sheet, make_ticket

ROOT = Path(__file__).parents[2]
NAMES = Course(ROOT).names
IDS = st.text(string.ascii_letters + string.digits + "äß_-.@ ", min_size=1, max_size=12)


@pytest.fixture(scope="session")
def sets(course: Course) -> dict[str, QuestionSet]:
    return {name: QuestionSet(course.exercise(name)) for name in course.names}


def sheet_of(name: str, student: str = "", ticket: str = "") -> Sheet:
    return make_sheet(QuestionSet(Course(ROOT).exercise(name)), student, ticket)


def graded(name: str, text: str | bytes, student: str = "") -> Graded:
    content = text.encode() if isinstance(text, str) else text
    return QuestionGrader(QuestionSet(Course(ROOT).exercise(name))).grade(content, student)


def right_answers(questions: QuestionSet, student: str) -> dict[str, Any]:
    found = {}
    for asked in make_sheet(questions, student).asked:
        id, key = asked.question.id, questions.key[asked.question.id]
        values = questions.values[id][asked.variant] if asked.variant is not None else {}
        if asked.question.kind != "short":
            found[id] = right_reply(asked.question, key, values)
    return found


# What is drawn


def test_every_exercise_asks_three_to_six_questions_of_several_kinds(sets: dict[str, QuestionSet]) -> None:
    kinds = set()
    for questions in sets.values():
        assert 3 <= len(questions.questions) <= 6
        kinds |= {question.kind for question in questions.questions}
    assert kinds == {"single", "several", "number", "order", "output", "short"}


def test_every_claim_of_the_lesson_is_covered(sets: dict[str, QuestionSet]) -> None:
    covered = {claim for questions in sets.values() for key in questions.key.values() for claim in key.claims}
    assert {2, 3, 4, 5, 6, 7} <= covered
    assert len([claim for claim in covered if isinstance(claim, str)]) > 20


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(NAMES), IDS)
def test_a_student_is_always_asked_the_same(name: str, student: str) -> None:
    assert sheet_of(name, student) == sheet_of(name, student)
    assert sheet_of(name, student).digest == sheet_of(name, f" {student.upper()} ").digest or student.upper().lower() != student


def test_neighbours_are_asked_other_things(sets: dict[str, QuestionSet]) -> None:
    questions = sets["exercise_01"]
    whose = [next(a for a in make_sheet(questions, f"student{n}").asked if a.question.id == "whose_step") for n in range(60)]
    assert len({asked.question.code for asked in whose}) > 20
    assert len({tuple(asked.question.options) for asked in whose}) > 10
    texts = [tuple(asked.question.options.values()) for asked in whose]
    assert len({frozenset(options) for options in texts}) == 1  # the same options, in another order


def test_a_ticket_says_nothing_of_another_one() -> None:
    secret = "s3cret"
    assert make_ticket(secret, "ada") == make_ticket(secret, " ADA ")
    assert len({make_ticket(secret, f"student{n}") for n in range(2000)}) == 2000
    assert make_ticket(secret, "ada") != make_ticket("another", "ada") != make_ticket("", "ada")
    assert sheet_of("exercise_01", "ada", make_ticket(secret, "ada")) != sheet_of("exercise_01", "ada")


def test_nothing_that_judges_is_in_what_a_student_gets(sets: dict[str, QuestionSet]) -> None:
    for name, questions in sets.items():
        paths = [path for path in (ROOT / "exercises" / name).iterdir() if path.suffix in (".toml", ".json")]
        texts = "".join(path.read_text() for path in paths)
        for key in questions.key.values():
            assert key.explanation[:40] not in texts
            for mistake in key.wrong.values():
                assert mistake.text[:40] not in texts


# How answers are read


def test_all_other_answers_survive_one_that_cant_be_read() -> None:
    answers = read_answers(b'a = "x"\nb = oops\nc = ["d", "e"]\n\nb2 = 1 2\nf = 3.5\n')
    assert answers.given == {"a": "x", "c": ["d", "e"], "f": 3.5}
    assert [note.line for note in answers.notes] == [2, 5]
    assert all("can't be read" in note.text for note in answers.notes)


def test_of_an_answer_given_twice_neither_counts_and_both_lines_are_said() -> None:
    answers = read_answers(b'a = "x"\nb = 1\na = "y"\n')
    assert answers.given == {"b": 1}
    assert str(answers.notes[0]) == "answers.toml, line 3: “a” is answered twice, first in line 1: neither counts. Delete one."


def test_an_unknown_id_is_said_with_its_line() -> None:
    answers = read_answers(b'\n\nwhose_stepp = "sgd"\n')
    (note,) = unknown_ids(answers, ("whose_step",))
    assert str(note) == "answers.toml, line 3: there is no question “whose_stepp”. There are: whose_step."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_other_encodings_and_line_ends_lose_nothing(encoding: str, end: str) -> None:
    text = end.join(['student = "José"', 'a = "größer"', "b = 2", ""])
    answers = read_answers(text.encode(encoding))
    assert (answers.student, answers.given, answers.lines["b"]) == ("José", {"a": "größer", "b": 2}, 3)
    assert [note.line for note in answers.notes] == ([1] if encoding == "cp1252" else [])


def test_answers_below_a_heading_and_behind_long_texts_are_found() -> None:
    answers = read_answers(b'exercise = "exercise_05"\n[answers]\na = """\nb = not an answer\n"""\nc = 1\n')
    assert answers.given == {"a": "b = not an answer\n", "c": 1}
    assert answers.exercise == "exercise_05"


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 5000,
        b"a = " + b"[" * 5000,
        b"a = " + b"9" * 5000,
        b"\x00\x01\x02",
        b"\xff\xfe\x00",
        b"=\n" * 3000,
        b"a.b.c = 1\n" * 50,
        b"x = = 1\n" * 20000,
        b"#" * (MAX_BYTES + 1),
        b'a = """',
        b"a = 2020-13-45\n",
    ],
)
def test_a_hostile_file_is_read_to_its_end_and_spoken_of(content: bytes) -> None:
    answers = read_answers(content)
    assert answers.notes or not answers.given
    assert graded("exercise_03", content).score is None


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_are_read(content: bytes) -> None:
    answers = read_answers(content)
    assert isinstance(answers, Answers)
    assert all(note.text for note in answers.notes)


VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_whatever_is_answered_is_marked_or_spoken_of(name: str, data: st.DataObject) -> None:
    for asked in sheet_of(name).asked:
        raw = data.draw(VALUES)
        given = understand(asked.question, raw)
        if given.reply is None and raw not in ("", []) and not (isinstance(raw, str) and not raw.strip()):
            assert given.trouble


# What is meant


def number(unit: str = "") -> Question:
    return Question(id="how_much", kind="number", points=1, prompt="?", unit=unit)


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        (0.25, 0.25),
        ("0.25", 0.25),
        ("0,25", 0.25),
        ("-2.5e-3", -0.0025),
        ("−3", -3),
        ("1 024", 1024),
        ("1_024", 1024),
        ("1024 bytes", 1024),
        ("1 KiB", 1024),
        ("1.5 kB", 1500),
        (".5", 0.5),
    ],
)
def test_numbers_as_people_write_them(raw: object, meant: float) -> None:
    assert understand(number("bytes"), raw).reply == meant


@pytest.mark.parametrize(
    "raw", ["1,024", "1.024,5", "twelve", "12 apples", True, [1], float("nan"), float("inf"), 10**400, "1e999"]
)
def test_what_is_no_number_or_two_is_never_guessed(raw: object) -> None:
    given = understand(number("bytes"), raw)
    assert given.reply is None
    assert given.trouble


def test_letters_stand_for_what_is_shown() -> None:
    asked = sheet_of("exercise_03", "ada").of("loop_order")
    assert asked is not None
    lines = tuple(asked.question.lines)
    for raw in ("a b c d e", "abcde", "a, b, c, d, e", ["A", "b)", "(c)", "d.", "e"], list(lines), " ".join(lines)):
        assert understand(asked.question, raw).reply == lines
    assert "missing" in understand(asked.question, "a b c").trouble
    assert "twice" in understand(asked.question, "a a b c d").trouble
    assert "none of these" in understand(asked.question, "a b c d z").trouble


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2.0 3.0", "2.0  3", True),
        ("tensor([1., 2.])", "tensor([1., 2.])", True),
        ("(1, 2)", "(1.0, 2)", True),
        ("[1, 2]", "(1, 2)", False),
        ("True", "1", False),
        ("None", "none", False),
        ("2.0", "2.0 3.0", False),
        ("0.1", "0.10000001", False),
    ],
)
def test_outputs_are_compared_word_by_word(one: str, other: str, same: bool) -> None:
    assert same_output(one, other) is same


# What it earns


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(NAMES), IDS)
def test_right_answers_have_full_marks_for_every_student(name: str, student: str) -> None:
    questions = QuestionSet(Course(ROOT).exercise(name))
    text = fill(blank(make_sheet(questions, student)), right_answers(questions, student))
    report = QuestionGrader(questions).grade(text.encode())
    assert not report.notes
    assert {q.status for q in report.questions if q.kind != "short"} == {"correct"}
    assert sum(q.points for q in report.questions) == sum(q.max_points for q in report.questions if q.kind != "short")


def test_every_wrong_option_has_feedback_of_its_own_and_no_explanation() -> None:
    report = graded("exercise_01", 'whose_step = "either"\nafter_backward = ["moved", "lowered"]\n')
    by_id = {question.id: question for question in report.questions}
    assert by_id["whose_step"].status == "incorrect"
    assert by_id["whose_step"].feedback.startswith("That would need gradients of exactly 1 or")
    assert by_id["whose_step"].explanation == ""
    assert set(by_id["after_backward"].misconceptions) == {"climbs_instead_of_descends", "never_steps"}
    assert by_id["window"].status == "unanswered"


def test_ticking_all_is_worth_no_more_than_ticking_nothing() -> None:
    options = {id: id for id in ("aa", "bb", "cc", "dd")}
    question = Question(id="which", kind="several", points=2, prompt="?", options=options)
    wrong = {id: {"text": f"about {id}"} for id in options}
    key = Key.model_validate({"right": ["aa", "bb"], "explanation": "x", "wrong": wrong})
    chosen = (("aa", "bb"), ("aa",), ("aa", "cc"), tuple(options))
    assert [mark(question, key, {}, one).points for one in chosen] == [2, 1, 0, 0]
    assert mark(question, key, {}, ("aa", "cc")).feedback == "about bb about cc"


def test_a_number_within_the_tolerance_is_right_and_a_foreseen_one_is_named() -> None:
    key = Key.model_validate(
        {
            "right": "value",
            "tolerance": 0.01,
            "explanation": "x",
            "wrong": {"double": {"value": "twice", "text": "Half of it."}},
        }
    )
    values = {"value": -2.0, "twice": -4.0}
    assert [mark(number(), key, values, x).status for x in (-2.0, -2.02, -1.98, -2.03)] == ["correct"] * 3 + ["incorrect"]
    assert mark(number(), key, values, -4.01).feedback == "Half of it."
    assert mark(number(), key, values, 9.0).feedback.startswith("That isn't it.")


def test_answers_to_other_numbers_are_never_marked_wrong() -> None:
    questions = QuestionSet(Course(ROOT).exercise("exercise_01"))
    text = fill(blank(make_sheet(questions, "ada")), right_answers(questions, "ada"))
    report = graded("exercise_01", text, student="bob")
    by_id = {question.id: question.status for question in report.questions}
    assert by_id == {
        "whose_step": "needs_review",
        "rate_from_step": "needs_review",
        "after_backward": "correct",
        "window": "needs_review",
        "kept_gradient": "needs_review",
    }
    assert any("written for ada, and handed in by bob" in note for note in report.notes)


def test_with_a_secret_the_teachers_ticket_counts(tmp_path: Path) -> None:
    for folder in ("exercises", "tests"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "exercise_01").symlink_to(ROOT / folder / "exercise_01")
    (tmp_path / "tests" / "misconceptions.toml").symlink_to(ROOT / "tests" / "misconceptions.toml")
    (tmp_path / "tests" / "secret").write_text("s3cret\n")
    questions = QuestionSet(Course(tmp_path).exercise("exercise_01"))
    grader = QuestionGrader(questions)
    ticket = make_ticket("s3cret", "ada")
    sheet = make_sheet(questions, "ada", ticket)
    text = blank(sheet)
    asked = sheet.of("whose_step")
    assert asked is not None
    assert asked.variant is not None
    right = str(questions.values["whose_step"][asked.variant]["right"])
    good = grader.grade(fill(text, {"whose_step": right}).encode())
    assert (good.questions[0].status, good.notes) == ("correct", ())
    forged = grader.grade(fill(text, {"whose_step": right}).replace(ticket, "a" * 13).encode())
    assert "this is not the ticket of ada" in forged.notes[0]
    assert forged.questions[0].status == "correct"  # the sheet is hers: what she answered is marked


def test_a_short_answer_is_provisional_and_kept_out_of_the_sum() -> None:
    said = "backward() adds to .grad, so without zero_grad the gradients of all iterations are summed up."
    report = graded("exercise_05", f'zero_grad = "{said}"\nfirst_sign = "third"')
    short = report.questions[-1]
    assert short.status == "needs_review"
    assert 0 < short.points <= short.high <= short.max_points == 2
    assert {point.status for point in short.keypoints} <= {"credited", "review", "not_detected"}
    assert all(point.words for point in short.keypoints if point.status == "credited")
    assert "model answer" in short.feedback
    assert short.explanation.startswith("A model answer:")
    assert report.score is not None
    assert (report.score.points, report.score.max_points, report.score.open, report.score.open_points) == (1, 7, 1, 2)


# The course's own


@pytest.mark.parametrize("name", ["exercise_03", "exercise_05"])
def test_the_questions_of_a_course_are_sound(course: Course, name: str) -> None:
    assert list(questions_of(course.exercise(name))) == []


STOPS = "[first_sign.wrong.stops]\n"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('right = "third"', 'right = "second"', "feedback is expected to"),
        (STOPS, f'{STOPS}misconception = "no_such"\n', "has no no_such"),
        ("tolerance = 0.01", "tolerance = 0.9", "full marks"),
        ("[first_sign", "[other_sign", "no key to first_sign"),
    ],
)
def test_what_is_amiss_in_a_key_is_found(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    programs = shutil.ignore_patterns("wrong", "right")
    for folder in ("exercises", "solutions", "tests"):
        shutil.copytree(ROOT / folder / "exercise_05", tmp_path / folder / "exercise_05", ignore=programs)
    for name in ("misconceptions.toml", "rubric_terms.toml"):
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests" / name)
    path = tmp_path / "tests" / "exercise_05" / "questions.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    try:
        said = list(questions_of(Course(tmp_path).exercise("exercise_05")))
    except GraderFault as fault:
        said = [str(fault)]
    assert any(complaint in text for text in said), said


def test_a_question_whose_draws_changed_is_found(course: Course) -> None:
    from grader.questions.bank import Bank, stale

    questions = QuestionSet(course.exercise("exercise_03"))
    kept = Bank(questions.shown, questions.values)
    assert list(stale(questions, kept)) == []
    changed = json.loads(json.dumps(questions.values))
    first = changed["made_in_loop"][0]
    first["value"] *= 1 + 1e-6
    assert "made_in_loop (values)" in next(stale(questions, Bank(questions.shown, changed)))
    first["value"] /= 1 + 1e-12
    changed["made_in_loop"][0]["value"] = questions.values["made_in_loop"][0]["value"]
    assert list(stale(questions, Bank(questions.shown, changed))) == []


def test_grading_answers_imports_no_torch(tmp_path: Path) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text('whose_step = "sgd"\n')
    code = (
        "import sys\nfrom grader.__main__ import _run\n"
        f"sys.argv = ['grade', 'exercise_01', '--submission', {str(answers)!r}, '--no-page', '--course', {str(ROOT)!r}]\n"
        "code = _run()\nprint('LOADED', code, 'torch' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED 1 False"
