"""Which data a run learns from, and what else the model is called on."""

import torch

from grader.diagnosis.channels.values import UNCLEAR
from grader.diagnosis.channels.walk import Walk
from grader.diagnosis.enact import Forward


def batches(walk: Walk) -> list[str]:
    """Which batches an epoch goes through."""
    labels, data = walk.labels, walk.data
    chunks = [[labels[i] for i in epoch] for epoch in walk.epochs]
    if data.accumulate < walk.enacted.data.accumulate and any(label.startswith("rows") for label in labels):
        data = walk.enacted.data  # they are joined, but not as asked
        chunks = [[str(n) for i in epoch for n in walk.parts(walk.uses[i].forward.rows)] for epoch in walk.epochs]
    asked = [str(n) for n in range(1, len(data.batches) + 1)]
    if walk.stopped:
        return ["" if all(label == asked[number % len(asked)] for number, label in enumerate(labels)) else UNCLEAR]
    if all(chunk == asked for chunk in chunks):
        return [""]
    if all(sorted(chunk) == sorted(asked) for chunk in chunks):
        return ["another order"]
    if chunks and all(chunk == chunks[0] for chunk in chunks):
        sizes = [len(batch) for batch in data.batches]
        laws = {
            "the last left out": asked[:-1],
            "the first left out": asked[1:],
            "smaller ones left out": [name for name, size in zip(asked, sizes, strict=True) if size == max(sizes)],
            "those smaller than the first left out": [
                name for name, size in zip(asked, sizes, strict=True) if size >= sizes[0]
            ],
            "the first alone": asked[:1] * len(chunks[0]),
            "the last alone": asked[-1:] * len(chunks[0]),
            "all at once": ["all"] * len(chunks[0]),
            "each twice": [name for name in asked for _ in (1, 2)],
            "every other": asked[::2],
        }
        general = ["validation data among them"] if "validation" in chunks[0] else []
        return [*(name for name, law in laws.items() if law == chunks[0]), ", ".join(chunks[0]), *general]
    rows = [sorted(r for i in epoch for r in walk.uses[i].forward.rows or ()) for epoch in walk.epochs]
    if all(row == list(range(data.examples)) for row in rows):
        return ["regrouped"]
    return [UNCLEAR]


def epochs(walk: Walk) -> list[str]:
    """How many epochs there are, beside what was asked."""
    more = len(walk.epochs) - walk.data.epochs
    if not more or walk.stopped:
        return [""]
    single = ["one"] if len(walk.epochs) == 1 else []
    return [f"{more:+d}" if abs(more) == 1 else "more" if more > 0 else "fewer", *single]


def targets(walk: Walk) -> list[str]:
    """Whether each prediction is held against its own targets."""
    told = [u.forward for u in walk.uses if u.forward.targets is not None and u.forward.rows is not None]
    return ["of other examples" if any(f.targets != f.rows for f in told) else ""]


def modes(walk: Walk) -> list[str]:
    """The mode in which predictions to learn from are made, where the model has modes."""
    model = walk.enacted.reference.model
    if not any(isinstance(m, (torch.nn.Dropout, torch.nn.modules.batchnorm._BatchNorm)) for m in model.modules()):
        return [""]
    flags = [[walk.uses[i].forward.training for i in epoch if walk.labels[i] != "validation"] for epoch in walk.epochs]
    if all(all(epoch) for epoch in flags):
        return [""]
    if not any(any(epoch) for epoch in flags):
        return ["eval"]
    if all(flags[0]) and not any(any(epoch) for epoch in flags[1:]):
        return ["eval after the first epoch"]
    return [UNCLEAR]


def looks(walk: Walk) -> list[str]:
    """The other calls of the model: on what, in which mode, when. Each epoch's the same; told as one line."""
    used = {id(use.forward) for use in walk.uses}
    has_modes = bool(walk.data.validation)
    if not has_modes:
        return [""]
    seen: list[tuple[int, str]] = []
    for forward in walk.enacted.forwards:
        if id(forward) not in used:
            mode = "train" if forward.training else "eval"
            seen.append((forward.passes, f"{_kind(walk, forward)} in {mode}"))
    said = []
    for number, epoch in enumerate(walk.epochs):
        begin, end = epoch[0], epoch[-1] + 1
        inside = [
            f"{'after' if at == end else 'before' if at == begin else 'within'} {what}"
            for at, what in seen
            if begin < at <= end or (number == 0 and at == 0)
        ]
        said.append(", ".join(sorted(set(inside))))
    if not said:
        return ["none" if not seen else "alone"]
    exact = said[0] if len(set(said)) == 1 else " then ".join(dict.fromkeys(said))
    modes = {mode for mode in ("train", "eval") if any(f"validation in {mode}" in each for each in said)}
    if modes == {"train"}:
        return [exact, "validation in train"]
    if modes:
        return [exact, "validation at another time"]
    return [exact]


def _kind(walk: Walk, forward: Forward) -> str:
    label = walk.label(forward.rows)
    return "validation" if label == "validation" else "training data" if label != "other data" else label
