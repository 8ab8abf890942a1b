"""What stable_01 asks for, as torch has it."""

import torch


def wanted(x):
    """What `log_sum_exp` should return."""
    return torch.logsumexp(x, 0)
