"""What can be otherwise in a training than asked: each slip, and what a simulated training does then."""

import math
from collections.abc import Sequence
from typing import Any

RUNS = ("adam", "sgd")
FAMILIES = {"adam": "Adam", "sgd": "SGD"}
UNCLEAR = "?"
ALIKE = ("loss", "noted", "direction", "clearing", "steps", "trained", "examples", "pairs")  # what both have alike, as a rule
SPECIFIC = ("rule", "betas", "eps", "momentum", "decay", "rate")  # what one run may have wrong and the other right

Slip = tuple[str, str]  # in which respect, and what instead
Slips = frozenset[Slip]
Trial = dict[str, Any]  # what a simulated training does, by name; "slips" are those that it differs by

Options = Sequence[tuple[Slip, Trial]]

RIGHT: Trial = {
    "family": "SGD",
    "lr": 0.0,
    "b1": 0.9,
    "b2": 0.999,
    "eps": 1e-8,
    "decay": 0.0,
    "momentum": 0.0,
    "nesterov": 0.0,
    "forgets": 0.0,  # whether the optimizer is made anew in each epoch
    "loss": 0.0,  # which loss is differentiated: its number in `Case.losses`
    "by": 1.0,  # by what it is multiplied
    "noted": 0.0,  # which is noted
    "noted by": 1.0,
    "after": 0.0,  # whether it is noted after the step
    "keeps even": "none",  # whose gradients aren't cleared in epochs 0, 2, 4 ...
    "keeps odd": "none",
    "steps": 1.0,
    "stale": 0.0,
    "moves": "all",  # what is trained
    "start": 0,
    "data": 0,
    "carries": 0,  # whose gradients are there already
    "remembers": 0,  # whose state the optimizer has already
}
MASKS = ("keeps even", "keeps odd", "moves")
NUMBERS = [name for name, value in RIGHT.items() if isinstance(value, float)]
NONE: Slips = frozenset()

OTHER_COUNTS = {
    "over epochs": "1/epochs",
    "times epochs": "epochs",
    "over entries": "1/entries",
    "times entries": "entries",
    "over all examples": ("1/n", "1/epochs"),
}
LOSSES: dict[Slip, Trial] = {
    ("loss", "sum"): {"by": "n", "noted by": "n"},
    ("loss", "half"): {"by": 0.5, "noted by": 0.5},
    ("loss", "over n"): {"by": "1/n", "noted by": "1/n"},
    ("loss", "root"): {"loss": 1, "noted": 1},
    ("loss", "absolute"): {"loss": 2, "noted": 2},
    ("loss", "broadcast"): {"loss": 3, "noted": 3},
    ("loss", "negated"): {"by": -1.0, "noted by": -1.0},
    ("noted", "times n"): {"noted by": "n"},
    ("noted", "over n"): {"noted by": "1/n"},
    **{("noted", count): {"noted by": by} for count, by in OTHER_COUNTS.items()},
    ("noted", "root"): {"noted": 1},
    ("noted", "negated"): {"noted by": -1.0},
    ("noted", "half"): {"noted by": 0.5},
}
LOOPS: Options = list(
    {
        ("direction", "uphill"): {"by": -1.0},
        ("loss", "root, for backward alone"): {"loss": 1},
        ("loss", "absolute, for backward alone"): {"loss": 2},
        ("clearing", "never"): {"keeps even": "all", "keeps odd": "all"},
        ("clearing", "every other epoch"): {"keeps odd": "all"},
        ("clearing", "every other epoch, from the second"): {"keeps even": "all"},
        ("clearing", "some, not the weights"): {"keeps even": "weights", "keeps odd": "weights"},
        ("clearing", "some, not the biases"): {"keeps even": "biases", "keeps odd": "biases"},
        ("steps", "none"): {"steps": 0},
        ("steps", "twice"): {"steps": 2},
        ("steps", "stale"): {"stale": 1.0},
        ("trained", "the weights"): {"moves": "weights"},
        ("trained", "the biases"): {"moves": "biases"},
        ("trained", "the last layer"): {"moves": "last"},
        ("trained", "the first layer"): {"moves": "first"},
        ("trained", "the last bias"): {"moves": "last bias"},
    }.items()
)
RATES = {"times n": "n", "over n": "1/n", "half": 0.5, "double": 2.0}  # a longer loss, more likely than not
VARIANTS = {name: {"family": name} for name in ("NAdam", "Adamax", "RAdam", "Adagrad")}
ADAMW = {"family": "AdamW", "decay": 0.01}
RMSPROP = {"family": "RMSprop", "b2": 0.99}
USUAL_RULES: dict[str, Options] = {
    "adam": list(
        {
            ("rule", "the other"): {"family": "SGD"},
            ("rule", "AdamW"): ADAMW,
            ("rule", "RMSprop"): RMSPROP,
            ("rule", "made anew"): {"forgets": 1.0},
            **{("rule", name): how for name, how in VARIANTS.items()},
            **{
                ("betas", f"{b1} {b2}"): {"b1": b1, "b2": b2}
                for b1, b2 in ((0.9, 0.99), (0.5, 0.999), (0.999, 0.9), (0.8, 0.999))
            },
            **{("eps", f"{eps:g}"): {"eps": eps} for eps in (1e-3, 1e-2, 1e-1)},
        }.items()
    ),
    "sgd": list(
        {
            **{("rate", name): {"by": by} for name, by in RATES.items()},
            ("rule", "the other"): {"family": "Adam"},
            ("rule", "AdamW"): ADAMW,
            ("rule", "RMSprop"): RMSPROP,
            **{("momentum", f"{m}"): {"momentum": m} for m in (0.9, 0.5, 0.99, 0.8)},
            ("momentum", "0.9 nesterov"): {"momentum": 0.9, "nesterov": 1.0},
        }.items()
    ),
}
DECAYS = (0.1, 0.05, 0.02, 0.001, 1e-4)
ONES = (0.0, 0.1, 0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.999)
TWOS = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999)
RARE_RULES: dict[str, Options] = {
    "adam": list(
        {
            **{("rule", f"AdamW {d}"): {"family": "AdamW", "decay": d} for d in DECAYS},
            **{("decay", f"{d}"): {"decay": d} for d in (0.01, *DECAYS)},
            **{("rule", f"RMSprop {a}"): {"family": "RMSprop", "b2": a} for a in (0.9, 0.95, 0.999)},
            **{("betas", f"{b1} {b2}"): {"b1": b1, "b2": b2} for b1 in ONES for b2 in TWOS if (b1, b2) != (0.9, 0.999)},
            **{("eps", f"{c * 10.0**-e:g}"): {"eps": c * 10.0**-e} for e in range(7) for c in (1, 3, 5)},
        }.items()
    ),
    "sgd": list(
        {
            **{("rule", name): how for name, how in VARIANTS.items()},
            **{("decay", f"{d}"): {"decay": d} for d in (0.01, *DECAYS)},
            **{("momentum", f"{m}"): {"momentum": m} for m in (*ONES[1:], 0.2, 0.4, 0.25)},
            **{("momentum", f"{m} nesterov"): {"momentum": m, "nesterov": 1.0} for m in ONES[1:]},
        }.items()
    ),
}
RATE: Options = [(("rate", ""), {"lr": math.nan})]  # solved for
COUNTS = ("times n", "over n", *OTHER_COUNTS)


def both(one: Trial, other: Trial) -> Trial:
    """A training with two changes; what both multiply is multiplied by both."""
    products = {
        name: (*factors(one[name]), *factors(other[name])) for name in ("by", "noted by") if name in one and name in other
    }
    return {**one, **other, **products}


def factors(by: Any) -> tuple[Any, ...]:
    """Those of a product: a tuple, or one alone."""
    return by if isinstance(by, tuple) else (by,)
