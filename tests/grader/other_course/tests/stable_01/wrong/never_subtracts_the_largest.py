"""The formula as it stands on paper."""

import torch


def log_sum_exp(x):
    return torch.log(torch.exp(x).sum())  # <-- overflows
