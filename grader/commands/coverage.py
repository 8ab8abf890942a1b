"""Which mistakes of the catalogue each exercise knows: what is missing, and the table of exercises × mistakes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.course import Exercise, Misconception, mistake_of
from grader.render.text import short


@dataclass(frozen=True)
class Outcome:
    """What became of one wrong program.

    Attributes:
        id: the mistake that it makes.
        caught: whether it failed.
        named: the ids that it was given.
    """

    exercise: str
    id: str
    caught: bool
    named: frozenset[str]


def applies(mistake: Misconception, exercise: Exercise) -> bool:
    """Whether a mistake can be made in an exercise, by what it needs and what the exercise is about."""
    return all(any(either in exercise.about.has for either in need.split("|")) for need in mistake.needs)


def gaps(exercise: Exercise) -> Iterator[str]:
    """Mistakes that apply and have neither a wrong program nor a reason why not; reasons that nobody needs."""
    catalogue = exercise.course.misconceptions
    there = {mistake_of(path) for path in exercise.programs("wrong")}
    left_out = exercise.probes.left_out
    for id, mistake in catalogue.items():
        if applies(mistake, exercise) and id not in there and id not in left_out:
            yield f"{id} applies here, but has no wrong program, and probes.toml doesn't say under left_out why"
    for id in left_out:
        if id not in catalogue:
            yield f"probes.toml: left_out names {id}, which the catalogue doesn't know"
        elif id in there:
            yield f"probes.toml: {id} is left out, but there is a wrong program for it"


def table(exercises: list[Exercise], outcomes: Iterable[Outcome]) -> str:
    """The table, as Markdown: mistakes down, exercises across; then what is one-of, left out, and made nowhere."""
    catalogue = exercises[0].course.misconceptions
    found: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault((outcome.id, outcome.exercise), []).append(outcome)
    everywhere = [outcome for group in found.values() for outcome in group]
    single = [o for o in everywhere if o.caught and o.named == {o.id}]
    one_of = [o for o in everywhere if o.caught and o.id in o.named and len(o.named) > 1]
    lines = [
        "# Mistakes by exercise",
        "",
        "Made by `grade verify --table`; not to be edited. Each number counts wrong programs that were run, failed, and were",
        "given their own name. `n?`: n of them named as one of several mistakes that nothing tells apart. `–`: it might be",
        "made, and is left out; the reason is below. Blank: the exercise has nothing that the mistake needs.",
        "",
        f"{len(everywhere)} wrong programs of {len({id for id, _ in found})} mistakes in {len(exercises)} exercises: "
        f"{sum(o.caught for o in everywhere)} caught, {len(single)} named alone, {len(one_of)} as one of several.",
        "",
        "| mistake | " + " | ".join(short(exercise.name) for exercise in exercises) + " |",
        "|---|" + "---|" * len(exercises),
    ]
    nowhere = []
    for id, mistake in catalogue.items():
        cells = [_cell(id, exercise, found.get((id, exercise.name), [])) for exercise in exercises]
        lines.append(f"| `{id}` | " + " | ".join(cells) + " |")
        if not any(cell and cell != "–" for cell in cells):
            nowhere.append((id, mistake))
    lines += ["", "## Told apart by nothing", ""]
    for exercise in exercises:
        lines += [f"- {short(exercise.name)}: {_ids(sorted(group))}" for group in exercise.probes.one_of]
    lines += ["", "## Left out, and why", ""]
    for exercise in exercises:
        reasons: dict[str, list[str]] = {}
        for id, why in exercise.probes.left_out.items():
            reasons.setdefault(why.rstrip("."), []).append(id)
        lines += [f"- {short(exercise.name)}: {_ids(ids)}: {why}." for why, ids in reasons.items()]
    lines += ["", "## Made in no exercise", ""]
    lines += [f"- `{id}` {_why_nowhere(mistake, exercises)}." for id, mistake in nowhere]
    return "\n".join(lines) + "\n"


def _cell(id: str, exercise: Exercise, outcomes: list[Outcome]) -> str:
    missed = [o for o in outcomes if not o.caught or id not in o.named]
    if missed:
        return f"**{len(missed)} missed**"
    shared = sum(len(o.named) > 1 for o in outcomes)
    alone = len(outcomes) - shared
    return " ".join([*([str(alone)] if alone else []), *([f"{shared}?"] if shared else [])]) or (
        "–" if id in exercise.probes.left_out else ""
    )


def _why_nowhere(mistake: Misconception, exercises: list[Exercise]) -> str:
    if any(applies(mistake, exercise) for exercise in exercises):
        return "is left out wherever it might be made"
    return f"needs {' and '.join(sorted(mistake.needs))}, which no exercise has"


def _ids(ids: list[str]) -> str:
    return ", ".join(f"`{id}`" for id in ids)
