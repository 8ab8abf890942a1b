"""Returns lists nested 100,000 deep, and one that holds itself. Must not reach: a recursion that ends the grader."""

def train(model, loss_fn, X, y, lr, epochs):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    itself = []
    itself.append(itself)
    return [deep, itself, {"a": itself}, (itself,)]
