"""A run where nothing can be confined: a process of its own that reads the job from stdin and writes its result to stdout."""

import importlib
import os
import sys

READY = b"ready"


def main(config: dict[str, str]) -> None:
    """`config` holds the "entry", as "module:function". Its clock runs from `READY` on stderr, when torch is imported."""
    module, _, name = config["entry"].partition(":")
    entry = getattr(importlib.import_module(module), name)
    if "torch" in sys.modules:
        from grader.confined import warm

        warm.spare_dynamo()
    job = sys.stdin.buffer.read()
    os.write(2, READY)
    out = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    code = 1
    try:
        entry(job, out)
        code = 0
    finally:
        os._exit(code)  # tearing torch down takes most of a second
