"""Stable 01: the logarithm of a sum of exponentials. README.md has the lesson; `grade stable_01` tells you how you did."""

import torch


def log_sum_exp(x):
    """Return the logarithm of the sum of the exponentials of x, whatever size its entries have."""
    raise NotImplementedError("stable_01 is not started yet")


if __name__ == "__main__":
    from problem import problem

    for around in (0.0, 1000.0, -1000.0):
        print(log_sum_exp(**problem(around=around)))
