"""The report as a page: one file, which reads without a network, beside one copy of plotly.js for all pages of a folder.

plotly was chosen by measurement over bokeh, vega and lightweight-charts (a page in under a millisecond of Python, because the
figure is plain JSON that the template writes; hover, log axes and contours are there). The package is here for its JavaScript
alone: it is never imported.
"""

import importlib.metadata
import importlib.util
import os
import re
import tempfile
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from grader.faults import GraderFault
from grader.render.charts import charts
from grader.render.stills import stills
from grader.render.text import clean, earned, sentence, spoken
from grader.report import Report

SCRIPTS = ("charts.js", "map.js", "main.js")


def write_page(report: Report, folder: Path) -> Path:
    """Write `index.html` into `folder`, with plotly.js beside it, and return its path. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "index.html"
    page.write_text(render_page(report, share_plotly_js(folder)), "utf-8")
    return page


def render_page(report: Report, plotly_js: str) -> str:
    """The page's HTML. `plotly_js` is the address of that file, relative to the page."""
    drawn = {**charts(report.picture), "plotly": plotly_js} if report.picture else None
    template = _environment().get_template("report.html.jinja")
    return template.render(report=report, drawn=drawn, stills=[], plotly_js=plotly_js, script=_script())


def render_still(report: Report) -> str:
    """The same without a script: charts are pictures, and all else that moves is left out."""
    drawn = charts(report.picture) if report.picture else None
    template = _environment().get_template("report.html.jinja")
    return template.render(report=report, drawn=drawn, stills=stills(drawn) if drawn else [], plotly_js="", script="")


def share_plotly_js(folder: Path) -> str:
    """Put one copy of plotly.js into `folder`, if there is none yet, and return its name."""
    name = f"plotly-{importlib.metadata.version('plotly')}.min.js"
    if not (folder / name).is_file():
        handle, half = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(_plotly_js().read_bytes())
        os.chmod(half, 0o644)  # noqa: PTH101  mkstemp gives 0600, which a web server can't read
        Path(half).replace(folder / name)  # two graders may do this at once: either copy is whole
    return name


def _plotly_js() -> Path:
    spec = importlib.util.find_spec("plotly")
    for root in (spec.submodule_search_locations if spec else None) or ():
        path = Path(root) / "package_data" / "plotly.min.js"
        if path.is_file():
            return path
    raise GraderFault("The package plotly, which carries the charts' JavaScript, is not as expected: install plotly again.")


def prose(text: str) -> Markup:
    """A sentence of unknown origin, escaped, with what stands between `backticks` set as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(sentence(text)))))


@cache
def _script() -> Markup:
    """The page's own scripts, as they stand: none of them is a template."""
    folder = Path(__file__).parent / "templates"
    return Markup("\n".join((folder / name).read_text("utf-8") for name in SCRIPTS))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("grader.render"), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    environment.filters["clean"] = clean
    environment.filters["prose"] = prose
    environment.filters["earned"] = earned
    environment.filters["spoken"] = spoken
    # A NaN that slipped through is an error here, and not JSON that no browser reads.
    environment.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}
    return environment
