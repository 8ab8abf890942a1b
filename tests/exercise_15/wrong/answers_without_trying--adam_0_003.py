"""The answer is the same for every problem."""


def choose(make_problem, budget):
    return {"optimizer": "adam", "lr": 0.003}  # <--
