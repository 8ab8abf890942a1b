"""The report in a terminal: the verdict, the one thing to mend, then the checks."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from grader.render.text import clean, earned, sentence
from grader.report import DiagnosisReport, KeyPointReport, Report

VERDICTS = {
    "passed": ("Passed", "bold green"),
    "failed": ("Not passed", "bold red"),
    "ungradable": ("Not graded", "bold yellow"),
}
SIGNS = {"passed": ("✓", "green"), "failed": ("✗", "red"), "skipped": ("–", "dim")}
MAX_PRINTED = 2000
# Where the terminal's encoding has none of these.
PLAIN = str.maketrans(
    {"✓": "+", "✗": "x", "–": "-", "·": "-", "│": "|", "→": ">", "…": "...", "−": "-", "×": "x", "√": "sqrt ", "⋮": ":"}
)


def show(report: Report, page: Path | None) -> None:
    """Print the report to standard output."""
    lines = _Lines()
    word, style = VERDICTS[report.verdict]
    number = report.exercise.rpartition("_")[2]
    lines.add(Text(f"Exercise {number} · {report.title}", "bold"))
    lines.add(Text.assemble((word, style), f": {_points(report.score)} of {_points(report.max_score)} points"))
    lines.skip()
    lines.add(Text(sentence(report.headline)))
    _show_lines(lines, report)
    for diagnosis in report.diagnoses:
        _show_diagnosis(lines, diagnosis, report)
    if report.checks:
        lines.skip()
        _show_checks(lines, report)
    if report.identified:
        lines.skip()
        lines.add(Text(sentence(report.identified)))
    _show_questions(lines, report)
    _show_printed(lines, report.run.printed)
    lines.skip()
    _show_isolation(lines, report)
    if page is not None:
        lines.add(Text(f"{'See it drawn' if report.picture else 'The same as a page'}: {clean(str(page))}", "dim"), whole=True)


class _Lines:
    """Standard output, line by line: wrapped by words, indented, with nothing after the last word."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, markup=False, emoji=False)
        self._plain = not self._console.encoding.lower().startswith("utf")

    def add(self, text: Text, first: Text | None = None, *, whole: bool = False) -> None:
        """Print `text` behind `first`, on as many lines as it takes; if `whole`, on one, to be clicked or copied."""
        first = first or Text("")
        if self._plain:
            text.plain, first.plain = text.plain.translate(PLAIN), first.plain.translate(PLAIN)
        indent = first.cell_len
        room = max(10, self._console.width - indent)
        for number, line in enumerate([text] if whole else text.wrap(self._console, room)):
            line.rstrip()
            self._console.print((first if number == 0 else Text(" " * indent)) + line, soft_wrap=True)

    def add_cut(self, text: Text) -> None:
        """Print `text` on one line, cut where the line ends."""
        if self._plain:
            text.plain = text.plain.translate(PLAIN)
        text.truncate(self._console.width, overflow="ellipsis" if not self._plain else "crop")
        self._console.print(text, soft_wrap=True)

    def skip(self) -> None:
        """Print an empty line."""
        self._console.print()


def _show_lines(lines: _Lines, report: Report) -> None:
    """The learner's own lines that the report speaks of, marked."""
    named = {report.run.error_line, *(d.line for d in report.diagnoses)} - {None}
    if not report.lines or not named:
        return
    lines.skip()
    before = None
    for number, text in sorted(report.lines.items()):
        if before is not None and number > before + 1:
            lines.add(Text("         ⋮", "dim"))
        sign = "→" if number in named else " "
        lines.add_cut(Text(f"  {sign} {number:4} │ {clean(text)}", "bold" if number in named else "dim"))
        before = number


def _show_diagnosis(lines: _Lines, diagnosis: DiagnosisReport, report: Report) -> None:
    """A hint, what the learner's own numbers show, and then the explanation."""
    if len(report.diagnoses) > 1:
        lines.skip()
        lines.add(Text(f"{'It could be this: ' if diagnosis.one_of else ''}{diagnosis.title}", "bold"), Text("  "))
    checked = {check.message for check in report.checks}  # these stand beside the checks
    shown = [sentence(said) for said in diagnosis.evidence if said not in checked]
    for label, text in (
        *(("Look here", diagnosis.hint), ("In your run", " ".join(shown) if diagnosis.see else "")),
        *(("What you see", diagnosis.see), ("Why", diagnosis.why), ("Mend it", diagnosis.mend)),
    ):
        if text:
            lines.skip()
            lines.add(Text.assemble((f"{label}: ", "bold"), sentence(text)), Text("  "))
    if diagnosis.read:
        lines.skip()
        lines.add(Text(f"Read on: {diagnosis.read}", "dim"), Text("  "), whole=True)


def _show_checks(lines: _Lines, report: Report) -> None:
    worth = [f"{_points(check.points)}/{_points(check.max_points)}" for check in report.checks]
    widest = max(map(len, worth))
    for check, points in zip(report.checks, worth, strict=True):
        sign, style = SIGNS[check.status]
        text = Text(sentence(check.title), "dim" if check.status == "skipped" else "")
        if check.status == "skipped":
            text.append(" (not judged yet)")
        if check.status == "failed" and check.message != report.headline:
            text.append(f"\n{sentence(check.message)}", "italic")
        lines.add(text, Text.assemble("  ", (sign, style), " ", (points.rjust(widest), "dim"), " "))


QUESTION_SIGNS = {
    "correct": ("✓", "green"),
    "partial": ("~", "yellow"),
    "incorrect": ("✗", "red"),
    "needs_review": ("?", "yellow"),
    "unanswered": ("–", "dim"),
}


def _show_questions(lines: _Lines, report: Report) -> None:
    """The concept questions: each with what is said to its answer; and what was amiss in the file of answers."""
    score = report.question_score
    if score is not None:
        lines.skip()
        waiting = f"; {score.open} more {'waits' if score.open == 1 else 'wait'} for a person to look" if score.open else ""
        lines.add(Text(f"Questions: {_points(score.points)} of {_points(score.max_points)} points{waiting}", "bold"))
        for question in report.questions:
            sign, style = QUESTION_SIGNS[question.status]
            worth = f"{earned(question)}/{_points(question.max_points)}"
            first = Text.assemble("  ", (sign, style), " ", (worth.rjust(5), "dim"), " ")
            if question.status in ("correct", "unanswered") and not question.feedback:
                lines.add_cut(first + Text(sentence(question.prompt), "dim"))  # the page has it whole
                continue
            lines.add(Text(sentence(question.prompt)), first)
            waits = question.status == "needs_review"
            said = [question.feedback, *map(_key_point, question.keypoints), question.explanation if waits else ""]
            for text, style in ((f"You: {question.given}" if question.given else "", "dim"), *((text, "") for text in said)):
                if text:
                    lines.add(Text(sentence(text), style), Text(" " * first.cell_len))
    elif report.questions and report.checks:
        lines.skip()
        number = f"{len(report.questions)} questions" if len(report.questions) > 1 else "a question"
        lines.add(Text(f"There are {number} on this as well: grade quiz {report.exercise}", "dim"))
    if report.answers_notes:
        lines.skip()
    for note in report.answers_notes:
        lines.add(Text(sentence(note), "yellow"), Text("  ! ", "yellow"))


def _key_point(point: KeyPointReport) -> str:
    sign = {"credited": "[x]", "review": "[?]", "not_detected": "[ ]"}[point.status]
    return f"{sign} {point.text}" + (f" (your words: “{point.words}”)" if point.words else "")


def _show_printed(lines: _Lines, printed: str) -> None:
    if not printed.strip():
        return
    lines.skip()
    lines.add(Text("Your code printed, on the visible input:", "bold"))
    text = clean(printed).rstrip()
    lines.add(Text(text if len(text) <= MAX_PRINTED else f"{text[:MAX_PRINTED]} …"), Text("  │ "))


def _show_isolation(lines: _Lines, report: Report) -> None:
    if not report.checks and report.run.isolation == "none" and not report.run.isolation_missing:
        return  # it never ran
    missing = f" ({'; '.join(report.run.isolation_missing)})" if report.run.isolation_missing else ""
    lines.add(Text(sentence(f"Isolation of the run: {report.run.isolation}{missing}."), "dim"))


def _points(value: float) -> str:
    return f"{value:g}"
