"""The warmed process that forks a confined child for each run. It never reads a submission, nor anything of the course.

Started by `grader.launch`, with
    entry     what a child runs, as "module:function"
    path      entries of sys.path that were added for it
    control   file descriptor of a SOCK_SEQPACKET socket
    lifeline  read end of a pipe: when its other end closes, all ends
    tier      the highest tier to try
    missing   sentences on what kept a higher tier from being had
    hidden    paths that no run may read
    folder    where runs that can't mount a workspace have theirs; removed at the end

On the control socket, one JSON object a packet. In:
    {"run": id, "limits": {...}, "folder": path or null}, with three descriptors: the job and the result, which are files in
        memory, and a pipe for the status. The child writes how it is confined to the status, closes it, and waits.
    {"start": id} when the job is written: only now the child reads it, and its clock runs.
    {"kill": id}
Out:
    {"ready": tier, "missing": [sentences], "uid": user id of the runs, or null} once; or
    {"unfit": sentence} where the tier "full" can't be had: start again with a lower one
    {"ended": id, "code", "signal", "stopped": null, "timed_out" or "output_limit", "cpu_s", "max_rss_mb", "seconds"}
    {"failed": id, "failed_why"} where no process could be made
"""

import contextlib
import importlib
import json
import math
import os
import select
import signal
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from grader.confined import child, limits, namespaces, syscalls, tiers
from grader.confined.libraries import is_library

_PROBE_LIMITS: limits.Limits = {"wall_s": 20, "cpu_s": 20, "memory_mb": 512, "disk_mb": 1, "output_mb": 1}


def main(config: dict[str, Any]) -> NoReturn:
    """Split into a keeper, which stays as it is and watches, and the zygote."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o022)  # the runs' root is made of folders of ours, which another user has to walk through
    with socket.socket(fileno=config["control"]) as control:
        zygote = Zygote(control, config)
        try:
            # Before torch is there: a process with threads can't change its user namespace.
            may_be_nobody = namespaces.enter() if config["tier"] == tiers.FULL else os.geteuid() == 0
        except OSError as error:
            zygote.give_up(f"Namespaces: {error}.")
        syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)
        pid = os.fork()
        if pid:
            control.close()
            _keep(pid, config["lifeline"], config["folder"])
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        os.close(config["lifeline"])
        zygote.prepare(may_be_nobody)
        zygote.serve()
    os._exit(0)


def _keep(zygote: int, lifeline: int, folder: str | None) -> NoReturn:
    """Wait until either end goes; then see that nothing is left. Has no torch, and always answers at once."""
    pidfd = os.pidfd_open(zygote)
    poll = select.poll()
    poll.register(lifeline, select.POLLIN)
    poll.register(pidfd, select.POLLIN)
    poll.poll()
    with contextlib.suppress(ProcessLookupError):
        os.kill(zygote, signal.SIGKILL)
    os.waitpid(zygote, 0)
    with contextlib.suppress(OSError):  # no children left, or no such file
        while True:
            for orphan in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
                os.kill(int(orphan), signal.SIGKILL)
            os.waitpid(-1, 0)
    with contextlib.suppress(OSError):
        if folder:
            os.execvp("rm", ["rm", "-rf", "--", folder])
    os._exit(0)


@dataclass
class _Run:
    id: int
    pid: int
    pidfd: int
    limits: limits.Limits
    go: int  # the write end of a pipe: a byte lets the child read its job
    output: int  # the read end of the pipe that the child writes to
    result: int  # the file that its bytes are kept in, up to the limit
    size: int = 0
    started: float = 0
    deadline: float = math.inf
    stopped: str | None = None

    def stop(self, why: str) -> None:
        self.stopped = self.stopped or why
        self.deadline = math.inf
        signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)


class Zygote:
    """The main loop, and the runs under way."""

    def __init__(self, control: socket.socket, config: dict[str, Any]) -> None:
        """`config` as in the module's docstring."""
        self._control, self._config = control, config
        self._runs: dict[int, _Run] = {}  # each twice: by its pidfd and its output
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._own_namespace = -1

    def prepare(self, may_be_nobody: bool) -> None:
        """Import and warm all that a child will want, find the tier, and say that it is ready."""
        from grader.confined import warm

        wish, missing = self._config["tier"], self._config["missing"]
        warm.warm_up()
        module, _, name = self._config["entry"].partition(":")
        harness = importlib.import_module(module)
        self._entry = getattr(harness, name)
        if hasattr(harness, "warm"):
            harness.warm()
        sys.path[:] = [p for p in sys.path if is_library(p) or p not in self._config["path"]]  # our own are hidden from now on
        warm.freeze()
        base = limits.memory_in_use()
        visible, hidden = tiers.visible_paths(), tiers.hidden_paths(self._config["hidden"])
        if wish == tiers.FULL:
            try:
                self._own_namespace = namespaces.own_pid_namespace()
                namespaces.enter_root(visible, [h for h in hidden if any(Path(h).is_relative_to(v) for v in visible)])
            except OSError as error:
                self.give_up(f"Namespaces: {error}.")
        limits.forgo_gaining()
        for tier in {tiers.FULL: (tiers.FULL,), tiers.REDUCED: (tiers.REDUCED, tiers.LIMITS)}.get(wish, (tiers.LIMITS,)):
            setup = tiers.setup(tier, visible, hidden, base, may_be_nobody, missing)
            if setup:
                self._setup = setup
                why = self._probe(hidden)
                if not why:
                    self._send({"ready": tier, "missing": setup.missing, "uid": setup.uid})
                    return
                missing.append(f"The tier {tier}: {why}.")
        self.give_up(missing[-1])

    def give_up(self, why: str) -> NoReturn:
        """End before the first run."""
        print(why, file=sys.stderr, flush=True)
        if self._config["tier"] == tiers.FULL:
            self._send({"unfit": why})
        os._exit(1)

    def serve(self) -> None:
        """Answer until the control socket closes."""
        while True:
            deadline = min((r.deadline for r in self._runs.values()), default=math.inf)
            timeout = None if deadline == math.inf else max(0.0, deadline - time.monotonic()) * 1000 + 1
            for fd, _ in self._poll.poll(timeout):
                run = self._runs.get(fd)
                if fd == self._control.fileno():
                    if not self._receive():
                        return
                elif run and fd == run.pidfd:
                    self._reap(run)
                elif run and not self._drain(run):
                    self._poll.unregister(fd)
            for run in self._runs.values():
                if time.monotonic() >= run.deadline:
                    run.stop("timed_out")

    def _receive(self) -> bool:
        packet, fds, _, _ = socket.recv_fds(self._control, 4096, 3)
        if not packet:
            return False
        message = json.loads(packet)
        if "run" in message:
            try:
                self._start(message["run"], message["limits"], message["folder"], *fds)
            except OSError as error:
                self._send({"failed": message["run"], "failed_why": str(error)})
            return True
        run = next((r for r in self._runs.values() if r.id == message.get("start", message.get("kill"))), None)
        if run and "start" in message:
            run.started = time.monotonic()
            run.deadline = run.started + run.limits["wall_s"]
            with contextlib.suppress(BrokenPipeError):
                os.write(run.go, b"1")
        elif run:
            run.stop("killed")
        return True

    def _start(self, number: int, wanted: limits.Limits, folder: str | None, job: int, result: int, status: int) -> None:
        output, out = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        os.set_blocking(out, True)
        wait, go = os.pipe()
        try:
            pid = self._fork(wanted, folder, child.Fds(job, wait, out, status), self._entry)
        except OSError:
            for fd in (output, go, result):
                os.close(fd)
            raise
        finally:
            for fd in (job, wait, out, status):
                os.close(fd)
        run = _Run(number, pid, os.pidfd_open(pid), wanted, go, output, result)
        for fd in (run.pidfd, run.output):
            self._runs[fd] = run
            self._poll.register(fd, select.POLLIN)

    def _fork(self, wanted: limits.Limits, folder: str | None, fds: child.Fds, entry: child.Entry) -> int:
        if self._setup.namespaces:
            namespaces.new_pid_namespace(self._own_namespace)
        pid = os.fork()
        if pid == 0:
            child.run(self._setup, wanted, folder, fds, entry)
        return pid

    def _drain(self, run: _Run) -> bool:
        """Move what the pipe holds to the result; False if nothing more will come.

        There the child can't change it any more, and needn't wait for a reader who is busy.
        """
        limit = run.limits["output_mb"] << 20
        try:
            while run.size < limit:
                moved = os.splice(run.output, run.result, limit - run.size)
                if moved == 0:  # closed at the other end
                    return False
                run.size += moved
        except BlockingIOError:
            return True
        run.stop("output_limit")
        return False

    def _reap(self, run: _Run) -> None:
        self._drain(run)
        _, status, usage = os.wait4(run.pid, 0)
        self._poll.unregister(run.pidfd)
        with contextlib.suppress(KeyError):
            self._poll.unregister(run.output)
        for fd in (run.pidfd, run.output):
            del self._runs[fd]
        for fd in (run.pidfd, run.output, run.go, run.result):
            os.close(fd)
        self._send(
            {
                "ended": run.id,
                "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
                "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
                "stopped": run.stopped,
                "cpu_s": usage.ru_utime + usage.ru_stime,
                "max_rss_mb": usage.ru_maxrss / 1024,
                "seconds": time.monotonic() - run.started if run.started else 0,
            }
        )

    def _send(self, message: dict[str, object]) -> None:
        self._control.send(json.dumps(message).encode())

    def _probe(self, forbidden: list[str]) -> str:
        """What is wrong with the set-up, found by a child under it; empty if it can do what it must and nothing more."""
        parent, setup = os.getpid(), self._setup

        def entry(_job: bytes, out: int) -> None:
            os.write(out, tiers.probe(setup.seccomp, forbidden, parent).encode() or b"well")

        folder = None if setup.namespaces else tempfile.mkdtemp(dir=self._config["folder"])
        if folder and setup.uid is not None:
            os.chown(folder, setup.uid, -1)
        (wait, go), (output, out), (report, status) = [os.pipe() for _ in range(3)]
        job = os.open(os.devnull, os.O_RDONLY)
        pid = self._fork(_PROBE_LIMITS, folder, child.Fds(job, wait, out, status), entry)
        for fd in (job, wait, out, status):
            os.close(fd)
        os.write(go, b"1")
        os.waitpid(pid, 0)
        said, result = os.read(report, 1 << 16).decode(), os.read(output, 1 << 16).decode()
        for fd in (go, output, report):
            os.close(fd)
        return "" if result == "well" else result or f"a process can't be confined in it ({said})"
