"""What is special about a set-up, in a word or two for each thing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

WAYS = {"Detach": "detached", "Shares": "shares", "Softmax": "softmax", "Weigh": "weighed", "LogSoftmax": "log-softmax"}


def kind(arguments: Mapping[str, Any]) -> str:
    """All of it, for the arguments of `problem`; no two set-ups have the same."""
    return ", ".join(_words(arguments))


def _words(of: Mapping[str, Any]) -> Iterator[str]:
    layers = of.get("layers", [["Linear", 3, 1]])
    yield "line" if sum(layer[0] == "Linear" for layer in layers) < 2 else "network"
    yield f"{of.get('optimizer', 'SGD')} {_rate(of)}"
    yield from (word for layer, word in WAYS.items() if any(layer == each[0] for each in layers))
    if any(each[0] in ("Dropout", "BatchNorm1d") for each in layers):
        yield "normalised"
    if of.get("loss", "MSELoss") != "MSELoss":
        yield str(of["loss"])
    if of.get("classes"):
        yield f"{of['classes']} classes"
    yield f"targets {tuple(of.get('target', (1,)))}".replace(",)", ")")
    for name in ("scale", "dtype", "spare", "before"):
        if name in of:
            yield f"{name} {of[name]}"
    yield from (name for name in ("elsewhere", "gradients") if of.get(name))
    if "frozen" in of:
        yield f"frozen {' '.join(of['frozen']) or 'all'}"
    if "groups" in of:
        yield f"groups {'; '.join(' '.join(group['names']) for group in of['groups'])}"
    if "evaluating" in of:
        yield f"eval {' '.join(of['evaluating']) or 'all'}"


def _rate(of: Mapping[str, Any]) -> str:
    options = of.get("options", {})
    return " ".join(f"{key} {value}" for key, value in {"lr": 0.05, **options}.items())


RATES: tuple[Callable[[Mapping[str, Any]], float], ...] = (
    lambda of: max(_rates(of)),
    lambda of: min(_rates(of)),
    lambda of: _rates(of)[0],
    lambda of: _rates(of)[-1],
    lambda of: _default(of),
)


def by_the_rate(found: Sequence[Mapping[str, Any]], rest: Sequence[Mapping[str, Any]]) -> bool:
    """Whether some learning rate is larger in all of the one set-ups than in any other: nobody has to try for that."""
    return any(min(map(rate, found)) > max(map(rate, rest), default=0.0) for rate in RATES)


def _default(of: Mapping[str, Any]) -> float:
    return float(of.get("options", {}).get("lr", 0.05))


def _rates(of: Mapping[str, Any]) -> list[float]:
    """The learning rate of each group."""
    return [float(group.get("lr", _default(of))) for group in of.get("groups") or [{}]]
