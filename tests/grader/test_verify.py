"""The course's own check, and that it notices what it is there to notice."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.commands.coverage import Outcome, applies, gaps, table
from grader.commands.verify import behaviour, layout, stray
from grader.course import Course, Exercise
from grader.runner import Runner

ROOT = Path(__file__).parents[2]
EXERCISES = Course(ROOT).names


def test_nothing_lies_beside_the_exercises(course: Course) -> None:
    assert list(stray(course)) == []


# Whether each exercise is sound is found by `grade verify`, which CI runs; test_other_course.py has it find one so.


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_has_right_programs_in_five_styles_and_more(course: Course, name: str) -> None:
    assert len(course.exercise(name).programs("right")) >= 5


def test_the_table_on_file_is_of_the_programs_on_file(course: Course) -> None:
    text = (ROOT / "tests" / "mistakes.md").read_text("utf-8")
    rows = {line.split("`")[1]: line.split("|")[2:-1] for line in text.splitlines() if line.startswith("| `")}
    assert rows.keys() == course.misconceptions.keys()
    for number, name in enumerate(course.names):
        programs = Counter(path.stem.partition("--")[0] for path in course.exercise(name).programs("wrong"))
        for id, cells in rows.items():
            counted = sum(int(n) for n in re.findall(r"\d+", cells[number]))
            assert counted == programs[id], f"{id} in {name}: write tests/mistakes.md anew with grade verify --table"
            assert ("–" in cells[number]) == (id in course.exercise(name).probes.left_out)
    assert "missed" not in text


@pytest.fixture
def copy(tmp_path: Path) -> Exercise:
    """A course of one exercise with one wrong program, to damage."""
    for folder in ("exercises", "solutions"):
        shutil.copytree(ROOT / folder / "exercise_03", tmp_path / folder / "exercise_03")
    judging = tmp_path / "tests" / "exercise_03"
    shutil.copytree(ROOT / "tests" / "exercise_03", judging, ignore=shutil.ignore_patterns("wrong", "right", "__pycache__"))
    (judging / "wrong").mkdir()
    shutil.copy(ROOT / "tests" / "exercise_03" / "wrong" / "never_clears_gradients.py", judging / "wrong")
    shutil.copy(ROOT / "tests" / "misconceptions.toml", tmp_path / "tests")
    toml = tmp_path / "exercises" / "exercise_03" / "exercise.toml"
    toml.write_text(toml.read_text().replace('after = "exercise_02"\n', ""))
    probes = judging / "probes.toml"
    probes.write_text("[[case]]" + probes.read_text().partition("[[case]]")[2])  # without what it declares about others
    kept = json.loads((judging / "signatures.json").read_text("utf-8"))
    mine = {name: kept[name] for name in ("right", "never_clears_gradients")}
    (judging / "signatures.json").write_text(json.dumps(mine))
    return Course(tmp_path).exercise("exercise_03")


def test_the_copy_is_sound(copy: Exercise, runner: Runner) -> None:
    assert [*stray(copy.course), *layout(copy), *behaviour(copy, runner, [])] == []


def _first(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new, 1))


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda e: (e.folder / "notes.txt").write_text("x"), "notes.txt doesn't belong"),
        (lambda e: (e.judging / "wrong" / "notes.txt").write_text("x"), "notes.txt doesn't belong"),
        (lambda e: (e.folder / "README.md").unlink(), "README.md is missing"),
        (lambda e: (e.solution / "train.py").unlink(), "train.py is missing"),
        (lambda e: _replace(e.folder / "exercise.toml", "hints = [", 'hints = ["", '), "three hints"),
        (
            lambda e: _replace(e.folder / "exercise.toml", "title =", 'after = "exercise_00"\ntitle ='),
            "comes after exercise_00",
        ),
        (lambda e: (e.judging / "wrong" / "is_no_mistake.py").write_text("x"), "no such mistake"),
    ],
)
def test_a_file_out_of_place_is_noticed(copy: Exercise, damage: Callable[[Exercise], object], said: str) -> None:
    damage(copy)
    assert any(said in complaint for complaint in layout(Course(copy.course.root).exercise(copy.name)))


def test_a_folder_that_is_no_exercise_is_noticed(copy: Exercise) -> None:
    (copy.course.root / "solutions" / "exercise_99").mkdir()
    assert any("exercise_99" in complaint for complaint in stray(copy.course))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda e: shutil.copy(e.solution / "train.py", e.judging / "wrong" / "never_steps.py"), "never_steps.py: passed"),
        (
            lambda e: shutil.copy(e.judging / "wrong" / "never_clears_gradients.py", e.solution / "train.py"),
            "train.py: failed, 7",
        ),
        (lambda e: shutil.copy(e.solution / "train.py", e.folder / "train.py"), "the stub: passed"),
        (
            lambda e: shutil.copy(e.judging / "wrong" / "never_clears_gradients.py", e.judging / "wrong" / "never_steps.py"),
            "can't be told from",
        ),
        (
            lambda e: _first(e.judging / "probes.toml", "[[case]]", 'one_of = [["never_steps", "steps_twice"]]\n[[case]]'),
            "declared one-of, but are told apart",
        ),
        (lambda e: _replace(e.folder / "exercise.toml", "points = 10", "points = 11"), "worth 10 points"),
    ],
)
def test_a_program_that_comes_out_otherwise_is_noticed(
    copy: Exercise, runner: Runner, damage: Callable[[Exercise], object], said: str
) -> None:
    damage(copy)
    assert any(said in complaint for complaint in behaviour(Course(copy.course.root).exercise(copy.name), runner, []))


def test_a_report_that_gives_a_hidden_number_away_is_noticed(copy: Exercise, runner: Runner) -> None:
    checks = copy.judging / "test_training.py"
    _first(checks, "    expect.gradients_of_the_batch(run)", "    raise Unmet('It is 0.48151 of what it should be.')")
    _first(checks, "import Run", "import Unmet, Run")
    said = list(behaviour(Course(copy.course.root).exercise(copy.name), runner, []))
    assert any("never_clears_gradients.py: its report may give a hidden number away: It is 0.48151" in line for line in said)


def test_a_mistake_that_applies_needs_a_program_or_a_reason(copy: Exercise) -> None:
    said = list(gaps(copy))
    assert any(complaint.startswith("never_steps applies here") for complaint in said)
    assert not any("never_clears_gradients" in complaint for complaint in said), "it has a program"
    assert not any("clips_by_value" in complaint for complaint in said), "there is nothing to clip"
    probes = copy.judging / "probes.toml"
    reasons = 'never_steps = "so"\nnever_clears_gradients = "so"\nis_no_mistake = "so"\n'
    probes.write_text(f"{probes.read_text()}\n[left_out]\n{reasons}")
    said = list(gaps(Course(copy.course.root).exercise(copy.name)))
    assert not any("never_steps" in complaint for complaint in said)
    assert any("never_clears_gradients is left out, but there is" in complaint for complaint in said)
    assert any("is_no_mistake, which the catalogue" in complaint for complaint in said)


def test_either_of_two_features_will_do(course: Course) -> None:
    climbs = course.misconceptions["climbs_instead_of_descends"]  # needs "backward|update"
    assert [applies(climbs, course.exercise(name)) for name in ("exercise_03", "exercise_09", "exercise_14")] == [
        True,
        True,
        False,
    ]


def test_the_table_counts_what_was_run_and_says_what_was_missed(copy: Exercise) -> None:
    alone, pair = frozenset({"never_steps"}), frozenset({"never_steps", "steps_twice"})
    text = table(
        [copy],
        [
            Outcome(copy.name, "never_steps", True, alone),
            Outcome(copy.name, "never_steps", True, pair),
            Outcome(copy.name, "sums_loss", True, frozenset({"unknown"})),
            Outcome(copy.name, "halves_loss", False, frozenset()),
        ],
    )
    assert "4 wrong programs of 3 mistakes in 1 exercises: 3 caught, 1 named alone, 1 as one of several." in text
    for row in ("| `never_steps` | 1 1? |", "| `sums_loss` | **1 missed** |", "| `halves_loss` | **1 missed** |"):
        assert row in text
    assert "- `clips_by_value` needs clipping, which no exercise has." in text
