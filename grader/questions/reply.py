"""Makes of what stands in the file what was meant: an option, several, a number with its unit, an order, an output, a text."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from grader.questions.model import Question

Reply = str | float | tuple[str, ...]  # an option's id, an output or a text; a number; options or lines
MAX_TEXT = 4000
# How many bytes: by 1000, and by 1024 (IEC 80000-13). Lower case is taken for what it is meant to be.
BYTES: dict[str, int] = {"b": 1, "byte": 1, "bytes": 1}
BYTES |= {f"{letter}b": 1000**power for power, letter in enumerate("kmgt", start=1)}
BYTES |= {f"{letter}ib": 1024**power for power, letter in enumerate("kmgt", start=1)}
_NUMBER = re.compile(r"([-+]?(?:\d[\d_ \u00a0\u202f']*(?:[.,]\d*)*|[.,]\d+)(?:e[-+]?\d+)?)\s*(.*)", re.IGNORECASE | re.DOTALL)


class Unclear(Exception):
    """An answer that can't be taken for one; the message says what is expected."""


@dataclass(frozen=True)
class Given:
    """One answer as it was understood. `reply` is None where there is none; then `trouble` may say why."""

    reply: Reply | None
    trouble: str = ""


def understand(question: Question, raw: Any) -> Given:
    """What is meant by a value of the file, for this question as it is shown. Blank is no answer."""
    if raw is None or raw == "" or raw == [] or (isinstance(raw, str) and not raw.strip()):
        return Given(None)
    try:
        return Given(_READ[question.kind](question, raw))
    except Unclear as reason:
        return Given(None, str(reason))


def _single(question: Question, raw: Any) -> str:
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    if not isinstance(raw, str):
        raise Unclear(f"one of these is expected, in quotation marks: {_names(question)}")
    return _choice(question, raw)


def _several(question: Question, raw: Any) -> tuple[str, ...]:
    chosen = [_choice(question, part) for part in _parts(question, raw)]
    return tuple(id for id in question.choices if id in chosen)


def _order(question: Question, raw: Any) -> tuple[str, ...]:
    lines = [_choice(question, part) for part in _parts(question, raw)]
    twice = next((id for n, id in enumerate(lines) if id in lines[:n]), None)
    if twice is not None:
        raise Unclear(f"“{twice}” is there twice; each line is used once")
    missing = [id for id in question.lines if id not in lines]
    if missing:
        raise Unclear(
            f"all lines are to be put in order, and {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        )
    return tuple(lines)


def _number(question: Question, raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise Unclear(f"a number is expected{f', in {question.unit}' if question.unit else ''}")
    number = _from_text(question, raw.strip()) if isinstance(raw, str) else _finite(raw)
    if not math.isfinite(number):
        raise Unclear("a finite number is expected")
    return number


def _finite(raw: float) -> float:
    try:
        return float(raw)
    except OverflowError:
        return math.inf


def _from_text(question: Question, text: str) -> float:
    found = _NUMBER.fullmatch(text.replace("\N{MINUS SIGN}", "-"))
    if not found:
        raise Unclear(f"{_quoted(text)} is not a number; write it like 0.25 or 2.5e-3")
    digits = re.sub(r"[_ \u00a0\u202f']", "", found[1])
    if re.search(r"[.,]\d*[.,]", digits) or re.fullmatch(r"[-+]?[1-9]\d{0,2},\d{3}", digits):
        raise Unclear(f"{_quoted(text)} can be read in two ways; write a point for decimals, and nothing between thousands")
    return _finite(float(digits.replace(",", "."))) * _factor(question, found[2].strip().rstrip("."))


def _factor(question: Question, unit: str) -> int:
    """What a number in this unit is multiplied by, to be in the question's own."""
    if not unit or unit.casefold() == question.unit.casefold():
        return 1
    if question.unit in ("bytes", "B") and unit.lower() in BYTES:
        return BYTES[unit.lower()]
    asked = f"in {question.unit}" if question.unit else "alone"
    raise Unclear(f"{_quoted(unit)} is not expected behind the number: write the number {asked}")


def _output(_: Question, raw: Any) -> str:
    if isinstance(raw, list):
        return repr(raw)
    if not isinstance(raw, bool | int | float | str):
        raise Unclear("what the program prints is expected, in quotation marks")
    return _limited(str(raw).strip())


def _short(_: Question, raw: Any) -> str:
    if not isinstance(raw, str):
        raise Unclear("a sentence or two are expected, in quotation marks")
    return _limited(raw.strip())


_READ: dict[str, Callable[[Question, Any], Reply]] = {
    "single": _single,
    "several": _several,
    "number": _number,
    "order": _order,
    "output": _output,
    "short": _short,
}


def _parts(question: Question, raw: Any) -> Sequence[str]:
    """The ids of a list, or of a text with commas."""
    parts = [part for part in re.split(r"[,;\s]+", raw) if part] if isinstance(raw, str) else raw
    if isinstance(raw, str) and len(parts) == 1 and parts[0] not in question.choices:
        parts = list(parts[0])  # letters without anything between them
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise Unclear(f'a list is expected, such as ["{next(iter(question.choices))}", …], of: {_names(question)}')
    return parts


def _choice(question: Question, text: str) -> str:
    """The option or line of this id, or of this letter in the order in which they are shown."""
    ids = list(question.choices)
    given = text.strip().strip("()[].").strip().casefold()
    if given in ids:
        return given
    if len(given) == 1 and given.isascii() and given.isalpha() and ord(given) - ord("a") < len(ids):
        return ids[ord(given) - ord("a")]
    raise Unclear(f"{_quoted(text)} is none of these: {_names(question)}")


def _limited(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise Unclear(f"it is longer than {MAX_TEXT} characters: say it in a few sentences")
    return text


def _names(question: Question) -> str:
    return ", ".join(question.choices)


def _quoted(text: str) -> str:
    return f"“{text if len(text) <= 40 else text[:40] + '…'}”"
