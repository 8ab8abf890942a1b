"""The steps of a report in a real browser: by keyboard and by button, on paper and on a phone, light and dark."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import BROWSER, Page

from grader.render.charts import charts
from grader.render.page import render_page, write_page
from grader.report import Report

needs_browser = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine")
ROOT = Path(__file__).parents[2]
Grade = Callable[..., Report]
RIGHT, LEFT, HOME, END = ("ArrowRight", 39), ("ArrowLeft", 37), ("Home", 36), ("End", 35)


@pytest.fixture(scope="module")
def report(grade: Grade) -> Report:
    return grade((ROOT / "tests" / "exercise_03" / "wrong" / "never_clears_gradients.py").read_bytes())


@pytest.fixture(scope="module")
def written(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(report, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    page = Page(tmp_path_factory.mktemp("profile"))
    yield page
    page.close()


@pytest.fixture
def page(browser: Page, written: Path) -> Iterator[Page]:
    """The report, just opened; afterwards it has complained of nothing, and asked for plotly.js beside it alone."""
    browser.look(1000)
    browser.open(written)
    yield browser
    assert browser.complaints == []
    assert {request.rpartition("/")[2] for request in browser.requests} == {
        "index.html",
        next(written.parent.glob("plotly*.js")).name,
    }
    assert all(request.startswith("file:") for request in browser.requests)


def text(page: Page, id: str) -> str:
    return str(page.run(f"document.getElementById('{id}').textContent"))


def table(page: Page) -> dict[str, dict[str, tuple[str, str, bool]]]:
    """By coordinate and label: yours, the reference's, and whether it is marked as different."""
    found = page.run(
        """[...document.querySelectorAll('#numbers table')].map((table) => [table.caption.textContent,
            [...table.querySelectorAll('tbody tr')].map((row) => [row.querySelector('th').textContent,
                row.querySelector('[data-side=yours]').textContent, row.querySelector('[data-side=reference]').textContent,
                getComputedStyle(row.querySelector('.mark')).visibility === 'visible'])])"""
    )
    return {caption: {label: (mine, right, marked) for label, mine, right, marked in rows} for caption, rows in found}


def rings(page: Page, chart: str) -> dict[str, Any]:
    """Where the step is marked in a chart."""
    return dict(page.run(f"(({{x, y}}) => ({{x: [...x], y: [...y]}}))(document.getElementById('{chart}-plot').data.at(-1))"))


def focus(page: Page, id: str) -> None:
    page.run(f"document.getElementById('{id}').focus()")


@needs_browser
def test_the_keyboard_moves_the_step_in_all_plots_the_table_and_the_text(page: Page, report: Report) -> None:
    assert report.picture is not None
    data = charts(report.picture)
    mine, right, _ = report.picture.series
    for _ in range(40):  # it is reached by Tab alone
        page.press("Tab", 9)
        if page.run("document.activeElement.id") == "step":
            break
    assert page.run("document.activeElement.id") == "step"
    assert page.run("document.getElementById('step').value") == "2"  # where the two part
    page.press(*RIGHT)
    for step, key in ((3, RIGHT), (4, LEFT), (3, HOME), (1, END), (20, LEFT), (19, None)):
        assert text(page, "step-words") == data["numbers"]["words"][step - 1]
        assert text(page, "step-value") == f"step {step} of 20"
        assert page.run("document.getElementById('step').getAttribute('aria-valuetext')") == f"step {step} of 20"
        shown = table(page)
        for column, name in enumerate(("weight", "bias")):
            for label, values, rights in (
                ("gradient", mine.gradients, right.gradients),
                ("update", mine.updates, right.updates),
            ):
                a, b, marked = shown[name][label]
                assert float(a.replace("−", "-")) == pytest.approx(values[step - 1][column], rel=1e-3)
                assert float(b.replace("−", "-")) == pytest.approx(rights[step - 1][column], rel=1e-3)
                assert marked == (step > 1)
        assert set(rings(page, "loss")["x"]) == set(rings(page, "distance")["x"]) == {step}
        on_map = list(zip(*rings(page, "map").values(), strict=True))
        assert on_map[:2] == [pytest.approx(series.parameters[step]) for series in (mine, right)]
        arrows = page.run("document.getElementById('map-plot').layout.annotations.map(({ax, ay}) => [ax, ay])")
        assert arrows == [pytest.approx(series.parameters[step - 1]) for series in (mine, right)]
        if key is not None:
            page.press(*key)
    assert text(page, "step-words").startswith(
        "Step 19 of 20: your loss is 0.3525 (reference 0.1565); your weight moves by −0.1082"
    )


@needs_browser
def test_the_buttons_go_to_the_first_the_last_and_the_steps_between(page: Page) -> None:
    named = "[...document.querySelectorAll('#bar button')].map((each) => each.getAttribute('aria-label') || each.textContent)"
    assert page.run(named) == ["First step", "One step back", "Play", "One step on", "Last step"]
    for id, step in (("last", 20), ("back", 19), ("on", 20), ("first", 1), ("on", 2)):
        focus(page, id)
        page.press("Enter", 13, "\r")
        assert text(page, "step-value") == f"step {step} of 20"
        assert page.run("document.activeElement !== document.body")  # nothing that has the keyboard goes away
        assert page.run("['first', 'back', 'on', 'last'].map((id) => document.getElementById(id).disabled)") == [
            *[step == 1] * 2,
            *[step == 20] * 2,
        ]


def wait(page: Page, condition: str) -> None:
    page.run(f"new Promise((go) => {{ const wait = () => ({condition}) ? go() : setTimeout(wait, 10); wait(); }})")


@needs_browser
def test_it_plays_and_stops_and_reads_out_only_where_it_stops(page: Page) -> None:
    live = "document.getElementById('step-words').getAttribute('aria-live')"
    page.run("(() => { const s = document.getElementById('step'); s.value = 18; s.dispatchEvent(new Event('input')); })()")
    focus(page, "play")
    page.press(" ", 32, " ")
    assert (text(page, "play"), page.run(live)) == ("Pause", "off")
    wait(page, "document.getElementById('step').value === '19'")
    page.press(" ", 32, " ")
    assert (text(page, "play"), page.run(live)) == ("Play", "polite")
    page.press(" ", 32, " ")
    wait(page, "document.getElementById('step').value === '20'")
    assert (text(page, "play"), page.run(live)) == ("Play", "polite")


@needs_browser
def test_it_plays_slower_where_less_motion_is_wished_for(page: Page) -> None:
    waits = "(() => { const was = setInterval; setInterval = (act, ms) => { window.ms = ms; return was(act, ms); }; })()"
    page.run(waits)
    for wish, slow in (("no-preference", False), ("reduce", True)):
        page.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": wish}])
        page.run("document.getElementById('play').click(); document.getElementById('play').click()")
        assert (page.run("window.ms") > 1000) == slow


@needs_browser
@pytest.mark.parametrize("width", [320, 390, 700, 1000])
def test_nothing_runs_over_the_edge_and_all_can_be_hit(width: int, page: Page) -> None:
    page.look(width)
    page.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    fits = "(box) => Math.abs(box.querySelector('.main-svg').getBoundingClientRect().width - box.clientWidth) < 2"
    wait(page, f"[...document.querySelectorAll('.plot')].every({fits})")  # plotly takes its time
    for step in (1, 12, 20):
        page.run(
            f"(() => {{ const s = document.getElementById('step'); s.value = {step}; s.dispatchEvent(new Event('input')); }})()"
        )
        assert page.run("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    sizes = page.run(
        "[...document.querySelectorAll('button, input, summary')].map((each) => each.getBoundingClientRect())"
        ".map(({width, height}) => Math.min(width, height))"
    )
    assert len(sizes) >= 9
    assert min(sizes) >= 24


@needs_browser
def test_it_prints_light_and_without_controls(page: Page) -> None:
    page.look(1000, dark=True)
    wait(page, "document.getElementById('map-plot').data[0].colorscale[0][1] !== '#fff'")
    marks = "document.getElementById('map-plot').data.length"
    ground = "document.getElementById('map-plot').data[0].colorscale[0][1]"
    dark, drawn = page.run(ground), page.run(marks)
    page.run("dispatchEvent(new Event('beforeprint'))")
    assert page.run(ground) == "#fff" != dark
    assert page.run(marks) == drawn - 1  # on paper, no step is chosen
    assert page.run("document.getElementById('loss-plot').layout.width") <= 660
    page.run("dispatchEvent(new Event('afterprint'))")
    assert (page.run(ground), page.run(marks)) == (dark, drawn)
    page.look(1000, dark=True, media="print")
    assert page.run("getComputedStyle(document.getElementById('bar')).display") == "none"
    assert page.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.print().startswith(b"%PDF")


@needs_browser
@pytest.mark.parametrize("dark", [False, True])
def test_what_is_drawn_has_contrast(dark: bool, page: Page) -> None:
    page.look(1000, dark=dark)
    names = ("page", "ink", "ground-low", "ground-high", "curve-0", "curve-1", "curve-2", "edge")
    colours = {n: page.run(f"getComputedStyle(document.documentElement).getPropertyValue('--{n}').trim()") for n in names}
    for line in ("ink", "curve-0", "curve-1", "curve-2"):
        for ground in ("page", "ground-low", "ground-high"):
            assert contrast(colours[line], colours[ground]) >= 3, f"{line} on {ground}"
    assert contrast(colours["edge"], colours["page"]) >= 3


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio"."""

    def luminance(colour: str) -> float:
        digits = colour.lstrip("#")
        digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
        parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@needs_browser
@pytest.mark.parametrize(
    ("exercise", "program"),
    [
        ("exercise_01", "sums_loss"),  # a single step
        ("exercise_02", "sums_loss--backward_only"),  # flies off
        ("exercise_03", "predicts_without_grad"),  # takes no step
        ("exercise_03", "steps_twice"),
        ("exercise_08", "aliases_gradient_as_velocity--always"),
        ("exercise_12", "averages_loss_twice--backward_only"),
    ],
)
def test_any_run_can_be_stepped_through(exercise: str, program: str, grade: Grade, browser: Page, tmp_path: Path) -> None:
    report = grade((ROOT / "tests" / exercise / "wrong" / f"{program}.py").read_bytes(), exercise)
    assert report.picture is not None
    data = charts(report.picture)["numbers"]
    browser.look(390)
    browser.open(write_page(report, tmp_path))
    assert browser.run("document.getElementById('bar').hidden") == (data["total"] == 1)
    for step in range(1, data["total"] + 1):
        browser.run(
            f"(() => {{ const s = document.getElementById('step'); s.value = {step}; s.dispatchEvent(new Event('input')); }})()"
        )
        assert text(browser, "step-words") == data["words"][step - 1]
        assert browser.run("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert browser.complaints == []


def test_without_a_script_the_texts_and_the_numbers_are_there(report: Report) -> None:
    page = render_page(report, "plotly.min.js")
    body = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert report.picture is not None
    data = charts(report.picture)
    for chart in (*data["charts"], data["map"]):
        assert re.sub("'", "&#39;", chart["words"]) in body
    assert data["numbers"]["words"][1].replace("'", "&#39;") in body
    for row in data["numbers"]["groups"][1]["rows"]:
        assert all(f">{value}</td>" in body for value in row["reference"])
    assert re.search(r'id="bar"[^>]* hidden>', body)  # nothing that wouldn't do anything
    assert not re.search(r"<[^>]+\son\w+\s*=", page)


def test_the_scripts_have_no_words_of_their_own() -> None:
    folder = ROOT / "grader" / "render" / "templates"
    for script in folder.glob("*.js"):
        code = re.sub(r"//.*|/\*.*?\*/", "", script.read_text("utf-8"))
        for written in re.findall(r'"([^"\n]*)"|`([^`]*)`', code):
            assert not re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", "".join(written)), script.name


def test_names_from_anywhere_are_text(report: Report) -> None:
    hostile = "</script><img src=x onerror=alert(1)>{{ 7*7 }}"
    assert report.picture is not None
    first, *rest = report.picture.series
    picture = report.picture.model_copy(
        update={
            "coordinates": (hostile, "bias"),
            "series": (first, *(series.model_copy(update={"name": hostile}) for series in rest)),
        }
    )
    page = render_page(report.model_copy(update={"picture": picture}), "plotly.min.js")
    assert "<img" not in page
    (data,) = re.findall(r'id="report-data">(.*?)</script>', page, flags=re.S)
    assert json.loads(data)["map"]["axes"][0] == hostile
