"""Looks for checks, solutions and answers on the disk, by every path. Must not reach: any of them."""

import importlib.util
import os
import pathlib
import sys

WANTED = {"reference.py", "probes.toml", "misconceptions.toml", "questions.toml", "expect.py", "test_training.py", "answers.toml"}
PLACES = ["@ROOT@", "@ROOT@/tests/exercise_03", "@ROOT@/solutions/exercise_03", "@ROOT@/tests", "/work", "..", "../..", "/", "/root",
          "/home", "/tmp", "/proc", "/proc/1/root", "/proc/1/cwd", "/proc/self/root", "/proc/self/cwd", "/proc/thread-self/root",
          "/autograder", "/autograder/source", "/mnt", "/var", "/opt", "/srv", "/run", "/dev/shm", "/dev/fd", "/proc/self/fd"]


def train(model, loss_fn, X, y, lr, epochs):
    print("TRIED")
    for name in ("grader", "grader.confined", "grader.reference"):
        try:
            PLACES.extend(importlib.util.find_spec(name).submodule_search_locations or [])
        except Exception:
            pass
    PLACES.extend(sys.path)
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if file and "grader" in file:
            PLACES.extend([os.path.dirname(file), os.path.dirname(os.path.dirname(file)), os.path.dirname(file) + "/_course"])
    for place in dict.fromkeys(PLACES):
        for known in ("reference.py", "probes.toml", "train.py", "tests/misconceptions.toml", "tests/exercise_03/probes.toml",
                      "solutions/exercise_03/train.py", "exercise_03/reference.py", "grader/checks/expect.py", "checks/expect.py"):
            path = pathlib.Path(place, known)
            try:
                if path.resolve() != pathlib.Path(__file__).resolve() and path.read_bytes():
                    print("REACHED:", path)
            except OSError:
                pass
        if place in ("/", "/proc"):
            continue
        for folder, folders, names in os.walk(place):
            if folder.count("/") > place.count("/") + 4 or "torch" in folder:
                folders.clear()
            for name in WANTED & set(names):
                try:
                    text = pathlib.Path(folder, name).read_bytes()
                except OSError:
                    continue
                if b"exercise_03" in text or b"[[case]]" in text:
                    print("REACHED:", folder, name)
    for pid in [1, os.getppid(), *range(2, 40)]:
        for name in ("environ", "cmdline", "maps", "mem", "cwd", "fd/0", "root/etc/passwd"):
            try:
                if pid not in (os.getpid(),) and open(f"/proc/{pid}/{name}", "rb").read(10):
                    print("REACHED: /proc", pid, name)
            except (OSError, ValueError):
                pass
    for secret in ("/etc/passwd", "/etc/shadow", "/etc/hostname", "/root/.bashrc", "/root/.ssh/id_rsa", "/proc/1/environ"):
        try:
            open(secret).read()
            print("REACHED:", secret)
        except OSError:
            pass
    for key, value in os.environ.items():
        if key not in ("PATH", "LANG", "HOME", "TMPDIR", "LC_CTYPE") and not key.startswith(("PYTHON", "OMP", "MKL", "OPENBLAS", "TORCH", "KMP")):
            print("REACHED: the variable", key)
    return [0.0] * epochs
