"""What the functions were given in a case, and what laws over all cases are."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from torch import Tensor

from grader.checks.run import JudgedCase

T = TypeVar("T")


def drawn(case: JudgedCase) -> dict[str, Any]:
    """The inputs of a case without its task, drawn anew each time: what computes with them may change them."""
    inputs = case.reference.sources.problem.problem(**case.arguments)
    return {name: value for name, value in inputs.items() if name != "task"}


def holding(seen: Sequence[T], laws: Mapping[str, Callable[[int], T]]) -> tuple[str, ...]:
    """The laws that give what was seen in every case, by the case's number."""
    return tuple(name for name, law in laws.items() if all(law(number) == each for number, each in enumerate(seen)))


def dtype_of(value: object) -> str:
    """A tensor's dtype, without "torch.", or the type of what is none."""
    return str(value.dtype).removeprefix("torch.") if isinstance(value, Tensor) else type(value).__name__


def equal(a: object, b: object) -> bool:
    """To the last bit, and of one shape and dtype; None equals None."""
    if not (isinstance(a, Tensor) and isinstance(b, Tensor)):
        return a is b
    return a.dtype == b.dtype and a.shape == b.shape and bool((a == b).all())
