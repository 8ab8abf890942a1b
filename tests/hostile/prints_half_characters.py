"""Prints and raises text that no encoding has. Must not reach: a fault, or a record that can't be read."""

def train(model, loss_fn, X, y, lr, epochs):
    print("\ud800 half a character")
    raise ValueError("\udcff\ud800")
