"""A notebook's cell as a program: what it takes along of earlier cells, and how its lines are numbered."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.jupyter.cells import program_of

IMPORTS = "import torch\nfrom torch import nn as n\nimport torch.optim.lr_scheduler\n"
CELL = "%%grade exercise_03\ndef train(x):\n    return helper(torch.ones(x))\n"


def taken(cell: str, earlier: list[str], defined: set[str] | None = None) -> dict[str, str]:
    names = {"torch", "n", "helper", "RATE", "inner", "train", "C", "deco", "x"} if defined is None else defined
    return program_of(cell, earlier, names)


def test_a_cell_that_needs_nothing_is_alone_and_keeps_its_lines() -> None:
    files = taken("def train():\n    return 1\n", [IMPORTS])
    assert files == {"train.py": "\ndef train():\n    return 1\n"}


def test_imports_and_functions_of_earlier_cells_come_along_with_what_these_use() -> None:
    earlier = [IMPORTS, "RATE = 3\nprint('never')", "def inner(v):\n    return v * RATE", "def helper(v):\n    return inner(v)"]
    files = taken(CELL.partition("\n")[2], [*earlier, "open('never')"])
    assert files["train.py"].splitlines()[:2] == ["from earlier_cells import helper, torch", "def train(x):"]
    names: dict[str, object] = {}
    exec(files["earlier_cells.py"], names)
    assert names["helper"](2) == 6  # type: ignore[operator]
    assert "never" not in files["earlier_cells.py"]


def test_the_definition_that_was_run_last_is_the_one_that_counts() -> None:
    earlier = ["def helper(v):\n    return 1", "def helper(v):\n    return 2", "def helper(v:"]
    assert "return 2" in taken("def train(x):\n    return helper(x)", earlier)["earlier_cells.py"]


def test_what_a_failed_cell_would_have_defined_is_not_there() -> None:
    files = taken("def train(x):\n    return helper(x)", ["def helper(v):\n    return 1"], defined=set())
    assert files == {"train.py": "\ndef train(x):\n    return helper(x)"}


@pytest.mark.parametrize(
    "cell",
    [
        "import torch\ndef train(x):\n    return torch.ones(x)",
        "def train(torch):\n    return torch",
        "def train(x):\n    torch = x\n    return torch",
        "def train(x):\n    import torch\n    return torch",
        "train = [torch for torch in (1, 2)]",
        "for torch in ():\n    pass",
        "def train(x):\n    return print(x)",
    ],
)
def test_names_of_the_cells_own_are_not_looked_for(cell: str) -> None:
    assert set(taken(cell, [IMPORTS])) == {"train.py"}


@pytest.mark.parametrize(
    ("cell", "earlier"),
    [
        ("class C:\n    rate = RATE", "RATE = 1"),
        ("class C:\n    def f(self):\n        return RATE", "a, (RATE, *b) = 1, (2, 3)"),
        ("@RATE\ndef train():\n    pass", "def RATE(f):\n    return f"),
        ("def train(x=RATE):\n    pass", "RATE: int = 2"),
        ("train = lambda: RATE", "import math as RATE"),
        ("def outer():\n    def inner2():\n        return RATE\n    return inner2", "class RATE:\n    pass"),
        ("print(RATE)\ndef train(x: RATE):\n    pass", "from math import pi as RATE"),
    ],
)
def test_every_way_to_define_and_to_use_a_name_is_seen(cell: str, earlier: str) -> None:
    files = taken(cell, [earlier])
    assert files["train.py"] == f"from earlier_cells import RATE\n{cell}"
    ast.parse(files["earlier_cells.py"])


def test_magics_in_cells_are_left_out_and_an_import_from_the_future_stays_first() -> None:
    files = taken(
        "%timeit helper(1)\ndef train(x):\n    return helper(x)", ["%matplotlib inline\ndef helper(v):\n    return v"]
    )
    assert "# %timeit" in files["train.py"]
    assert "matplotlib" not in files["earlier_cells.py"]
    alone = taken("from __future__ import annotations\ndef train(x):\n    return helper(x)", ["def helper(v):\n    return v"])
    assert set(alone) == {"train.py"}


def test_a_function_that_calls_itself_or_another_that_calls_it_ends() -> None:
    earlier = ["def helper(v):\n    return inner(v)", "def inner(v):\n    return helper(v)"]
    assert taken("train = helper", earlier)["earlier_cells.py"].count("def ") == 2


@given(st.lists(st.text(max_size=60), max_size=4), st.text(max_size=80))
def test_whatever_was_typed_the_cells_lines_stay_where_they_are(earlier: list[str], cell: str) -> None:
    files = program_of(cell, earlier, {"x", "y"})
    assert files["train.py"].count("\n") == cell.count("\n") + 1
