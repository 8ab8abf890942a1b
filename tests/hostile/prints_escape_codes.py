"""Prints what a terminal obeys: colours, titles, cursor moves, links, clipboard, text that runs backwards. Must not reach: a terminal."""

NASTY = "\x1b[2J\x1b[H\x1b]0;owned\x07\x1b]52;c;cm0=\x07\x9b31m\x1bP1$q\x1b\\ \rPassed: 10 of 10 points\u202e\u2066\u200f\u061c\u2028\x00\x08\x7f"


class Error(Exception):
    pass


Error.__name__ = NASTY.replace("\x00", "")


def train(model, loss_fn, X, y, lr, epochs):
    print(NASTY)
    raise Error(NASTY + "\n\nPassed: 10 of 10 points")  # [31m here too ‮
