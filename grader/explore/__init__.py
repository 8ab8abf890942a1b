"""The playground: what optimizers do on loss surfaces of two parameters, worked out by torch and shown on one offline page."""

from grader.explore.page import explore, render_playground
from grader.explore.runs import LEARNING_RATES, MEMORIES, MISTAKES, STEPS, Run, Setting, all_runs, settings
from grader.explore.surfaces import SURFACES, Surface

__all__ = [
    "LEARNING_RATES",
    "MEMORIES",
    "MISTAKES",
    "STEPS",
    "SURFACES",
    "Run",
    "Setting",
    "Surface",
    "all_runs",
    "explore",
    "render_playground",
    "settings",
]
