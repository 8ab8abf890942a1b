"""Which entries of sys.path hold installed packages; both sides of a run ask it."""

from pathlib import Path


def is_library(entry: str) -> bool:
    """Whether `entry` of sys.path holds installed packages; a checkout, a script's folder or the working one doesn't."""
    path = Path(entry)
    if not entry or not path.is_absolute():
        return False
    try:
        return (path / "torch").is_dir() or next(path.glob("*.dist-info"), None) is not None
    except OSError:  # it may not be read
        return False
