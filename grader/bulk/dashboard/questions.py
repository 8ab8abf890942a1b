"""How the concept questions of an exercise worked: how hard each was, whom it told apart, what was answered wrongly.

An item's difficulty is the mean share of its points, its discrimination the corrected item-total correlation: Pearson's, with
the share earned in the *other* questions of the exercise, so that an item isn't held against itself. For an item that is right
or wrong this is the point-biserial correlation. (Lord and Novick 1968, chapter 15.)
"""

import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.bulk.dashboard.rows import Answer, QuestionText, Row

FEWEST = 10  # below that, a correlation says more of chance than of the question
MOST_WRITTEN = 5


@dataclass(frozen=True)
class Distractor:
    """A wrong choice, and how many made it.

    Attributes:
        label: the option's id, the lines in the order given, or what was written.
        text: the option's words, where the course is at hand.
        left_out: a right option that wasn't ticked.
    """

    label: str
    text: str
    left_out: bool
    count: int


@dataclass(frozen=True)
class QuestionStats:
    """One question.

    Attributes:
        takers: how many answered anything in this exercise and aren't waiting for a person here.
        correct, partial, incorrect, unanswered: how many of them.
        waiting: how many more wait for a person.
        difficulty: the mean share of the points, 1 where all were right; unanswered is 0; None without takers.
        discrimination: between −1 and 1; None where it can't be said, and then
        why_not: says why.
        distractors: the most frequent first.
    """

    exercise: str
    id: str
    kind: str
    prompt: str
    takers: int
    correct: int
    partial: int
    incorrect: int
    unanswered: int
    waiting: int
    difficulty: float | None
    discrimination: float | None
    why_not: str
    distractors: tuple[Distractor, ...]


def question_stats(exercise: str, rows: Sequence[Row], texts: Mapping[tuple[str, str], QuestionText]) -> list[QuestionStats]:
    """Those of one exercise, in the order in which the first student has them. Who answered nothing at all is left out."""
    sheets = [row.answers for row in rows if row.judged and any(answer.status != "unanswered" for answer in row.answers)]
    items: dict[str, list[tuple[Answer, tuple[Answer, ...]]]] = defaultdict(list)
    for sheet in sheets:
        for answer in sheet:
            items[answer.id].append((answer, sheet))
    return [_item(exercise, id, pairs, texts.get((exercise, id), QuestionText())) for id, pairs in items.items()]


def _item(exercise: str, id: str, pairs: Sequence[tuple[Answer, tuple[Answer, ...]]], text: QuestionText) -> QuestionStats:
    decided = [(answer, sheet) for answer, sheet in pairs if answer.status != "needs_review"]
    answers = [answer for answer, _ in decided]
    status = Counter(answer.status for answer in answers)
    shares = [answer.points / answer.max_points for answer in answers if answer.max_points > 0]
    discrimination, why_not = _discrimination(decided)
    return QuestionStats(
        exercise=exercise,
        id=id,
        kind=pairs[0][0].kind,
        prompt=text.prompt,
        takers=len(answers),
        correct=status["correct"],
        partial=status["partial"],
        incorrect=status["incorrect"],
        unanswered=status["unanswered"],
        waiting=len(pairs) - len(answers),
        difficulty=statistics.fmean(shares) if shares else None,
        discrimination=discrimination,
        why_not=why_not,
        distractors=_distractors(answers, text),
    )


def _discrimination(decided: Sequence[tuple[Answer, tuple[Answer, ...]]]) -> tuple[float | None, str]:
    item, rest = [], []
    for answer, sheet in decided:
        others = [other for other in sheet if other.id != answer.id and other.status != "needs_review"]
        possible = sum(other.max_points for other in others)
        if possible > 0 and answer.max_points > 0:
            item.append(answer.points / answer.max_points)
            rest.append(sum(other.points for other in others) / possible)
    if not item and decided:
        return None, "no other question to compare with"
    if len(item) < FEWEST:
        return None, "too few"
    # Of numbers that differ by their rounding alone, a correlation may be anything.
    if max(item) - min(item) < 1e-9 or max(rest) - min(rest) < 1e-9:
        return None, "all alike"
    return max(-1.0, min(1.0, statistics.correlation(item, rest))), ""


def _distractors(answers: Sequence[Answer], text: QuestionText) -> tuple[Distractor, ...]:
    wrong = [answer for answer in answers if answer.status in ("incorrect", "partial")]
    # A right answer shows what the right choices are, where the course isn't at hand to say.
    shown = next((answer.chosen for answer in answers if answer.status == "correct" and answer.kind == "several"), ())
    right = set(text.right or shown)
    taken: Counter[tuple[str, bool]] = Counter()
    most: int | None = None
    for answer in wrong:
        if answer.kind == "several" and right:
            taken.update((id, False) for id in set(answer.chosen) - right)
            taken.update((id, True) for id in right - set(answer.chosen))
        elif answer.kind in ("single", "several") and answer.chosen:
            taken[" + ".join(answer.chosen), False] += 1
        elif answer.chosen or answer.given:
            taken[" → ".join(answer.chosen) or " ".join(answer.given.split()), False] += 1
            most = MOST_WRITTEN
    ordered = sorted(taken.items(), key=lambda one: (-one[1], one[0]))[:most]
    return tuple(Distractor(label, text.options.get(label, ""), left_out, count) for (label, left_out), count in ordered)
