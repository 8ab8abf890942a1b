"""Single keys of a terminal, without Enter; and the terminal given back as it was, however one leaves."""

import contextlib
import os
import re
import select
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

_NAMED = re.compile(r"\x1b(?:\[[0-9;]*[A-Za-z~]|O.|.?)")  # an arrow, or another key that is no character


class Keyboard:
    """The keys that are pressed. Where there is no terminal to read, none ever is."""

    def __init__(self) -> None:
        """Nothing is changed yet: see `listening`."""
        self._terminal: Any = None  # its settings as they were; only where we have changed them
        self._typed = ""  # faster than it was read
        self._open = sys.stdin is not None and not sys.stdin.closed
        self.stirred = False  # the window's size has changed, or the program goes on after it was stopped

    @property
    def is_terminal(self) -> bool:
        """Whether keys can be read one by one."""
        return self._open and sys.stdin.isatty() and os.name == "posix"

    @contextlib.contextmanager
    def listening(self) -> Iterator["Keyboard"]:
        """Read keys one by one, and notice Ctrl-Z, `fg` and a new size of the window, until this ends."""
        handlers = {"SIGTSTP": self._stop, "SIGCONT": self._go_on, "SIGWINCH": self._stir, "SIGTERM": _leave, "SIGHUP": _leave}
        # A job-control shell isn't always there: what is ignored stays ignored.
        known = {number: handler for name, handler in handlers.items() if (number := getattr(signal, name, None))}
        before = {number: signal.getsignal(number) for number in known if signal.getsignal(number) != signal.SIG_IGN}
        for number in before:
            signal.signal(number, known[number])
        self._take()
        try:
            yield self
        finally:
            self._give_back()
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextlib.contextmanager
    def lent(self) -> Iterator[None]:
        """Give the terminal back meanwhile, for something that reads whole lines."""
        self._give_back()
        try:
            yield
        finally:
            self._take()

    def key(self, seconds: float) -> str:
        """A key that is pressed within this time; empty where none is."""
        if self._typed:
            key, self._typed = self._typed[:1], self._typed[1:]
            return key
        if not self.is_terminal:
            time.sleep(seconds)
            return ""
        try:
            ready, _, _ = select.select([sys.stdin], [], [], seconds)
            read = os.read(sys.stdin.fileno(), 32) if ready else None
        except InterruptedError:
            return ""
        except OSError:  # the terminal is gone
            raise KeyboardInterrupt from None
        if read is None:
            return ""
        if not read:
            raise KeyboardInterrupt
        self._typed += _NAMED.sub("", read.decode("utf-8", "ignore"))
        key, self._typed = self._typed[:1], self._typed[1:]
        return key

    def _take(self) -> None:
        if self.is_terminal and self._terminal is None:
            import termios
            import tty

            with contextlib.suppress(termios.error):  # in the background one may not
                self._terminal = termios.tcgetattr(sys.stdin)
                tty.setcbreak(sys.stdin)

    def _give_back(self) -> None:
        if self._terminal is not None:
            import termios

            with contextlib.suppress(termios.error, OSError, ValueError):
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._terminal)
            self._terminal = None

    def _stop(self, *_: object) -> None:
        """Ctrl-Z: the shell gets its terminal as it was, and we stop for real."""
        self._give_back()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _go_on(self, *_: object) -> None:
        self._terminal = None
        self._take()
        self.stirred = True

    def _stir(self, *_: object) -> None:
        self.stirred = True


def _leave(*_: object) -> None:
    raise KeyboardInterrupt
