"""The report inside another page, such as a notebook's: without scripts, in a frame of its own height."""

from pathlib import Path

from markupsafe import escape

from grader.render.page import render_still
from grader.report import Report

# The frame keeps the two pages' styles apart, and runs no script: only what holds it asks for its height.
_FRAME = (
    '<iframe title="{title}" sandbox="allow-same-origin allow-popups" srcdoc="{page}" '
    'style="width: 100%; max-width: 58rem; height: 30rem; border: 0; border-radius: .4rem" '
    "onload=\"this.style.height = this.contentDocument.documentElement.offsetHeight + 8 + 'px'\"></iframe>"
)


def inline(report: Report, page: Path | None = None) -> str:
    """HTML to be shown where any HTML is. `page`: where the report is as a page, on which the steps can be gone through."""
    frame = _FRAME.format(title=escape(f"Report: {report.title}"), page=escape(render_still(report)))
    return frame if page is None else f"{frame}\n<p>Step by step, in a browser: <code>{escape(str(page))}</code></p>"
