"""From findings to names: the fewest known mistakes that explain, channel by channel, all that isn't as asked."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.diagnosis.channels.values import UNCLEAR
from grader.diagnosis.look import Findings
from grader.diagnosis.signatures import Signature

MOST = 4  # mistakes at once

GROUPS = {
    "data": ("batches", "epochs", "targets", "looks", "mode"),
    "loss": ("loss", "kind of loss", "weight", "sign", "factor", "value", "reached"),
    "gradient": ("clearing", "passes", "steps", "stale", "seen"),
    "returned": ("returns", "returned", "returned train", "returned val", "returned 1", "returned 2", "returned 3"),
}  # any other channel is of the update
GROUP = {channel: group for group, channels in GROUPS.items() for channel in channels}


@dataclass(frozen=True)
class Explanation:
    """What the findings come from.

    Attributes:
        mistakes: for each, the programs that make it, of one id or of several that nothing tells apart.
        left: the channels that none of them explains.
    """

    mistakes: tuple[tuple[Signature, ...], ...]
    left: tuple[str, ...]


def explain(findings: Findings, known: Sequence[Signature]) -> Explanation:
    """The fewest mistakes that together leave as little as possible unexplained."""
    fitting = [s for s in known if _says(s) and all(_same(findings.get(c, ()), v) for c, v in s.findings.items())]
    by_channels: dict[frozenset[str], list[Signature]] = {}
    for signature in fitting:
        by_channels.setdefault(frozenset(signature.findings), []).append(signature)
    for channels, alike in by_channels.items():  # a channel's first value says more than its others
        nearest = min(_distance(findings, signature) for signature in alike)
        by_channels[channels] = [signature for signature in alike if _distance(findings, signature) == nearest]
    clear = {channel for channel, values in findings.items() if UNCLEAR not in values}
    best: tuple[tuple[int, int, int, int], list[tuple[frozenset[str], ...]]] | None = None
    for count in range(1, MOST + 1):
        for chosen in itertools.combinations(by_channels, count):
            covered = frozenset().union(*chosen)
            if any(not (one - frozenset().union(*(o for o in chosen if o is not one))) for one in chosen):
                continue  # one of them says nothing that the others don't
            overlap = sum(map(len, chosen)) - len(covered)
            rank = (len(clear - covered), count, overlap, len(findings.keys() - covered))
            if best is None or rank < best[0]:
                best = (rank, [chosen])
            elif rank == best[0]:
                best[1].append(chosen)
    if best is None:
        return Explanation((), tuple(findings))
    options = best[1]
    covered = frozenset().union(*options[0])
    left = tuple(channel for channel in findings if channel not in covered)
    # Where several sets explain as much, what they have in common is certain, and the rest is one of several.
    groups: dict[frozenset[str], list[Signature]] = {}
    for chosen in options:
        for channels in chosen:
            groups.setdefault(channels, by_channels[channels])
    if len(options) > 1:
        return (
            Explanation((), tuple(findings))
            if not _agree(options)
            else Explanation(tuple(tuple(by_channels[c]) for c in _common(options)), left)
        )
    if "stopped" in left:  # what led to the end is unknown, and what came before may be of its making
        return Explanation((), tuple(findings))
    left_groups = {_group(channel) for channel in left} | ({"returned"} if "rule" in left else set())
    sure = [channels for channels in options[0] if not left or not _unclear(findings, channels)]
    named = [tuple(by_channels[channels]) for channels in sure if not left_groups & set(map(_group, channels))]
    return Explanation(tuple(named), left)


def _unclear(findings: Findings, channels: Iterable[str]) -> bool:
    """Whether one of the channels says only that nothing explains it: something that is left may have caused that."""
    return any(UNCLEAR in findings[channel] for channel in channels)


def _agree(options: Sequence[tuple[frozenset[str], ...]]) -> bool:
    return bool(_common(options))


def _common(options: Sequence[tuple[frozenset[str], ...]]) -> list[frozenset[str]]:
    return [channels for channels in options[0] if all(channels in chosen for chosen in options)]


def _group(channel: str) -> str:
    return GROUP.get(channel, "update")


def _distance(findings: Findings, signature: Signature) -> int:
    """How far behind in the channels the values stand that a signature shares; and its own."""
    return sum(
        min(mine.index(value) + theirs.index(value) for value in mine if value in theirs)
        for mine, theirs in ((findings[channel], values) for channel, values in signature.findings.items())
    )


def _says(signature: Signature) -> bool:
    return any(UNCLEAR not in values for values in signature.findings.values())


def _same(mine: Iterable[str], theirs: Iterable[str]) -> bool:
    """Whether a channel has a value in common: that nothing explains it may be one, beside channels that say more."""
    return bool(set(mine) & set(theirs))


def ids(mistake: Sequence[Signature]) -> Iterator[str]:
    """The ids of a mistake's programs, each once."""
    yield from dict.fromkeys(signature.id for signature in mistake)
