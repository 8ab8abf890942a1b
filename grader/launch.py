"""Starts the zygote (`grader.confined.zygote`) and keeps it: jobs go in, bytes come back.

Everything a run could flood or stall is drained by the zygote, so that nothing here ever waits for a learner.
"""

import contextlib
import json
import os
import selectors
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grader.faults import GraderFault
from grader.libraries import command, imports
from grader.raw import Ended, Isolation, Limits, RawRun

START_S = 120  # importing torch from a cold disk takes its time

# Nothing else of the caller's environment: what the zygote holds, every learner can read.
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
}
_KEPT = ("LD_LIBRARY_PATH",)  # on clusters, Python itself may need it


@dataclass
class Child:
    """One run, as the trusted side sees it: forked and confined, it waits for its job."""

    id: int
    limits: Limits
    job: int  # a memfd, empty until the child has said how it is confined
    result: int  # a memfd, which the zygote fills
    status: int  # the read end of a pipe
    folder: str | None
    report: bytes = b""
    isolation: Isolation | None = None
    outcome: RawRun | GraderFault | None = None


class Zygote:
    """The warmed process. Once `dead`, all its children have an outcome, and it has only to be closed."""

    def __init__(self, entry: str, tier: str, hidden: list[str]) -> None:
        """Start it without waiting for it; the arguments are those of `grader.runner.Runner`."""
        self._config = imports(entry) | {"hidden": hidden}
        self._children: dict[int, Child] = {}
        self._last_id = 0
        self._launch(tier, [] if tier == "full" else [f"A higher tier than {tier!r}: DESCENT_ISOLATION asks for none."])

    def _launch(self, tier: str, missing: list[str]) -> None:
        self.dead = False
        self._uid: int | None = None
        self._isolation: Isolation | None = None
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 (closed in `close`)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        lifeline, self._lifeline = os.pipe()
        # Where runs can't mount a workspace, each has a folder in this one; the keeper removes it, even if we are killed.
        self._folder = None if tier == "full" else tempfile.mkdtemp(prefix="descent-")
        if self._folder:
            Path(self._folder).chmod(0o711)
        config = self._config | {"tier": tier, "missing": missing, "folder": self._folder}
        config |= {"control": theirs.fileno(), "lifeline": lifeline}
        try:
            self._process = subprocess.Popen(
                command("grader.confined.zygote", config),
                env=_ENVIRONMENT | {name: os.environ[name] for name in _KEPT if name in os.environ},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=self._complaints,
                stderr=self._complaints,
                pass_fds=(theirs.fileno(), lifeline),
                start_new_session=True,  # Ctrl-C at the terminal is for the grader alone
            )
        except OSError as error:
            self._control.close()
            self._complaints.close()
            os.close(self._lifeline)
            raise GraderFault(f"Python can't be started for the submissions: {error}") from error
        finally:
            theirs.close()
            os.close(lifeline)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._control, selectors.EVENT_READ)

    def isolation(self) -> Isolation:
        """What it found this machine to allow; waits until it is ready. Raises GraderFault if it can't start."""
        deadline = time.monotonic() + START_S
        while self._isolation is None and not self.dead and time.monotonic() < deadline:
            self.pump(deadline - time.monotonic())
        if self._isolation is None:
            self.dead = True
            raise GraderFault(f"The process that runs submissions did not start:\n{self._complaint()}")
        return self._isolation

    def spawn(self, limits: Limits) -> Child:
        """Have a child forked and confined."""
        folder = None
        if self.isolation().tier != "full":
            folder = tempfile.mkdtemp(dir=self._folder)
            if self._uid is not None:
                os.chown(folder, self._uid, -1)
        self._last_id += 1
        status, theirs = os.pipe()
        child = Child(self._last_id, limits, os.memfd_create("job"), os.memfd_create("result"), status, folder)
        self._children[child.id] = child
        self._selector.register(status, selectors.EVENT_READ, child)
        try:
            request = {"run": child.id, "limits": asdict(limits), "folder": folder}
            socket.send_fds(self._control, [json.dumps(request).encode()], [child.job, child.result, theirs])
        except OSError:
            self._die()
        finally:
            os.close(theirs)
        return child

    def start(self, child: Child, job: bytes) -> None:
        """Hand over the job; its clock runs from now on. Only for a child whose `isolation` is known."""
        with open(child.job, "wb", closefd=False) as file:
            file.write(job)
        self._tell({"start": child.id})

    def kill(self, child: Child) -> None:
        """End it; nobody waits for what it had to say."""
        self._finish(child, GraderFault("The run was called off."))
        self._tell({"kill": child.id})

    def pump(self, timeout: float) -> bool:
        """Wait for something to happen, and see to it; False if nothing did."""
        events = [] if self.dead else self._selector.select(timeout)
        for key, _ in events:
            if key.data is None:
                self._receive()
            elif key.data.status >= 0:  # else the packet before has ended this run
                self._read_status(key.data)
        return bool(events)

    def close(self) -> None:
        """End all its processes, and give back what they used."""
        self.dead = True
        for child in list(self._children.values()):
            self._finish(child, GraderFault("The runner was closed."))
        self._selector.close()
        self._control.close()
        with contextlib.suppress(OSError):
            os.close(self._lifeline)  # at this, the keeper ends everything, and then itself
            self._lifeline = -1
        try:
            self._process.wait(10)
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            self._complaints.close()
            if self._folder:
                _remove(self._folder)  # where the keeper was killed, too

    def _receive(self) -> None:
        try:
            packet = self._control.recv(1 << 16)
        except ConnectionError:
            packet = b""
        if not packet:
            self._die()
            return
        message = json.loads(packet)
        if "ready" in message:
            self._uid = message["uid"]
            self._isolation = Isolation(message["ready"], tuple(message["missing"]), self._uid is not None)
        elif "unfit" in message:
            self.close()
            self._launch("reduced", [message["unfit"]])
        elif child := self._children.get(message.get("ended", message.get("failed"))):
            if child.status >= 0:
                self._read_status(child)  # written before the end; both can come at once
            if "failed" in message:
                self._finish(child, GraderFault(f"A run can't be started: {message['failed_why']}"))
            elif child.outcome is None:
                self._finish(child, _raw_run(child, message))

    def _read_status(self, child: Child) -> None:
        while part := os.read(child.status, 1 << 16):  # short: the child writes it whole and closes, or ends
            child.report += part
        self._close_status(child)
        try:
            report = json.loads(child.report)
            child.isolation = Isolation(report["tier"], tuple(report["missing"]), self._uid is not None)
        except (ValueError, KeyError):
            why = child.report.decode(errors="replace") or "it ended without a word"
            self._finish(child, GraderFault(f"A run can't be confined: {why}"))
            self._tell({"kill": child.id})

    def _finish(self, child: Child, outcome: RawRun | GraderFault) -> None:
        if self._children.pop(child.id, None) is None:
            return
        child.outcome = outcome
        self._close_status(child)
        os.close(child.job)
        os.close(child.result)
        if child.folder:
            _remove(child.folder)

    def _close_status(self, child: Child) -> None:
        if child.status >= 0:
            self._selector.unregister(child.status)
            os.close(child.status)
            child.status = -1

    def _tell(self, message: dict[str, object]) -> None:
        try:
            self._control.send(json.dumps(message).encode())
        except OSError:
            self._die()

    def silent(self) -> None:
        """It should have answered long ago: count it as dead."""
        self._process.kill()
        self._die()

    def _die(self) -> None:
        if not self.dead:
            self.dead = True
            for child in list(self._children.values()):
                self._finish(child, GraderFault(f"The process that runs submissions ended:\n{self._complaint()}"))

    def _complaint(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)  # it may still be writing
        # Not by seek and read: the position is shared with the process that writes.
        text = os.pread(self._complaints.fileno(), 1 << 20, 0)[-4000:]
        return text.decode(errors="replace").strip() or "(it said nothing)"


def _remove(folder: str) -> None:
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:  # a run may nest folders deeper than Python calls
        subprocess.run(["rm", "-rf", "--", folder], check=False)


def _raw_run(child: Child, message: dict[str, Any]) -> RawRun:
    assert child.isolation is not None
    ended: Ended = "exited" if message["signal"] is None else "signalled"
    if message["stopped"]:
        ended = message["stopped"]
    elif ended == "signalled" and message["cpu_s"] > child.limits.cpu_s - 0.2:  # the kernel's two clocks differ a little
        ended = "timed_out"
    return RawRun(
        output=os.pread(child.result, child.limits.output_mb << 20, 0),
        ended=ended,
        code=message["code"] if ended == "exited" else None,
        signal=message["signal"] if ended == "signalled" else None,
        cpu_s=message["cpu_s"],
        max_rss_mb=message["max_rss_mb"],
        seconds=message["seconds"],
        isolation=child.isolation,
    )
