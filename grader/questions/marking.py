"""Answers held against the key. Short answers get a provisional mark, which a person confirms (grader.questions.open)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from grader.faults import GraderFault
from grader.questions.model import Key, Mistake, Question, Values
from grader.questions.reply import Reply
from grader.report import QuestionReport

# Said to a wrong answer that nobody foresaw.
NUMBER = "That isn't it. Write down step by step how you came to it, and try each step in Python."
OUTPUT = "It prints something else. Go through it line by line, and write down what each name holds."
ORDER = "Not in this order. For each line ask what it needs, and which line makes that."


@dataclass(frozen=True)
class Marked:
    """What one answer earned: a share of the points, what is said to it, and the misconceptions that it stands for."""

    share: float
    feedback: tuple[str, ...]
    misconceptions: tuple[str, ...] = ()


def mark(question: Question, key: Key, values: Values, reply: Reply) -> QuestionReport:
    """Mark an answer of any kind but a short one, by the `values` of its variant. Raises GraderFault for a faulty key."""
    marked = _MARK[question.kind](question, key, values, reply)
    status = "correct" if marked.share == 1 else "partial" if marked.share > 0 else "incorrect"
    points = round(marked.share * question.points, 2)
    return QuestionReport.model_validate(
        {
            **about(question),
            "status": status,
            "points": points,
            "high": points,
            "given": in_words(question, reply),
            "chosen": reply if isinstance(reply, tuple) else (reply,) if question.kind == "single" else (),
            "feedback": " ".join(marked.feedback),
            "misconceptions": marked.misconceptions,
            "explanation": tidy(key.explanation) if status == "correct" else "",
        }
    )


def about(question: Question) -> dict[str, object]:
    """What a report says of a question, whatever was answered."""
    return {
        "id": question.id,
        "kind": question.kind,
        "prompt": question.prompt,
        "code": question.code,
        "max_points": question.points,
    }


def in_words(question: Question, reply: Reply) -> str:
    """An answer as it is shown again."""
    if isinstance(reply, tuple):
        return ("\n" if question.kind == "order" else "; ").join(question.choices[id] for id in reply)
    if isinstance(reply, float):
        return f"{reply:.12g} {question.unit}".rstrip()
    return question.choices.get(reply, reply) if question.kind == "single" else reply


def right_reply(question: Question, key: Key, values: Values) -> Reply:
    """The right answer, or the first of several. Raises GraderFault where the key has none."""
    try:
        match question.kind:
            case "single" if isinstance(key.right, str):
                return str(values[key.right[1:]]) if key.right.startswith("=") else key.right
            case "several":
                return tuple(id for id in question.options if id in key.right)
            case "order" if not isinstance(key.right, str):
                return tuple(key.right[0])
            case "number" if isinstance(key.right, str):
                return float(values[key.right])
            case "output" if isinstance(key.right, str):
                return str(values[key.right])
    except (KeyError, IndexError, ValueError):
        pass
    raise GraderFault(f"The key to the question {question.id} says of nothing that it is right.")


def near(number: float, right: float, key: Key) -> bool:
    """Whether a number is within the larger of the relative and the absolute tolerance."""
    # A rounding of binary fractions must not decide at the very border.
    return abs(number - right) <= max(key.tolerance * abs(right), key.absolute) * (1 + 1e-9)


def same_output(one: str, other: str) -> bool:
    """Whether two outputs are alike: word by word, whatever is between them, and numbers by their value."""
    words, others = one.split(), other.split()
    return len(words) == len(others) and all(map(_same_word, words, others))


def _same_word(one: str, other: str) -> bool:
    if one == other:
        return True
    number = re.compile(r"[(\[]*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?[)\],]*", re.IGNORECASE)
    if not (number.fullmatch(one) and number.fullmatch(other)):
        return False
    around = re.compile(r"[()\[\],]")
    return around.findall(one) == around.findall(other) and float(around.sub("", one)) == float(around.sub("", other))


def _single(question: Question, key: Key, values: Values, reply: Reply) -> Marked:
    if reply == right_reply(question, key, values):
        return Marked(1, ())
    mistake = key.wrong.get(str(reply))
    return _wrong([mistake] if mistake else [])


def _several(question: Question, key: Key, values: Values, reply: Reply) -> Marked:
    """A share for each right choice, less one for each wrong one: who ticks all has no more than who ticks none."""
    right, chosen = set(_ids(right_reply(question, key, values))), set(_ids(reply))
    share = max(0.0, (len(chosen & right) - len(chosen - right)) / len(right))
    mistakes = [key.wrong[id] for id in question.options if id in chosen ^ right and id in key.wrong]
    said = _wrong(mistakes)
    return Marked(share, said.feedback, said.misconceptions) if chosen != right else Marked(1, ())


def _number(question: Question, key: Key, values: Values, reply: Reply) -> Marked:
    number = float(reply) if isinstance(reply, float) else float("nan")
    if near(number, float(right_reply(question, key, values)), key):  # type: ignore[arg-type]
        return Marked(1, ())
    return _first(key, NUMBER, lambda mistake: mistake.value in values and near(number, float(values[mistake.value]), key))


def _output(question: Question, key: Key, values: Values, reply: Reply) -> Marked:
    if same_output(str(reply), str(right_reply(question, key, values))):
        return Marked(1, ())
    return _first(key, OUTPUT, lambda mistake: mistake.value in values and same_output(str(reply), str(values[mistake.value])))


def _order(_: Question, key: Key, __: Values, reply: Reply) -> Marked:
    order = _ids(reply)
    if order in {tuple(one) for one in key.right}:
        return Marked(1, ())

    def made(mistake: Mistake) -> bool:
        if mistake.first is not None and mistake.then is not None:
            return order.index(mistake.first) < order.index(mistake.then)
        return mistake.order == order

    return _first(key, ORDER, made)


_MARK: dict[str, Callable[[Question, Key, Values, Reply], Marked]] = {
    "single": _single,
    "several": _several,
    "number": _number,
    "order": _order,
    "output": _output,
}


def _first(key: Key, unforeseen: str, made: Callable[[Mistake], bool]) -> Marked:
    """The first foreseen answer that fits, or else nothing in particular."""
    return _wrong([mistake for mistake in key.wrong.values() if made(mistake)][:1], unforeseen)


def _wrong(mistakes: list[Mistake], unforeseen: str = "") -> Marked:
    ids = dict.fromkeys(mistake.misconception for mistake in mistakes if mistake.misconception)
    return Marked(0, tuple(tidy(mistake.text) for mistake in mistakes) or (unforeseen,), tuple(ids))


def _ids(reply: Reply) -> tuple[str, ...]:
    return reply if isinstance(reply, tuple) else ()


def tidy(text: str) -> str:
    """A text of the course's on one line."""
    return " ".join(text.split())
