"""Stable 01: the logarithm of a sum of exponentials."""

import torch


def log_sum_exp(x):
    """Subtract the largest entry before the exponentials, and add it behind the logarithm."""
    largest = x.max()
    return largest + torch.log(torch.exp(x - largest).sum())
