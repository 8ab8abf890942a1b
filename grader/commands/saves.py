"""Noticing that somebody has saved: by looking at the files, some thirty times a second.

Looking works where being told doesn't (network folders, containers, editors that put another file in place), needs no thread
beside the keyboard's, and costs some microseconds a look.
"""

import os
from pathlib import Path

from grader.submission import ANSWERS

LOOK_S = 0.03
Look = tuple[tuple[str, int, int, int], ...]


class Saves:
    """The files of one folder that are handed in: Python, and the answers."""

    def __init__(self, folder: Path) -> None:
        """What is there now counts as seen."""
        self.folder = folder
        self._seen = self._last = self._look()

    def settled(self) -> bool:
        """Whether something was saved since the last time, and nothing is being written at this moment.

        To be asked every LOOK_S: it is settled when two looks one after the other see the same.
        """
        now = self._look()
        steady, self._last = now == self._last, now
        if not steady or now == self._seen:
            return False
        self._seen = now
        return True

    @property
    def stirring(self) -> bool:
        """Whether it differs from when it was settled last."""
        return self._look() != self._seen

    def _look(self) -> Look:
        found = []
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if entry.name.endswith((".py", ANSWERS)) and not entry.name.startswith("."):
                        about = entry.stat()
                        found.append((entry.name, about.st_mtime_ns, about.st_size, about.st_ino))
        except OSError:
            return ()
        return tuple(sorted(found))
