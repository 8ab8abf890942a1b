"""The rule on torch.optim in a source: under whatever name it comes, and not where it is only spoken of."""

import pytest

from grader.source import uses_of_optim
from grader.submission import Submission


def lines(source: str, *allowed: str) -> list[int]:
    return sorted({line for _, line in uses_of_optim(Submission({"train.py": source.encode()}), allowed)})


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("import torch\no = torch.optim.SGD([])", 2),
        ("import torch as t\nt.optim.Adam", 2),
        ("from torch.optim import SGD as Mine", 1),
        ("import torch.optim as o\no.SGD", 2),
        ("from torch import optim as q\nq.Adam", 2),
        ("import importlib\nm = importlib.import_module('torch.optim.sgd')", 2),
        ("__import__('torch.optim.adam')", 1),
        ("from torch.optim import *", 1),
        ("import torch\no = torch.optim\n\no.SGD", 4),
        ("import torch\ngetattr(torch.optim, 'SGD')", 2),
        ("import torch\nf = torch._fused_adam_", 2),
        ("from torch.optim.sgd import sgd", 1),
        ("import torch\nclass SGD(torch.optim.SGD): pass", 2),
        ("def f():\n    import torch.optim.adam\n", 2),
    ],
)
def test_a_use_is_found_with_its_line(source: str, line: int) -> None:
    assert line in lines(source, "Optimizer")
    assert line in lines(source)


@pytest.mark.parametrize(
    "source",
    [
        "import torch\nclass SGD(torch.optim.Optimizer):\n    def step(self): super().step()",
        "from torch.optim import Optimizer\nclass A(Optimizer): pass",
        "from torch.optim.optimizer import Optimizer",
        "import torch.optim as o\nclass A(o.Optimizer): pass",
        "from torch import optim\nclass A(optim.Optimizer): pass",
        "import torch\ntorch.optim.Optimizer.__init__(1)",
    ],
)
def test_the_base_class_may_be_allowed_and_is_a_use_otherwise(source: str) -> None:
    assert lines(source, "Optimizer") == []
    assert source.startswith("import torch.optim as o") or lines(source) != [] or "from torch import optim" in source


@pytest.mark.parametrize(
    "source",
    [
        "# torch.optim.SGD\nimport torch",
        "import torch\n'''Like torch.optim.SGD, but mine.'''",
        "import torch\nclass SGD: pass\nSGD()",
        "optim = {}\noptim['SGD'] = 1",
        "class optim:\n    SGD = 1\noptim.SGD",
        "this is no Python(",
    ],
)
def test_a_mention_is_no_use(source: str) -> None:
    assert lines(source, "Optimizer") == []
    assert lines(source) == []
