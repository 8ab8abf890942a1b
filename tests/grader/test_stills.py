"""The report for where no script runs: its charts are pictures, from the numbers of the page's own."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from grader.render.charts import charts
from grader.render.inline import inline
from grader.render.page import render_still
from grader.render.stills import HEIGHT, WIDTH, stills
from grader.report import Report

ROOT = Path(__file__).parents[2]
WRONG = ROOT / "tests" / "exercise_03" / "wrong"


@pytest.fixture(scope="module")
def failed(grade: Callable[..., Report]) -> Report:
    return grade((WRONG / "never_clears_gradients.py").read_text())


def drawn(report: Report) -> list[dict]:  # type: ignore[type-arg]
    assert report.picture
    return stills(charts(report.picture))


def test_each_chart_has_a_line_for_each_run_within_its_area(failed: Report) -> None:
    loss, distance = drawn(failed)
    assert [line["name"] for line in loss["lines"]] == ["Your run", "The reference", "Gradients are never cleared"]
    assert [len(line["runs"][0]) for line in loss["lines"]] == [20, 20, 20]
    for still in (loss, distance):
        for line in still["lines"]:
            assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for run in line["runs"] for x, y in run)
    mine, reference, _ = (line["runs"][0] for line in loss["lines"])
    assert mine[0] == reference[0]
    assert mine[-1][1] < reference[-1][1]  # a higher loss stands higher, and SVG counts downwards
    assert len(distance["ticks"]) >= 3


def test_what_is_off_the_chart_is_an_arrow_at_its_edge_and_breaks_the_line(grade: Callable[..., Report]) -> None:
    program = (ROOT / "solutions" / "exercise_03" / "train.py").read_text()
    report = grade(re.sub(r"lr=lr", "lr=1e200", program))
    loss = drawn(report)[0]
    mine = loss["lines"][0]
    assert mine["off"]
    assert all(y in (0.0, HEIGHT) for _, y in mine["off"])
    assert sum(map(len, mine["runs"])) + len(mine["off"]) == 20


def test_the_page_is_whole_says_each_picture_in_words_and_has_no_script(failed: Report) -> None:
    page = render_still(failed)
    assert "<script" not in page
    assert "plotly" not in page
    svgs = re.findall(r"<svg class=\"still\".*?</svg>", page, re.S)
    assert len(svgs) == 2
    for svg in svgs:
        described = ET.fromstring(svg).get("aria-describedby")
        assert re.search(rf'<p class="words" id="{described}">\s*\S+', page)


def test_a_report_without_a_picture_is_one_without_pictures(grade: Callable[..., Report]) -> None:
    page = render_still(grade("def train(:"))
    assert 'class="still"' not in page
    assert "SyntaxError" in page


def test_nothing_of_a_learners_gets_out_of_the_frame(grade: Callable[..., Report], tmp_path: Path) -> None:
    evil = '"></iframe><script>alert(1)</script>'
    report = grade(f"def train(model, loss_fn, X, y, lr, epochs):\n    print({evil!r})\n    raise ValueError({evil!r})\n")
    html = inline(report, tmp_path / f"{evil.replace('/', '')}.html")
    assert html.count("<iframe") == html.count("</iframe>") == 1
    assert "<script" not in html
    frame = re.search(r'srcdoc="([^"]*)"', html)
    assert frame
    assert "<script" not in unescape(frame[1])
    assert "alert(1)" in unescape(frame[1])
