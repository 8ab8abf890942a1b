"""The report in a terminal: its structure at any width, nothing twice, and a learner's text as text."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from grader.course import Course
from grader.questions.grade import QuestionGrader
from grader.questions.model import QuestionSet
from grader.render.terminal import show
from grader.render.text import clean, sentence, short, spoken, told
from grader.report import DiagnosisReport, Report
from grader.unrun import questions_alone

ROOT = Path(__file__).parents[2]
WRONG = ROOT / "tests" / "exercise_03" / "wrong"
URL = re.compile(r"https?://\S+")
Grade = Callable[..., Report]
Show = Callable[..., list[str]]


@pytest.fixture(scope="module")
def reports(grade: Grade) -> dict[str, Report]:
    return {
        "passed": grade((ROOT / "solutions" / "exercise_03" / "train.py").read_bytes()),
        "failed": grade((WRONG / "never_clears_gradients.py").read_bytes()),
        "crashed": grade((ROOT / "tests" / "hostile" / "prints_escape_codes.py").read_bytes()),
        "stub": grade((ROOT / "exercises" / "exercise_03" / "train.py").read_bytes()),
        "ungradable": grade(b"def train(:\n"),
    }


@pytest.mark.parametrize(
    ("name", "said", "little"),
    [("exercise_03", "Exercise 03", "03"), ("stable_01", "Stable 01", "stable_01"), ("warm_up", "Warm up", "warm_up")],
)
def test_an_exercise_is_called_by_its_name_whatever_that_is(name: str, said: str, little: str) -> None:
    assert (spoken(name), short(name)) == (said, little)


@pytest.mark.parametrize("name", ["exercise_03", "stable_01", "warm_up", "unit3"])
@pytest.mark.parametrize("command", ["grade {}", "grade hint {}"])
def test_a_command_stands_on_one_line_whatever_the_exercise_is_called(name: str, command: str) -> None:
    whole = command.format(name)
    for words in range(30, 60):  # the command comes to lie anywhere on the line, its end too
        assert whole in told(f"{'x ' * words}{whole} and so on")


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Show:
    """Show a report, and get the lines."""

    def showing(report: Report, width: int = 80, page: Path | None = None, full: bool = False) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(width))
        show(report, page, full=full)
        return capsys.readouterr().out.splitlines()

    return showing


CHECK = re.compile(r"^  ([✓✗–]) +(\d+)/(\d+) (\S.*)$")


@pytest.mark.parametrize("width", [80, 50])
@pytest.mark.parametrize("name", ["passed", "failed", "crashed", "stub", "ungradable"])
def test_it_keeps_within_the_width_and_has_its_parts_in_order(
    name: str, width: int, reports: dict[str, Report], shown: Show
) -> None:
    report = reports[name]
    lines = shown(report, width)
    text = "\n".join(lines)
    assert report.title.split()[0] in lines[0]
    verdict = next(line for line in lines if "points" in line)
    assert f"{report.score:g} of {report.max_score:g} points" in verdict
    for line in lines:
        assert line == line.rstrip()
        assert cell_len(line) <= width or URL.search(line), line
    assert "\n\n\n" not in text
    checks = [m.groups() for line in lines if (m := CHECK.match(line))]
    signs = {"passed": "✓", "failed": "✗", "skipped": "–"}
    assert [c[:3] for c in checks] == [(signs[c.status], f"{c.points:g}", f"{c.max_points:g}") for c in report.checks]
    assert "Isolation" not in text  # it is full, and nobody has to think of it
    assert "None" not in re.sub("`[^`]*` to None", "", text)
    assert not set(text) & set(map(chr, [*range(10), *range(11, 32), 127, 0x202E]))


@pytest.mark.parametrize("width", [80, 50])
def test_the_headline_comes_once_and_before_all_else(width: int, reports: dict[str, Report], shown: Show) -> None:
    for report in reports.values():
        words = " ".join(" ".join(shown(report, width)).split())
        headline = sentence(report.headline)
        assert words.count(headline) == 1
        assert words.index(headline) < words.find("✓") or report.verdict == "ungradable" or "✓" not in words


def test_the_line_of_the_mistake_is_marked_among_its_neighbours(reports: dict[str, Report], shown: Show) -> None:
    for name in ("failed", "crashed", "ungradable"):
        report = reports[name]
        marked = report.run.error_line or report.diagnoses[0].line
        code = [line for line in shown(report) if "│" in line and re.match(r"^  [→ ] +\d+ │", line)]
        assert [int(line.partition("│")[0].strip(" →")) for line in code] == sorted(report.lines)
        assert [line for line in code if "→" in line] == [line for line in code if f" {marked} │" in line]
        assert len([line for line in code if "→" in line.partition("│")[0]]) == 1


def test_a_named_mistake_says_what_why_and_how_to_mend_it(reports: dict[str, Report], shown: Show) -> None:
    (diagnosis,) = reports["failed"].diagnoses
    text = "\n".join(shown(reports["failed"]))
    for label in ("Look here: ", "In your run: ", "Why: ", "Mend it: "):
        assert text.count(f"\n  {label}") == 1
    assert "What you see: " not in text  # the numbers of this very run say it
    text = "\n".join(shown(reports["failed"], full=True))
    for label in ("Look here: ", "In your run: ", "What you see: ", "Why: ", "Mend it: "):
        assert text.count(f"\n  {label}") == 1
    assert f"\n  Read on: {diagnosis.read}\n" in text  # whole, to be clicked
    assert f"Isolation of the run: {reports['failed'].run.isolation}" in text


def test_mistakes_that_cant_be_told_apart_are_all_there(reports: dict[str, Report], shown: Show) -> None:
    (one,) = reports["failed"].diagnoses
    two = DiagnosisReport(id="other", title="Another mistake", confidence="likely", see="This.", one_of=(one.id, "other"))
    one = one.model_copy(update={"one_of": two.one_of})
    lines = shown(reports["failed"].model_copy(update={"diagnoses": (one, two), "headline": "One of 2."}))
    assert [line for line in lines if "It could be this" in line] == [
        f"  It could be this: {one.title}",
        "  It could be this: Another mistake",
    ]


def test_mistakes_in_two_parts_are_each_said_without_a_doubt(reports: dict[str, Report], shown: Show) -> None:
    (one,) = reports["failed"].diagnoses
    two = DiagnosisReport(id="other", title="Another mistake", confidence="certain", see="This.")
    lines = shown(reports["failed"].model_copy(update={"diagnoses": (one, two), "headline": "2 mistakes."}))
    assert f"  {one.title}" in lines
    assert "  Another mistake" in lines
    assert not any("It could be this" in line for line in lines)


@pytest.mark.parametrize("width", [40, 80])
def test_questions_are_short_where_all_is_well_and_say_what_to_mend_where_not(width: int, shown: Show, course: Course) -> None:
    exercise = course.exercise("exercise_05")
    answers = b'first_sign = "second"\nnever_cleared = ["found"]\nlike_momentum = "one"\nzero_grad = "They add up."\noops = 1\n'
    report = questions_alone(exercise, QuestionGrader(QuestionSet(exercise)).grade(answers))
    text = shown(report, width)
    whole = " ".join(" ".join(text).split())
    assert all(len(line) <= width for line in text)
    assert "The second loss shows what the first step has done." in whole
    assert report.questions[2].prompt[-30:] not in whole  # it is right: one line will do
    assert "Provisional: " in whole
    assert "[ ] " in whole
    assert "! answers.toml, line 5: there is no question “oops”." in whole
    assert "Isolation" not in whole  # nothing was run


def test_the_page_is_named_on_one_line(reports: dict[str, Report], shown: Show) -> None:
    page = Path("a folder", *["deep"] * 30, "index.html")
    assert shown(reports["passed"], 50, page)[-1].endswith(str(page))


def test_what_was_printed_is_cut_and_set_apart(reports: dict[str, Report], shown: Show) -> None:
    run = reports["passed"].run.model_copy(update={"printed": "[bold]x[/]\n" + "spam\n" * 5000})
    lines = shown(reports["passed"].model_copy(update={"run": run}))
    assert len(lines) < 600
    assert any(line.endswith("[bold]x[/]") for line in lines)  # no markup of ours


def test_an_isolation_that_lacks_something_says_what(reports: dict[str, Report], shown: Show) -> None:
    run = reports["passed"].run.model_copy(update={"isolation": "reduced", "isolation_missing": ("Namespaces: none.",)})
    assert "reduced (Namespaces: none.)" in " ".join(shown(reports["passed"].model_copy(update={"run": run})))


@pytest.mark.parametrize(
    "character",
    [*map(chr, [0, 7, 8, 11, 12, 13, 27, 127, 0x9B, 0x9D]), *"\u202e\u2066\u2069\u200f\u061c\u2028\u2029\ud800\udcff"],
)
def test_no_character_that_acts_is_shown(character: str) -> None:
    assert clean(f"a{character}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_a_message_is_one_line() -> None:
    assert sentence("a\n\n  Passed: 10 of 10\r\n\tb") == "a Passed: 10 of 10 b"
    assert clean("if x:\n\ty") == "if x:\n    y"


def test_the_width_is_the_terminals(reports: dict[str, Report], shown: Show) -> None:
    assert max(map(len, shown(reports["failed"], 50))) < max(map(len, shown(reports["failed"], 120)))
    assert os.environ["COLUMNS"] == "120"
