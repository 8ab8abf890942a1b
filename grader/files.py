"""Files of our own in the user's folders: kept for convenience, and done without where they can't be."""

import contextlib
import os
from pathlib import Path

PUBLIC = 0o644  # a web server can read it


def state_folder() -> Path:
    """What is remembered from session to session: $XDG_STATE_HOME/descent, or in ~/.local/state."""
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "descent"


def write_whole(path: Path, content: bytes) -> None:
    """Write it whole or not at all; what can't be written is done without."""
    with contextlib.suppress(OSError):
        replace_file(path, content)


def replace_file(path: Path, content: bytes, mode: int | None = None) -> None:
    """Write it whole or not at all; with this mode, whatever the user's umask is. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.write_bytes(content)
        if mode is not None:
            half.chmod(mode)
        half.replace(path)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
