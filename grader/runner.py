"""The trusted side of a run: hands jobs to confined processes and gets bytes back, within limits of size and time.

    with Runner() as runner:  # starts at once; import what you need meanwhile
        raw = runner.run(job, Limits())

Nothing that comes back is evaluated here: `RawRun.output` is bytes, for `grader.trace` to read with suspicion.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from grader.faults import GraderFault
from grader.raw import Ended, Isolation, Limits, RawRun

if TYPE_CHECKING:
    from grader.launch import Child, Zygote

__all__ = ["Ended", "Isolation", "Limits", "RawRun", "Runner"]

K = TypeVar("K")
SILENCE_S = 60  # what a zygote may take beyond a run's own time; it is milliseconds, if it is alive
TIERS = ("full", "reduced", "limits", "none")


class Runner:
    """Runs jobs, each in a process of its own. Use it as a context manager; leaving it ends all its processes.

    DESCENT_ISOLATION=reduced, limits or none in the environment lowers the tier; nothing raises it above what holds here.
    """

    def __init__(self, entry: str = "grader.confined.harness:run", hidden: Sequence[Path] = ()) -> None:
        """Start the zygote without waiting for it.

        Args:
            entry: what a run executes, "module:function", called with (job: bytes, out: int).
            hidden: folders that no run may read, should they lie in a library folder, such as a course elsewhere.
        """
        self._entry, self._hidden = entry, [str(Path(p).absolute()) for p in hidden]
        self._tier = os.environ.get("DESCENT_ISOLATION") or "full"
        if self._tier not in TIERS:
            raise GraderFault(f"DESCENT_ISOLATION={self._tier!r} is none of {', '.join(TIERS)}.")
        if sys.platform != "linux":
            self._tier = "none"
        self._zygote = None if self._tier == "none" else self._start()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    @property
    def isolation(self) -> Isolation:
        """What this machine allows; waits until the zygote is ready. Raises GraderFault if it can't start."""
        if self._tier == "none":
            why = "as DESCENT_ISOLATION asks" if sys.platform == "linux" else f"{sys.platform} has none of the layers"
            return Isolation("none", (f"Not isolated ({why}): for your own code only.",))
        return self._living().isolation()

    def run(self, job: bytes, limits: Limits = Limits()) -> RawRun:  # noqa: B008 (frozen)
        """Run one job. Raises GraderFault where the grader failed, never the learner."""
        ((_, outcome),) = self.run_many([(None, job)], limits, parallel=1)
        if isinstance(outcome, GraderFault):
            raise outcome
        return outcome

    def run_many(
        self,
        jobs: Iterable[tuple[K, bytes]],
        limits: Limits = Limits(),  # noqa: B008 (frozen)
        parallel: int = 2,
    ) -> Iterator[tuple[K, RawRun | GraderFault]]:
        """Run each job, `parallel` at a time, and yield it as it completes.

        `jobs` is drawn from as places become free, one ahead. A GraderFault as the outcome says that this run could not be
        made; the others go on. Raises GraderFault if no zygote can be started. Others may run meanwhile, from the same thread.
        """
        if self._tier == "none":
            from grader import unconfined

            yield from unconfined.run_many(self._entry, jobs, limits, parallel, self.isolation)
            return
        waiting = iter(jobs)
        exhausted = False
        under_way: list[_Place[K]] = []
        try:
            while True:
                # One more than may run: it is forked and confined by the time that its turn comes.
                while not exhausted and len(under_way) <= parallel:
                    item = next(waiting, None)
                    if item is None:
                        exhausted = True
                        break
                    zygote = self._living()
                    under_way.append(_Place(*item, zygote, zygote.spawn(limits)))
                if not under_way:
                    return
                latest = under_way[-1].zygote  # runs of earlier ones have ended with them
                latest.pump(0)
                for place in under_way[:parallel]:
                    place.start()
                if finished := next((p for p in under_way if p.child.outcome), None):
                    under_way.remove(finished)
                    assert finished.child.outcome
                    yield finished.key, finished.child.outcome
                elif not latest.pump(limits.wall_s + SILENCE_S):
                    latest.silent()
        finally:
            for place in under_way:
                place.zygote.kill(place.child)

    def close(self) -> None:
        """End every process at once, the runs under way too."""
        if self._zygote:
            self._zygote.close()
            self._zygote = None

    def _start(self) -> "Zygote":
        from grader.launch import Zygote  # it has no meaning outside Linux

        return Zygote(self._entry, self._tier, self._hidden)

    def _living(self) -> "Zygote":
        if self._zygote and self._zygote.dead:
            self.close()
        self._zygote = self._zygote or self._start()
        return self._zygote


@dataclass
class _Place(Generic[K]):
    key: K
    job: bytes
    zygote: "Zygote"
    child: "Child"
    started: bool = False

    def start(self) -> None:
        if self.child.isolation and not self.child.outcome and not self.started:
            self.started = True
            self.zygote.start(self.child, self.job)
