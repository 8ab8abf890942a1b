"""A folder or a zip, with zips in it, as a flat list of files. What shouldn't be read is refused, and the rest goes on.

Names decide nothing but whose file it is: no file is written under a name from outside, so that a path can lead nowhere. A file
is a place (a path, and in a zip which member of which), read when it is asked for; of the zips in zips, one at a time is
unpacked, in memory.
"""

import io
import os
import stat
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from grader.faults import UsageError
from grader.zips import Opened, name_of, open_regular, open_zip, unfit_member, unfit_name, unpack, within

MAX_FILE = 1_000_000  # bytes, of what is read as a submission
MAX_ZIP = 50_000_000  # of a zip within another
MAX_RATIO = 20  # zips hardly get smaller by being zipped: what unpacks to much more than it was is a bomb
MAX_MEMBERS = 100_000  # of a zip on disk
MAX_INNER = 20_000  # of a zip in a zip, with all that is in it
MAX_FILES = 1_000_000
MAX_DEPTH = 3
JUNK = {".git", "__MACOSX", "__pycache__", ".ipynb_checkpoints", ".venv", ".DS_Store", "Thumbs.db", "desktop.ini"}

Chain = tuple[int, ...]  # which member, of which member, … of the zip on disk


@dataclass(frozen=True)
class Leaf:
    """A file.

    Attributes:
        parts: its path from the top, through zips as through folders.
        shown: that path as it is.
        open: gives its bytes, at most so many; see `read`.
    """

    parts: tuple[str, ...]
    shown: str
    open: Callable[[int], bytes]

    def read(self, most: int = MAX_FILE) -> bytes:
        """Its bytes. Raises ValueError, with a sentence, where they can't be read or are more than `most`."""
        return self.open(most)


@dataclass(frozen=True)
class Refused:
    """What wasn't taken, and why, in a sentence."""

    path: str
    why: str


@dataclass
class _Allowance:
    """How much more may be unpacked in looking through a zip, and how many members more it may have, with all that is in it."""

    size: int
    members: int
    outer: "_Allowance | None" = None

    def spend(self, size: int, members: int) -> None:
        """Raises ValueError where it is too much."""
        self.size, self.members = self.size - size, self.members - members
        if self.size < 0 or self.members < 0:
            raise ValueError("it unpacks to more than it should, zip in zip: unpack it, and give the folder")
        if self.outer:
            self.outer.spend(size, members)


class Tree:
    """What is below a folder or in a zip. Use it as a context manager; its files can be read until it ends, by one thread."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet. Raises UsageError where there is neither a folder nor a zip."""
        self.path = path
        self.refused: list[Refused] = []
        self._stack: list[tuple[Path, Chain, Opened]] = []
        if not path.is_dir() and not (path.is_file() and zipfile.is_zipfile(path)):
            raise UsageError(f"{path} is neither a folder nor a zip: give the submissions as you downloaded them.")

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what is open."""
        self._close(0)

    def leaves(self) -> list[Leaf]:
        """All files. What was refused is in `refused` then."""
        self.refused.clear()
        found: list[Leaf] = []
        for leaf in self._folder(self.path) if self.path.is_dir() else self._zip(self.path, (), (), "", None):
            if len(found) == MAX_FILES:
                self._refuse(leaf.shown, f"there are more than {MAX_FILES} files: this one and all behind it are left out")
                break
            found.append(leaf)
        return self._without_clashes(found)

    def _folder(self, root: Path) -> Iterator[Leaf]:
        def unreadable(error: OSError) -> None:
            self._refuse(os.path.relpath(error.filename, root), f"it can't be read ({error.strerror})")

        for folder, names, files in os.walk(root, onerror=unreadable):
            here = Path(folder)
            parts = here.relative_to(root).parts
            names[:] = [name for name in sorted(names) if not _is_junk(name) and self._may_enter(here / name, (*parts, name))]
            for name in sorted(files):
                if not _is_junk(name):
                    yield from self._on_disk(here / name, (*parts, name))

    def _may_enter(self, folder: Path, parts: tuple[str, ...]) -> bool:
        why = "it is a link, and links aren't followed" if folder.is_symlink() else unfit_name(parts[-1])
        if why:
            self._refuse("/".join(parts), why)
        return not why

    def _on_disk(self, path: Path, parts: tuple[str, ...]) -> Iterator[Leaf]:
        shown = "/".join(parts)
        try:
            found = path.lstat()
            why = unfit_name(parts[-1])
            if not stat.S_ISREG(found.st_mode):
                why = "it is a link, or no ordinary file: hand in the file itself"
            elif found.st_nlink > 1:
                why = "it has another name elsewhere on this disk (a hard link): copy it"
        except OSError as error:
            why = f"it can't be read ({error.strerror})"
        if why:
            self._refuse(shown, why)
        elif _is_zip(parts[-1]):
            allowance = _Allowance(20 * MAX_ZIP + MAX_RATIO * found.st_size, MAX_MEMBERS * 2)
            yield from self._zip(path, (), (*parts[:-1], _stem(parts[-1])), shown, allowance)
        else:
            yield Leaf(parts, shown, partial(_from_disk, path))

    def _zip(
        self, path: Path, chain: Chain, parts: tuple[str, ...], shown: str, allowance: _Allowance | None
    ) -> Iterator[Leaf]:
        """The files of a zip, as if it were the folder `parts`. Without an allowance it is the whole class's, and unlimited."""
        try:
            opened = self._opened(path, chain)
            if chain:
                allowance = _Allowance(MAX_ZIP + MAX_RATIO * opened.size, MAX_INNER, allowance)
            if allowance:
                allowance.spend(opened.size if chain else 0, len(opened.archive.filelist))
        except ValueError as reason:
            self._refuse(shown, str(reason))
            return
        for index, member in enumerate(opened.archive.filelist):
            inner = tuple(part for part in name_of(member).split("/") if part != ".")
            if member.is_dir() or any(map(_is_junk, inner)):
                continue
            path_shown = "/".join(filter(None, (shown, name_of(member))))
            if why := unfit_member(opened, index):
                self._refuse(path_shown, why)
            elif not _is_zip(inner[-1]):
                yield Leaf((*parts, *inner), path_shown, partial(self._content, path, (*chain, index)))
            elif len(chain) + 1 == MAX_DEPTH:
                self._refuse(path_shown, f"it is a zip in a zip, more than {MAX_DEPTH} deep")
            else:
                yield from self._zip(path, (*chain, index), (*parts, *inner[:-1], _stem(inner[-1])), path_shown, allowance)

    def _opened(self, path: Path, chain: Chain) -> Opened:
        """This zip, with those around it; others are closed, so that neither memory nor open files grow. Raises ValueError."""
        levels = [chain[:n] for n in range(len(chain) + 1)]
        same = 0
        while same < min(len(levels), len(self._stack)) and self._stack[same][:2] == (path, levels[same]):
            same += 1
        self._close(same)
        for level in levels[same:]:
            if level:
                opened = open_zip(io.BytesIO(unpack(self._stack[-1][2], level[-1], MAX_ZIP)), MAX_INNER)
            else:
                opened = open_zip(open_regular(path, follow=path == self.path), MAX_MEMBERS)
            self._stack.append((path, level, opened))
        return self._stack[-1][2]

    def _close(self, keep: int) -> None:
        while len(self._stack) > keep:
            self._stack.pop()[2].close()

    def _content(self, path: Path, chain: Chain, most: int) -> bytes:
        return unpack(self._opened(path, chain[:-1]), chain[-1], most)

    def _without_clashes(self, found: list[Leaf]) -> list[Leaf]:
        """Without those whose paths are one path to some computer: which of them was meant, nobody knows."""
        keys = Counter(_key(leaf.shown) for leaf in found)
        for leaf in found:
            if keys[_key(leaf.shown)] > 1:
                self._refuse(leaf.shown, "another file has the same name, but for case or accents")
        return [leaf for leaf in found if keys[_key(leaf.shown)] == 1]

    def _refuse(self, shown: str, why: str) -> None:
        shown = shown.encode("utf-8", "replace").decode()
        self.refused.append(Refused(shown[:300] or self.path.name, why))


def _is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def _stem(name: str) -> str:
    return name[:-4] or name


def _is_junk(name: str) -> bool:
    """What systems and programs leave behind, and nobody hands in."""
    return name in JUNK or name.startswith("._")


def _key(shown: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", shown).casefold())


def _from_disk(path: Path, most: int) -> bytes:
    with open_regular(path) as file:
        try:
            return within(file.read(most + 1), most)
        except OSError as error:
            raise ValueError(f"it can't be read ({error.strerror})") from None
