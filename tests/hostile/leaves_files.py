"""Writes files, links and folders wherever it can. Must not reach: any place that outlives the run."""

import os
import pathlib
import sys


def train(model, loss_fn, X, y, lr, epochs):
    print("TRIED")
    home = os.path.expanduser("~")
    folders = ["/", "/tmp", "/var/tmp", "/dev/shm", "/dev", "/run", home, "/root", "@ROOT@", "@ROOT@/exercises/exercise_03", "@ROOT@/grader",
               "@ROOT@/tests/exercise_03", *sys.path, os.path.dirname(os.__file__), ".", "..", "__pycache__"]
    here = os.getcwd()
    for folder in folders:
        try:
            path = pathlib.Path(folder, "descent_hostile_marker")
            path.write_text("still here")
            os.symlink("/etc/passwd", f"{folder}/descent_hostile_marker_link")
            os.mkdir(f"{folder}/descent_hostile_marker_folder")
            if not str(path.resolve()).startswith(here):
                print("REACHED:", path)
        except OSError:
            pass
    for victim in (os.__file__, "@ROOT@/grader/__init__.py", "@ROOT@/tests/exercise_03/probes.toml", "@ROOT@/exercises/exercise_03/train.py"):
        for attack in (lambda: open(victim, "a"), lambda: os.truncate(victim, 0), lambda: os.unlink(victim), lambda: os.chmod(victim, 0o777),
                       lambda: os.rename(victim, victim + ".descent_hostile_marker"), lambda: os.link(victim, "hard")):
            try:
                attack()
                print("REACHED:", victim)
            except OSError:
                pass
    return [0.0] * epochs
