"""How far this machine can confine a run: which layers make a tier, and a probe that tries to break out of them."""

import importlib
import os
import site
import socket
import sys
import sysconfig
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import grader
from grader.confined import landlock, namespaces, seccomp
from grader.confined.child import Setup
from grader.confined.libraries import is_library

FULL, REDUCED, LIMITS = "full", "reduced", "limits"

_SYSTEM = ("/usr/lib", "/usr/lib64", "/usr/lib32", "/lib", "/lib64", "/lib32", "/etc/ld.so.cache")
_DEVICES = ("/dev/zero", "/dev/random", "/dev/urandom")


def visible_paths() -> list[str]:
    """What Python and torch need of the file system: as named, and as the links lead."""
    platform = sysconfig.get_path("platstdlib")
    names = {sysconfig.get_path("stdlib"), platform, *_SYSTEM}
    names |= {entry for entry in sys.path if is_library(entry) or entry.startswith(platform)}
    for line in Path("/proc/self/maps").read_text().splitlines():
        file = line.partition("/")[2]
        if ".so" in file:
            names.add(str(Path("/" + file).parent))
    named = {Path(name) for name in names if Path(name).exists()}
    outermost: list[Path] = []
    for path in sorted(named | {p.resolve() for p in named}):
        if not any(path.is_relative_to(o) and not o.is_symlink() for o in outermost):
            outermost.append(path)
    return [str(p) for p in outermost]


def hidden_paths(more: list[str]) -> list[str]:
    """The grader's own packages, which in a wheel hold the course's solutions; and `more`."""
    paths = {*grader.__path__, *more}
    for folder in {*sys.path, *site.getsitepackages(), sysconfig.get_path("stdlib"), "/usr/lib/python3"}:
        for name in ("grader", "site-packages/grader", "dist-packages/grader"):
            if folder and (Path(folder) / name).is_dir():
                paths.add(str(Path(folder) / name))
    return sorted(paths | {str(Path(p).resolve()) for p in paths})


def setup(
    tier: str, visible: list[str], hidden: list[str], base_memory: tuple[int, int], may_be_nobody: bool, missing: list[str]
) -> Setup | None:
    """The layers of `tier`; None where this machine lacks one of them. What is lacking is added to `missing`."""
    uid = None
    torch = str(importlib.import_module("torch").__file__)
    if os.geteuid() == 0:
        if may_be_nobody and all(map(_open_to_all, [*visible, os.__file__, torch])):
            uid = namespaces.NOBODY
        else:
            missing.append("Another user: Python can't be read by one here, so a run keeps root's id, without its powers.")
    if tier == LIMITS:
        missing.append("Files, network, processes: only time and memory are limited, all else is as open to a run as to you.")
        return Setup(tier, tuple(missing), base_memory, uid, namespaces=False, grants=None, seccomp=False)
    if why := seccomp.unavailable():
        missing.append(f"seccomp: {why}.")
        return None
    grants = None
    if landlock.version() >= landlock.COMPLETE:
        grants = tuple(_grants(visible, hidden, masked=tier == FULL))
    else:
        missing.append("Landlock: this kernel has it turned off, or is older than 6.2.")
    if tier == REDUCED:
        if grants is None:
            return None
        missing.append("A limit on the disk: it holds for each file, not for all together.")
    return Setup(tier, tuple(missing), base_memory, uid, namespaces=tier == FULL, grants=grants, seccomp=True)


def _open_to_all(name: str) -> bool:
    path = Path(name)
    return all(p.stat().st_mode & (0o005 if p.is_dir() else 0o004) for p in (path, *path.parents))


def _grants(visible: list[str], hidden: list[str], masked: bool) -> Iterator[landlock.Grant]:
    for name in visible:
        for path in landlock.without(Path(name), [Path(h) for h in hidden]):
            yield landlock.readable(str(path))
        # The import system lists folders. Where nothing lies over the hidden ones, not even the names in them may be seen.
        if masked and Path(name).is_dir():
            yield landlock.listable(name)
    for device in _DEVICES:
        yield landlock.readable(device)
    yield landlock.readable("/dev/null", writable=True)


def probe(confined: bool, forbidden: list[str], parent: int) -> str:
    """Run in a child: what it lacks that a loop needs, or, if `confined`, gets that none may have; empty if all is well."""
    try:
        Path("probe").write_text("probe")
        importlib.import_module("colorsys")
        importlib.import_module("torch").zeros(3, requires_grad=True).sum().backward()
    except BaseException as error:
        return f"a loop can't run in it ({type(error).__name__}: {error})"
    outside = [str(Path(p).parent / "descent-probe") for p in (os.__file__, __file__)]
    attacks: dict[str, Callable[[], object]] = {
        **{f"read {p}": partial(_read, p) for p in ("/etc/passwd", "/proc/1/environ", *forbidden)},
        **{f"write {p}": partial(os.open, p, os.O_WRONLY | os.O_CREAT) for p in (*outside, "/var/tmp/descent-probe")},
        "make a socket": socket.socket,
        "fork": _fork,
        "signal the grader": partial(os.kill, parent, 0),
    }
    broken = [name for name, attack in attacks.items() if confined and _succeeds(attack)]
    return f"a probe could {', '.join(broken)}" if broken else ""


def _succeeds(attack: Callable[[], object]) -> bool:
    try:
        attack()
    except OSError:
        return False
    return True


def _read(path: str) -> None:
    if not Path(path).is_dir():
        os.close(os.open(path, os.O_RDONLY))
    elif not any(Path(path).iterdir()):
        raise FileNotFoundError(path)  # an empty folder lies over it


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)
