"""The playground as a page: one file, which needs no network and asks for none."""

import base64
import hashlib
import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

import torch
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from pydantic import BaseModel, ConfigDict, Field

from grader.course import Course, find_course
from grader.explore.pack import pack
from grader.explore.runs import LEARNING_RATES, MEMORIES, MISTAKES, STEPS, Name, all_runs
from grader.explore.surfaces import SURFACES
from grader.files import PUBLIC, replace_file

FILE = "explore.html"
_SCRIPTS = ("data.js", "words.js", "map.js", "loss.js", "numbers.js", "main.js")
_UNSAFE = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(_Model):
    """The setting of one path; the memory is the usual one."""

    optimizer: Name
    lr: float
    mistake: str = ""


class Preset(_Model):
    """A guided text, and what it switches to."""

    id: str
    title: str
    text: str
    surface: str
    step: int = Field(ge=0, le=STEPS)
    a: Choice
    b: Choice | None = None


class Text(_Model):
    """What a surface is called, and what it is."""

    title: str
    text: str


class Entry(_Model):
    """A word of the page, explained."""

    term: str
    text: str


class Words(_Model):
    """words.toml."""

    surfaces: dict[str, Text]
    optimizers: dict[Name, str]
    presets: tuple[Preset, ...]
    glossary: tuple[Entry, ...]


def explore(folder: Path, course: Course | None = None) -> Path:
    """Write the playground to `folder`/explore.html, whole or not at all, and return its path.

    The catalogue of `course` (of the one that `find_course` finds, if none is given) says what the mistakes are called.

    Raises:
        OSError: it can't be written.
    """
    page = render_playground(course or find_course())
    replace_file(folder / FILE, page.encode(), PUBLIC)
    return folder / FILE


def render_playground(course: Course) -> str:
    """The page's HTML. Takes some seconds: every run is taken anew."""
    words = read_words()
    contents, numbers = pack(all_runs())
    contents["surfaces"] = [s | words.surfaces[s["id"]].model_dump() for s in contents["surfaces"]]
    contents["optimizers"] = [
        {"id": name, "title": words.optimizers[name], **about}
        for name, about in zip(MEMORIES, contents["optimizers"], strict=True)
    ]
    mistakes = _mistakes(course, contents["mistakes"])
    contents["mistakeTitles"] = [each["title"] for each in mistakes]
    contents["presets"] = [_preset(preset) for preset in words.presets]
    style = _file("explore.css")
    script = "\n".join(map(_file, _SCRIPTS))
    return (
        _environment()
        .get_template("explore.html.jinja")
        .render(
            words=words,
            mistakes=mistakes,
            steps=STEPS,
            lrs=LEARNING_RATES,
            torch_version=torch.__version__,
            contents=_safe_json(contents),
            numbers=numbers,
            style=Markup(style),
            script=Markup(script),
            style_hash=_csp_hash(style),
            script_hash=_csp_hash(script),
        )
    )


@cache
def read_words() -> Words:
    """The words of the page. Raises pydantic's ValidationError where they aren't as they should be."""
    words = Words.model_validate(tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8")))
    assert words.surfaces.keys() == {surface.id for surface in SURFACES}
    assert words.optimizers.keys() == MEMORIES.keys()
    return words


def _file(name: str) -> str:
    """A style or script, as it stands: none of it is a template."""
    return (Path(__file__).parent / "templates" / name).read_text("utf-8")


def _mistakes(course: Course, ids: list[str]) -> list[dict[str, str]]:
    """What the catalogue says of each mistake; the first is none. Where there is no catalogue, the id has to do."""
    told = []
    for id in ids:
        entry = course.misconceptions.get(id)
        title = entry.title if entry else id.replace("_", " ").capitalize()
        told.append(
            {"id": id, "title": title if id else "None", "see": entry.see if entry else "", "why": entry.why if entry else ""}
        )
    return told


def _preset(preset: Preset) -> dict[str, Any]:
    """A preset in the numbers by which the page's script speaks. Raises ValueError where it asks for what isn't there."""
    side: Literal["a", "b"]
    told: dict[str, Any] = {"id": preset.id, "surface": [s.id for s in SURFACES].index(preset.surface), "step": preset.step}
    for side in ("a", "b"):
        choice = preset.a if side == "a" else preset.b
        if choice and choice.mistake and choice.mistake not in MISTAKES[choice.optimizer]:
            raise ValueError(f"{preset.id}: {choice.mistake} isn't among the mistakes of {choice.optimizer}")
        told[side] = choice and {
            "optimizer": list(MEMORIES).index(choice.optimizer),
            "lr": LEARNING_RATES.index(choice.lr),
            "memory": 0,
            "mistake": choice.mistake,
        }
    return told


def _prose(text: str) -> Markup:
    """A text, escaped, with what stands between `backticks` set as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _safe_json(value: object) -> Markup:
    """JSON that can stand in a script element, whatever its texts."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(_UNSAFE))


def _csp_hash(text: str) -> str:
    """What the page's policy knows an inline style or script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("grader.explore"), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    environment.filters["prose"] = _prose
    return environment
