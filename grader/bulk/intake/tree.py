"""A folder or a zip, with zips in it, as a flat list of files. What shouldn't be read is refused, and the rest goes on.

Names decide nothing but whose file it is: no file is written under a name from outside, so that a path can lead nowhere.
"""

import io
import os
import stat
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from grader.faults import UsageError

MAX_FILE = 1_000_000  # bytes, of what is read as a submission
MAX_ZIP = 50_000_000  # of a zip within another
MAX_MEMBERS = 200_000
MAX_DEPTH = 3
MAX_NAME = 255
JUNK = {".git", "__MACOSX", "__pycache__", ".ipynb_checkpoints", ".venv", ".DS_Store", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Leaf:
    """A file: its path from the top, through zips as through folders, and how it is read.

    Reading raises ValueError, with a sentence, where it can't be.
    """

    parts: tuple[str, ...]
    read: Callable[[], bytes]

    @property
    def shown(self) -> str:
        """The path as text."""
        return "/".join(self.parts).encode("utf-8", "replace").decode()


@dataclass(frozen=True)
class Refused:
    """What wasn't taken, and why, in a sentence."""

    path: str
    why: str


class Tree:
    """What is below a folder or in a zip. Use it as a context manager: zips stay open until it ends."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet. Raises UsageError where there is neither a folder nor a zip."""
        self._path, self._open = path, ExitStack()
        self.refused: list[Refused] = []
        if not path.is_dir() and not (path.is_file() and zipfile.is_zipfile(path)):
            raise UsageError(f"{path} is neither a folder nor a zip: give the submissions as you downloaded them.")

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what was opened."""
        self._open.close()

    def leaves(self) -> list[Leaf]:
        """All files. What was refused is in `refused` then."""
        found = list(self._folder(self._path) if self._path.is_dir() else self._zip(self._path, (), 1))
        return self._without_clashes(found)

    def _folder(self, root: Path) -> Iterator[Leaf]:
        for folder, names, files in os.walk(root, followlinks=False):
            here = Path(folder)
            parts = here.relative_to(root).parts
            for name in sorted(names):
                if (here / name).is_symlink():
                    self._refuse((*parts, name), "it is a link, and links aren't followed")
            names[:] = sorted(name for name in names if name not in JUNK and not (here / name).is_symlink())
            for name in sorted(files):
                yield from self._on_disk(here / name, (*parts, name))

    def _on_disk(self, path: Path, parts: tuple[str, ...]) -> Iterator[Leaf]:
        if parts[-1] in JUNK:
            return
        try:
            found = path.lstat()
        except OSError as error:
            self._refuse(parts, f"it can't be read ({error.strerror})")
            return
        if not stat.S_ISREG(found.st_mode):
            self._refuse(parts, "it is a link, or no ordinary file")
        elif _is_zip(parts[-1]):
            yield from self._zip(path, (*parts[:-1], Path(parts[-1]).stem), 1)
        else:
            yield Leaf(parts, lambda: _from_disk(path))

    def _zip(self, source: Path | io.BytesIO, parts: tuple[str, ...], depth: int) -> Iterator[Leaf]:
        """The files of a zip, as if it were the folder `parts`."""
        try:
            archive = self._open.enter_context(zipfile.ZipFile(source))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            self._refuse(parts, f"it can't be read as a zip ({error})")
            return
        if len(archive.filelist) > MAX_MEMBERS:
            self._refuse(parts, f"it has {len(archive.filelist)} files; at most {MAX_MEMBERS} are taken")
            return
        for member in archive.filelist:
            yield from self._member(archive, member, parts, depth)

    def _member(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, parts: tuple[str, ...], depth: int) -> Iterator[Leaf]:
        name = member.filename
        if member.is_dir():
            return
        inner = tuple(name.split("/"))
        if JUNK & set(inner) or inner[-1].startswith("._"):
            return
        why = _unfit(name, member)
        if why:
            self._refuse((*parts, name), why)
        elif not _is_zip(inner[-1]):
            yield Leaf((*parts, *inner), lambda: _from_zip(archive, member, MAX_FILE))
        elif depth == MAX_DEPTH:
            self._refuse((*parts, *inner), f"it is a zip in a zip, more than {MAX_DEPTH} deep")
        else:
            try:
                content = _from_zip(archive, member, MAX_ZIP)
            except ValueError as reason:
                self._refuse((*parts, *inner), str(reason))
                return
            yield from self._zip(io.BytesIO(content), (*parts, *inner[:-1], Path(inner[-1]).stem), depth + 1)

    def _without_clashes(self, found: list[Leaf]) -> list[Leaf]:
        """Without those whose paths are one path to some computer: which of them was meant, nobody knows."""
        keys = Counter(_key(leaf.parts) for leaf in found)
        for leaf in found:
            if keys[_key(leaf.parts)] > 1:
                self._refuse(leaf.parts, "another file has the same name, but for case or accents")
        return [leaf for leaf in found if keys[_key(leaf.parts)] == 1]

    def _refuse(self, parts: tuple[str, ...], why: str) -> None:
        shown = "/".join(parts).encode("utf-8", "replace").decode()
        self.refused.append(Refused(shown[:300] or self._path.name, why))


def _is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def _key(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(unicodedata.normalize("NFC", part).casefold() for part in parts)


def _unfit(name: str, member: zipfile.ZipInfo) -> str:
    """Why a member isn't taken by what its entry says; empty where nothing speaks against it."""
    parts = name.split("/")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if name.startswith("/") or ".." in parts or "\\" in name or name[1:2] == ":" or "" in parts:
        return "its path leads out of the zip, or is none"
    if any(ord(c) < 32 or ord(c) == 127 for c in name) or max(map(len, parts)) > MAX_NAME:
        return "its name has characters that no name should have, or is very long"
    if kind not in (0, stat.S_IFREG):
        return "it is a link, or no ordinary file"
    if member.flag_bits & 1:
        return "it is encrypted"
    return ""


def _from_zip(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """A member's content, counted as it is unpacked: what its entry says of its size may be wrong."""
    try:
        with archive.open(member) as file:
            content = file.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"it can't be unpacked ({error})") from None
    if len(content) > most:
        raise ValueError(f"it is larger than {most // 1000} kB")
    return content


def _from_disk(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except OSError as error:
        raise ValueError(f"it can't be read ({error.strerror})") from None
    if len(content) > MAX_FILE:
        raise ValueError(f"it is larger than {MAX_FILE // 1000} kB")
    return content
