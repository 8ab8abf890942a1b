"""What losses come from that aren't those of a fair comparison: simulated trainings, and which of them fit."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from grader.checks.run import JudgedCase
from grader.reference import flat

# What the losses of a run that isn't as asked come from: simulated trainings with a slip or two, and which of them have the very
# losses that were returned. All that are worth trying are simulated together, a row of parameters each, and those whose next
# loss is another are left out: few get beyond the second epoch.

RUNS = ("adam", "sgd")
FAMILIES = {"adam": "Adam", "sgd": "SGD"}
UNCLEAR = "?"
CLOSE, SINGLE = 3e-6, 2e-5  # relative, between a loss that was returned and a simulated one, and the same in single precision
MOST_STARTS, MOST_SLIPS = 12, 3
GRID, ROUNDS = 36, 12  # to find an unknown learning rate
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
    ("noted", "over epochs"): {"noted by": "1/epochs"},
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
        ("clearing", "every other epoch from the second"): {"keeps even": "all"},
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
            **{
                ("rate", name): {"by": by} for name, by in (("times n", "n"), ("over n", "1/n"), ("half", 0.5), ("double", 2.0))
            },
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
COUNTS = ("times n", "over n", "over epochs")


class Case:
    """What the losses of a case are simulated with."""

    def __init__(self, case: JudgedCase, names: Sequence[str] = RUNS) -> None:
        """`case` returned what is asked for: lists of numbers. Of these, `names` are those of the two runs, in order."""
        given, noted = case.reference.arguments, case.trace.returned
        self.X, self.y = given["X"], given["y"].reshape(-1)
        self.losses = {
            run: [float(loss) for loss in noted["result"][name][: given["epochs"] + 2]]
            for run, name in zip(RUNS, names, strict=True)
        }
        self.rates = {"adam": given["adam_lr"], "sgd": given["sgd_lr"]}
        self.n, self.epochs = len(self.y), given["epochs"]
        self.numbers = {"n": float(self.n), "1/n": 1 / self.n, "1/epochs": 1 / self.epochs}
        self.close = CLOSE if noted["dtypes"] == [str(self.X.dtype)] else SINGLE
        self.make_model = given["make_model"]
        self.model = self.make_model()
        given["loss_fn"](self.model(self.X), given["y"]).backward()
        self.masks = self._masks()
        self.made = noted["weights"][:MOST_STARTS]
        self.starts = [(NONE, row) for row in self.made]
        self.starts.append((frozenset({("start", "zero")}), torch.zeros_like(self.made[0])))
        self.data = list(self._data([m for m in noted["rows"] if m < self.n]))
        nothing = torch.zeros_like(self.made[0])
        self.carried, self.remembered = [nothing], [(nothing, nothing, nothing[:1])]  # and what another run left behind

    def _masks(self) -> dict[str, Tensor]:
        parts = list(self.model.parameters())
        ends = list(itertools.accumulate(p.numel() for p in parts))
        at = {id(p): slice(end - p.numel(), end) for p, end in zip(parts, ends, strict=True)}
        self.layers = [(layer, [at[id(p)] for p in layer.parameters()]) for layer in self.model]
        layers = [layer for layer, places in self.layers if places]
        groups = {
            "all": parts,
            "none": [],
            "weights": [p for p in parts if p.dim() > 1],
            "biases": [p for p in parts if p.dim() == 1],
            "last": [layers[-1].weight, layers[-1].bias],
            "first": [layers[0].weight, layers[0].bias],
            "last bias": parts[-1:],
        }
        ids = {name: {id(p) for p in group} for name, group in groups.items()}
        return {
            name: flat([torch.full_like(p, p.grad is not None and id(p) in some) for p in parts]) for name, some in ids.items()
        }

    def _data(self, sizes: Sequence[int]) -> Iterator[tuple[Slips, Tensor, Tensor]]:
        """Which examples there are, and which targets they have; with the slip that this is."""
        whole, order = torch.ones_like(self.y), torch.arange(self.n)
        yield NONE, whole, self.y
        for m in sizes:
            for first in (0, self.n - m):
                part = torch.zeros_like(whole)
                part[first : first + m] = 1
                yield frozenset({("examples", "fewer")}), part, self.y
        for drawn in range(3):  # models, before an order
            torch.default_generator.manual_seed(0)
            for _ in range(drawn):
                self.make_model()
            order = torch.randperm(self.n)
            yield frozenset({("pairs", "apart")}), whole, self.y[order]
            yield frozenset({("pairs", "apart")}), whole, self.y[order.argsort()]
            for m in sizes:
                yield frozenset({("examples", "fewer")}), torch.zeros_like(whole).index_fill(0, order[:m], 1.0), self.y

    def at(self, rows: Tensor, weights: Tensor, targets: Tensor, kind: Tensor) -> Tensor:
        """(H,) for H rows of parameters, the loss of this kind: squared error, its root, absolute error, that of all pairs."""
        out = self.X.expand(len(rows), -1, -1)
        for layer, places in self.layers:
            if places:
                W = rows[:, places[0]].reshape(len(rows), *layer.weight.shape)
                out = torch.baddbmm(rows[:, None, places[1]], out, W.transpose(1, 2))
            else:
                out = layer(out)
        out, shares = out[..., 0], weights / weights.sum(1, keepdim=True)
        off = out - targets
        squared = (off**2 * shares).sum(1)
        if not kind.any():
            return squared
        absolute, mean, pull = ((x * shares).sum(1) for x in (off.abs(), out, targets))
        pairs = ((out**2 + targets**2) * shares).sum(1) - 2 * mean * pull
        return torch.stack([squared, squared.sqrt(), absolute, pairs]).gather(0, kind.long()[None])[0]

    def same(self, losses: Tensor, wanted: Tensor | float) -> Tensor:
        """Which of these equal what was returned."""
        wanted = torch.as_tensor(wanted, dtype=losses.dtype)
        close = (losses - wanted).abs() <= self.close * wanted.abs() + 1e-12
        return close | (losses == wanted) | (losses.isnan() & wanted.isnan())

    def number(self, value: Any, run: str = "") -> float:
        """What a trial says in words, in numbers."""
        if value == "the other's":
            return self.rates["sgd" if run == "adam" else "adam"]
        return self.numbers.get(value, value) if isinstance(value, str) else value


class Playing:
    """Simulated trainings with one family's rule on one case, side by side; those with other losses drop out."""

    def __init__(self, case: Case, run: str, trials: Sequence[Trial]) -> None:
        """All are played to the end."""
        self.case, self.family, self.trials, self.losses = case, trials[0]["family"], list(trials), case.losses[run]
        dtype = case.X.dtype
        self.of = {name: torch.tensor([case.number(t[name], run) for t in trials], dtype=dtype)[:, None] for name in NUMBERS}
        self.of |= {name: torch.stack([case.masks[t[name]] for t in trials]) for name in MASKS}
        self.of["p"] = torch.stack([case.starts[t["start"]][1] for t in trials])
        self.of["weights"] = torch.stack([case.data[t["data"]][1] for t in trials])
        self.of["targets"] = torch.stack([case.data[t["data"]][2] for t in trials])
        self.of["g"] = torch.stack([case.carried[t["carries"]] for t in trials])
        for name, *kept in zip("mvt", *case.remembered, strict=True):
            self.of[name] = torch.stack([kept[t["remembers"]] for t in trials])
        for k in range(len(self.losses)):
            if self.trials:
                self._epoch(k)

    def _keep(self, rows: Tensor) -> None:
        if len(rows) != len(self.trials) or not torch.equal(rows, torch.arange(len(rows))):
            self.of = {name: column[rows] for name, column in self.of.items()}
            self.trials = [self.trials[row] for row in rows.tolist()]

    def _noted(self, p: Tensor, of: dict[str, Tensor]) -> Tensor:
        return self.case.at(p, of["weights"], of["targets"], of["noted"][:, 0]) * of["noted by"][:, 0]

    def _drop(self, k: int, after: int) -> None:
        """Leave out those whose loss in epoch k is another; it is known `after` the step, or before."""
        spared = self.of["after"][:, 0] != after
        if not spared.all():
            same = self.case.same(self._noted(self.of["p"], self.of), self.losses[k])
            self._keep((spared | same).nonzero()[:, 0])

    def _epoch(self, k: int) -> None:
        self._drop(k, 0)
        if not self.trials:
            return
        of = self.of
        p = of["p"].clone().requires_grad_()
        loss = self.case.at(p, of["weights"], of["targets"], of["loss"][:, 0]) * of["by"][:, 0]
        old, new = of["g"], torch.autograd.grad(loss.sum(), p)[0]
        of["g"] = old * of["keeps odd" if k % 2 else "keeps even"] + new * of["moves"]
        used = torch.where(of["stale"] == 1, old, of["g"])
        for name in "mvt":
            of[name] = of[name] * (1 - of["forgets"])
        way = torch.zeros_like(old)
        for number in range(int(of["steps"].max())):
            way = way + self._direction(used, (of["steps"] > number) & used.any(1, keepdim=True)) * of["moves"]
        self._solve(k, way)
        of = self.of
        of["p"] = of["p"] - of["lr"].nan_to_num() * of.pop("way")
        self._drop(k, 1)

    def _direction(self, g: Tensor, steps: Tensor) -> Tensor:
        """By what a step goes down at a learning rate of 1; what the optimizer remembers moves on, where it `steps` at all."""
        of, p, old = self.of, self.of["p"], {name: self.of[name] for name in "mvt"}
        t, b1, b2, eps = of["t"] + 1, of["b1"], of["b2"], of["eps"]
        decayed = g if self.family == "AdamW" else g + of["decay"] * p
        m, v = b1 * old["m"] + (1 - b1) * decayed, b2 * old["v"] + (1 - b2) * decayed**2
        match self.family:
            case "SGD":
                m = of["momentum"] * old["m"] + decayed
                way = torch.where(of["nesterov"] == 1, decayed + of["momentum"] * m, m)
            case "RMSprop":
                way = decayed / (v.sqrt() + eps)
            case "Adagrad":
                v = old["v"] + decayed**2
                way = decayed / (v.sqrt() + 1e-10)
            case "Adamax":
                v = torch.maximum(b2 * old["v"], decayed.abs() + eps)
                way = m / (1 - b1**t) / v
            case "NAdam":
                fall = [0.9 * (1 - 0.5 * 0.96 ** (i * 0.004)) for i in range(1, len(self.losses) + 30)]
                falls = torch.tensor(fall, dtype=g.dtype)
                at = t.long().clamp(max=len(fall) - 1)[:, 0]
                now, following, product = falls[at - 1, None], falls[at, None], falls.cumprod(0)
                way = (1 - now) / (1 - product[at - 1, None]) * decayed + following / (1 - product[at, None]) * m
                way = way / ((v / (1 - b2**t)).sqrt() + eps)
            case "RAdam":
                most = 2 / (1 - b2) - 1
                rho = most - 2 * t * b2**t / (1 - b2**t)
                rect = ((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho)).clamp(min=0).sqrt()
                adaptive = rect * (1 - b2**t).sqrt() / (v.sqrt() + eps)
                way = m / (1 - b1**t) * torch.where(rho > 5, adaptive, torch.ones_like(adaptive))
            case _:
                way = m / (1 - b1**t) / ((v / (1 - b2**t)).sqrt() + eps)
                way = way + of["decay"] * p if self.family == "AdamW" else way
        for name, value in (("m", m), ("v", v), ("t", t)):
            of[name] = torch.where(steps, value, old[name])
        return torch.where(steps, way, torch.zeros_like(way))

    def _solve(self, k: int, way: Tensor) -> None:
        """Find the learning rates that are unknown from the first loss after a step; a trial each, where several fit."""
        self.of["way"] = way
        told = self.of["after"][:, 0] == 1 if k == len(self.losses) - 1 else torch.ones(len(way), dtype=torch.bool)
        unknown = self.of["lr"].isnan()[:, 0] & way.any(1) & told
        if not unknown.any():
            return
        places = unknown.nonzero()[:, 0]
        of = {name: self.of[name][places] for name in ("p", "way", "weights", "targets", "noted", "noted by", "after")}
        following = self.losses[min(k + 1, len(self.losses) - 1)]
        ends = torch.tensor([following, self.losses[k]], dtype=way.dtype)
        wanted = ends[of["after"][:, 0].long()]
        grid = torch.logspace(-5, 1.5, GRID, dtype=way.dtype)
        every = {name: column.repeat_interleave(GRID, 0) for name, column in of.items()}
        off = (
            self._noted(every["p"] - grid.repeat(len(places))[:, None] * every["way"], every).reshape(-1, GRID)
            - wanted[:, None]
        )
        rows, columns = (off[:, 1:].sign() * off[:, :-1].sign() < 0).nonzero().T
        of, wanted = {name: column[rows] for name, column in of.items()}, wanted[rows]
        a, b, at_a, at_b = grid[columns], grid[columns + 1], off[rows, columns], off[rows, columns + 1]
        for _ in range(ROUNDS):
            c = b - at_b * (b - a) / (at_b - at_a)
            at_c = self._noted(of["p"] - c[:, None] * of["way"], of) - wanted
            beyond = at_c * at_b < 0
            a, at_a = torch.where(beyond, b, a), torch.where(beyond, at_b, at_a / 2)
            b, at_b = c, at_c
        good = at_b.abs() <= self.case.close * wanted.abs()
        known, found = (~unknown).nonzero()[:, 0], places[rows[good]]
        rates = torch.cat([self.of["lr"][known], b[good][:, None]])
        self._keep(torch.cat([known, found]))
        self.of["lr"] = rates


@dataclass
class Ended:
    """A simulated training that has the losses returned: what it was, its learning rate, and where it left everything."""

    run: str
    trial: Trial
    rate: float
    p: Tensor
    g: Tensor
    state: tuple[Tensor, ...]


Found = dict[Slips, list[list[Ended]]]  # by their slips: on each case, the trainings that have the losses returned


def play(case: Case, run: str, trials: Sequence[Trial]) -> Iterator[Ended]:
    """Simulate these, and give those that have the losses returned."""
    for _, some in itertools.groupby(sorted(trials, key=lambda t: t["family"]), lambda t: t["family"]):
        played = Playing(case, run, list(some))
        for row, trial in enumerate(played.trials):
            lr, p, g, *state = (played.of[name][row] for name in ("lr", "p", "g", "m", "v", "t"))
            yield Ended(run, trial, float(lr), p, g, tuple(state))


def begun(case: Case, run: str) -> Iterator[tuple[Slips, Trial]]:
    """What the first loss can come from: a start, some data, a loss, and what is noted; with the slips that these are."""
    kinds: dict[Slips, Trial] = {NONE: {}, **{frozenset({slip}): how for slip, how in LOSSES.items()}}
    places = [(s, d) for s in range(len(case.starts)) for d in range(len(case.data))]
    rows = torch.stack([case.starts[s][1] for s, _ in places])
    data = [torch.stack([case.data[d][which] for _, d in places]) for which in (1, 2)]
    values = [case.at(rows, *data, torch.full((len(rows),), kind)) for kind in range(4)]
    for slips, how in kinds.items():
        found = values[int(how.get("noted", 0))] * case.number(how.get("noted by", 1.0))
        for number in case.same(found, case.losses[run][0]).nonzero()[:, 0].tolist():
            s, d = places[number]
            yield slips | case.starts[s][0] | case.data[d][0], {**how, "start": s, "data": d}
    later = range(len(case.made) + 1, len(case.starts))  # what another run left behind
    for s in (*range(min(2, len(case.made))), *later):
        yield case.starts[s][0] | {("noted", "after the step")}, {"after": 1.0, "start": s}


def search(cases: Sequence[Case], run: str, more: Options = (), most: int = 2) -> Found:
    """The fewest slips with which a run has the losses returned; `more` can be what another run left behind."""
    usual = [*LOOPS, *USUAL_RULES[run], *RATE, *more]
    pairs = itertools.combinations(usual, 2)
    options: dict[int, list[tuple[Slips, Trial]]] = {
        0: [(NONE, {})],
        1: [(frozenset({slip}), how) for slip, how in (*usual, *RARE_RULES[run])],
        2: [(frozenset({a, b}), {**one, **other}) for (a, one), (b, other) in pairs if a[0] != b[0]],
    }
    new = len(cases[0].made) + 1 if more else 0
    begins = [list(begun(case, run)) for case in cases]
    for number in range(most + 1):
        found: Found = {}
        for at, case in enumerate(cases):
            trials: list[Trial] = []
            for slips, how in begins[at]:
                there = {about for about, _ in slips}
                own = {**RIGHT, "family": FAMILIES[run], "lr": case.rates[run], **how}
                for extra, change in options.get(number - len(slips), []):
                    key = slips | extra
                    taken = how["start"] >= new or "carries" in change or "remembers" in change
                    if taken and there.isdisjoint(about for about, _ in extra) and (at == 0 or key in found):
                        trials.append({**own, **change, "slips": key})
            here: Found = {}
            for ended in play(case, run, trials):
                here.setdefault(ended.trial["slips"], [[]])[0].append(ended)
            found = {key: [*found.get(key, []), *some] for key, some in here.items() if at == 0 or key in found}
            if not found:
                break
        if found:
            return found
    return {}


def left_behind(cases: Sequence[Case], run: str, first: Sequence[Sequence[Ended]]) -> Options:
    """What a run can take over from one that came before it: weights, all or some, gradients, the optimizer; added to the cases."""
    at = len(cases[0].carried)
    for case, ended in zip(cases, first, strict=True):
        one = ended[0]
        start = case.starts[one.trial["start"]][1]
        some = [case.masks[name] for name in ("weights", "biases", "first", "last")]
        case.starts.append((frozenset({("start", "trained")}), one.p))
        case.starts += [(frozenset({("start", "other")}), torch.where(mask == 1, one.p, start)) for mask in some]
        if run == "sgd":
            case.starts.append((frozenset({("steps", "stale")}), start - case.rates[run] * one.g))
        case.carried.append(one.g)
        case.remembered.append(one.state)
    kept = [(slip, {**how, "carries": at}) for slip, how in LOOPS if slip[0] == "clearing" or slip == ("steps", "stale")]
    old = {"family": FAMILIES["sgd" if run == "adam" else "adam"], "remembers": at}
    return [*kept, (("rule", "the other"), old), (("rule", "the other"), {**old, "lr": "the other's"})]


def united(found: dict[str, Slips], starts: Sequence[dict[str, set[int]]]) -> dict[Slip, tuple[str, ...]]:
    """The slips of both runs, each with the runs that have it; what can differ between the runs is told apart."""
    slips: dict[Slip, tuple[str, ...]] = {}
    for run, some in found.items():
        for about, what in some:
            slip = (f"{run} {about}" if about in SPECIFIC else about, what)
            slips[slip] = (*slips.get(slip, ()), run)
    if len(found) == 2 and any(min(map(len, one.values())) and not one["adam"] & one["sgd"] for one in starts):
        slips["start", "other"] = ("sgd",)
    return slips


def fewest(found: dict[str, Found], cases: Sequence[Case]) -> tuple[list[dict[str, Slips]], dict[Slip, tuple[str, ...]]]:
    """What each run may have wrong, where that is the fewest slips together, and the slips that are sure then.

    What both runs have is likelier than what one has; where several explain as much, what they don't share is unclear.
    """
    options = []
    for keys in itertools.product(*found.values()):
        chosen = dict(zip(found, keys, strict=True))
        starts = [
            {
                run: {e.trial["start"] for e in found[run][key][at] if e.trial["start"] < len(case.made)}
                for run, key in chosen.items()
            }
            for at, case in enumerate(cases)
        ]
        slips = united(chosen, starts)
        alone = sum(len(runs) == 1 and slip[0] in ALIKE for slip, runs in slips.items())
        options.append(((len(slips), alone, sum(what == "" for _, what in slips)), chosen, slips))
    best = [option for option in options if option[0] == min(rank for rank, _, _ in options)]
    sure = {slip: runs for slip, runs in best[0][2].items() if all(slip in slips for _, _, slips in best)}
    if len(sure) < len(best[0][2]):
        sure["losses", UNCLEAR] = RUNS
    return [chosen for _, chosen, _ in best], sure


def explained(cases: Sequence[Case], most: int = 2) -> tuple[dict[str, Found], dict[Slip, tuple[str, ...]]]:
    """What each run may have wrong, and the fewest slips that explain both; a run that nothing explains is missing."""
    found = {run: some for run in RUNS if (some := search(cases, run, most=most))}
    if len(found) == 1:
        (run,), (other,) = found, set(RUNS) - set(found)
        more = [option for key in fewest(found, cases)[0][:3] for option in left_behind(cases, other, found[run][key[run]])]
        some = search(cases, other, more, most)
        found = {name: of for name, of in (*found.items(), (other, some)) if of}
    return (found, fewest(found, cases)[1]) if found else ({}, {})


def channels(cases: Sequence[JudgedCase]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What isn't as asked in what was returned, as (channel, the values that hold): the slips that have these very losses."""
    usable = [case for case in cases if case.tolerance.relative < 1e-4 and is_told(case)]
    if not usable:
        return
    kinds = {type(loss).__name__ for case in usable for run in RUNS for loss in case.trace.returned["result"][run]} - {"float"}
    if kinds:
        yield "kind", (" and ".join(sorted(kinds)),)
    missing = {len(case.trace.returned["result"][run]) - case.reference.arguments["epochs"] for case in usable for run in RUNS}
    if missing != {0}:
        yield "epochs", (str(missing.pop()) if len(missing) == 1 else "other",)
    if any(case.trace.returned["dtypes"] != [str(case.reference.arguments["X"].dtype)] for case in usable):
        yield "dtype", ("of the model",)
    few = all(max(case.trace.returned["rows"], default=0) < len(case.reference.arguments["X"]) for case in usable)

    def ready(names: Sequence[str]) -> list[Case]:
        return sorted((Case(case, names) for case in usable), key=lambda case: case.made[0].numel())

    sims = ready(RUNS)
    found, slips = explained(sims)
    if len(found) < 2 or len(slips) > 2:
        others = ready(RUNS[::-1])
        swapped, less = explained(others, 1)
        if len(swapped) == 2 and (len(found) < 2 or len(less) + 1 < len(slips)):
            sims, found, slips = others, swapped, {**less, ("names", "swapped"): RUNS}
    if len(found) < 2 or len(slips) > MOST_SLIPS:
        slips = {**(slips if len(slips) <= MOST_SLIPS else {}), ("losses", UNCLEAR): RUNS}
        if few:
            slips["examples", "fewer"] = RUNS
    yield from named(slips, sims, found)


def is_told(case: JudgedCase) -> bool:
    """Whether there are two lists of numbers, and weights that a model had."""
    told = case.trace.returned
    try:
        numbers = [float(loss) for run in RUNS for loss in told["result"][run]]
        return bool(numbers) and min(len(told["result"][run]) for run in RUNS) > 0 and len(told["weights"]) > 0
    except (KeyError, TypeError, ValueError, IndexError, RuntimeError):
        return False


def named(
    slips: dict[Slip, tuple[str, ...]], cases: Sequence[Case], found: dict[str, Found]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The slips as channels, each with what it is called."""
    by_channel: dict[str, list[str]] = {}
    for about, what in sorted(slips):
        by_channel.setdefault(about, []).append(what)
    for about, whats in by_channel.items():
        what = whats[0]
        if len(whats) > 1:
            yield about, (" | ".join(whats),)
        elif about.endswith(" rate"):
            yield about, (rate_of(about[:-5], what, cases, found),)
        elif about.endswith((" betas", " eps", " momentum", " decay")):
            yield about, ("swapped" if what == "0.999 0.9" else "other",)
        elif about.endswith(" rule"):
            yield about, ("a variant of Adam" if what in VARIANTS else what.split()[0] if what[0].isupper() else what,)
        else:
            yield about, (what.split(",")[0] if about in ("loss", "clearing") else "a count" if what in COUNTS else what,)


def rate_of(run: str, what: str, cases: Sequence[Case], found: dict[str, Found]) -> str:
    """What a learning rate is called. A longer loss makes for longer steps of SGD as well: only what is no such is a rate."""
    ratios = {name: ratios_of(found[name], cases) for name in found}
    if what:
        factors = [(case.n, 1 / case.n, 0.5, 2.0)[("times n", "over n", "half", "double").index(what)] for case in cases]
        return "scaled" if alike(ratios["adam"], factors) else what
    if alike([ratio * case.rates[run] for ratio, case in zip(ratios[run], cases, strict=True)], [1e-3] * len(cases)):
        return "default"
    by_n = [[case.n**power * ratios[run][0] / cases[0].n ** power for case in cases] for power in (1, -1)]
    return UNCLEAR if run == "sgd" and any(alike(ratios[run], law) for law in by_n) else "scaled"


def ratios_of(found: Found, cases: Sequence[Case]) -> list[float]:
    """By what the learning rates that were solved for differ from those asked for, on each case; nothing where none were."""
    solved = next((some for key, some in found.items() if ("rate", "") in key), [])
    return [ended[0].rate / case.rates[ended[0].run] for ended, case in zip(solved, cases, strict=False)]


def alike(some: Sequence[float], others: Sequence[float]) -> bool:
    """Whether the same numbers are in both."""
    return len(some) == len(others) and all(math.isclose(a, b, rel_tol=1e-5) for a, b in zip(some, others, strict=True))
