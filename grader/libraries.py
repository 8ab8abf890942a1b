"""How a process that runs submissions is started: with the libraries that this one has, and nothing else of it."""

import importlib.util
import json
import sys
from pathlib import Path

from grader.confined.libraries import is_library
from grader.faults import GraderFault

# The very package that starts it, whatever other version is installed; but not its folder, which may hold a json.py.
_BOOTSTRAP = """
import importlib, importlib.util, json, sys
config = json.loads(sys.argv[1])
sys.path += [p for p in config["path"] if p not in sys.path]
spec = importlib.util.spec_from_file_location("grader", config["package"])
sys.modules["grader"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["grader"])
importlib.import_module(config["module"]).main(config)
"""


def imports(entry: str) -> dict[str, object]:
    """What a new Python is told, to find `entry` ("module:function"), the libraries and this package."""
    spec = importlib.util.find_spec(entry.partition(".")[0].partition(":")[0])
    if spec is None or spec.origin is None:
        raise GraderFault(f"There is no module for the entry {entry!r}.")
    path = [p for p in sys.path if is_library(p)]
    if spec.name != "grader":
        path.append(str(Path(spec.origin).parents[1 if spec.submodule_search_locations else 0]))
    return {"entry": entry, "path": path, "package": str(Path(__file__).with_name("__init__.py"))}


def command(module: str, config: dict[str, object]) -> list[str]:
    """The command that calls `main(config)` of one of our modules in a new Python; `config` holds `imports` and more."""
    return [sys.executable, "-P", "-c", _BOOTSTRAP, json.dumps(config | {"module": module})]
