"""Searches all that lives in its process for what judges. Must not reach: references, checks, solutions, a key."""

import gc
import sys

# What stands in the files that judge, backwards, so that this file doesn't find itself.
BACKWARDS = ["rof sksa 30_esicrexe tahW", "setadpu_tset", "rezimitpo_eht_fo_setadpu", "stneidarg_sraelc_reven", "sessol_snruter"]
JUDGES = ("grader.reference", "grader.checks", "grader.course", "grader.diagnosis", "grader.pipeline", "grader.trace", "pytest")


def train(model, loss_fn, X, y, lr, epochs):
    print("TRIED")
    for name in sys.modules:
        if name.startswith(JUDGES):
            print("REACHED: the module", name)
    words = ["".join(reversed(word)) for word in BACKWARDS]
    own = {id(word) for word in words}
    for value in gc.get_objects():
        for inner in gc.get_referents(value):
            if isinstance(inner, (str, bytes)) and id(inner) not in own:
                text = inner if isinstance(inner, str) else inner.decode("latin-1")
                for word in words:
                    if word in text:
                        print("REACHED: the text", text[:60])
    return [0.0] * epochs
