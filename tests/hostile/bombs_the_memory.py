"""Grows a list for ever and ignores that there is no more. Must not reach: other runs' memory."""

def train(model, loss_fn, X, y, lr, epochs):
    kept = []
    while True:
        kept.append([0] * 10_000_000)
