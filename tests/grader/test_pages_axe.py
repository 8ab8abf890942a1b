"""WCAG 2.2 AA, as far as a program can tell: axe-core on every page that is written, light and dark, wide and narrow."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe import violations
from browser import BROWSER, Page
from crowd import MISTAKES, TEXTS, TITLES, crowd

from grader.bulk.dashboard import About, write_dashboard
from grader.course import Course
from grader.explore import explore
from grader.pipeline import Grader
from grader.render.page import write_page
from grader.submission import Submission

pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine")
ROOT = Path(__file__).parents[2]
DRAWN = "new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(() => go())))"
ANSWERS = b"first_sign = 'second'\nzero_grad = 'gradients add up'\nunknown_one = '<b>'\n"
SOURCES = {
    "passed": "solutions/exercise_03/train.py",
    "failed": "tests/exercise_03/wrong/never_clears_gradients.py",
    "many parameters": "tests/exercise_12/wrong/averages_loss_twice--backward_only.py",
    "a tape": "tests/exercise_10/wrong/averages_absolute_gradients.py",
    "crashed": "tests/hostile/prints_markup.py",
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    page = Page(tmp_path_factory.mktemp("profile"))
    yield page
    page.close()


def check(browser: Page, path: Path, ready: str = "true") -> None:
    browser.open(path)
    browser.run(f"new Promise((go) => {{ const wait = () => ({ready}) ? go() : setTimeout(wait, 20); wait(); }})")
    for width, dark in ((1000, False), (1000, True), (390, False)):
        browser.look(width, dark=dark)
        browser.run(DRAWN)
        assert violations(browser) == [], f"{width} pixels, {'dark' if dark else 'light'}"


@pytest.mark.parametrize("name", SOURCES)
def test_a_report(name: str, graders: dict[str, Grader], browser: Page, tmp_path: Path) -> None:
    path = ROOT / SOURCES[name]
    grader = graders[next((part for part in path.parts if part.startswith("exercise_")), "exercise_03")]
    check(browser, write_page(grader.grade(Submission({"train.py": path.read_bytes()})), tmp_path))


def test_a_report_of_what_never_ran(graders: dict[str, Grader], browser: Page, tmp_path: Path) -> None:
    check(browser, write_page(graders["exercise_03"].grade(Submission({"train.py": b"def train(:\n"})), tmp_path))


def test_a_report_with_questions(graders: dict[str, Grader], browser: Page, tmp_path: Path) -> None:
    code = (ROOT / "solutions" / "exercise_05" / "train.py").read_bytes()
    check(browser, write_page(graders["exercise_05"].grade(Submission({"train.py": code}, answers=ANSWERS)), tmp_path))


def test_every_table_opened(graders: dict[str, Grader], browser: Page, tmp_path: Path) -> None:
    code = (ROOT / SOURCES["failed"]).read_bytes()
    page = write_page(graders["exercise_03"].grade(Submission({"train.py": code})), tmp_path)
    check(browser, page, "document.querySelectorAll('details').forEach((each) => { each.open = true; }) === undefined")


def test_the_dashboard(browser: Page, tmp_path: Path) -> None:
    about = About(exercises=TITLES, questions=TEXTS, misconceptions=MISTAKES)
    check(browser, write_dashboard(crowd(60, 5), tmp_path / "index.html", about))


def test_the_playground(browser: Page, course: Course, tmp_path: Path) -> None:
    check(browser, explore(tmp_path, course), "document.querySelector('#a-table td')")


def test_it_finds_what_is_wrong(browser: Page, tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text(
        '<!doctype html><html lang="en"><title>t</title><main><h1>Bad</h1><img src="x.png"><p style="color:#ccc">faint</p>'
        "<button></button><a href='#a'>way</a><ul><li>one</li></ul></main></html>",
        "utf-8",
    )
    browser.look(1000)
    browser.open(page)
    assert {found.split(":")[0] for found in violations(browser)} == {
        "button-name",
        "color-contrast",
        "image-alt",
        "target-size",
    }
