"""What a channel says: names that hold on every case."""

from collections.abc import Sequence

UNCLEAR = "?"  # the value of a channel whose numbers no hypothesis explains


def together(values: Sequence[Sequence[str]], loosely: bool = False) -> tuple[str, ...]:
    """What holds in all cases, out of what holds in each; or else each case's own, in order. Empty where all is as asked.

    Args:
        loosely: what holds wherever something isn't as asked will do as well.
    """
    if any(UNCLEAR in names for names in values):
        return (UNCLEAR,)
    common = [name for name in values[0] if all(name in names for names in values)] if values else [""]
    if "" in common:
        return ()
    if common:
        return tuple(common)
    each = (" | ".join(names[0] for names in values),)
    odd = [names for names in values if "" not in names]
    shared = [name for name in odd[0] if all(name in names for names in odd)] if odd and loosely else []
    return (*each, *shared)
