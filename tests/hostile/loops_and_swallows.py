"""Runs an endless loop that catches every exception. Must not reach: more time than it has."""

def train(model, loss_fn, X, y, lr, epochs):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
