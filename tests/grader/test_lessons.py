"""The lessons: what they say a snippet prints is what it prints, and the course map is the course's."""

import contextlib
import io
import re
import warnings
from pathlib import Path

import pytest

from grader.course import Course

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "exercises").glob("*/README.md"))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w.])")


def snippets(lesson: Path) -> list[tuple[str, str]]:
    """The Python blocks of a lesson, in order, each with the text block behind it: what it prints."""
    blocks = BLOCK.findall(lesson.read_text("utf-8"))
    return [
        (code, blocks[k + 1][1] if k + 1 < len(blocks) and blocks[k + 1][0] == "text" else "")
        for k, (language, code) in enumerate(blocks)
        if language == "python"
    ]


@pytest.mark.parametrize("lesson", LESSONS, ids=[path.parent.name for path in LESSONS])
def test_each_snippet_prints_what_the_lesson_says(lesson: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "lesson"}
    for code, said in snippets(lesson):
        printed = io.StringIO()
        with warnings.catch_warnings(), contextlib.redirect_stdout(printed):
            warnings.simplefilter("ignore")
            exec(compile(code, str(lesson), "exec"), names)
        if said:
            assert_alike(printed.getvalue(), said)


def assert_alike(printed: str, said: str) -> None:
    """The same words, and numbers that agree to the last digit but one: machines differ in rounding."""
    assert NUMBER.sub("#", printed).split() == NUMBER.sub("#", said).split(), printed
    for a, b in zip(NUMBER.findall(printed), NUMBER.findall(said), strict=True):
        digits = len(b.partition("e")[0].partition(".")[2])
        exponent = int(b.partition("e")[2] or 0)
        assert abs(float(a) - float(b)) <= 2 * 10.0 ** (exponent - digits) * bool(digits) + 1e-5 * abs(float(b)), (
            a,
            b,
            printed,
        )


def test_lessons_have_snippets() -> None:
    for lesson in LESSONS:
        assert sum(bool(said) for _, said in snippets(lesson)) >= 2, lesson


def test_the_readme_has_the_course_map(course: Course) -> None:
    rows = [line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if line.startswith("| `exercise_")]
    assert [row.split("`")[1] for row in rows] == course.names
    for row, name in zip(rows, course.names, strict=True):
        about = course.exercise(name).about
        assert f"| {about.title} |" in row
        for function, parameters in about.functions.items():
            assert f"`{function}({', '.join(parameters)})`" in row or f"`class {function}`" in row


def test_each_exercise_stands_on_the_one_before(course: Course) -> None:
    before = None
    for name in course.names:
        assert course.exercise(name).about.after == before
        before = name


def test_a_stub_gives_no_more_than_the_one_before(course: Course) -> None:
    """Beside the contract: comments that say what to do, and lines of code that are there already."""
    given = {}
    for name in course.names:
        stub = (course.exercise(name).folder / "train.py").read_text("utf-8").partition('if __name__ == "__main__"')[0]
        given[name] = len(re.findall(r"^ +#", stub, re.MULTILINE))
    comments = list(given.values())
    assert comments == sorted(comments, reverse=True), given
