"""What `AdamW` and `decay_groups` are tried on: play with it, `python train.py` does."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from grader.tapes import Tape, draw_tape, play


def problem(
    seed: int = 10,
    task: str = "plain",
    network: str = "",
    shapes: tuple[tuple[int, ...], ...] = ((2, 2), (2,)),
    groups: tuple[dict[str, Any], ...] = (),
    weight_decay: float = 0.5,
    frozen: str = "",
    settings: dict[str, Any] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Draw parameters, and a tape of gradients for them; `options` are those of `grader.tapes.draw_tape`.

    Args:
        seed: of everything that is drawn.
        task: "plain" and "missing" step an AdamW over all parameters, "missing" with some gradients left out; "given" steps
            one over `groups`; "groups" only looks at what `decay_groups` returns; "together" steps an AdamW over that.
        network: one of `NETWORKS`, for `decay_groups`. Without it, parameters of the given `shapes` and no model around them.
        groups: for "given": dicts with the numbers of the parameters, and perhaps a weight decay.
        weight_decay: that `decay_groups` is called with.
        frozen: the name of a parameter to freeze.
        settings: what AdamW is made with, beside the parameters; its defaults where there is nothing.
    """
    settings = dict(settings or {})
    if "betas" in settings:
        settings["betas"] = tuple(settings["betas"])
    torch.default_generator.manual_seed(seed)
    own = NETWORKS[network]().double() if network else None
    if own is not None:
        shapes = tuple(tuple(p.shape) for p in own.parameters())
        with torch.no_grad():
            for p in own.parameters():
                p.copy_(torch.randn_like(p))  # weights of normalisation would all be 1 otherwise, and biases 0
    bag, tape = draw_tape(seed, shapes, **options)
    model = bag if own is None else own
    if frozen:
        model.get_parameter(frozen).requires_grad_(False)
    return {"model": model, "task": task, "tape": tape, "groups": groups, "weight_decay": weight_decay, "settings": settings}


def drive(
    functions: dict[str, Callable[..., Any]],
    model: nn.Module,
    task: str,
    tape: Tape,
    groups: tuple[dict[str, Any], ...],
    weight_decay: float,
    settings: dict[str, Any],
) -> Any:
    """Call `decay_groups` and say what it returned, or make an AdamW and let it step along the tape."""
    if task == "groups":
        names = {id(p): name for name, p in model.named_parameters() if p.requires_grad}
        left_alone = {id(p) for p in model.parameters()} - set(names)
        return decays(functions["decay_groups"](model, weight_decay), names, left_alone)
    params: Any = model.parameters()
    if task == "given":
        params = numbered(groups, model)
    elif task == "together":
        params = functions["decay_groups"](model, weight_decay)
    play(functions["AdamW"](params, **settings), model, tape)
    return None


def numbered(groups: tuple[dict[str, Any], ...], model: nn.Module) -> list[dict[str, Any]]:
    """Parameter groups, where `groups` has only the numbers of the parameters."""
    parameters = list(model.parameters())
    return [{**group, "params": [parameters[number] for number in group["params"]]} for group in groups]


def decays(groups: Any, names: dict[int, str], left_alone: set[int]) -> Any:
    """For each parameter by its name, the weight decay of every group that it is in; None where a group has none.

    Parameters that are `left_alone`, being frozen, may be in a group or in none. What isn't groups at all is returned as it is.
    """
    if not isinstance(groups, (list, tuple)) or not all(isinstance(g, dict) and "params" in g for g in groups):
        return groups
    found: dict[str, list[Any]] = {}
    for group in groups:
        params = [group["params"]] if isinstance(group["params"], Tensor) else group["params"]
        decay = group.get("weight_decay")
        for p in params:
            if id(p) not in left_alone:
                found.setdefault(names.get(id(p), "?"), []).append(float(decay) if isinstance(decay, (int, float)) else decay)
    return dict(sorted(found.items()))


def small() -> nn.Module:
    """Two layers with a normalisation between them."""
    return nn.Sequential(nn.Linear(3, 2), nn.LayerNorm(2), nn.Tanh(), nn.Linear(2, 1))


def images() -> nn.Module:
    """Convolutions, with three kinds of normalisation behind them."""
    layers = {
        "first": nn.Conv2d(1, 2, 2),
        "second": nn.BatchNorm2d(2),
        "third": nn.Conv2d(2, 2, 2, bias=False),
        "fourth": nn.GroupNorm(1, 2),
        "fifth": nn.InstanceNorm2d(2, affine=True),
        "sixth": nn.Linear(2, 2),
    }
    return nn.Sequential(OrderedDict(layers))


def planes() -> nn.Module:
    """A normalisation over two dimensions, under a name that doesn't say so, and a linear layer with the name of one."""
    layers = {"rescale": nn.LayerNorm([2, 3]), "layer_norm": nn.Linear(3, 2), "bn": nn.BatchNorm1d(2), "out": nn.Linear(2, 1)}
    return nn.Sequential(OrderedDict(layers))


def words() -> nn.Module:
    """A recurrent network whose first and last layers share their weight."""
    layers = {"embed": nn.Embedding(5, 3), "recur": nn.GRU(3, 3), "ln": nn.LayerNorm(3), "read": nn.Linear(3, 5)}
    network = nn.Sequential(OrderedDict(layers))
    network.read.weight = network.embed.weight
    return network


NETWORKS: dict[str, Callable[[], nn.Module]] = {"small": small, "images": images, "planes": planes, "words": words}
