"""Each student's report as a page, under a name that nobody can guess or read a student from."""

import hashlib
import html
from collections.abc import Iterator
from pathlib import Path

from grader.bulk.gradebook import Gradebook, Row
from grader.bulk.work import why
from grader.files import replace_file
from grader.render.page import render_page, share_plotly_js
from grader.report import Report

FOLDER = "reports"
TOGETHER = 200  # pages, after which it is noted which are written


def write_pages(book: Gradebook, out: Path) -> Iterator[int]:
    """Write the pages that don't show what counts by now; yields how many are written so far. Raises OSError."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    plotly_js, salt = share_plotly_js(folder), book.salt()
    written: list[int] = []
    for number, id in enumerate(book.pages_to_write(), start=1):
        row = book.row(id)
        replace_file(out / page_name(salt, row), _page(row, plotly_js).encode())
        written.append(id)
        if len(written) == TOGETHER:
            book.page_written(written)
            written = []
            yield number
    book.page_written(written)


def page_name(salt: str, row: Row) -> str:
    """Where a submission's page is, from the gradebook's folder."""
    entry = row.entry
    name = hashlib.sha256(f"{salt}\0{entry.student.id}\0{entry.exercise}\0{entry.digest}".encode()).hexdigest()[:20]
    return f"{FOLDER}/{name}.html"


def _page(row: Row, plotly_js: str) -> str:
    assert row.made is not None
    if row.made.state == "graded":
        return render_page(Report.model_validate_json(row.made.report), plotly_js)
    fault = html.escape(why(row.made))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(row.entry.exercise)}</title>'
        "<p>The grader itself failed on this submission. It is no verdict on it, and no mark.</p>"
        f"<p>{fault}</p></html>\n"
    )
