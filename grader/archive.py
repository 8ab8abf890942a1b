"""A zip handed in, as the files of the one folder in it that has the work."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from grader.faults import Ungradable
from grader.zips import Opened, name_of, open_regular, open_zip, unfit_member, unpack

MAX_MEMBERS = 20_000
JUNK = ("__MACOSX", "__pycache__", ".")


def read_archive(path: Path, wanted: tuple[str, ...], most: int) -> dict[str, bytes]:
    """The files of these endings beside the first of `wanted` that is there, nearest to the top; each at most so many bytes.

    Args:
        wanted: names or endings, the ones that say most where the work is first.

    Raises:
        Ungradable: it can't be read as a zip, or there is no such file in it.
    """
    with _opened(path) as opened:
        members = {
            PurePosixPath(name_of(member)): index
            for index, member in enumerate(opened.archive.filelist)
            if not member.is_dir() and not unfit_member(opened, index) and not _is_junk(name_of(member))
        }
        for ending in wanted:
            found = sorted((place for place in members if place.name.endswith(ending)), key=lambda p: (len(p.parts), p))
            if found:
                break
        else:
            raise Ungradable(f"There is no {', '.join(wanted[:-1])} or {wanted[-1]} in the zip: put your work into it anew.")
        beside = {place.name: index for place, index in members.items() if place.parent == found[0].parent}
        return {name: _unpacked(opened, index, name, most) for name, index in beside.items() if name.endswith(wanted)}


@contextmanager
def _opened(path: Path) -> Iterator[Opened]:
    try:
        opened = open_zip(open_regular(path), MAX_MEMBERS)
    except ValueError as reason:
        raise Ungradable(f"The zip can't be taken: {reason}.") from None
    try:
        yield opened
    finally:
        opened.close()


def _unpacked(opened: Opened, index: int, name: str, most: int) -> bytes:
    try:
        return unpack(opened, index, most)
    except ValueError as reason:
        raise Ungradable(f"{name} in the zip can't be taken: {reason}.") from None


def _is_junk(name: str) -> bool:
    return any(part.startswith(JUNK) for part in name.split("/"))
