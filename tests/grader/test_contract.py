"""What other programs may rely on, and the rules of the package's own making: which way imports run, and what is never used."""

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import grader
from grader.commands.schema import schema
from grader.report import SCHEMA_VERSION, Report

PACKAGE = Path(grader.__file__).parent
MODULES = {
    ".".join(("grader", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if "_course" not in path.parts
}
# From the command line down to the models: a module imports from its own layer or from one below it.
LAYERS = {
    "grader.__main__": 7,
    "grader.cli": 6,
    "grader.jupyter": 6,
    "grader.gradescope": 5,
    "grader.commands": 5,
    "grader.api": 5,
    "grader.warm": 4,
    "grader.bulk": 4,
    "grader.explore": 3,
    "grader.pipeline": 4,
    "grader.assemble": 3,
    "grader.render": 3,
    "grader.picture": 2,
    "grader.diagnosis": 2,
    "grader.checks": 2,
    "grader.job": 1,
    "grader.unrun": 2,
    "grader.questions": 1,
    "grader.reference": 1,
    "grader.replay": 1,
    "grader.runner": 1,
    "grader.source": 1,
}  # any other: a model, layer 0
AUTHORS_SIDE = "grader.questions.drawn"  # runs the course's own programs, when an author makes the course
LEARNERS_SIDE = ("grader.confined", "grader.problems", "grader.tapes")


def layer(module: str) -> int:
    return max((rank for name, rank in LAYERS.items() if f"{module}.".startswith(f"{name}.")), default=0)


def within(module: str, *packages: str) -> bool:
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


def parsed(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text("utf-8"))


def imports(module: str) -> Iterator[str]:
    """Every module that this one imports, at its top or inside a function."""
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            assert node.module
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def test_there_are_modules_to_look_at() -> None:
    assert {"grader.pipeline", "grader.confined.recorder", "grader.render.terminal"} <= set(MODULES)
    assert "grader.commands.verify" in set(imports("grader.cli"))
    assert all(any(within(module, name) for module in MODULES) for name in LAYERS)


@pytest.mark.parametrize("module", [module for module in MODULES if module != "grader"])  # whose names are those of grader.api
def test_imports_run_one_way_from_the_command_line_to_the_models(module: str) -> None:
    for other in imports(module):
        if within(other, "grader"):
            assert layer(other) <= layer(module), f"{module} imports {other}, which is above it"


def test_no_two_modules_import_each_other() -> None:
    # Inside a package, a name may come from the package itself; what is imported in a function only is no cycle.
    graph = {module: {other for other in imports(module) if other in MODULES and other != module} for module in MODULES}
    deferred = {
        (module, other)
        for module in MODULES
        for function in ast.walk(parsed(module))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom)
        for other in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
    }
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " → ".join((*path, module))
        if module not in done:
            for other in sorted(graph[module]):
                own_package = MODULES[other].name == "__init__.py" and within(module, other)
                if (module, other) not in deferred and not own_package:
                    visit(other, (*path, module))
            done.add(module)

    for module in MODULES:
        visit(module, ())


@pytest.mark.parametrize("module", [m for m in MODULES if within(m, *LEARNERS_SIDE)])
def test_what_runs_in_the_learners_process_imports_torch_and_the_standard_library_alone(module: str) -> None:
    for other in imports(module):
        root = other.partition(".")[0]
        assert root == "torch" or root in sys.stdlib_module_names or within(other, *LEARNERS_SIDE) or other == "grader", (
            f"{module} imports {other}"
        )
        if other == "grader":  # for its path alone: the package itself loads nothing before it is used
            top = [node for node in parsed("grader").body if isinstance(node, ast.ImportFrom | ast.Import)]
            assert [ast.unparse(node) for node in top] == ["from typing import TYPE_CHECKING, Any"]


@pytest.mark.parametrize("module", [m for m in MODULES if not within(m, *LEARNERS_SIDE)])
def test_libraries_of_the_command_line_stay_where_they_belong(module: str) -> None:
    roots = {other.partition(".")[0] for other in imports(module)}
    if not within(module, "grader.__main__", "grader.cli", "grader.commands"):
        assert "click" not in roots
    if not within(module, "grader.render", "grader.commands", "grader.bulk.dashboard", "grader.explore"):
        assert not {"rich", "jinja2", "plotly"} & roots


@pytest.mark.parametrize("module", [m for m in MODULES if not within(m, "grader.confined")])
def test_nothing_is_unpickled_or_evaluated_on_the_graders_side(module: str) -> None:
    assert not {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"} & {o.partition(".")[0] for o in imports(module)}
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.Name):
            allowed = module == AUTHORS_SIDE and node.id == "exec"
            assert allowed or node.id not in ("eval", "exec", "__import__"), f"{module}, line {node.lineno}"
        if isinstance(node, ast.Attribute):
            whole = ast.unparse(node)
            assert whole not in ("torch.load", "torch.jit.load", "builtins.eval", "builtins.exec"), (
                f"{module}, line {node.lineno}"
            )


def test_what_runs_an_authors_programs_is_only_reached_by_verifying_a_course() -> None:
    def importers(name: str) -> set[str]:
        return {module for module in MODULES if any(within(other, name) for other in imports(module))} - {name}

    assert importers(AUTHORS_SIDE) == {"grader.questions.bank"}
    assert importers("grader.questions.bank") == {"grader.commands.verify_questions"}


# The command line


@pytest.mark.parametrize("argument", ["--help", "--version", "-h", "verify --help", "exercise --help"])
def test_help_and_version_import_no_torch(argument: str, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom grader.__main__ import _run\n"
        f"sys.argv = ['grade', *{argument.split()!r}]\ncode = _run()\n"
        "heavy = {'torch', 'numpy', 'pydantic', 'pytest', 'jinja2', 'plotly', 'rich', 'safetensors'} & set(sys.modules)\n"
        "print('LOADED', code, sorted(heavy))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED 0 []"
    assert len(done.stdout.splitlines()) > 1
    assert done.stderr == ""


# The report

CONTRACT = {
    "exercise": str,
    "verdict": str,
    "score": float,
    "max_score": float,
    "run": {"status": str, "error": (str, type(None)), "isolation": str},
    "checks": [{"id": str, "title": str, "status": str, "points": float, "max_points": float, "message": str}],
    "diagnoses": [{"id": str, "title": str, "confidence": str, "line": (int, type(None)), "evidence": [str]}],
    "questions": [{"id": str, "kind": str, "status": str, "points": float, "max_points": float, "feedback": str}],
}
WORDS = {
    "verdict": {"passed", "failed", "ungradable"},
    "run": {"finished", "crashed", "timed_out", "out_of_memory", "refused"},
    "checks": {"passed", "failed", "skipped"},
    "questions": {"correct", "partial", "incorrect", "needs_review", "unanswered"},
}
LOOP = """
import torch

def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        {}
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
"""
SUBMISSIONS = {
    "passed": LOOP.format("optimizer.zero_grad()"),
    "failed": LOOP.format("pass"),
    "crashed": LOOP.format("optimizer.zero_grda()"),
    "diverged": LOOP.format("optimizer.param_groups[0]['lr'] = 1e300"),
    "ended": LOOP.format("import os; os._exit(0)"),
    "syntax": "def train(:",
    "no function": "x = 1",
    "empty": "",
    "NUL": "\x00",
    "import": "import no_such_module",
    "signature": "def train():\n    pass\n",
}


def conforms(value: object, wanted: object, place: str) -> None:
    match wanted:
        case dict():
            assert isinstance(value, dict), place
            for key, inner in wanted.items():
                assert key in value, f"{place}.{key}"
                conforms(value[key], inner, f"{place}.{key}")
        case [inner]:
            assert isinstance(value, list), place
            for entry in value:
                conforms(entry, inner, f"{place}[]")
        case type() | tuple():
            assert isinstance(value, wanted), f"{place}: {value!r}"
            assert not isinstance(value, bool)


@pytest.mark.parametrize("source", SUBMISSIONS.values(), ids=SUBMISSIONS.keys())
def test_the_report_has_the_fields_of_the_contract_and_comes_back_the_same(source: str, grade: Callable[..., Report]) -> None:
    report = grade(source)
    text = report.model_dump_json()
    data = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    conforms(data, CONTRACT, "report")
    assert data["verdict"] in WORDS["verdict"]
    assert data["run"]["status"] in WORDS["run"]
    assert {check["status"] for check in data["checks"]} <= WORDS["checks"]
    assert {diagnosis["confidence"] for diagnosis in data["diagnoses"]} <= {"certain", "likely"}
    assert 0 <= data["score"] <= data["max_score"]
    assert sum(check["points"] for check in data["checks"]) == data["score"]
    back = Report.model_validate_json(text)
    assert back == report
    assert back.model_dump_json() == text


def test_the_schema_on_file_is_the_reports_own_with_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    schema()
    printed = capsys.readouterr().out
    assert (PACKAGE / "report.schema.json").read_text("utf-8") == printed, "grade schema > grader/report.schema.json"
    assert json.loads(printed)["$id"] == f"urn:descent-course:report:{SCHEMA_VERSION}"


# What each published version of the report had: a field may come, and none may go without another version.
FIELDS_OF_1 = {
    "schema_version exercise title verdict score max_score headline run identified checks diagnoses questions question_score "
    "answers_notes student picture lines versions": "Report",
    "status error error_line isolation isolation_missing printed cpu_seconds memory_mb": "RunReport",
    "id title status points max_points message case": "CheckReport",
    "id title confidence line evidence one_of hint see why mend read": "DiagnosisReport",
}


def test_no_field_of_the_published_version_is_taken_away() -> None:
    schema = Report.model_json_schema()
    assert SCHEMA_VERSION == 1, "write down what version 1 had as it was, and what this one has beside it"
    for fields, model in FIELDS_OF_1.items():
        there = schema["properties"] if model == "Report" else schema["$defs"][model]["properties"]
        assert set(fields.split()) <= set(there), model


def test_the_published_schema_names_every_field_and_word_of_the_contract() -> None:
    schema = Report.model_json_schema()
    assert set(CONTRACT) <= set(schema["properties"])
    for part, model in (("run", "RunReport"), ("checks", "CheckReport"), ("questions", "QuestionReport")):
        fields = schema["$defs"][model]["properties"]
        wanted = CONTRACT[part] if isinstance(CONTRACT[part], dict) else CONTRACT[part][0]
        assert set(wanted) <= set(fields)
        assert set(fields["status"]["enum"]) == WORDS[part]
    assert set(CONTRACT["diagnoses"][0]) <= set(schema["$defs"]["DiagnosisReport"]["properties"])


@pytest.mark.parametrize(
    ("name", "verdict", "status"),
    [
        ("passed", "passed", "finished"),
        ("failed", "failed", "finished"),
        ("crashed", "failed", "crashed"),
        ("ended", "failed", "crashed"),
        ("syntax", "ungradable", "refused"),
        ("no function", "ungradable", "refused"),
        ("empty", "ungradable", "refused"),
        ("NUL", "ungradable", "refused"),
        ("signature", "ungradable", "refused"),
        ("import", "ungradable", "crashed"),
    ],
)
def test_what_cannot_be_run_is_ungradable_and_what_breaks_off_has_failed(
    name: str, verdict: str, status: str, grade: Callable[..., Report]
) -> None:
    report = grade(SUBMISSIONS[name])
    assert (report.verdict, report.run.status) == (verdict, status)
    assert (report.run.error is None) is (status == "finished")
    assert report.headline
