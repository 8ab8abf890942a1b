"""Faulty programs made from right ones, and what `grade confusion` says of them."""

import ast
import json
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import cli
from grader.commands.confusion import Confusion, Fresh, confusion, grade_mutants, groups, of_double, of_single
from grader.commands.confusion_table import Graded, complaints, write_programs, write_table
from grader.course import Course
from grader.faults import GraderFault, UsageError
from grader.mutants import OPERATORS, Operator, apply, doubles, load_operators, operator, read_style, singles
from grader.report import DiagnosisReport, Report, RunReport
from grader.runner import Runner

ROOT = Path(__file__).parents[2]
OF_THE_COURSE = load_operators(ROOT / "tests" / "mutants")
SOLUTION = (ROOT / "solutions" / "exercise_03" / "train.py").read_text("utf-8")
RIGHT = "def f(a):\n    b = a + 1\n    return b"


def styles_of(name: str) -> dict[str, str]:
    exercise = Course(ROOT).exercise(name)
    return {path.stem: read_style(path) for path in (exercise.solution / "train.py", *exercise.programs("right"))}


def made(id: str, text: str, *, before: str) -> Operator:
    """An operator that puts a statement before the one that begins like this."""

    def edit(tree: ast.Module) -> bool:
        for node in ast.walk(tree):
            for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
                for index, each in enumerate(block if isinstance(block, list) else []):
                    if isinstance(each, ast.stmt) and ast.unparse(each).startswith(before):
                        block[index:index] = ast.parse(text).body
                        return True
        return False

    return Operator(id, text, frozenset({"exercise_03"}), edit)


def negate(tree: ast.Module) -> bool:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)]
    for node in found:
        node.op = ast.Sub()
    return bool(found)


NEGATE = Operator("climbs", "negate", frozenset(), negate)
AGAIN = made("again", "b = a + 2", before="return")
MORE = made("more", "b += 3", before="return")


def test_an_edit_is_applied_to_a_program_and_leaves_its_source_as_it_is() -> None:
    source = RIGHT
    assert apply(source, NEGATE) == RIGHT.replace("+", "-")
    assert source == RIGHT


def test_edits_are_applied_one_after_the_other() -> None:
    assert apply(RIGHT, AGAIN, NEGATE) == "def f(a):\n    b = a - 1\n    b = a - 2\n    return b"
    assert apply(RIGHT, NEGATE, AGAIN) == "def f(a):\n    b = a - 1\n    b = a + 2\n    return b"


def test_an_edit_that_finds_nothing_makes_no_program() -> None:
    assert apply("def f(a):\n    return a", NEGATE) is None
    assert apply(RIGHT, NEGATE, NEGATE) is None
    assert apply(RIGHT, Operator("idle", "idle", frozenset(), lambda _: True)) is None


def test_an_edit_that_fails_is_named_with_the_program() -> None:
    def fail(tree: ast.Module) -> bool:
        raise LookupError(ast.unparse(tree))

    with pytest.raises(GraderFault, match=r"(?s)unlucky fails: LookupError.*b = a"):
        apply(RIGHT, Operator("id", "unlucky", frozenset(), fail))


def test_an_edit_that_makes_no_python_is_a_fault() -> None:
    def spoil(tree: ast.Module) -> bool:
        tree.body.append(ast.Expr(ast.Call()))
        return True

    with pytest.raises(GraderFault, match="spoil"):
        apply(RIGHT, Operator("id", "spoil", frozenset(), spoil))


def test_operators_can_have_several_ids() -> None:
    there = len(OPERATORS)
    operator("one", "03")(operator("other", "04", "05", "warm_up")(negate))
    try:
        assert [(o.id, sorted(o.exercises)) for o in OPERATORS[there:]] == [
            ("other", ["exercise_04", "exercise_05", "warm_up"]),
            ("one", ["exercise_03"]),
        ]
    finally:
        del OPERATORS[there:]


def test_operators_are_loaded_from_files_that_import_each_other(tmp_path: Path) -> None:
    (tmp_path / "helps.py").write_text("def edit(tree):\n    return True\n")
    (tmp_path / "breaks.py").write_text(
        "from grader.mutants import operator\nfrom helps import edit\n\noperator('id', '03')(edit)\n"
    )
    there, path = list(OPERATORS), list(sys.path)
    for _ in range(2):
        (found,) = load_operators(tmp_path)
        assert (found.id, found.name) == ("id", "edit")
    assert there == OPERATORS
    assert path == sys.path
    assert "helps" not in sys.modules


def test_a_file_of_operators_that_cannot_be_loaded_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "breaks.py").write_text("import nothing_of_that_name\n")
    with pytest.raises(GraderFault, match="nothing_of_that_name"):
        load_operators(tmp_path)


def test_styles_of_any_encoding_can_be_read() -> None:
    for name in ("latin_1", "bom_crlf", "tabs"):
        assert ast.parse(read_style(ROOT / "tests" / "exercise_03" / "right" / f"{name}.py"))


def test_the_styles_used_least_come_first() -> None:
    styles = {name: RIGHT.replace("b", name) for name in ("p", "q", "r", "s")}
    found = list(singles([AGAIN, NEGATE], styles, 2))
    assert sorted(mutant.style for mutant in found) == ["p", "q", "r", "s"]
    assert all(mutant.base == styles[mutant.style] for mutant in found)


def test_equal_programs_are_made_once() -> None:
    assert len(list(singles([NEGATE, NEGATE], {"p": RIGHT, "q": RIGHT}, 2))) == 1


def test_doubles_are_the_same_each_time_and_of_two_mistakes() -> None:
    operators = [NEGATE, AGAIN, MORE]
    first, again = ([m.source for m in doubles(operators, {"p": RIGHT}, 9, "seed")] for _ in range(2))
    assert first == again
    assert len(first) == len(set(first)) == 3  # each pair, once
    same = [AGAIN, made("again", "b = a + 9", before="return")]
    assert list(doubles(same, {"p": RIGHT}, 9, "seed")) == []


def test_a_double_in_which_one_edit_undoes_the_other_is_none() -> None:
    def only_return(tree: ast.Module) -> bool:
        tree.body[0].body = [ast.parse("return a").body[0]]  # type: ignore[attr-defined]
        return True

    wipes = Operator("wipes", "wipes", frozenset(), only_return)
    assert list(doubles([AGAIN, wipes], {"p": RIGHT}, 9, "seed")) == []


@pytest.mark.parametrize("name", Course(ROOT).names)
def test_every_operator_changes_a_program_of_each_of_its_exercises_to_one_that_compiles(name: str) -> None:
    styles = styles_of(name)
    for each in OF_THE_COURSE:
        if name in each.exercises:
            source = next((made for base in styles.values() if (made := apply(base, each))), None)
            assert source, f"{each.name} changes nothing in {name}"
            compile(source, each.name, "exec")


def test_the_operators_mistakes_are_in_the_catalogue_and_their_exercises_in_the_course(course: Course) -> None:
    assert {each.id for each in OF_THE_COURSE} <= course.misconceptions.keys()
    assert {name for each in OF_THE_COURSE for name in each.exercises} <= set(course.names)


def test_the_loops_have_operators_for_many_mistakes_in_many_styles() -> None:
    for name in ("exercise_01", "exercise_02", "exercise_03", "exercise_04", "exercise_05"):
        operators = [each for each in OF_THE_COURSE if name in each.exercises]
        assert len(operators) >= 40
        assert len({each.id for each in operators}) >= 20


# Outcomes


def report(*named: tuple[str, ...], passed: bool = False) -> Report:
    """A report that names these: an id, and what it may be instead."""
    found = tuple(
        DiagnosisReport(id=id, title=id, confidence="likely", one_of=group if len(group) > 1 else ())
        for group in named
        for id in group
    )
    verdict, score = ("passed", 10.0) if passed else ("failed", 4.0)
    return Report(
        exercise="exercise_03",
        title="",
        verdict=verdict,  # type: ignore[arg-type]
        score=score,
        max_score=10.0,
        headline="",
        run=RunReport(status="finished"),
        diagnoses=found,
    )


def test_what_is_named_is_in_groups() -> None:
    assert groups(report(("b", "a"), ("c",), ("unknown",))) == (("a", "b"), ("c",))


@pytest.mark.parametrize(
    ("named", "outcome"),
    [
        ([("a",)], "named"),
        ([("a",), ("unknown",)], "named"),
        ([("a", "b")], "one-of"),
        ([("b",)], "wrong"),
        ([("a",), ("b",)], "wrong"),
        ([("b", "c")], "wrong"),
        ([("unknown",)], "unknown"),
        ([], "unknown"),
    ],
)
def test_the_outcome_of_one_mistake(named: list[tuple[str, ...]], outcome: str) -> None:
    assert of_single(report(*named), "a") == outcome
    assert of_single(report(*named, passed=True), "a") == "passed"


@pytest.mark.parametrize(
    ("named", "outcome"),
    [
        ([("a",), ("b",)], "both"),
        ([("a", "c"), ("b",)], "both"),
        ([("a",)], "one"),
        ([("b", "c")], "one"),
        ([("a", "b")], "one"),
        ([("a",), ("b",), ("c",)], "wrong"),
        ([("c",)], "wrong"),
        ([("unknown",)], "unknown"),
    ],
)
def test_the_outcome_of_two_mistakes(named: list[tuple[str, ...]], outcome: str) -> None:
    assert of_double(report(*named), ("a", "b")) == outcome
    assert of_double(report(*named, passed=True), ("a", "b")) == "passed"


def graded(outcome: str, *ids: str) -> Graded:
    return Graded("exercise_03", ids, ids, "solution", RIGHT, RIGHT + "\n", outcome, (), "", "A headline.")


def test_what_is_not_good_enough_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert complaints([graded("named", "a")] * 19 + [graded("unknown", "a")]) == []
    assert complaints([graded("named", "a"), graded("no effect", "a"), graded("both", "a", "b")]) == []
    assert complaints([graded("named", "a")] * 9 + [graded("unknown", "a")]) == [
        "single mistakes named: 90.0%, 95% are asked for"
    ]
    doubles = [graded("both", "a", "b")] * 6 + [graded("one", "a", "b")] * 3
    assert complaints([*doubles, graded("unknown", "a", "b")]) == []
    assert len(complaints([*doubles, graded("unknown", "a", "b"), graded("unknown", "a", "b")])) == 2
    for outcome in ("wrong", "passed", "fault"):
        assert write_table([graded("named", "a")] * 99 + [graded(outcome, "a")])
        assert f"exercise_03: {outcome}: a (a) on solution" in capsys.readouterr().out


def test_programs_that_were_not_named_rightly_are_kept_with_the_reason(tmp_path: Path) -> None:
    write_programs(tmp_path, [graded("named", "a"), graded("wrong", "a", "b")])
    (kept,) = tmp_path.rglob("*.py")
    assert kept.parent.name == "exercise_03"
    assert kept.read_text().startswith("# exercise_03: wrong: a (a) + b (b) on solution: named nothing\n# A headline.\n")
    compile(kept.read_text(), "kept", "exec")


# With a real runner

DOUBLED = made("steps_twice", "optimizer.step()", before="optimizer.step()")
HALVED = made("halves_loss", "loss = loss / 2", before="loss.backward()")
REPEATED = made("never_clears_gradients", "optimizer.zero_grad()", before="loss =")  # where it is clear already
CAPPED = made("stops_one_epoch_early", "epochs = min(epochs, 41)", before="for")  # longer than any input on file


@pytest.fixture
def small(tmp_path: Path) -> Course:
    """A course of one exercise, with two mistakes on file and one operator."""
    for folder in ("exercises", "solutions"):
        shutil.copytree(ROOT / folder / "exercise_03", tmp_path / folder / "exercise_03")
    judging = tmp_path / "tests" / "exercise_03"
    (judging / "wrong").mkdir(parents=True)
    for name in ("probes.toml", "reference.py", "test_training.py", "wrong/steps_twice.py", "wrong/halves_loss.py"):
        shutil.copy(ROOT / "tests" / "exercise_03" / name, judging / name)
    shutil.copy(ROOT / "tests" / "misconceptions.toml", tmp_path / "tests")
    (tmp_path / "tests" / "mutants").mkdir()
    (tmp_path / "tests" / "mutants" / "loops.py").write_text(
        "import ast\nfrom grader.mutants import operator\n\n\n@operator('steps_twice', '03')\ndef again(tree):\n"
        "    loop = next(node for node in ast.walk(tree) if isinstance(node, ast.For))\n"
        "    loop.body.insert(-1, ast.parse('optimizer.step()').body[0])\n    return True\n"
    )
    return Course(tmp_path)


def test_mutants_are_graded(small: Course, runner: Runner) -> None:
    single, double = grade_mutants(small.exercise("03"), runner, [DOUBLED, HALVED], 1, 1)[::2]
    assert (single.outcome, single.named, single.style) == ("named", (("steps_twice",),), "solution")
    assert sorted(double.ids) == ["halves_loss", "steps_twice"]
    assert double.outcome in {"both", "one", "unknown"}


def test_an_edit_without_effect_is_shown_to_have_none_and_one_that_passes_is_not(small: Course, runner: Runner) -> None:
    mutants = list(singles([REPEATED, CAPPED], {"solution": SOLUTION}, 1))
    idle, passing = Confusion(small.exercise("03"), runner).grade(mutants, [])
    assert (idle.outcome, passing.outcome) == ("no effect", "passed")


def test_a_mistake_that_the_other_hides_is_not_asked_for(small: Course, runner: Runner) -> None:
    no_more = made("stops_one_epoch_early", "epochs = min(epochs, 41)", before="for")  # none of the inputs is so long
    (mutant,) = doubles([DOUBLED, no_more], {"solution": SOLUTION}, 1, "")
    (found,) = Confusion(small.exercise("03"), runner).grade([], [mutant])
    assert (found.outcome, found.note) == ("both", "one hidden")


def test_what_the_grader_cannot_judge_is_said(small: Course, runner: Runner) -> None:
    check = small.root / "tests" / "exercise_03" / "test_training.py"
    check.write_text(check.read_text("utf-8").replace("(run", "(nothing_of_that_name, run", 1), "utf-8")
    mutants = list(singles([DOUBLED], {"solution": SOLUTION}, 1))
    (found,) = Confusion(small.exercise("03"), runner).grade(mutants, [])
    assert found.outcome == "fault"
    assert "nothing_of_that_name" in found.line


def test_fresh_inputs_are_new_and_longer(course: Course) -> None:
    exercise = course.exercise("exercise_03")
    fresh = Fresh(exercise)
    assert len(fresh.cases) == 3 * len(exercise.cases) == len({case.name for case in fresh.cases})
    seeds = {case.arguments["seed"] for case in exercise.cases}
    assert not seeds & {case.arguments["seed"] for case in fresh.cases}
    assert max(case.arguments["epochs"] for case in fresh.cases) > max(case.arguments["epochs"] for case in exercise.cases)
    assert fresh.about.limits.wall_s > exercise.about.limits.wall_s


def test_the_command_says_what_it_found(small: Course, tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    ran = CliRunner().invoke(
        cli, ["confusion", "03", "--course", str(small.root), "--json", str(results)], standalone_mode=False
    )
    assert (ran.exception, ran.return_value) == (None, 0), ran.output
    assert "exercise_03             1          1          0" in ran.output
    (program,) = json.loads(results.read_text())["programs"]
    assert (program["ids"], program["outcome"], program["style"]) == (["steps_twice"], "named", "solution")


def test_the_command_has_nothing_to_do_without_operators(small: Course) -> None:
    (small.root / "tests" / "mutants" / "loops.py").unlink()
    with pytest.raises(UsageError, match="no operators"):
        confusion([], small.root, 1, 0, None, None)


def test_an_operator_of_a_mistake_that_is_not_in_the_catalogue_is_a_fault(small: Course) -> None:
    path = small.root / "tests" / "mutants" / "loops.py"
    path.write_text(path.read_text().replace("steps_twice", "steps_thrice"))
    with pytest.raises(GraderFault, match="steps_thrice"):
        confusion([], small.root, 1, 0, None, None)
