"""The numbers that `log_sum_exp` is tried on: play with them, `python train.py` does."""

import torch
from torch import Tensor


def problem(seed: int = 1, size: int = 5, around: float = 0.0, spread: float = 1.0) -> dict[str, Tensor]:
    """Draw `size` numbers around one, in float64."""
    torch.default_generator.manual_seed(seed)
    return {"x": around + spread * torch.randn(size, dtype=torch.float64)}
