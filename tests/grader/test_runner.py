"""The trusted side: how runs end, that none outlives its grader, and that one never disturbs the next. Real processes only."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.faults import GraderFault
from grader.runner import Limits, RawRun, Runner

linux = pytest.mark.skipif(sys.platform != "linux", reason="there is a zygote on Linux only")

ENTRY = "def execute(job, out):\n    exec(compile(job, 'job', 'exec'), {'out': out})\n"
HELLO = b"import os; os.write(out, b'hello')"


@pytest.fixture(scope="session")
def entry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("entry")
    (folder / "plain_entry.py").write_text(ENTRY)
    sys.path.append(str(folder))
    yield "plain_entry:execute"
    sys.path.remove(str(folder))


def opened(entry: str, tier: str) -> Iterator[Runner]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DESCENT_ISOLATION", tier)
        runner = Runner(entry)
    with runner:
        yield runner


@pytest.fixture(scope="session")
def full(entry: str) -> Iterator[Runner]:
    yield from opened(entry, "full")


@pytest.fixture(scope="session")
def reduced(entry: str) -> Iterator[Runner]:
    yield from opened(entry, "reduced")


@pytest.fixture(scope="session")
def none(entry: str) -> Iterator[Runner]:
    yield from opened(entry, "none")


@pytest.fixture(params=["full", "reduced"])
def runner(request: pytest.FixtureRequest) -> Runner:
    """The best that this machine has of each; where there are no namespaces, it is the same twice."""
    runner: Runner = request.getfixturevalue(request.param)
    return runner


def members(session: int) -> set[int]:
    """The ids of the living processes of a session."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.add(int(stat.parent.name))
    return found


def session_of(runner: Runner) -> int:
    assert runner._zygote
    return runner._zygote._process.pid


def gone(condition: Callable[[], object], seconds: float = 3) -> bool:
    """Whether `condition` becomes false in time."""
    deadline = time.monotonic() + seconds
    while condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return not condition()


@linux
def test_a_run_gives_back_what_it_wrote(runner: Runner) -> None:
    raw = runner.run(HELLO)
    assert (raw.output, raw.ended, raw.code, raw.signal) == (b"hello", "exited", 0, None)
    assert raw.isolation == runner.isolation
    assert raw.seconds > 0
    assert raw.max_rss_mb > 50


@linux
@pytest.mark.parametrize("size", [0, 1, 1 << 16, 5_000_001])
def test_jobs_and_results_of_any_size(size: int, runner: Runner) -> None:
    job = b"import os\nview = memoryview(b'%s')\nwhile view: view = view[os.write(out, view):]" % (b"x" * size)
    assert runner.run(job).output == b"x" * size


@linux
@pytest.mark.parametrize(
    ("code", "ended", "number"),
    [
        ("import os; os._exit(7)", "exited", 7),
        ("raise SystemExit(3)", "exited", 1),
        ("1 / 0", "exited", 1),
        ("import ctypes; ctypes.string_at(0)", "signalled", signal.SIGSEGV),
        (
            # In the C library: since Python 3.12 its own recursion in C ends in a RecursionError.
            "import ctypes; ctypes.CDLL(None).regcomp(ctypes.create_string_buffer(256), b'(' * 10**6, 1)",
            "signalled",
            11,
        ),
    ],
    ids=["exit", "SystemExit", "exception", "segfault", "stack overflow"],
)
def test_ends_are_told_apart(code: str, ended: str, number: int, runner: Runner) -> None:
    raw = runner.run(code.encode())
    assert (raw.ended, raw.code if ended == "exited" else raw.signal) == (ended, number)
    assert runner.run(HELLO).output == b"hello"


@linux
@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "import time; time.sleep(60)",
        "import signal\nwhile True: signal.raise_signal(signal.SIGSTOP)",
        "import signal, time\nfor s in set(signal.Signals) - {9, 19}: signal.signal(s, signal.SIG_IGN)\ntime.sleep(60)",
        "import os, time; os.close(out); time.sleep(60)",
        "import os\nr, w = os.pipe()\nos.read(r, 1)",
        "import torch\na = torch.ones(4000, 4000)\nwhile True: a = a @ a",
    ],
    ids=["loop", "sleep", "stop", "ignored signals", "closed result", "deadlock", "torch"],
)
def test_the_clock_ends_it(code: str, runner: Runner) -> None:
    raw = runner.run(b"import os; os.write(out, b'so far')\n" + code.encode(), Limits(wall_s=0.3))
    assert (raw.ended, raw.code, raw.signal) == ("timed_out", None, None)
    assert raw.output == b"so far"
    assert 0.29 < raw.seconds < 20  # of the 60 that it would take; a busy machine is late


@linux
def test_cpu_time_ends_it(runner: Runner) -> None:
    raw = runner.run(b"while True: pass", Limits(wall_s=20, cpu_s=1))
    assert raw.ended == "timed_out"
    assert 0.9 < raw.cpu_s < 2


@linux
def test_a_flood_ends_it(runner: Runner) -> None:
    raw = runner.run(b"import os\nwhile True: os.write(out, bytes(1 << 20))", Limits(output_mb=2))
    assert raw.ended == "output_limit"
    assert len(raw.output) == 2 << 20


@linux
def test_what_is_written_cannot_be_unwritten(runner: Runner) -> None:
    code = b"""
import os
os.write(out, b'first')
for undo, *arguments in (os.ftruncate, 0), (os.lseek, 0, 0), (os.pwrite, b'forged', 0), (os.read, 5):
    try: undo(out, *arguments)
    except OSError: pass
"""
    assert runner.run(code).output == b"first"


@linux
def test_status_is_not_the_runs_to_forge(runner: Runner) -> None:
    """Its descriptor is closed before the job is there."""
    code = b"""
import os
for fd in range(3, 1000):
    if fd != out:
        try: os.write(fd, b'{"tier": "forged", "missing": []}')
        except OSError: pass
"""
    raw = runner.run(code)
    assert raw.isolation == runner.isolation
    assert raw.output == b""


@linux
def test_many_runs_complete_as_they_end(runner: Runner) -> None:
    drawn = []

    def jobs() -> Iterator[tuple[int, bytes]]:
        for i in range(6):
            drawn.append(i)
            yield i, b"import os, time; time.sleep(%f); os.write(out, b'%d')" % (0.4 if i == 0 else 0.01, i)

    order = []
    for key, raw in runner.run_many(jobs(), parallel=2):
        assert isinstance(raw, RawRun)
        assert raw.output == b"%d" % key
        order.append(key)
        assert len(drawn) <= len(order) + 3, "drawn ahead"
    assert sorted(order) == list(range(6))
    assert order[-1] == 0 or order[0] != 0


@linux
def test_a_slow_consumer_costs_no_run_its_time(runner: Runner) -> None:
    job = b"import os\nfor _ in range(40): os.write(out, bytes(1 << 16))"
    outcomes = []
    for _, raw in runner.run_many(((i, job) for i in range(4)), Limits(wall_s=0.5), parallel=2):
        time.sleep(0.6)
        outcomes.append(raw)
    assert [r.ended for r in outcomes if isinstance(r, RawRun)] == ["exited"] * 4


@linux
def test_runs_within_runs(runner: Runner) -> None:
    outer = []
    for key, raw in runner.run_many(((i, HELLO) for i in range(3)), parallel=2):
        assert isinstance(raw, RawRun)
        assert runner.run(HELLO).output == raw.output == b"hello"
        outer.append(key)
    assert sorted(outer) == [0, 1, 2]


@linux
def test_leaving_off_early_ends_what_is_under_way(runner: Runner) -> None:
    before = len(members(session_of(runner)))
    runs = runner.run_many(((i, HELLO if i == 0 else b"while True: pass") for i in range(5)), parallel=2)
    assert next(runs)[0] == 0
    runs.close()  # type: ignore[attr-defined]
    assert gone(lambda: len(members(session_of(runner))) > before)
    assert runner.run(HELLO).output == b"hello"


def workspaces(runner: Runner) -> set[Path]:
    assert runner._zygote
    folder = runner._zygote._folder
    return set(Path(folder).iterdir()) if folder else set()


@linux
def test_nothing_is_left_behind(runner: Runner) -> None:
    runner.run(HELLO)
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    folders = workspaces(runner)
    for _ in range(20):
        runner.run(b"open('x', 'w').write('x')")
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors
    assert workspaces(runner) == folders
    assert len(members(session_of(runner))) == 2


@linux
def test_deeply_nested_folders_are_removed(reduced: Runner) -> None:
    raw = reduced.run(b"import os\nos.write(out, os.getcwd().encode())\nfor _ in range(3000): os.mkdir('d'); os.chdir('d')")
    assert raw.code == 0
    assert raw.output
    assert not Path(raw.output.decode()).exists()


@linux
@pytest.mark.parametrize("tier", ["full", "reduced"])
def test_close_ends_every_process(tier: str, entry: str) -> None:
    for runner in opened(entry, tier):
        session = session_of(runner)
        runs = runner.run_many([(0, HELLO), (1, b"while True: pass")], parallel=2)
        next(runs)
        assert len(members(session)) >= 3
        runner.close()
        assert not members(session)


@linux
def test_close_finds_what_a_run_left_behind_where_it_may_fork(entry: str) -> None:
    for runner in opened(entry, "limits"):
        session = session_of(runner)
        raw = runner.run(b"import os, time\nif os.fork() == 0: time.sleep(60)\nos.write(out, b'forked')")
        if raw.output != b"forked":
            pytest.skip("a run may not fork here even in the tier limits: it isn't root's")
        assert len(members(session)) == 3
        runner.close()
        assert not members(session)


@linux
def test_close_before_it_is_ready(entry: str) -> None:
    runner = Runner(entry)
    session = session_of(runner)
    time.sleep(0.3)  # it is importing torch by now
    runner.close()
    assert not members(session)


GRADER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a CI job may be started with it ignored
from grader.runner import Runner
with Runner({entry!r}) as runner:
    runner.isolation
    print(runner._zygote._process.pid, runner._zygote._folder, flush=True)
    if sys.argv[1] == "run":
        runner.run(b"while True: pass")
    sys.stdin.read()
"""


def start_grader(entry: str, what: str, tier: str) -> tuple["subprocess.Popen[str]", int, Path | None]:
    """A grader in a process of its own, as at a terminal; the session of its zygote; the folder for its runs."""
    path = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, sys.path)])
    grader = subprocess.Popen(
        [sys.executable, "-c", GRADER.format(entry=entry), what],
        env=os.environ | {"PYTHONPATH": path, "DESCENT_ISOLATION": tier},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert grader.stdout
    number, folder = grader.stdout.readline().split()
    session = int(number)
    if what == "run":
        assert gone(lambda: len(members(session)) < 3)
    return grader, session, None if folder == "None" else Path(folder)


@linux
@pytest.mark.parametrize("tier", ["full", "reduced"])
def test_a_killed_grader_leaves_nothing(tier: str, entry: str) -> None:
    grader, session, folder = start_grader(entry, "run", tier)
    assert folder is None or folder.is_dir()
    grader.kill()
    grader.communicate()
    assert gone(lambda: members(session))
    assert folder is None or gone(folder.exists)


@linux
def test_ctrl_c_leaves_no_process(entry: str) -> None:
    grader, session, _ = start_grader(entry, "run", "full")
    os.killpg(grader.pid, signal.SIGINT)
    assert "KeyboardInterrupt" in grader.communicate(timeout=5)[1]
    assert gone(lambda: members(session))


@linux
def test_ctrl_c_does_not_reach_the_zygote(full: Runner) -> None:
    _ = full.isolation  # it has started
    for pid in members(session_of(full)):
        os.kill(pid, signal.SIGINT)
    assert full.run(HELLO).output == b"hello"


@linux
@pytest.mark.parametrize(("tier", "victim"), [("full", "zygote"), ("reduced", "zygote"), ("reduced", "keeper")])
def test_a_zygote_that_dies_is_a_fault_and_the_next_run_has_a_new_one(tier: str, victim: str, entry: str) -> None:
    for runner in opened(entry, tier):
        _ = runner.isolation
        session = session_of(runner)
        (zygote,) = members(session) - {session}
        killing = threading.Timer(0.5, os.kill, (session if victim == "keeper" else zygote, signal.SIGKILL))
        endless = b"import time; time.sleep(60)"
        jobs = [("first", endless), ("second", endless), ("third", HELLO), ("fourth", HELLO)]
        killing.start()
        outcomes = dict(runner.run_many(jobs, parallel=2))
        for key in ("first", "second", "third"):
            assert isinstance(outcomes[key], GraderFault)
        last = outcomes["fourth"]
        assert isinstance(last, RawRun)
        assert last.output == b"hello"
        assert gone(lambda session=session: members(session))
        assert runner.run(HELLO).output == b"hello"


@linux
def test_run_raises_the_fault(entry: str) -> None:
    for runner in opened(entry, "full"):
        _ = runner.isolation
        os.killpg(session_of(runner), signal.SIGKILL)
        with pytest.raises(GraderFault, match="The process that runs submissions ended"):
            runner.run(HELLO)
        assert runner.run(HELLO).output == b"hello"


@linux
def test_an_entry_that_cannot_be_imported_is_a_fault_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_entry.py").write_text("raise RuntimeError('the harness is broken')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with Runner("broken_entry:run") as runner, pytest.raises(GraderFault, match="the harness is broken"):
        _ = runner.isolation
    with pytest.raises(GraderFault, match="no_such_module"):
        Runner("no_such_module:run")


def test_a_tier_that_there_is_not_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESCENT_ISOLATION", "best")
    with pytest.raises(GraderFault, match="DESCENT_ISOLATION"):
        Runner()


@linux
@pytest.mark.parametrize("tier", ["reduced", "limits", "none"])
def test_a_lower_tier_says_what_is_missing(tier: str, entry: str) -> None:
    for runner in opened(entry, tier):
        assert runner.isolation.tier == tier
        assert "DESCENT_ISOLATION" in runner.isolation.missing[0]


@linux
def test_working_folder_is_no_library(entry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A torch.py beside the learner's files must not be what the zygote imports."""
    (tmp_path / "torch.py").write_text("raise RuntimeError('not this one')")
    (tmp_path / "json.py").write_text("raise RuntimeError('nor this')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    for runner in opened(entry, "full"):
        assert runner.run(HELLO).output == b"hello"


def test_fresh_processes_end_in_the_same_ways(none: Runner) -> None:
    jobs = {
        "well": HELLO,
        "exit": b"import os; os._exit(7)",
        "crash": b"import ctypes; ctypes.string_at(0)",
        "loop": b"import os; os.write(out, b'so far')\nwhile True: pass",
        "flood": b"import os\nwhile True: os.write(out, bytes(1 << 20))",
        "printed": b"import os; print('no'); os.write(1, b'no'); os.write(2, b'no')",
    }
    outcomes = dict(none.run_many(jobs.items(), Limits(wall_s=1, output_mb=2)))
    ends = {key: raw.ended for key, raw in outcomes.items() if isinstance(raw, RawRun)}
    assert ends == {
        "well": "exited", "exit": "exited", "crash": "signalled", "loop": "timed_out", "flood": "output_limit",
        "printed": "exited",
    }  # fmt: skip
    output = {key: raw.output for key, raw in outcomes.items() if isinstance(raw, RawRun)}
    assert (output["well"], output["loop"], output["printed"]) == (b"hello", b"so far", b"")
    assert len(output["flood"]) == 2 << 20


def test_fresh_process_that_cannot_start_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_entry.py").write_text("raise RuntimeError('the harness is broken')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("DESCENT_ISOLATION", "none")
    with Runner("broken_entry:run") as runner, pytest.raises(GraderFault, match="the harness is broken"):
        runner.run(HELLO)


@linux
def test_an_ordinary_user_has_the_same() -> None:
    if os.geteuid() != 0:
        pytest.skip("this is one: the other tests have shown it")
    folder = Path(tempfile.mkdtemp(prefix="entry-"))
    folder.chmod(0o755)
    (folder / "user_entry.py").write_text(ENTRY)
    nobody = {"user": 65533, "group": 65533, "extra_groups": []}
    code = (
        "from grader.runner import Runner\n"
        f"with Runner('user_entry:execute') as r: print(r.isolation.tier, r.run({HELLO!r}).output.decode())"
    )
    path = os.pathsep.join([str(folder), str(Path(__file__).parents[2]), *filter(None, sys.path)])
    environment = {"PYTHONPATH": path, "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", code]
    try:
        subprocess.run([sys.executable, "-c", "import torch, grader.runner"], check=True, env=environment, cwd="/", **nobody)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(f"another user can't start {sys.executable}, or read torch or the checkout")
    ended = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, **nobody)
    assert ended.stdout.split() == ["full", "hello"], ended.stderr
