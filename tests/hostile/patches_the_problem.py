"""Lets the driver of exercise_11 show one run in place of two. Must not reach: full marks."""

import sys
problem = sys.modules["problem"]
train, seen = problem.train, {}
def remembers(model, optimizer, batches):
    key = id(batches[0][0])
    if key not in seen: seen[key] = train(model, optimizer, batches)
    return seen[key]
problem.train = remembers
def save(model, optimizer):
    return {}
def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    return model, make_optimizer(model.parameters())
def state_bytes(optimizer):
    return sum(t.nbytes for s in optimizer.state.values() for t in s.values())
