"""Runs where none of the layers is to be had (macOS, Windows): a fresh process for each, and a clock beside it."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import IO, TypeVar

from grader.confined.fresh import READY
from grader.faults import GraderFault
from grader.libraries import command, imports
from grader.raw import Ended, Isolation, Limits, RawRun

K = TypeVar("K")

START_S = 120  # importing torch from a cold disk takes its time
_KEPT = ("SYSTEMROOT", "WINDIR", "PATH")  # without the first two, Windows starts no Python


def run_many(
    entry: str, jobs: Iterable[tuple[K, bytes]], limits: Limits, parallel: int, isolation: Isolation
) -> Iterator[tuple[K, RawRun | GraderFault]]:
    """As `grader.runner.Runner.run_many`; leaving off early ends the runs under way."""
    started: set[subprocess.Popen[bytes]] = set()
    waiting = iter(jobs)
    under_way: dict[Future[RawRun | GraderFault], K] = {}
    pool = ThreadPoolExecutor(parallel)
    try:
        while True:
            while len(under_way) < parallel and (item := next(waiting, None)):
                key, job = item
                under_way[pool.submit(_run, entry, job, limits, isolation, started)] = key
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                yield under_way.pop(future), future.result()
    finally:
        for process in list(started):
            process.kill()
        pool.shutdown(cancel_futures=True)


def _run(
    entry: str, job: bytes, limits: Limits, isolation: Isolation, started: set[subprocess.Popen[bytes]]
) -> RawRun | GraderFault:
    with tempfile.TemporaryDirectory(prefix="descent-", ignore_cleanup_errors=True) as folder:
        try:
            process = subprocess.Popen(
                command("grader.confined.fresh", imports(entry)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=folder,
                env={k: v for k, v in os.environ.items() if k in _KEPT} | {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
                start_new_session=True,
            )
        except OSError as error:
            return GraderFault(f"No process can be started: {error}")
        started.add(process)
        assert process.stdin
        assert process.stdout
        assert process.stderr
        stopped: list[Ended] = []

        def stop(why: Ended) -> None:
            stopped.append(why)
            process.kill()

        feeder = threading.Thread(target=_feed, args=(process.stdin, job))
        feeder.start()
        clock = threading.Timer(START_S, process.kill)
        clock.start()
        complaints = process.stderr.read()
        clock.cancel()
        begun = time.monotonic()
        clock = threading.Timer(limits.wall_s, stop, ("timed_out",))
        clock.start()
        output = bytearray()
        while part := os.read(process.stdout.fileno(), 1 << 20):
            output += part
            if len(output) >= limits.output_mb << 20:
                stop("output_limit")
                break
        code = process.wait()
        clock.cancel()
        feeder.join()
        process.stdout.close()
        process.stderr.close()
        started.discard(process)
        if not complaints.endswith(READY):
            return GraderFault(f"A run can't be started:\n{complaints[-4000:].decode(errors='replace')}")
        ended: Ended = stopped[0] if stopped else "exited" if code >= 0 else "signalled"
        return RawRun(
            output=bytes(output[: limits.output_mb << 20]),
            ended=ended,
            code=code if ended == "exited" else None,
            signal=-code if ended == "signalled" else None,
            cpu_s=0.0,
            max_rss_mb=0.0,
            seconds=time.monotonic() - begun,
            isolation=isolation,
        )


def _feed(stdin: IO[bytes], job: bytes) -> None:
    try:
        stdin.write(job)
        stdin.close()
    except OSError:
        pass  # it ended before it had read all
