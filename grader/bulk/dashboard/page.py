"""The dashboard as a page: one file, which needs no network and asks for none.

The tables that say something of the class are written here; the table of students is drawn by the page's script, from the data
inside the page, because a class of a thousand has more cells than a browser should lay out at once.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grader.bulk.dashboard.rows import QuestionText, Row
from grader.bulk.dashboard.stats import ClassStats, class_stats
from grader.files import PUBLIC, replace_file
from grader.render.text import clean, spoken

# Joins letters and emoji into one sign; in Persian and Hindi names, a mark in its place would be a misspelling.
_JOINERS = re.compile("([\u200c\u200d])")
_STATUS = ("passed", "failed", "ungradable", "grader_fault", "missing", "excused")
_UNSAFE = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class About:
    """What the page says beside the results, as far as it is at hand.

    Attributes:
        title: whose results these are, as "Deep learning, autumn".
        made: when, and by which versions, in words.
        exercises: titles, by the name of the exercise.
        questions: by exercise and id, what the course knows of its questions.
        misconceptions: titles, by id; a diagnosis brings its own.
        again: the command that grades once more what the grader failed on.
        review: the command that shows what waits for a person.
    """

    title: str = "The class"
    made: str = ""
    exercises: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[tuple[str, str], QuestionText] = field(default_factory=dict)
    misconceptions: Mapping[str, str] = field(default_factory=dict)
    again: str = "grade bulk SUBMISSIONS --out DIR"
    review: str = "grade review SUBMISSIONS"


def write_dashboard(rows: Iterable[Row], path: Path, about: About | None = None) -> Path:
    """Write the page to `path`, whole or not at all, and return it.

    Raises:
        ValueError: two rows are of the same student and exercise.
        OSError: it can't be written.
    """
    page = render_dashboard(rows, about)
    replace_file(path, page.encode(), PUBLIC)
    return path


def render_dashboard(rows: Iterable[Row], about: About | None = None) -> str:
    """The page's HTML, of at most one row for each student and exercise. Raises ValueError where there are two."""
    about = about or About()
    known = sorted(rows, key=lambda row: (row.exercise, row.student))
    stats = class_stats(known, about.questions, about.misconceptions)
    lists, numbers = _Lists(known), _Numbers(known, stats)
    environment = _environment()
    style, script = environment.get_template("dashboard.style").render(), environment.get_template("dashboard.js").render()
    return environment.get_template("dashboard.html.jinja").render(
        about=about,
        stats=stats,
        number=numbers,
        listed=lists.add,
        # The lists are complete only when everything above the data is written, so this is called last, by the template.
        data=lambda: safe_json(_data(known, numbers, lists.lists)),
        style=Markup(style),
        script=Markup(script),
        style_hash=_csp_hash(style),
        script_hash=_csp_hash(script),
    )


def shown(text: str) -> str:
    """A text of unknown origin on one line, with a mark in place of each character that isn't there to be seen."""
    return "".join(part if _JOINERS.fullmatch(part) else clean(part) for part in _JOINERS.split(" ".join(text.split())))


def safe_json(value: object) -> Markup:
    """JSON that can stand in a script element, whatever its texts. Raises ValueError for a number that isn't finite."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(_UNSAFE))


class _Lists:
    """The lists of students that the page fills in when they are opened: each is of the numbers of its rows."""

    def __init__(self, rows: list[Row]) -> None:
        self._number = {(row.student, row.exercise): number for number, row in enumerate(rows)}
        self.lists: list[list[int]] = []

    def add(self, rows: Iterable[Row]) -> int:
        """Keep these rows; the number under which the page finds them."""
        self.lists.append([self._number[row.student, row.exercise] for row in rows])
        return len(self.lists) - 1


class _Numbers:
    """The numbers by which the page's data and its buttons speak of students, exercises and misconceptions, by id."""

    def __init__(self, rows: list[Row], stats: ClassStats) -> None:
        names: dict[str, str] = {}
        for row in rows:
            names.setdefault(row.student, row.name)
        titles = {one.id: one.title for one in stats.misconceptions if one.rows}
        self.names, self.titles = list(names.values()), list(titles.values())
        self.students = {id: number for number, id in enumerate(names)}
        self.exercises = {one.exercise: number for number, one in enumerate(stats.exercises)}
        self.mistakes = {id: number for number, id in enumerate(titles)}


def _data(rows: list[Row], number: _Numbers, lists: list[list[int]]) -> dict[str, Any]:
    """What the script needs, each text once: a row refers to student, exercise and misconceptions by their numbers."""
    return {
        "students": [[shown(id), shown(name)] for id, name in zip(number.students, number.names, strict=True)],
        "exercises": [shown(spoken(name)) for name in number.exercises],
        "mistakes": [shown(title) for title in number.titles],
        "statuses": _STATUS,
        "rows": [
            [
                number.students[row.student],
                number.exercises[row.exercise],
                None if row.score is None else round(row.score, 4),
                round(row.max_score, 4),
                _STATUS.index(row.verdict if row.judged and row.verdict else row.state),
                2 * row.waits + row.late,
                row.tries,
                [number.mistakes[id] for id in dict.fromkeys(d.id for d in row.diagnoses) if row.judged],
                row.link,
            ]
            for row in rows
        ],
        "lists": lists,
    }


def _csp_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("grader.bulk.dashboard"), PackageLoader("grader.render")]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["shown"] = shown
    environment.filters["spoken"] = spoken
    environment.filters["percent"] = _percent
    return environment
