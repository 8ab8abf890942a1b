"""The report in a terminal: the verdict, the one thing to mend, then the checks."""

import re
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.report import DiagnosisReport, Report

VERDICTS = {
    "passed": ("Passed", "bold green"),
    "failed": ("Not passed", "bold red"),
    "ungradable": ("Not graded", "bold yellow"),
}
SIGNS = {"passed": ("✓", "green"), "failed": ("✗", "red"), "skipped": ("–", "dim")}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
MAX_PRINTED = 2000


def show(report: Report, page: Path | None) -> None:
    """Print the report to standard output."""
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=False)
    word, style = VERDICTS[report.verdict]
    number = report.exercise.rpartition("_")[2]
    console.print(Text(f"Exercise {number} · {report.title}", "bold"))
    console.print(Text.assemble((word, style), f": {_points(report.score)} of {_points(report.max_score)} points"))
    console.print()
    _paragraph(console, report.headline, 0)
    _show_lines(console, report)
    for diagnosis in report.diagnoses:
        _show_diagnosis(console, diagnosis, several=len(report.diagnoses) > 1)
    if report.checks:
        console.print()
        _show_checks(console, report)
    _show_printed(console, report.run.printed)
    console.print()
    _show_isolation(console, report)
    if page is not None:
        console.print(Text(f"See it drawn: {page}", "dim"), soft_wrap=True)


def _show_lines(console: Console, report: Report) -> None:
    """The learner's own lines that the report speaks of, marked."""
    named = {report.run.error_line, *(d.line for d in report.diagnoses)} - {None}
    if not report.lines or not named:
        return
    console.print()
    for number, text in sorted(report.lines.items()):
        sign = "→" if number in named else " "
        console.print(
            Text(f"  {sign} {number:4} │ {clean(text)}", "bold" if number in named else "dim"),
            overflow="ellipsis",
            no_wrap=True,
        )


def _show_diagnosis(console: Console, diagnosis: DiagnosisReport, several: bool) -> None:
    if several:
        console.print()
        console.print(Text(f"  It could be this: {diagnosis.title}", "bold"))
    for label, text in (("What you see", diagnosis.see), ("Why", diagnosis.why), ("Mend it", diagnosis.mend)):
        if text:
            console.print()
            _paragraph(console, Text.assemble((f"{label}: ", "bold"), clean(text)), 2)
    if diagnosis.read:
        console.print(Padding(Text(f"Read on: {diagnosis.read}", "dim"), (0, 0, 0, 2), expand=False), soft_wrap=True)


def _show_checks(console: Console, report: Report) -> None:
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True, style="dim")
    table.add_column()
    for check in report.checks:
        sign, style = SIGNS[check.status]
        text = Text(clean(check.title), "dim" if check.status == "skipped" else "")
        if check.status == "skipped":
            text.append(" (not judged yet)")
        if check.status == "failed" and check.message != report.headline:
            text.append(f"\n{clean(check.message)}", "italic")
        table.add_row(Text(sign, style), f"{_points(check.points)}/{_points(check.max_points)}", text)
    console.print(Padding(table, (0, 0, 0, 2), expand=False))


def _show_printed(console: Console, printed: str) -> None:
    if not printed.strip():
        return
    console.print()
    console.print(Text("Your code printed, on the visible input:", "bold"))
    text = clean(printed).rstrip()
    _paragraph(console, text if len(text) <= MAX_PRINTED else f"{text[:MAX_PRINTED]} …", 2)


def _show_isolation(console: Console, report: Report) -> None:
    if report.run.status == "refused" and report.run.isolation == "none" and not report.run.isolation_missing:
        return  # it never ran
    missing = f" ({'; '.join(report.run.isolation_missing)})" if report.run.isolation_missing else ""
    _paragraph(console, Text(f"Isolation of the run: {report.run.isolation}{missing}.", "dim"), 0)


def _paragraph(console: Console, text: str | Text, indent: int) -> None:
    console.print(Padding(text if isinstance(text, Text) else Text(clean(text)), (0, 0, 0, indent), expand=False))


def _points(value: float) -> str:
    return f"{value:g}"


def clean(text: str) -> str:
    """Text of unknown origin without control characters, which a terminal would obey."""
    return CONTROL.sub("�", text.expandtabs(4))
