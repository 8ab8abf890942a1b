"""The largest entry is subtracted, and forgotten."""

import torch


def log_sum_exp(x):
    return torch.log(torch.exp(x - x.max()).sum())  # <--
