"""Word lists, kept apart from the code in `lists.toml`."""

import tomllib
from functools import cache
from pathlib import Path


@cache
def _lists() -> dict[str, str | list[str]]:
    return tomllib.loads(Path(__file__).with_name("lists.toml").read_text(encoding="utf-8"))


def listed(name: str) -> frozenset[str]:
    """The words of a list."""
    words = _lists()[name]
    return frozenset(words.split() if isinstance(words, str) else words)


def phrases(name: str) -> tuple[str, ...]:
    """The phrases of a list, in their order."""
    return tuple(_lists()[name])
