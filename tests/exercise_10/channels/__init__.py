"""What isn't as asked in the groups of exercise_10: which kinds of parameters decay, which are spared, which are elsewhere."""

from collections.abc import Iterator, Sequence

from torch import nn

from grader.checks.run import JudgedCase
from grader.diagnosis.channels.values import UNCLEAR

LEANING = ("together",)  # tasks that use what `decay_groups` returns: where that is off, so are they
Found = Iterator[tuple[str, tuple[str, ...]]]


def channels(cases: Sequence[JudgedCase]) -> Found:
    """Of the cases that only look at what `decay_groups` returns."""
    looked = [case for case in cases if case.arguments.get("task") == "groups" and case.trace.error is None]
    if not looked:
        return
    told = [case.trace.returned for case in looked]
    if not all(isinstance(each, dict) for each in told):
        yield "groups", (UNCLEAR,)
        return
    kinds: dict[str, set[str]] = {}
    sound: set[str] = set()
    for case, found in zip(looked, told, strict=True):
        arguments = case.reference.arguments
        wanted = case.reference.sources.plan.decays(arguments["model"], arguments["weight_decay"])
        for name, right in wanted.items():
            kind = kind_of(arguments["model"], name)
            wrong = judged(found.get(name, []), right)
            if wrong:
                kinds.setdefault(wrong, set()).add(kind)
            else:
                sound.add(kind)
        if "?" in found:
            kinds.setdefault("held", set()).add("what is no parameter")
    for wrong, of in sorted(kinds.items()):
        yield f"groups: {wrong}", (" and ".join(sorted(of)) + (", not all" if of & sound else ""), *general(wrong, of))


def judged(decays: object, right: float) -> str:
    """What is wrong with the groups that a parameter is in; nothing where it is as asked."""
    if not isinstance(decays, list) or len(decays) != 1:
        return "in no group" if not decays else "in several groups"
    if not isinstance(decays[0], float):
        return "without a number"
    if (decays[0] != 0.0) != (right != 0.0):
        return "decays" if right == 0.0 else "is spared"
    return "" if abs(decays[0] - right) <= 1e-9 else "by another number"


def kind_of(model: nn.Module, path: str) -> str:
    """Of which kind a parameter is: a weight, a bias, or one or the other of a kind of normalisation."""
    parent, _, name = path.rpartition(".")
    module = model.get_submodule(parent)
    normal = isinstance(module, (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm))
    part = "bias" if "bias" in name else "weight"
    return f"{type(module).__name__}'s {part}" if normal or not isinstance(module, nn.Linear) else part


def general(wrong: str, of: set[str]) -> Iterator[str]:
    """What several mistakes have in common."""
    if wrong == "decays":
        normal = {kind for kind in of if "Norm" in kind}
        biases = {kind for kind in of if kind.endswith("bias")}
        if of == normal:
            yield "of normalisation alone"
        if of == biases and biases - normal:
            yield "biases alone"
        if normal - biases and biases:
            yield "normalisation and biases"
