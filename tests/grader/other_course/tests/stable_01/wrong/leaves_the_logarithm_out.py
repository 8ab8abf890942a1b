"""The sum itself is returned."""

import torch


def log_sum_exp(x):
    return torch.exp(x).sum()  # <--
