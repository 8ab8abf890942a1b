"""A class that never was: students with names that bite, and results as they come."""

import random
from typing import Literal

from grader.bulk.dashboard import Answer, Check, Diagnosis, QuestionText, Row

HOSTILE = (
    "<script>window.owned = 1</script>",
    "</script><script>window.owned = 2</script>",
    '<img src=x onerror="window.owned = 3">',
    "<!--<script>",
    "\"' onmouseover=window.owned=4 '",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "عبد الرحمن الخوارزمي",
    "\u202eecila",
    "👩\u200d💻 Ada 🦊",
    "Zoë\u2028Ångström",
    "{{ 7*7 }}{% raw %}",
    "&lt;b&gt;&amp;",
    "علی\u200cرضا",
    "x" * 120,
    "javascript:window.owned=5",
    "Null\x00 Bell\x07",
    "\ud800 half",
    "   ",
    "O'Brien; DROP TABLE--",
)
MISTAKES = {
    "never_clears_gradients": "Gradients are never cleared",
    "steps_before_backward": "step() comes before backward(), on cleared gradients",
    "uses_the_other_optimizer": "The other optimizer was used",
    "recreates_optimizer_every_epoch": "A new optimizer is made in every epoch",
    "reports_loss_after_step": "The loss is computed after the step",
    "markup": '<b>Bold</b> & "quoted"',
}
CHECKS = tuple(
    f"It does the {word} thing as the exercise asks for it" for word in ("first", "second", "third", "fourth", "fifth")
)
AnswerStatus = Literal["correct", "incorrect", "unanswered"]
WRONG: tuple[AnswerStatus, ...] = ("incorrect", "incorrect", "unanswered")
OPTIONS = ("agree", "steepness", "steep_less", "steep_more")
TEXTS = {
    ("exercise_03", "gorge"): QuestionText(
        "Three coordinates, 40 steps of torch.optim.Adam with its default betas. How far from the start are they at the end?",
        ("agree",),
        dict(
            zip(
                OPTIONS,
                ("A and B are equally far", "A and C are equally far", "B is farther than A", "A is farther than B"),
                strict=True,
            )
        ),
    )
}
TITLES = {
    f"exercise_{n:02}": title
    for n, title in enumerate(("Anatomy of one step", "Downhill by hand", "The training loop, with Adam"), 1)
}
FIRST = ("Ada", "Grace", "Alan", "Émilie", "Kurt", "Sofja", "Blaise", "Hypatia", "Ömer", "Zeno", "Jürgen", "Łucja")
LAST = (
    "Lovelace",
    "Hopper",
    "Turing",
    "du Châtelet",
    "Gödel",
    "Kowalewskaja",
    "Pascal",
    "Noether",
    "Çelik",
    "Müller",
    "Wójcik",
)


def crowd(students: int, exercises: int, seed: int = 0) -> list[Row]:
    """Rows of that many students and exercises, the same for the same seed."""
    draw = random.Random(seed)
    rows = []
    for number in range(students):
        name = HOSTILE[number // 3 % len(HOSTILE)] if number % 3 == 0 else f"{draw.choice(FIRST)} {draw.choice(LAST)}"
        skill = draw.betavariate(4, 2)
        rows += [_row(draw, f"s{number:04}", name, f"exercise_{n:02}", skill) for n in range(1, exercises + 1)]
    return rows


def _row(draw: random.Random, student: str, name: str, exercise: str, skill: float) -> Row:
    luck = draw.random()
    if luck < 0.04:
        return Row(student, name, exercise, None, 10, None, "missing", tries=0)
    if luck < 0.05:
        return Row(student, name, exercise, None, 10, None, "excused", tries=0)
    if luck < 0.053:
        return Row(
            student,
            name,
            exercise,
            None,
            10,
            None,
            "grader_fault",
            fault="The <worker> was ended by the system: too little memory.",
        )
    link = f"reports/{draw.getrandbits(64):016x}/index.html"
    if luck < 0.07:
        return Row(student, name, exercise, 0, 10, "ungradable", "graded", link=link)
    right = draw.random() < skill
    status = ["passed" if right else draw.choice(("passed", "failed", "skipped")) for _ in CHECKS]
    if not right and "failed" not in status:
        status[-1] = "failed"
    checks = tuple(
        Check(f"check_{i}", title, s, 2.0 * (s == "passed"), 2.0)  # type: ignore[arg-type]
        for i, (title, s) in enumerate(zip(CHECKS, status, strict=True))
    )
    ids = draw.sample(list(MISTAKES), draw.choice((0, 1, 1, 1, 2))) if not right else []
    diagnoses = tuple(Diagnosis(id, MISTAKES[id], draw.choice(("certain", "likely"))) for id in ids)
    answers = tuple(_answer(draw, kind, skill) for kind in ("gorge", "who_changes_grad", "after_step", "loop_order", "explain"))
    waits = any(answer.status == "needs_review" for answer in answers)
    return Row(
        student,
        name,
        exercise,
        float(sum(check.points for check in checks)),
        10,
        "passed" if right else "failed",
        "needs_review" if waits else "graded",
        late=draw.random() < 0.06,
        tries=draw.choice((1, 1, 2, 3)),
        checks=checks,
        diagnoses=diagnoses,
        answers=answers,
        link=link,
    )


def _answer(draw: random.Random, id: str, skill: float) -> Answer:
    right = draw.random() < skill
    status: AnswerStatus = "correct" if right else draw.choice(WRONG)
    chosen: tuple[str, ...]
    points = 1.0 if right else 0.0
    if id == "gorge":
        chosen = ("agree",) if right else (draw.choice(OPTIONS[1:]),) if status == "incorrect" else ()
        return Answer(id, "single", status, points, 1, chosen)
    if id == "who_changes_grad":
        ticked = tuple(draw.sample(("zero", "step", "measure"), 2)) if status == "incorrect" else ()
        chosen = ("zero", "backward") if right else ticked
        return Answer(id, "several", status, points, 1, chosen, misconceptions=() if right else ("never_clears_gradients",))
    if id == "after_step":
        return Answer(
            id, "output", status, points, 1, given="49.0 -14.0" if right else draw.choice(("20.25 -14.0", "49.0 None"))
        )
    if id == "loop_order":
        lines = ["zero", "predict", "measure", "backward", "step"]
        if not right:
            draw.shuffle(lines)
        return Answer(id, "order", status, 2 * points, 2, tuple(lines) if status != "unanswered" else ())
    return Answer(id, "short", "needs_review" if draw.random() < 0.03 else status, points, 1)
