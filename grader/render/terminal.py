"""The report in a terminal, to be read in ten seconds: the verdict, the one thing to mend, what is right, the next step."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from grader.render.curve import curves, in_words
from grader.render.lines import Lines
from grader.render.text import clean, earned, sentence, spoken
from grader.report import DiagnosisReport, KeyPointReport, Report

VERDICTS = {
    "passed": ("Passed", "bold green"),
    "failed": ("Not passed", "bold red"),
    "ungradable": ("Not graded", "bold yellow"),
}
SIGNS = {"passed": ("✓", "green"), "failed": ("✗", "red"), "skipped": ("–", "dim")}
WORDS = {"passed": "met", "failed": "not met", "skipped": "not judged yet"}
MAX_PRINTED = 2000
CURVE = 40  # columns at most


Following = Sequence[tuple[str, str]]
# What is left out of a window that is too low, first to last; the report itself has all.
LESS = (frozenset[str](), frozenset({"losses"}), frozenset({"losses", "met"}), frozenset({"losses", "met", "why"}))


def show(report: Report, page: Path | None, following: Following = (), *, full: bool = False) -> None:
    """Print the report to standard output.

    Args:
        page: where it was drawn.
        following: what can be done next, each with a label.
        full: with all that is known of the mistake, and not only what is needed to mend it.
    """
    _show(Lines(), report, page, following, full, LESS[0])


def as_text(report: Report, page: Path | None, columns: int = 80) -> str:
    """The same as text, without colours."""
    lines = Lines(columns)
    with lines.held() as held:
        _show(lines, report, page, (), False, LESS[0])
    return "".join(held)


def show_within(report: Report, page: Path | None, following: Following, rows: int) -> None:
    """Print the report, shorter where it would take more rows than these; nothing that has to be mended is left out."""
    for less in LESS:
        lines = Lines()
        with lines.held() as held:
            _show(lines, report, page, following, False, less)
        if len(held) <= rows:
            break
    sys.stdout.write("".join(held))


def _show(lines: Lines, report: Report, page: Path | None, following: Following, full: bool, less: frozenset[str]) -> None:
    word, style = VERDICTS[report.verdict]
    lines.add(Text(f"{spoken(report.exercise)} · {report.title}", "bold"))
    lines.add(Text.assemble((word, style), f": {_points(report.score)} of {_points(report.max_score)} points"))
    lines.skip()
    lines.add(Text(sentence(report.headline), "bold" if report.diagnoses else ""))
    _show_lines(lines, report)
    for diagnosis in report.diagnoses:
        _show_diagnosis(lines, diagnosis, report, full, less)
    if report.checks:
        lines.skip()
        _show_checks(lines, report, full, less)
    if "losses" not in less:
        _show_losses(lines, report)
    if report.identified and (full or report.verdict == "passed"):
        lines.skip()
        lines.add(Text(sentence(report.identified)))
    _show_questions(lines, report)
    _show_printed(lines, report.run.printed)
    lines.skip()
    _show_isolation(lines, report, full)
    if page is not None:
        lines.add(Text(f"{'See it drawn' if report.picture else 'The same as a page'}: {clean(str(page))}", "dim"), whole=True)
    for label, text in following:
        lines.add(Text(sentence(text)), Text(f"{label}  ", "bold"))


def _show_lines(lines: Lines, report: Report) -> None:
    """The learner's own lines that the report speaks of, marked."""
    named = {report.run.error_line, *(d.line for d in report.diagnoses)} - {None}
    if not report.lines or not named:
        return
    lines.skip()
    before = None
    for number, text in sorted(report.lines.items()):
        if before is not None and number > before + 1:
            lines.add(Text("         ⋮", "dim"))
        sign = ("→" if lines.signs else ">") if number in named else " "
        lines.add_cut(Text(f"  {sign} {number:4} │ {clean(text)}", "bold" if number in named else "dim"))
        before = number


def _show_diagnosis(lines: Lines, diagnosis: DiagnosisReport, report: Report, full: bool, less: frozenset[str]) -> None:
    """A hint, what the learner's own numbers show, why, and what to do."""
    if len(report.diagnoses) > 1:
        lines.skip()
        lines.add(Text(f"{'It could be this: ' if diagnosis.one_of else ''}{diagnosis.title}", "bold"), Text("  "))
    checked = {check.message for check in report.checks}  # these stand beside the checks
    shown = [sentence(said) for said in diagnosis.evidence if said not in checked]
    shown = shown if full else shown[:1]
    for label, text in (
        *(("Look here", diagnosis.hint), ("In your run", " ".join(shown) if diagnosis.see else "")),
        *(
            ("What you see", diagnosis.see if full or not shown else ""),
            ("Why", "" if "why" in less else diagnosis.why),
            ("Mend it", diagnosis.mend),
        ),
    ):
        if text:
            lines.skip()
            lines.add(Text.assemble((f"{label}: ", "bold"), sentence(text)), Text("  "))
    if diagnosis.read and full:
        lines.skip()
        lines.add(Text(f"Read on: {diagnosis.read}", "dim"), Text("  "), whole=True)


def _show_checks(lines: Lines, report: Report, full: bool, less: frozenset[str]) -> None:
    worth = [f"{_points(check.points)}/{_points(check.max_points)}" for check in report.checks]
    widest = max(map(len, worth))
    named = any(diagnosis.id != "unknown" for diagnosis in report.diagnoses)
    for check, points in zip(report.checks, worth, strict=True):
        if "met" in less and check.status != "failed":
            continue
        sign, style = SIGNS[check.status] if lines.signs else (f"{WORDS[check.status]}:", "")
        text = Text(sentence(check.title), "dim" if check.status == "skipped" else "")
        if check.status == "failed" and check.message != report.headline and (full or not named):
            text.append(f"\n{sentence(check.message)}", "italic")
        lines.add(text, Text.assemble("  ", (sign, style), " ", (points.rjust(widest), "dim"), " "))
    if "met" in less:
        lines.add(
            Text(f"{sum(check.status == 'passed' for check in report.checks)} of {len(report.checks)} checks are met", "dim"),
            Text("  "),
        )
    elif lines.signs and any(check.status == "skipped" for check in report.checks):
        lines.add(Text("–: not judged yet, because of what comes before", "dim"), Text("  "))


def _show_losses(lines: Lines, report: Report) -> None:
    """The loss by step, yours above the reference's: on one scale, and in words."""
    series = {each.role: each for each in report.picture.series} if report.picture else {}
    yours, right = series.get("yours"), series.get("reference")
    if yours is None or right is None or not right.loss or not yours.loss:
        return
    said = [in_words(each.loss) for each in (yours, right)]
    lines.skip()
    if yours.loss == right.loss and lines.curves:
        (curve,) = curves([right.loss], min(CURVE, lines.width - 10))
        lines.add(Text.assemble("  Loss  ", (curve, "cyan")))
        lines.add(Text(f"{said[0]}: the reference's", "dim"), Text("        "))
        return
    drawn = curves([yours.loss, right.loss], min(CURVE, lines.width - 21)) if lines.curves else ["", ""]
    for label, curve, words in zip(("Your loss", "The reference's"), drawn, said, strict=True):
        if curve:
            lines.add(Text.assemble(f"  {label:15}  ", (curve, "cyan" if label == "Your loss" else "dim")))
            lines.add(Text(words, "dim"), Text(" " * 19))
        else:
            lines.add(Text(f"{label}: {words}"), Text("  "))


QUESTION_SIGNS = {
    "correct": ("✓", "green"),
    "partial": ("~", "yellow"),
    "incorrect": ("✗", "red"),
    "needs_review": ("?", "yellow"),
    "unanswered": ("–", "dim"),
}


def _show_questions(lines: Lines, report: Report) -> None:
    """The concept questions: each with what is said to its answer; and what was amiss in the file of answers."""
    score = report.question_score
    if score is not None:
        lines.skip()
        waiting = f"; {score.open} more {'waits' if score.open == 1 else 'wait'} for a person to look" if score.open else ""
        lines.add(Text(f"Questions: {_points(score.points)} of {_points(score.max_points)} points{waiting}", "bold"))
        for question in report.questions:
            sign, style = QUESTION_SIGNS[question.status] if lines.signs else (f"{question.status.replace('_', ' ')}:", "")
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
    if report.answers_notes:
        lines.skip()
    for note in report.answers_notes:
        lines.add(Text(sentence(note), "yellow"), Text("  ! ", "yellow"))


def _key_point(point: KeyPointReport) -> str:
    sign = {"credited": "[x]", "review": "[?]", "not_detected": "[ ]"}[point.status]
    return f"{sign} {point.text}" + (f" (your words: “{point.words}”)" if point.words else "")


def _show_printed(lines: Lines, printed: str) -> None:
    if not printed.strip():
        return
    lines.skip()
    lines.add(Text("Your code printed, on the visible input:", "bold"))
    text = clean(printed).rstrip()
    lines.add(Text(text if len(text) <= MAX_PRINTED else f"{text[:MAX_PRINTED]} …"), Text("  │ "))


def _show_isolation(lines: Lines, report: Report, full: bool) -> None:
    if not report.checks and report.run.isolation == "none" and not report.run.isolation_missing:
        return  # it never ran
    if report.run.isolation == "full" and not full:
        return  # all is as it should be
    missing = f" ({'; '.join(report.run.isolation_missing)})" if report.run.isolation_missing else ""
    lines.add(Text(sentence(f"Isolation of the run: {report.run.isolation}{missing}."), "dim"))


def _points(value: float) -> str:
    return f"{value:g}"
