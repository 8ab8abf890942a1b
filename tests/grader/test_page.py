"""The report as a page, in a real browser: it draws, it works offline, and a learner's text is text."""

import html
import json
import math
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.pipeline import Grader
from grader.render.charts import charts
from grader.render.page import render_page, write_page
from grader.render.text import sentence
from grader.report import Picture, Report, Series
from grader.submission import Submission

ROOT = Path(__file__).parents[2]
HOSTILE = ROOT / "tests" / "hostile"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom"),
)
Grade = Callable[..., Report]


@pytest.fixture(scope="module")
def reports(grade: Grade) -> dict[str, Report]:
    wrong = ROOT / "tests" / "exercise_03" / "wrong"
    return {
        "passed": grade((ROOT / "solutions" / "exercise_03" / "train.py").read_bytes()),
        "failed": grade((wrong / "never_clears_gradients.py").read_bytes()),
        "crashed": grade((HOSTILE / "prints_markup.py").read_bytes()),
        "escapes": grade((HOSTILE / "prints_escape_codes.py").read_bytes()),
        "ungradable": grade(b"def train(:\n"),
    }


@pytest.fixture(scope="module")
def browse(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Report], str]:
    """Write a report's page and open it; what the browser then has of it, once it complained of nothing."""
    folder = tmp_path_factory.mktemp("pages")

    def browsed(report: Report) -> str:
        page = write_page(report, folder)
        done = subprocess.run(
            [str(BROWSER), *FLAGS, f"--user-data-dir={folder / 'profile'}", page.as_uri()],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0
        assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
        return done.stdout

    return browsed


def shown_text(dom: str) -> str:
    body = re.sub(r"<(script|style|svg)\b.*?</\1>", "", dom, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", "", body))


@needs_browser
@pytest.mark.parametrize("name", ["passed", "failed"])
def test_the_charts_are_drawn_and_their_values_stand_beside_them(
    name: str, reports: dict[str, Report], browse: Callable[[Report], str]
) -> None:
    report = reports[name]
    dom = browse(report)
    assert report.picture is not None
    assert dom.count('class="plot-container') == 3
    assert all(dom.count(f"{series.name}</li>") == 1 for series in report.picture.series)  # one legend for all
    text = shown_text(dom)
    for series in report.picture.series:
        assert text.count(series.name) >= 1
        for value in series.loss:
            assert value is not None
            assert f"{value:.4g}" in text
    assert report.headline.rstrip(".") in text
    assert f"{report.score:g} of {report.max_score:g} points" in text
    if name == "failed":
        assert report.picture.parts_at == 2
        assert dom.count(">parts at step 2<") == 2
        assert [s.role for s in report.picture.series] == ["yours", "reference", "mistake"]
        assert 'class="named"' in dom


@needs_browser
@pytest.mark.parametrize("name", ["crashed", "escapes"])
def test_a_learners_markup_is_shown_and_not_run(name: str, reports: dict[str, Report], browse: Callable[[Report], str]) -> None:
    dom = browse(reports[name])
    title = re.search(r"<title>(.*?)</title>", dom)
    assert title is not None
    assert "owned" not in title[1]
    assert "<img" not in dom
    text = shown_text(dom)
    if name == "crashed":
        assert "{{ 7*7 }}" in text
        assert "<img src=x onerror" in text
        assert "</script><script>" in text
        assert "[bold red]x[/]" in text
        assert "49" not in text.partition("Your run, step by step")[0] + text.partition("What your code printed")[2]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", dom)


@needs_browser
def test_what_never_ran_has_no_charts(reports: dict[str, Report], browse: Callable[[Report], str]) -> None:
    dom = browse(reports["ungradable"])
    assert "plot" not in re.sub(r"<style.*?</style>", "", dom, flags=re.S)
    assert "Not graded" in shown_text(dom)
    assert "SyntaxError" in shown_text(dom)


@needs_browser
def test_questions_are_on_the_page_and_a_learners_answer_is_text(
    graders: dict[str, Grader], browse: Callable[[Report], str]
) -> None:
    hostile = "<img src=x onerror=console.error(1)><script>console.error(2)</script> gradients add up {{ 7*7 }} \u202e"
    answers = f"first_sign = 'second'\nzero_grad = '{hostile}'\nunknown_one = '<b>'\nlike_momentum = '<b>x</b>'\n"
    code = (ROOT / "solutions" / "exercise_05" / "train.py").read_bytes()
    report = graders["exercise_05"].grade(Submission({"train.py": code}, answers=answers.encode()))
    text = shown_text(browse(report))
    assert report.verdict == "passed"
    assert hostile.replace("\u202e", "\ufffd") in text
    assert "answers.toml, line 3: there is no question “unknown_one”" in text
    assert "2. Not right" in re.sub(r"\s+", " ", text)
    assert "What was in .grad before the first backward()?" in text
    assert "A person has still to look" in text


def series(role: str, loss: list[float | None], distance: list[float | None], name: str = "") -> Series:
    return Series.model_validate({"name": name or role, "role": role, "loss": loss, "distance": distance})


RIGHT = series("reference", [4.0, 3.0, 2.0], [0.0, 0.0, 0.0])
PICTURES = {
    "no steps": Picture(case="c", series=(series("yours", [], []), RIGHT), parts_at=1),
    "one step": Picture(case="c", series=(series("yours", [4.0], [0.1]), series("reference", [4.0], [0.0])), parts_at=1),
    "not finite": Picture(case="c", series=(series("yours", [None, None, 2.0], [None, 1e299, None]), RIGHT), parts_at=2),
    "more steps": Picture(case="c", series=(series("yours", [4.0] * 90, [0.0] * 3), RIGHT), parts_at=4),
    "all the same": Picture(
        case="c", series=(series("yours", [0.0] * 3, [0.0] * 3), series("reference", [0.0] * 3, [0.0] * 3))
    ),
    "huge and tiny": Picture(
        case="c", series=(series("yours", [1e290, -1e290, 1e-300], [1e-300, 1e290, 0.0]), RIGHT), parts_at=1
    ),
    "markup in a name": Picture(
        case="</script><img src=x onerror=alert(1)>",
        series=(series("yours", [1.0], [1.0], "<b>{{ 7*7 }}</b></script><img src=x>"), series("reference", [1.0], [0.0])),
    ),
}


@needs_browser
@pytest.mark.parametrize("name", PICTURES)
def test_any_picture_can_be_drawn(name: str, reports: dict[str, Report], browse: Callable[[Report], str]) -> None:
    dom = browse(reports["passed"].model_copy(update={"picture": PICTURES[name]}))
    assert dom.count('class="plot-container') == 2
    rows = dom.count('<th scope="row">')
    assert rows == 2 * max(len(s.loss) for s in PICTURES[name].series)
    assert "<img" not in dom


@pytest.mark.parametrize("name", PICTURES)
def test_what_is_drawn_is_finite_and_what_is_not_is_told(name: str) -> None:
    drawn = charts(PICTURES[name])
    json.dumps(drawn, allow_nan=False)
    for chart, field in zip(drawn["charts"], ("loss", "distance"), strict=True):
        low, high = chart["range"]
        assert low < high
        for curve in chart["curves"]:
            (true,) = [getattr(s, field) for s in PICTURES[name].series if s.role == curve["role"]]
            assert len(curve["y"]) == len(curve["text"]) == len(drawn["steps"])
            off = {index for index, _ in curve["off"]}
            for index, (y, text) in enumerate(zip(curve["y"], curve["text"], strict=True)):
                assert y is None or (math.isfinite(y) and low <= y <= high)
                if index >= len(true):
                    assert (y, text) == (None, "no step")
                else:
                    assert (y is None) == (index in off)
                    assert text == ("not finite" if true[index] is None else f"{true[index]:.4g}")


def test_the_page_fetches_nothing(reports: dict[str, Report]) -> None:
    for report in reports.values():
        page = render_page(report, "plotly.min.js")
        loaded = re.findall(
            r"""(?:src|srcset|data|poster|action)\s*=\s*["']?([^"'\s>]+)|url\(([^)]+)\)|@import\s+(\S+)""", page
        )
        assert {next(filter(None, groups)) for groups in loaded if "onerror" not in str(groups)} <= {"plotly.min.js", "x"}
        assert not re.findall(r"<(?:link|iframe|object|embed|base|form|meta http)", page)
        for address in re.findall(r"https?://[^\s\"'<]+", page):
            assert address in {d.read for d in report.diagnoses}
            assert page.count(address) == page.count(f'href="{address}" rel="noreferrer"')


def test_a_report_has_one_page(reports: dict[str, Report], tmp_path: Path) -> None:
    for report in reports.values():
        once = render_page(report, "plotly.min.js")
        assert render_page(Report.model_validate_json(report.model_dump_json()), "plotly.min.js") == once
        assert write_page(report, tmp_path).read_text("utf-8")
    assert [p.suffix for p in sorted(tmp_path.iterdir())] == [".html", ".js"]  # one plotly.js for all


def test_nothing_is_said_twice(reports: dict[str, Report]) -> None:
    for report in reports.values():
        text = shown_text(render_page(report, "plotly.min.js"))
        for check in report.checks:
            message = sentence(check.message.replace("`", ""))
            assert message == "" or text.count(message) <= 1
        assert text.count(sentence(report.headline.replace("`", ""))) == 1


@needs_browser
def test_without_plotly_js_the_page_says_so_and_keeps_its_values(reports: dict[str, Report], tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text(render_page(reports["passed"], "gone.js"), "utf-8")
    command = [str(BROWSER), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    assert dom.count("can't be drawn") >= 2
    assert '<th scope="row">' in dom
