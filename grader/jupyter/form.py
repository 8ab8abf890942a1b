"""The questions of an exercise as widgets. Every text is escaped, or shown where nothing is taken for HTML."""

import re
from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as widgets

from grader.faults import UsageError
from grader.questions.asking import POINTS, SIGNS, Asking, in_points, in_questions, standing
from grader.questions.marking import in_words, tidy
from grader.questions.model import Question
from grader.questions.reply import Given, Reply, understand
from grader.render.text import clean
from grader.report import QuestionReport
from grader.submission import ANSWERS

WIDE = widgets.Layout(width="100%", max_width="46rem")
LETTERS = "abcdefghijklmnop"
HINT = {
    "number": "a number",
    "order": "all letters in order, such as b a c",
    "output": "what it prints",
    "short": "a few sentences",
}


def form(asking: Asking, again: bool = False) -> widgets.VBox:
    """All questions that are still to be answered, one below the other; each answer is kept when its button is pressed."""
    to_ask = asking.still(again)
    title = f"{asking.sheet.title}: {in_questions(len(asking.sheet.asked))}"
    done = len(asking.sheet.asked) - len(to_ask)
    said = [f"<b>{_html(title)}</b>"]
    if done:
        said.append(f"{done} of them {'is' if done == 1 else 'are'} answered already.")
    if asking.aside:
        said.append(f"These are other numbers than before; what you had is kept in <code>{escape(asking.aside.name)}</code>.")
    sum_up = widgets.HTML()
    _sum_up(sum_up, asking)
    given = asking.given()
    boxes = [_box(asking, number, given, sum_up) for number in to_ask]
    return widgets.VBox([widgets.HTML(" ".join(said)), *boxes, sum_up])


def _box(asking: Asking, number: int, given: dict[str, Given], sum_up: widgets.HTML) -> widgets.VBox:
    question = asking.sheet.asked[number].question
    entry, read = ENTRIES[question.kind](question, given[question.id].reply)
    button = widgets.Button(description="Check" if asking.has_key else "Keep", tooltip=f"Question {number + 1}")
    verdict = widgets.HTML()

    def pressed(_: object) -> None:
        understood = understand(question, read())
        if understood.reply is None:
            trouble = understood.trouble or "nothing is answered yet"
            verdict.value = _html(f"{trouble[:1].upper()}{trouble[1:]}.")
            return
        try:
            report = asking.keep(number, understood.reply)
        except (UsageError, OSError) as error:
            verdict.value = _html(str(error))
            return
        verdict.value = _verdict(report) if asking.has_key else f"Noted: {_html(in_words(question, understood.reply))}"
        _sum_up(sum_up, asking)

    button.on_click(pressed)
    head = f"Question {number + 1} of {len(asking.sheet.asked)} ({in_points(question.points)})"
    return widgets.VBox(
        [widgets.HTML(_shown(question, head), layout=WIDE), entry, button, verdict], layout={"margin": "1rem 0 0"}
    )


def _shown(question: Question, head: str) -> str:
    code = f"<pre>{escape(clean(question.code))}</pre>" if question.code else ""
    rows = [f"{letter}) {_html(text)}" for letter, text in zip(LETTERS, question.lines.values(), strict=False)]
    return f"<b>{_html(head)}</b><p>{_html(question.prompt)}</p>{code}{'<br>'.join(rows)}"


def _verdict(report: QuestionReport) -> str:
    rows = [f"<b>{SIGNS[report.status]}</b> {_html(report.feedback)}"]
    rows += [
        f"<code>{POINTS[point.status]}</code> {_html(point.text)}" + (f" (“{_html(point.words)}”)" if point.words else "")
        for point in report.keypoints
    ]
    if report.status in ("correct", "needs_review"):
        rows.append(_html(tidy(report.explanation)))
    return "<br>".join(row for row in rows if row)


def _sum_up(place: widgets.HTML, asking: Asking) -> None:
    reports = asking.reports()
    left = sum(report.status == "unanswered" for report in reports)
    said = [f"{in_questions(left)} still to be answered."] if left else []
    said += [*standing(reports)] if asking.has_key else ["Hand it in with your program."] if not left else []
    place.value = (
        f"<p>{_html(' '.join(said))} Your answers are in <code>{escape(asking.path.parent.name)}/{ANSWERS}</code>.</p>"
    )


def _single(question: Question, before: Reply | None) -> tuple[Any, Callable[[], Any]]:
    options = [(text, id) for id, text in question.options.items()]
    entry = widgets.RadioButtons(
        options=options, value=before if before in question.options else None, layout={"width": "max-content"}
    )
    return entry, lambda: entry.value


def _several(question: Question, before: Reply | None) -> tuple[Any, Callable[[], Any]]:
    chosen = before if isinstance(before, tuple) else ()
    boxes = {
        id: widgets.Checkbox(value=id in chosen, description=text, indent=False, layout=WIDE)
        for id, text in question.options.items()
    }
    return widgets.VBox([*boxes.values()]), lambda: [id for id, box in boxes.items() if box.value]


def _line(question: Question, before: Reply | None) -> tuple[Any, Callable[[], Any]]:
    value = "" if before is None else f"{before:g}" if isinstance(before, float) else before if isinstance(before, str) else ""
    if isinstance(before, tuple):
        value = " ".join(LETTERS[list(question.choices).index(id)] for id in before)
    entry = widgets.Text(value=value, placeholder=HINT[question.kind], layout={"width": "24rem"})
    return entry, lambda: entry.value


def _text(_: Question, before: Reply | None) -> tuple[Any, Callable[[], Any]]:
    entry = widgets.Textarea(value=before if isinstance(before, str) else "", placeholder=HINT["short"], rows=4, layout=WIDE)
    return entry, lambda: entry.value


ENTRIES: dict[str, Callable[[Question, Reply | None], tuple[Any, Callable[[], Any]]]] = {
    "single": _single,
    "several": _several,
    "number": _line,
    "order": _line,
    "output": _line,
    "short": _text,
}


def _html(text: str) -> str:
    """A text as HTML, with what stands between `backticks` set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(clean(text)))
