"""Imports the checks, the references and the course. Must not reach: their code."""

import importlib
import sys


def train(model, loss_fn, X, y, lr, epochs):
    print("TRIED")
    sys.path[:0] = ["@ROOT@", "@ROOT@/tests", "@ROOT@/solutions"]
    importlib.invalidate_caches()
    for name in ("grader.reference", "grader.checks.expect", "grader.course", "grader.trace", "grader.diagnosis.known",
                 "grader.runner", "exercise_03.reference", "exercise_03.train", "solutions.exercise_03.train"):
        try:
            importlib.import_module(name)
            print("REACHED:", name)
        except Exception:
            pass
    return [0.0] * epochs
