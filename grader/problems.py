"""Problems that several exercises share: small models and data, drawn from a seed.

An exercise's `problem.py` builds its arguments from these. They are made to make mistakes visible (see `regression`), and
they run on both sides, in the learner's process and in the grader's, so they import torch alone.
"""

import torch
from torch import Tensor, nn

DTYPES = {"float64": torch.float64, "float32": torch.float32}


def regression(
    seed: int,
    model: str = "linear",
    examples: int = 24,
    features: int = 5,
    dtype: str = "float64",
    *,
    dead: bool = True,
    faint: bool = False,
    frozen: bool = False,
    unused: bool = False,
) -> tuple[nn.Module, Tensor, Tensor]:
    """Draw a model and noisy data to fit it to.

    Args:
        seed: of everything that is drawn; torch's global random state is set by it.
        model: "linear" for one `nn.Linear(features, 1)`; "tanh" for a network of one hidden layer with tanh.
        examples: the number of rows N.
        features: the number of columns.
        dtype: "float64" or "float32".
        dead: make the last feature 0 everywhere, so that one coordinate of the gradient is always 0.
        faint: scale one feature by 1e-7, so that its gradient is of the size of Adam's eps.
        frozen: freeze a parameter (the bias of the first layer).
        unused: add a parameter that no output depends on: its gradient stays None.

    Returns:
        The model, in train mode and without gradients; X of shape (N, features); y of shape (N, 1).
    """
    # What torch.manual_seed does for the CPU, without the millisecond that it takes to look for other devices.
    torch.default_generator.manual_seed(seed)
    layers: list[nn.Module] = [nn.Linear(features, 1)]
    if model == "tanh":
        layers = [nn.Linear(features, 4), nn.Tanh(), nn.Linear(4, 1)]
    elif model != "linear":
        raise ValueError(f"no model is called {model!r}: there are 'linear' and 'tanh'")
    network = layers[0] if model == "linear" else nn.Sequential(*layers)
    if unused:
        network.register_parameter("unused", nn.Parameter(torch.randn(3)))
    network = network.to(DTYPES[dtype])

    X = torch.randn(examples, features, dtype=torch.float64)
    if dead:
        X[:, -1] = 0.0
    slope = torch.randn(features, 1, dtype=torch.float64)
    y = torch.sin(X @ slope) + X @ slope + 0.5 + 0.3 * torch.randn(examples, 1, dtype=torch.float64)
    if faint:
        X[:, 0] *= 1e-7
    if frozen:
        bias = layers[0].bias
        assert isinstance(bias, Tensor)
        bias.requires_grad_(False)
    return network, X.to(DTYPES[dtype]), y.to(DTYPES[dtype])


def split(X: Tensor, y: Tensor, sizes: list[int]) -> list[tuple[Tensor, Tensor]]:
    """Cut (X, y) into consecutive batches of the given sizes, which must add up to the number of rows."""
    if sum(sizes) != len(X):
        raise ValueError(f"sizes add up to {sum(sizes)}, but there are {len(X)} examples")
    return list(zip(torch.split(X, sizes), torch.split(y, sizes), strict=True))
