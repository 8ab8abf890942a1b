"""Zips from strangers: what is in them, and one member's bytes. Nothing that a zip says of itself is believed unchecked.

And zips of our own, which are the same to the last byte each time.
"""

import io
import os
import stat
import struct
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

UTF_8 = 0x800  # the flag that says that a name is UTF-8
ENCRYPTED = 0x1 | 0x40 | 0x2000  # the file, strongly so, the directory too
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # what platforms write; a header of the others may ask for gigabytes
ENTRY, END, END_64, LOCATOR_64 = b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
PER_MEMBER = 400  # bytes of the directory, generously
BIDI = "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # make one name look like another
MAX_NAME = 255
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say: when ours was made is no part of it


@dataclass(frozen=True)
class Opened:
    """A zip that is open. `broken`: the members whose names say that they are UTF-8 and aren't. `size`: in bytes."""

    archive: zipfile.ZipFile
    file: BinaryIO
    broken: frozenset[int]
    size: int

    def close(self) -> None:
        """Close it; twice does no harm."""
        self.archive.close()
        self.file.close()


def open_regular(path: Path, *, follow: bool = False) -> BinaryIO:
    """Open an ordinary file and nothing else, even if it was exchanged for a link or a pipe meanwhile.

    Raises:
        ValueError: it is none, or can't be read, with a sentence.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW))
    except OSError as error:
        raise ValueError(f"it can't be read ({error.strerror})") from None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise ValueError("it is no ordinary file")
    return os.fdopen(number, "rb")


def open_zip(file: BinaryIO, most: int) -> Opened:
    """Open a zip of at most this many members; `file` is closed with it, or where it can't be opened.

    Raises:
        ValueError: it is none, or has more, with a sentence.
    """
    try:
        start, length = _directory(file)
        if length > most * PER_MEMBER:
            raise ValueError(f"it has too many files: at most {most} are taken")
        file.seek(start)
        patches, broken = _wrong_names(file.read(length), start)
        size = file.seek(0, os.SEEK_END)
        archive = zipfile.ZipFile(cast(BinaryIO, _Patched(file, patches)) if patches else file)
        if len(archive.filelist) > most:
            raise ValueError(f"it has {len(archive.filelist)} files: at most {most} are taken")
        return Opened(archive, file, broken, size)
    except ValueError:
        file.close()
        raise
    except Exception as error:  # a zip that was made to harm raises more than zipfile says
        file.close()
        raise ValueError(f"it can't be read as a zip ({error})") from None


def unfit_name(name: str) -> str:
    """Why a path isn't taken; empty where nothing speaks against it. On Linux a name may hold bytes that aren't text."""
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or "\\" in name or (name[1:2] == ":" and name[:1].isalpha()) or "" in parts:
        return "its path leads out of the folder, or is none"
    if any(c < " " or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff" or c in BIDI for c in name):
        return "its name has characters that no name should have: rename it"
    if max(len(part.encode()) for part in parts) > MAX_NAME:
        return f"its name is longer than {MAX_NAME} bytes: give it a shorter one"
    return ""


def unfit_member(opened: Opened, index: int) -> str:
    """Why a member isn't taken by what its entry says; empty where nothing speaks against it."""
    member = opened.archive.filelist[index]
    if index in opened.broken:
        return "its name isn't written in UTF-8 though it says so: rename it"
    if "\0" in member.orig_filename:
        return "its name has characters that no name should have: rename it"
    if why := unfit_name(name_of(member)):
        return why
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
        return "it is a link, or no ordinary file: hand in the file itself"
    if member.flag_bits & ENCRYPTED:
        return "it is encrypted: hand it in without a password"
    if member.compress_type not in PACKED:
        return "it is packed in an unusual way: make the zip with your system's own program"
    return ""


def name_of(member: zipfile.ZipInfo) -> str:
    """A member's name. Some programs write UTF-8 and don't say so; what isn't is read as zips were before, as code page 437."""
    if member.flag_bits & UTF_8:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member.filename


def unpack(opened: Opened, index: int, most: int) -> bytes:
    """A member's content, counted as it is unpacked: what its entry says of its size may be wrong.

    Raises:
        ValueError: it can't be unpacked, or is larger than `most` bytes, with a sentence.
    """
    try:
        with opened.archive.open(opened.archive.filelist[index]) as file:
            content = file.read(most + 1)
    except Exception as error:  # as in opening
        raise ValueError(f"it can't be unpacked ({error})") from None
    return within(content, most)


def within(content: bytes, most: int) -> bytes:
    """What was read, where it isn't too much. Raises ValueError."""
    if len(content) > most:
        raise ValueError(f"it is larger than {most // 1000} kB")
    return content


def zipped(files: Mapping[str, bytes], programs: Collection[str] = ()) -> bytes:
    """These files, by their paths, as a zip; `programs`, of them, may be run."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:  # deflate isn't the same in every zlib
        for path, content in sorted(files.items()):
            member = zipfile.ZipInfo(path, EPOCH)
            member.create_system, member.external_attr = 3, (0o100755 if path in programs else 0o100644) << 16
            archive.writestr(member, content)
    return made.getvalue()


def _directory(file: BinaryIO) -> tuple[int, int]:
    """Where the central directory begins, and its length (APPNOTE.TXT, 4.3.12 to 4.3.16), as zipfile finds it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 76 - 22 - 65_535))
    tail = file.read()
    at = len(tail) - 22 if tail[-22:-18] == END and tail[-2:] == b"\0\0" else tail.rfind(END)
    if at < 0 or len(tail) - at < 22:
        raise ValueError("it can't be read as a zip (it is none, or was cut off)")
    end, length = size - len(tail) + at, int(struct.unpack_from("<L", tail, at + 12)[0])
    if at >= 76 and tail[at - 20 : at - 16] == LOCATOR_64 and tail[at - 76 : at - 72] == END_64:
        end, length = end - 76, int(struct.unpack_from("<Q", tail, at - 36)[0])
    if length > end:
        raise ValueError("it can't be read as a zip (its directory is damaged)")
    return end - length, length


def _wrong_names(directory: bytes, start: int) -> tuple[dict[int, int], frozenset[int]]:
    """The members whose names aren't the UTF-8 that they claim: for one such, zipfile gives up the whole zip.

    So the claim is taken back: where in the file to read which byte instead, and which members these are.
    """
    patches: dict[int, int] = {}
    broken: set[int] = set()
    at = index = 0
    while directory[at : at + 4] == ENTRY and at + 46 <= len(directory):
        name, extra, comment = struct.unpack_from("<HHH", directory, at + 28)
        if directory[at + 9] & UTF_8 >> 8:
            try:
                directory[at + 46 : at + 46 + name].decode("utf-8")
            except UnicodeDecodeError:
                patches[start + at + 9] = directory[at + 9] & ~(UTF_8 >> 8)
                broken.add(index)
        at, index = at + 46 + name + extra + comment, index + 1
    return patches, frozenset(broken)


class _Patched(io.RawIOBase):
    """A file, read with a few other bytes than it has."""

    def __init__(self, file: BinaryIO, patches: dict[int, int]) -> None:
        super().__init__()
        self._file, self._patches = file, patches

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        start = self._file.tell()
        content = bytearray(self._file.read(size))
        for at, byte in self._patches.items():
            if start <= at < start + len(content):
                content[at - start] = byte
        return bytes(content)
