"""The report as Markdown, for a job's summary. What is a learner's is shown as text and never as Markdown or HTML."""

import re

from grader.render.text import clean, sentence, spoken
from grader.report import Report

MAX_PRINTED = 2000  # characters
VERDICTS = {"passed": "Passed", "failed": "Not passed", "ungradable": "Not graded"}
SIGNS = {"passed": "✓ met", "failed": "✗ not met", "skipped": "– not judged yet"}
_ACTS = re.compile(r"([\\*_\[\]#|<>&~!$@])")  # what GitHub's Markdown would take for something else than a character
_CODE = re.compile(r"(`[^`]*`)")


def markdown(report: Report) -> str:
    """The verdict, the mistake with its lines, a table of checks, and what was printed."""
    blocks = [
        f"## {spoken(report.exercise)}: {_text(report.title)}",
        f"**{VERDICTS[report.verdict]}**: {report.score:g} of {report.max_score:g} points",
        _text(report.headline),
    ]
    if report.lines:
        blocks.append(_code("\n".join(f"{number:4}  {text}" for number, text in sorted(report.lines.items()))))
    for diagnosis in report.diagnoses:
        if len(report.diagnoses) > 1:
            blocks.append(f"### {_text(diagnosis.title)}")
        said = (("In your run", " ".join(diagnosis.evidence)), ("Why", diagnosis.why), ("Mend it", diagnosis.mend))
        blocks += [f"**{label}**: {_text(text)}" for label, text in said if text]
    if report.checks:
        rows = [f"| {SIGNS[c.status]} | {c.points:g}/{c.max_points:g} | {_text(c.title)} |" for c in report.checks]
        blocks.append("\n".join(["| | points | check |", "|---|---|---|", *rows]))
    if report.run.printed.strip():
        printed = clean(report.run.printed).rstrip()
        blocks.append("**Your code printed**, on the visible input:")
        blocks.append(_code(printed if len(printed) <= MAX_PRINTED else f"{printed[:MAX_PRINTED]} …", "text"))
    if report.question_score:
        score = report.question_score
        waits = f"; {score.open} more wait for a person" if score.open else ""
        blocks.append(f"**Questions**: {score.points:g} of {score.max_points:g} points{waits}")
    return "\n\n".join(blocks) + "\n"


def _text(text: str) -> str:
    """A sentence: code between backticks stays code, and all else is text."""
    parts = _CODE.split(sentence(text))
    return "".join(part.replace("|", "\\|") if n % 2 else _ACTS.sub(r"\\\1", part) for n, part in enumerate(parts))


def _code(text: str, language: str = "python") -> str:
    """A block of code, fenced by more backticks than are in it."""
    text = clean(text)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"
