"""A case as it is simulated: its data, its losses, and the weights that a run may have begun with."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from descent_exercise_07_channels.slips import NONE, RUNS, Slips, factors
from torch import Tensor, nn

from grader.checks.run import JudgedCase
from grader.reference import flat

CLOSE, SINGLE = 3e-6, 2e-5  # relative, between a loss that was returned and a simulated one, and the same in single precision
MOST_STARTS = 12


def reset(model: nn.Module) -> None:
    """Have every layer draw its weights again."""
    for layer in model.children():
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()


def each(draw: Callable[[Tensor], object]) -> Callable[[nn.Module], None]:
    """Have every parameter drawn by itself."""
    return lambda model: [draw(p) for p in model.parameters()] and None


DRAWS = (
    reset,
    each(nn.init.normal_),
    each(lambda p: p.uniform_(-1, 1)),
    each(lambda p: p.uniform_(-0.5, 0.5)),
    each(lambda p: p.uniform_(-0.1, 0.1)),
    each(lambda p: p.normal_(0, 0.1)),
    each(lambda p: p.normal_(0, 0.01)),
    each(lambda p: nn.init.xavier_uniform_(p) if p.dim() > 1 else p),
    each(lambda p: nn.init.xavier_uniform_(p) if p.dim() > 1 else p.zero_()),
)


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
        counts = {"n": self.n, "epochs": self.epochs, "entries": self.X.numel()}
        self.numbers = {**{name: float(n) for name, n in counts.items()}, **{f"1/{name}": 1 / n for name, n in counts.items()}}
        self.close = CLOSE if noted["dtypes"] == [str(self.X.dtype)] else SINGLE
        self.make_model = given["make_model"]
        self.model = self.make_model()
        given["loss_fn"](self.model(self.X), given["y"]).backward()
        self.masks = self._masks()
        self.made = noted["weights"][:MOST_STARTS]
        self.starts = [(NONE, row) for row in self.made]
        self.starts.append((frozenset({("start", "zero")}), torch.zeros_like(self.made[0])))
        self.starts += [(frozenset({("start", "other")}), row) for row in self._drawn_anew()]
        self.begins = len(self.starts)  # what comes later is what another run left behind
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
        whole = torch.ones_like(self.y)
        yield NONE, whole, self.y
        for part in self._parts(sizes):
            yield frozenset({("examples", "fewer")}), torch.zeros_like(whole).index_fill(0, part, 1.0), self.y
        for order in self._orders():
            yield frozenset({("pairs", "apart")}), whole, self.y[order]
            yield frozenset({("pairs", "apart")}), whole, self.y[order.argsort()]

    def _parts(self, sizes: Sequence[int]) -> Iterator[Tensor]:
        """Examples of these numbers: the first, the last, every k-th, and some drawn."""
        every = torch.arange(self.n)
        for m in sizes:
            yield every[:m]
            yield every[self.n - m :]
            for k in range(2, 5):
                yield from (every[first::k] for first in range(k) if len(every[first::k]) == m)
            yield from (self._drawn(models)[:m] for models in range(3))

    def _orders(self) -> Iterator[Tensor]:
        """How inputs and targets may be put in orders of their own: turned round, shifted, sorted, shuffled."""
        yield torch.arange(self.n).flip(0)
        yield torch.arange(self.n).roll(1)
        for by in (self.y, *self.X.T):
            yield by.argsort()
            yield by.argsort(descending=True)
        yield from (self._drawn(models) for models in range(3))

    def _drawn(self, models: int) -> Tensor:
        """An order that is drawn after so many models."""
        torch.default_generator.manual_seed(0)
        for _ in range(models):
            self.make_model()
        return torch.randperm(self.n)

    def _drawn_anew(self) -> Iterator[Tensor]:
        """Weights that an initialisation draws after one model or two."""
        for models in (1, 2):
            for draw in DRAWS:
                torch.default_generator.manual_seed(0)
                made = [self.make_model() for _ in range(models)]
                with torch.no_grad():
                    draw(made[-1])
                yield flat([*made[-1].parameters()])

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
        return math.prod(self.numbers[factor] if isinstance(factor, str) else factor for factor in factors(value))
