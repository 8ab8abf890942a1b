"""The drawn numbers of the concept questions of stable_01: torch computes what is right."""

from __future__ import annotations

import math
import random

import torch

from grader.questions.drawn import Drawn


def two_large(draw: random.Random) -> Drawn:
    """An entry that is too large for its exponential; that it is so is tried out."""
    a = draw.choice([800.0, 900.0, 1000.0, 2000.0])
    if not torch.log(torch.exp(torch.tensor([a, a], dtype=torch.float64)).sum()).isinf():
        raise AssertionError(f"the exponential of {a} fits")
    return Drawn(shown={"a": f"{a:g}"})


def equal_entries(draw: random.Random) -> Drawn:
    """Equal entries: a + log n."""
    n, a = draw.randint(3, 20), draw.randint(10, 40)
    value = torch.logsumexp(torch.full((n,), float(a), dtype=torch.float64), 0).item()
    others = {"largest_alone": float(a), "without_the_largest": math.log(n), "plain_sum": float(n * a)}
    return Drawn(shown={"n": str(n), "a": str(a)}, values={"value": value, **others})
