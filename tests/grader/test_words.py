"""The words that a learner reads: kind, short, no jargon that no lesson has taught so far, and what to do at the end."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.course import Course, Misconception, mistake_of

ROOT = Path(__file__).parents[2]
GLOSSARY = tomllib.loads((Path(__file__).parent / "glossary.toml").read_text("utf-8"))
PARTS = ("title", "hint", "see", "why", "mend")
UNKIND = re.compile(
    r"\b(obvious(ly)?|simply|trivial(ly)?|of course|stupid|silly|sloppy|lazy|eas(y|ily)|clearly|you failed)\b|!"
)
CODE = re.compile(r"`[^`]*`")
MAX_WORDS = 45  # of a sentence
# What to do: a verb first, or where or when, and then a verb.
NO_VERB = re.compile(r"^(The|A|An|It|This|That|There|You|Your|Its|They|These|One)\b")


@pytest.fixture(scope="module")
def taught(course: Course) -> dict[str, int]:
    """The first exercise whose lesson has a term, counted from 0."""
    lessons = [(course.exercise(name).folder / "README.md").read_text("utf-8") for name in course.names]
    return {
        term: next((n for n, lesson in enumerate(lessons) if re.search(about["is"], lesson)), len(lessons))
        for term, about in GLOSSARY.items()
    }


def catalogue(course: Course) -> Iterator[tuple[str, Misconception, int]]:
    """Each mistake that a program makes, with the first exercise, from 0, in which one does."""
    first: dict[str, int] = {}
    for number, name in enumerate(course.names):
        for program in course.exercise(name).programs("wrong"):
            first.setdefault(mistake_of(program), number)
    for id, mistake in course.misconceptions.items():
        if id in first:
            yield id, mistake, first[id]


def own_texts(course: Course) -> Iterator[tuple[str, str, int]]:
    """What an exercise itself says outside its lesson: where, the text, and the exercise's number from 0."""
    for number, name in enumerate(course.names):
        exercise = course.exercise(name)
        for text in (exercise.about.title, exercise.about.begin, *exercise.about.hints):
            yield f"{name}/exercise.toml", text, number
        for path in exercise.judging.glob("test_*.py"):
            for title in re.findall(r'^def test_.*?\n    """(.*?)"""', path.read_text("utf-8"), re.S | re.M):
                yield f"{name}/{path.name}", title, number


def jargon(text: str, number: int, taught: dict[str, int], id: str = "") -> list[str]:
    prose = CODE.sub("", text)
    return [
        term
        for term, about in GLOSSARY.items()
        if taught[term] > number and id not in about.get("explained", ()) and re.search(about["is"], prose)
    ]


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+", text)


def test_most_terms_of_the_glossary_are_taught(course: Course, taught: dict[str, int]) -> None:
    assert sum(number < len(course.names) for number in taught.values()) > 20
    assert taught["momentum"] == course.names.index("exercise_04")
    assert taught["weight decay"] > taught["momentum"]


def test_a_mistake_is_told_of_in_words_that_its_first_exercise_has_taught(course: Course, taught: dict[str, int]) -> None:
    found = {
        (id, part): terms
        for id, mistake, number in catalogue(course)
        for part in PARTS
        if (terms := jargon(getattr(mistake, part), number, taught, id))
    }
    assert found == {}


def test_hints_and_checks_use_words_that_have_been_taught(course: Course, taught: dict[str, int]) -> None:
    found = {(where, text): terms for where, text, number in own_texts(course) if (terms := jargon(text, number, taught))}
    assert found == {}


def test_every_text_is_kind_and_no_sentence_is_a_monster(course: Course) -> None:
    texts = [(f"{id}.{part}", getattr(mistake, part)) for id, mistake, _ in catalogue(course) for part in PARTS]
    texts += [(where, text) for where, text, _ in own_texts(course)]
    assert len(texts) > 900
    assert not [(where, UNKIND.search(text)) for where, text in texts if UNKIND.search(CODE.sub("", text))]
    assert not [(where, one) for where, text in texts for one in sentences(text) if len(one.split()) > MAX_WORDS]


def test_every_mistake_says_what_to_look_at_and_what_to_do(course: Course) -> None:
    for id, mistake, _ in catalogue(course):
        assert all(getattr(mistake, part).strip() for part in PARTS), id
        assert not NO_VERB.match(mistake.mend), (id, mistake.mend)
        assert mistake.hint not in mistake.mend, id  # a hint gives nothing away
        assert "?" not in mistake.mend, id  # this is where questions are answered


def test_every_exercise_has_hints_and_a_beginning(course: Course) -> None:
    for name in course.names:
        about = course.exercise(name).about
        assert len(about.hints) == 3, name
        assert about.begin.startswith(("Begin", "Start", "First", "Make", "Read")), (name, about.begin)


def test_a_term_that_comes_too_early_is_noticed(taught: dict[str, int]) -> None:
    assert jargon("Its velocity fades.", 0, taught) == ["velocity"]
    assert jargon("Set `velocity` to 0.", 0, taught) == []
    assert jargon("Its velocity fades.", taught["velocity"], taught) == []
    assert jargon("A new leaf.", 0, taught, "detaches_prediction") == []
