"""The dashboard of a thousand students in a real browser: it sorts, filters, pages and prints, and does nothing else."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import BROWSER, Page
from crowd import MISTAKES, TEXTS, TITLES, crowd

from grader.bulk.dashboard import About, Row, write_dashboard
from grader.bulk.dashboard.page import shown

pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine")
ROWS = crowd(1000, 15)
STUDENTS = {row.student: row.name for row in ROWS}
TAB, ENTER, SPACE = ("Tab", 9), ("Enter", 13, "\r"), (" ", 32, " ")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("class") / "index.html"
    return write_dashboard(ROWS, path, About(exercises=TITLES, questions=TEXTS, misconceptions=MISTAKES))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    page = Page(tmp_path_factory.mktemp("profile"))
    yield page
    page.close()


@pytest.fixture
def page(browser: Page, written: Path) -> Iterator[Page]:
    """The class's page, fresh; afterwards, it has complained of nothing, asked for nothing, and its address is as it was."""
    browser.look(1200)
    browser.open(written)
    yield browser
    assert browser.complaints == []
    assert browser.requests == [written.as_uri()]
    assert browser.run("[window.owned ?? null, document.title]") == [None, "The class – dashboard"]
    assert browser.run("location.href") == written.as_uri()
    assert browser.run("history.state") is None
    assert browser.run("Object.keys(localStorage).length + Object.keys(sessionStorage).length + document.cookie.length") == 0


def choose(page: Page, **filters: str) -> None:
    for id, value in filters.items():
        page.run(
            f"(() => {{ const e = document.getElementById('{id}'); e.value = {json.dumps(value)};"
            " e.dispatchEvent(new Event('input', {bubbles: true})); })()"
        )


def click(page: Page, selector: str) -> None:
    page.run(f"document.querySelector({json.dumps(selector)}).click()")


def head(page: Page, label: str) -> None:
    page.run(f"[...document.querySelectorAll('#class th button')].find(b => b.textContent === {json.dumps(label)}).click()")


def column(page: Page, index: int) -> list[str]:
    found: list[str] = page.run(f"[...document.querySelectorAll('#class tbody tr')].map(row => row.cells[{index}].textContent)")
    return found


def counted(page: Page) -> str:
    found: str = page.run("document.getElementById('count').textContent")
    return found


def all_ids(page: Page) -> list[str]:
    """The ids on all pages of the table, in order."""
    found: list[str] = page.run(
        "(() => { const found = [], next = document.getElementById('next');"
        " for (;;) { found.push(...[...document.querySelectorAll('#class tbody tr')].map(row => row.cells[1].textContent));"
        " if (next.disabled) return found; next.click(); } })()"
    )
    return found


def who(fits: Any) -> set[str]:
    return {row.student for row in ROWS if fits(row)}


def test_all_students_are_there_and_their_names_are_text(page: Page) -> None:
    assert counted(page) == "1 to 50 of 1000 students"
    names: list[str] = []
    for _ in range(20):
        names += page.run("[...document.querySelectorAll('#class tbody th > bdi')].map(e => e.textContent)")
        click(page, "#next")
    assert sorted(names) == sorted(shown(name) or "(no name)" for name in STUDENTS.values())
    assert page.run("document.querySelectorAll('img, #class script').length") == 0
    assert page.run("document.scripts.length") == 2


def test_links_lead_to_the_reports_and_hold_no_name(page: Page) -> None:
    choose(page, find="s0123")
    links = page.run("[...document.querySelectorAll('#class a')].map(a => a.getAttribute('href'))")
    assert links == [row.link for row in ROWS if row.student == "s0123" and row.link]
    assert len(links) > 10


def test_sorting_by_a_column_goes_both_ways_and_says_so(page: Page) -> None:
    head(page, "Id")
    assert all_ids(page) == sorted(STUDENTS)
    head(page, "Id")
    assert all_ids(page) == sorted(STUDENTS, reverse=True)
    assert page.run("[...document.querySelectorAll('#class th[aria-sort]')].map(e => e.textContent + e.ariaSort)") == [
        "Iddescending"
    ]


@pytest.mark.parametrize("times", [1, 2])
def test_points_sort_as_numbers_and_who_has_none_is_last(page: Page, times: int) -> None:
    scores = {row.student: row.score for row in ROWS if row.exercise == "exercise_05"}
    for _ in range(times):
        head(page, "Exercise 05")
    found = [scores[id] for id in all_ids(page)]
    known = [score for score in found if score is not None]
    assert known == sorted(known, reverse=times == 2)
    assert found == known + [None] * (len(found) - len(known))
    assert None in found
    assert 10.0 in found


def test_totals_leave_out_what_has_no_score(page: Page) -> None:
    head(page, "Id")
    for id, said in zip(column(page, 1), column(page, 2), strict=True):
        mine = [row for row in ROWS if row.student == id and row.score is not None]
        assert said == f"{sum(row.score or 0 for row in mine):g} of {sum(row.max_score for row in mine):g}"


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ("s0123", lambda row: row.student == "s0123"),
        ("  GODEL ", lambda row: "Gödel" in row.name),
        ("müller", lambda row: "Müller" in row.name),
        ("<script>", lambda row: "<script>" in row.name),
        ("الخوارزمي", lambda row: "الخوارزمي" in row.name),
        ("🦊", lambda row: "🦊" in row.name),
        (".*", lambda _: False),
    ],
)
def test_search_finds_names_and_ids(page: Page, wanted: str, fits: Any) -> None:
    page.run("document.getElementById('find').focus()")
    page.type(wanted)
    expected = who(fits)
    assert sorted(all_ids(page)) == sorted(expected)
    assert (
        counted(page) == "No student fits. Clear a filter to see more." if not expected else "students who fit" in counted(page)
    )
    click(page, "#clear")
    assert counted(page) == "1 to 50 of 1000 students"


STATUS = {
    "passed": lambda row: row.judged and row.verdict == "passed",
    "failed": lambda row: row.judged and row.verdict == "failed",
    "ungradable": lambda row: row.verdict == "ungradable",
    "waits": lambda row: row.waits,
    "late": lambda row: row.late,
    "missing": lambda row: row.state == "missing",
    "excused": lambda row: row.state == "excused",
    "grader_fault": lambda row: row.state == "grader_fault",
}


@pytest.mark.parametrize("status", STATUS)
def test_filters_by_result_in_any_exercise_and_in_one(page: Page, status: str) -> None:
    choose(page, status=status)
    assert sorted(all_ids(page)) == sorted(who(STATUS[status]))
    assert page.run("document.querySelectorAll('#class tbody tr:not(:has(.hit))').length") == 0
    choose(page, exercise="2")
    assert sorted(all_ids(page)) == sorted(who(lambda row: STATUS[status](row) and row.exercise == "exercise_03"))


def test_every_result_that_there_is_can_be_asked_for(page: Page) -> None:
    assert page.run("[...document.querySelectorAll('#status option')].map(o => o.value)") == ["", *STATUS]


def test_filters_are_of_one_and_the_same_submission(page: Page) -> None:
    title = MISTAKES["steps_before_backward"]
    number = page.run(
        f"[...document.querySelectorAll('#mistake option')].find(o => o.textContent === {json.dumps(title)}).value"
    )

    def named(row: Row) -> bool:
        return any(diagnosis.title == title for diagnosis in row.diagnoses)

    choose(page, mistake=number)
    assert sorted(all_ids(page)) == sorted(who(named))
    choose(page, status="late", exercise="6")
    expected = who(lambda row: named(row) and row.late and row.exercise == "exercise_07")
    assert expected
    assert sorted(all_ids(page)) == sorted(expected)
    assert all(title in said for said in column(page, 3))
    click(page, "#clear")
    choose(page, mistake="unnamed")
    assert sorted(all_ids(page)) == sorted(who(lambda row: row.verdict in ("failed", "ungradable") and not row.diagnoses))


def test_a_student_without_a_row_for_the_exercise_is_not_in_its_table(browser: Page, tmp_path: Path) -> None:
    rows = [row for row in crowd(6, 2) if (row.student, row.exercise) != ("s0002", "exercise_02")]
    browser.open(write_dashboard(rows, tmp_path / "index.html"))
    assert len(column(browser, 1)) == 6
    choose(browser, exercise="1")
    assert "s0002" not in column(browser, 1)
    assert len(column(browser, 1)) == 5
    head(browser, "Result")
    assert browser.complaints == []


def test_a_class_with_one_exercise_starts_with_what_was_found_there(browser: Page, tmp_path: Path) -> None:
    browser.open(write_dashboard(crowd(6, 1), tmp_path / "index.html"))
    heads = "[...document.querySelectorAll('#class th[scope=col]')].map(e => e.textContent).join()"
    for _ in range(2):
        assert browser.run(heads) == "Student,Id,Result,What was named,Tries,Late"
        assert counted(browser) == "6 students"
        choose(browser, exercise="", find="s0003")
        assert browser.run(heads) == "Student,Id,Points,Exercise 01"
        click(browser, "#clear")
    assert browser.complaints == []


def test_a_misconception_leads_to_its_students(page: Page) -> None:
    names = page.run(
        "(async () => { const list = document.querySelector('[aria-labelledby=misconceptions] details');"
        " await new Promise(done => { list.addEventListener('toggle', done); list.open = true; });"
        " return [...list.querySelectorAll('li a')].map(a => a.getAttribute('href')); })()"
    )
    click(page, "[aria-labelledby=misconceptions] .show")
    assert page.run("document.activeElement.id") == "students"
    shown_links = []
    while True:
        shown_links += page.run("[...document.querySelectorAll('#class a')].map(a => a.getAttribute('href'))")
        if page.run("document.getElementById('next').disabled"):
            break
        click(page, "#next")
    assert sorted(names) == sorted(shown_links)
    assert len(names) > 50


def test_the_other_tables_sort_too(page: Page) -> None:
    rows = "[...document.querySelectorAll('[aria-labelledby=exercises] tbody tr')]"
    before = page.run(f"{rows}.map(r => r.cells[0].textContent)")
    button = "[aria-labelledby=exercises] th:nth-child(3) button"
    click(page, button)
    rates = [int(text.split()[0]) for text in page.run(f"{rows}.map(r => r.cells[2].textContent)")]
    assert rates == sorted(rates, reverse=True)
    assert page.run("document.querySelector('[aria-labelledby=exercises] th:nth-child(3)').ariaSort") == "descending"
    click(page, button)
    click(page, "[aria-labelledby=exercises] th:first-child button")
    assert page.run(f"{rows}.map(r => r.cells[0].textContent)") == before
    assert page.run("document.querySelectorAll('[aria-labelledby=exercises] th[aria-sort]').length") == 1


def test_the_keyboard_reaches_everything_and_is_seen_where_it_is(page: Page) -> None:
    page.run("document.getElementById('find').focus()")
    page.type("s00")
    reached = []
    for _ in range(30):
        page.press(*TAB)
        reached.append(
            page.run("[document.activeElement.tagName, document.activeElement.id || document.activeElement.textContent]")
        )
        style = page.run(
            "(({outlineStyle, outlineWidth}) => [outlineStyle, outlineWidth])(getComputedStyle(document.activeElement))"
        )
        assert style[0] != "none", reached[-1]
        if reached[-1][1] == "Points":
            break
    found = [name for _, name in reached]
    assert found[:3] == ["exercise", "status", "mistake"]
    assert [name for name in found if name in ("clear", "next", "Student", "Id", "Points")] == [
        "clear",
        "next",
        "Student",
        "Id",
        "Points",
    ]
    page.press(*ENTER)
    assert (
        page.run("document.querySelector('#class th[aria-sort]').textContent + document.activeElement.textContent")
        == "PointsPoints"
    )
    page.press(*SPACE)
    assert page.run("document.querySelector('#class th[aria-sort]').ariaSort") == "descending"


def test_turning_to_the_last_page_keeps_the_keyboard(page: Page) -> None:
    choose(page, find="s00")
    page.run("document.getElementById('next').focus()")
    page.press(*ENTER)
    assert counted(page).startswith("51 to 100 of 100 students who fit")
    assert page.run("document.activeElement.id") == "previous"


def test_every_table_has_a_caption_and_every_field_a_label(page: Page) -> None:
    assert page.run("[...document.querySelectorAll('table')].filter(t => !t.caption?.textContent.trim()).length") == 0
    assert page.run("[...document.querySelectorAll('th')].filter(t => !t.scope).length") == 0
    assert page.run("[...document.querySelectorAll('input, select')].filter(f => !f.labels.length).length") == 0
    assert page.run(
        "[...document.querySelectorAll('[id]')].length === new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size"
    )
    assert (
        page.run("[...document.querySelectorAll('nav a')].filter(a => !document.querySelector(a.getAttribute('href'))).length")
        == 0
    )
    assert page.run("[...document.querySelectorAll('svg')].filter(s => !s.closest('[aria-hidden=true]')).length") == 0
    for said in page.run("[...document.querySelectorAll('#class td.cell a')].map(a => a.textContent)"):
        assert re.fullmatch(r"✓passed: 10|✗not passed: \d|–could not be run: 0", said)  # the sign is for the eye alone
    assert page.run("document.querySelectorAll('#class .sign:not([aria-hidden=true])').length") == 0


@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_is_never_wider_than_the_window(page: Page, width: int, dark: bool) -> None:
    page.look(width, dark=dark)
    for exercise in ("", "3"):
        choose(page, exercise=exercise)
        assert page.run("document.documentElement.scrollWidth") <= width
    assert page.run("getComputedStyle(document.body).backgroundColor") == ("rgb(20, 23, 28)" if dark else "rgb(255, 255, 255)")
    assert page.run("getComputedStyle(document.querySelector('.class')).overflowX") == "auto"


def test_printing_has_all_students_that_fit_and_no_controls(page: Page) -> None:
    choose(page, status="excused")
    excused = len(who(lambda row: row.state == "excused"))
    page.run("addEventListener('beforeprint', () => { window.printed = document.querySelectorAll('#class tbody tr').length; })")
    assert page.print().startswith(b"%PDF")
    assert page.run("window.printed") == excused
    assert excused > 100
    assert page.run("document.querySelectorAll('#class tbody tr').length") == 50
    page.look(966, media="print")
    assert page.run("getComputedStyle(document.querySelector('.filters')).display") == "none"
    page.run("dispatchEvent(new Event('beforeprint'))")
    assert page.run("document.getElementById('class').offsetWidth") <= 966  # a sheet of paper across
    assert page.run("getComputedStyle(document.querySelector('.class')).maxHeight") == "none"


def test_a_script_that_got_in_would_not_run(page: Page) -> None:
    page.run("document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.owned = 6'}))")
    assert page.run("window.owned ?? null") is None
    assert len(page.complaints) == 1
    assert "Content Security Policy" in page.complaints.pop()
