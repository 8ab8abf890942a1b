"""A real terminal for the tests: a program in a pseudo-terminal of its own, what it writes, and what is typed."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence
from pathlib import Path

_WAIT = 40.0
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """One program in a terminal. Use it as a context manager: it ends the program."""

    def __init__(self, command: Sequence[str], cwd: Path, columns: int = 80, rows: int = 60, **environment: str) -> None:
        """Start it."""
        self.raw = ""
        self._seen = 0
        self.pid, self._tty = pty.fork()
        if self.pid == 0:
            for number in (signal.SIGINT, signal.SIGTSTP):
                signal.signal(number, signal.SIG_DFL)
            os.chdir(cwd)
            # The window's size is the terminal's own to say, and not that of the one in which the tests run.
            kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
            os.execve(command[0], list(command), {**kept, "TERM": "xterm", **environment})
        self.resize(columns, rows)

    def __enter__(self) -> "Terminal":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill it, if it is alive."""
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._tty)

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        fcntl.ioctl(self._tty, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        """Type this."""
        os.write(self._tty, text.encode())

    def until(self, text: str, wait: float = _WAIT) -> str:
        """What is written, without colours, up to and with this text, since the last time; fails where it doesn't come."""
        deadline = time.monotonic() + wait
        while (at := self.plain.find(text, self._seen)) < 0:
            left = deadline - time.monotonic()
            came = left > 0 and self._read(left)
            assert came, f"“{text}” didn't come, but: {self.plain[self._seen :]}"
        start, self._seen = self._seen, at + len(text)
        return self.plain[start : self._seen]

    def quiet(self, seconds: float = 0.5) -> str:
        """What is written until nothing more is for that long."""
        while self._read(seconds):
            pass
        start, self._seen = self._seen, len(self.plain)
        return self.plain[start:]

    def ended(self, wait: float = _WAIT) -> int:
        """Its exit code, once it has ended."""
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline:
            self._read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
        raise AssertionError("it doesn't end")

    def stopped(self) -> bool:
        """Whether it was stopped, as by Ctrl-Z; waits for that."""
        _, status = os.waitpid(self.pid, os.WUNTRACED)
        return os.WIFSTOPPED(status)

    @property
    def by_key(self) -> bool:
        """Whether keys are read one by one, and not line by line."""
        settings = termios.tcgetattr(self._tty)
        return not settings[3] & termios.ICANON

    @property
    def plain(self) -> str:
        """All that was written, without colours and moves of the cursor."""
        return _ESCAPE.sub("", self.raw).replace("\r\n", "\n")

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._tty], [], [], seconds)
        if not ready:
            return False
        try:
            more = os.read(self._tty, 65536)
        except OSError:  # the other end is closed
            return False
        self.raw += more.decode("utf-8", "replace")
        return bool(more)
