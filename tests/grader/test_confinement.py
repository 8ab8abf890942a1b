"""What a learner's code can't do, tried from inside, in each tier that claims it. Real processes, nothing mocked."""

import errno
import json
import os
import platform
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

import grader
from grader.runner import Limits, Runner

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these layers")

# What the confined process calls: it runs the job, and tells what the variable `result` was then, or the exception.
ENTRY = """
import json, os

def execute(job, out):
    names = {"out": out}
    try:
        exec(compile(job, "job", "exec"), names)
        answer = {"result": names.get("result")}
    except BaseException as error:
        answer = {"error": type(error).__name__, "errno": getattr(error, "errno", None), "message": str(error)}
    os.write(out, json.dumps(answer).encode())
"""

SYSCALL = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"


def syscall(number: int, *arguments: object) -> str:
    values = ", ".join(map(str, (number, *arguments)))
    return SYSCALL + f"result = libc.syscall({values})\nif result < 0: raise OSError(ctypes.get_errno(), 'refused')"


@dataclass(frozen=True)
class Attack:
    """Code that must fail with an OSError in a run. In a plain process it works, unless `anywhere` says why it doesn't."""

    name: str
    code: str
    anywhere: str = ""


REFUSALS = {errno.EPERM, errno.EACCES, errno.ENOENT, errno.EROFS}

OWN_FILE = str(Path(grader.__file__))
TORCH = str(Path(torch.__file__).parent)
PARENT = os.getpid()
NOT_MINE = "" if os.access(torch.__file__, os.W_OK) else "torch belongs to somebody else"

ATTACKS = [
    Attack("read the users", "open('/etc/passwd').read()"),
    Attack("read the grader", f"open({OWN_FILE!r}).read()"),
    Attack("list the grader", f"import os; assert os.listdir({str(Path(OWN_FILE).parent)!r})"),
    Attack("list the checkout", f"import os; os.listdir({str(Path(OWN_FILE).parents[1])!r})"),
    Attack("list the root", "import os; os.listdir('/')"),
    Attack("read these tests", f"open({__file__!r}).read()"),
    Attack("read the grader's environment", f"open('/proc/{PARENT}/environ').read()"),
    Attack("read PID 1's command", "open('/proc/1/cmdline').read()"),
    Attack("read its own memory", "open('/proc/self/mem', 'rb')"),
    Attack("read its parent's environment", "import os; open(f'/proc/{os.getppid()}/environ').read()", "the parent is root's"),
    Attack("read the CPUs", "open('/sys/devices/system/cpu/online').read()"),
    Attack("write beside torch", f"open({TORCH + '/descent-attack'!r}, 'w')", "would leave a file"),
    Attack("write into torch", f"open({torch.__file__!r}, 'a')", NOT_MINE),
    Attack("truncate torch", f"import os; os.truncate({torch.__file__!r}, 0)", "would break torch"),
    Attack("change torch's mode", f"import os; os.chmod({torch.__file__!r}, 0o644)", NOT_MINE),
    Attack("date torch", f"import os; os.utime({torch.__file__!r}, (1, 1))", "would change torch"),
    Attack("write to /var/tmp", "open('/var/tmp/descent-attack', 'w')", "would leave a file"),
    Attack("write to the home", "import os; open(os.path.expanduser('~root/descent-attack'), 'w')", "would leave a file"),
    Attack("make a device", "import os, stat; os.mknod('zero', 0o600 | stat.S_IFCHR, os.makedev(1, 5))", "needs root"),
    Attack("fork", "import os\nif os.fork() == 0: os._exit(0)"),
    Attack("fork by clone", syscall(56, 17, 0, 0, 0, 0) + "\nif result == 0: os._exit(0)"),
    Attack("fork by vfork", "import os; os.posix_spawn('/bin/true', ['true'], {})"),
    Attack("run a program", "import subprocess; subprocess.run(['/bin/true'], check=True)"),
    Attack(
        "exec the loader", "import os; os.execv('/lib64/ld-linux-x86-64.so.2', ['ld.so', '--version'])", "would end the test"
    ),
    Attack("exec itself", "import os, sys; os.execv(sys.executable, ['python', '-V'])", "would end the test"),
    Attack("make a TCP socket", "import socket; socket.socket()"),
    Attack("make a unix socket", "import socket; socket.socket(socket.AF_UNIX)"),
    Attack("make a socket pair", "import socket; socket.socketpair()"),
    Attack("look a name up", "import socket; socket.getaddrinfo('localhost', 80)"),
    Attack("signal the grader", f"import os; os.kill({PARENT}, 0)"),
    Attack("signal its parent", "import os; os.kill(os.getppid(), 0)"),
    Attack("signal all", "import os; os.kill(-1, 0)"),
    Attack("signal through a file", "import fcntl; fcntl.fcntl(open('f', 'w'), fcntl.F_SETOWN, 1)"),
    Attack("watch a process", "import os; os.pidfd_open(1)"),
    Attack("be traced", syscall(101, 0, 0, 0, 0)),
    Attack("trace its parent", syscall(101, 16, "os.getppid()", 0, 0), "the parent is root's"),
    Attack("read another's memory", syscall(310, PARENT, 0, 0, 0, 0, 0), "reads nothing"),
    Attack("make a file in memory", "import os; os.memfd_create('x')"),
    Attack("make shared memory", syscall(29, 0, 4096, 0o1600) + "\nlibc.shmctl(result, 0, None)"),
    Attack("mount", syscall(165, "b'none'", "b'/tmp'", "b'tmpfs'", 0, 0), "needs root"),
    Attack("unshare", syscall(272, 0)),
    Attack("enter a namespace", syscall(308, -1, 0), "there is no such namespace"),
    Attack("use io_uring", syscall(425, 1, "ctypes.create_string_buffer(120)"), "may be turned off"),
    Attack("load a BPF program", syscall(321, 0, "ctypes.create_string_buffer(120)", 120), "needs root"),
    Attack("read the keys", syscall(250, 0, -3, 1), "may be built without"),
    Attack("handle page faults", syscall(323, 0), "may be turned off"),
    Attack("count performance events", syscall(298, "ctypes.create_string_buffer(120)", 0, -1, -1, 0), "may be built without"),
    Attack("become root", syscall(105, 0), "needs root"),
    Attack("change its own flags", syscall(157, 4, 1, 0, 0, 0)),
    Attack("get another root", "import os; os.chroot('.')", "needs root"),
    Attack("call by the x32 numbers", syscall(0x40000000 + 39), "the kernel may have no x32"),
    Attack("call by a number of tomorrow", syscall(1000), "no kernel has it"),
]


def shown(attack: Attack) -> str:
    return attack.name.replace(" ", "_")


LIMITS = Limits()


class Inside:
    """Runs code in a confined process, and gives back what it said."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.tier = runner.isolation.tier

    def __call__(self, code: str, limits: Limits = LIMITS) -> Any:
        raw = self.runner.run(textwrap.dedent(code).encode(), limits)
        assert (raw.ended, raw.code) == ("exited", 0), raw
        answer = json.loads(raw.output)
        return answer.get("result", answer)


@pytest.fixture(scope="session")
def entry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("entry")
    (folder / "confined_entry.py").write_text(ENTRY)
    sys.path.append(str(folder))
    yield "confined_entry:execute"
    sys.path.remove(str(folder))


def open_runner(entry: str, tier: str) -> Iterator[Inside]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DESCENT_ISOLATION", tier)
        environment.setenv("DESCENT_SECRET", "canary-in-the-environment")
        runner = Runner(entry)
    with runner:
        yield Inside(runner)


@pytest.fixture(scope="session")
def full(entry: str) -> Iterator[Inside]:
    for inside in open_runner(entry, "full"):
        if inside.tier != "full":
            pytest.skip(f"this machine has no tier full: {inside.runner.isolation.missing}")
        yield inside


@pytest.fixture(scope="session")
def reduced(entry: str) -> Iterator[Inside]:
    for inside in open_runner(entry, "reduced"):
        if inside.tier != "reduced":
            pytest.skip(f"this machine has no tier reduced: {inside.runner.isolation.missing}")
        yield inside


@pytest.fixture(scope="session")
def limits(entry: str) -> Iterator[Inside]:
    yield from open_runner(entry, "limits")


@pytest.fixture(params=["full", "reduced"])
def inside(request: pytest.FixtureRequest) -> Inside:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("attack", ATTACKS, ids=shown)
def test_attack_is_refused(attack: Attack, inside: Inside) -> None:
    answer = inside(attack.code)
    assert isinstance(answer, dict), f"went through: {answer}"
    assert answer["errno"] in REFUSALS or answer["error"] == "gaierror", answer


@pytest.mark.parametrize("attack", [a for a in ATTACKS if not a.anywhere], ids=shown)
def test_attack_works_where_nothing_confines(attack: Attack, tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", attack.code], cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the list of system calls is for x86-64")
def test_this_machine_has_the_tier_that_it_should(entry: str) -> None:
    """Asked in another way than the zygote does, so that nothing here is skipped for a fault of ours."""
    namespaces = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "none", "/mnt"]
    if shutil.which("unshare") is None or subprocess.run(namespaces, capture_output=True).returncode != 0:
        pytest.skip("unshare(1) can't make namespaces here")
    with Runner(entry) as runner:  # of its own: the others' ask for a tier
        assert runner.isolation.tier == "full", runner.isolation


def test_threads_are_refused(inside: Inside) -> None:
    answer = inside("import threading; threading.Thread(target=print).start()")
    assert answer["error"] == "RuntimeError"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the bytes are x86's")
def test_calls_by_the_32_bit_way_kill(inside: Inside) -> None:
    code = """
        import ctypes, mmap
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3")  # mov eax, 20 (getpid); int 0x80; ret
        ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
    """
    raw = inside.runner.run(textwrap.dedent(code).encode())
    assert raw.ended == "signalled", raw


INSTALLED = """
import sys
from pathlib import Path
from grader.runner import Runner
import grader
assert Path(grader.__file__).is_relative_to({site!r}), grader.__file__
with Runner("confined_entry:execute") as runner:
    print(runner.isolation.tier)
    for code in {codes!r}:
        print(runner.run(code.encode()).output.decode())
"""


def test_installed_course_is_hidden(inside: Inside, tmp_path: Path) -> None:
    """As from a wheel: the package lies among the libraries, with the solutions in it."""
    site = tmp_path / "site"
    shutil.copytree(Path(OWN_FILE).parent, site / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    solution = site / "grader" / "_course" / "solutions" / "exercise_03" / "train.py"
    solution.parent.mkdir(parents=True)
    solution.write_text("secret = 1")
    (site / "a_library.py").write_text("answer = 42")
    (site / "a_library-1.0.dist-info").mkdir()
    codes = [
        "import a_library, grader; result = [a_library.answer, grader.__file__]",
        f"open({str(solution)!r}).read()",
        f"import os; result = os.listdir({str(site / 'grader')!r})",
        f"import os; result = os.listdir({str(solution.parent)!r})",
        "import grader._course.solutions.exercise_03.train",
    ]
    path = os.pathsep.join([str(site), *(p for p in sys.path if p and not (Path(p) / "grader").is_dir())])
    ended = subprocess.run(
        [sys.executable, "-c", INSTALLED.format(site=str(site), codes=codes)],
        env=os.environ | {"PYTHONPATH": path, "DESCENT_ISOLATION": inside.tier},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    had, library, *attacks = ended.stdout.splitlines()
    assert had == inside.tier
    assert json.loads(library) == {"result": [42, str(site / "grader" / "__init__.py")]}
    for attack in attacks:
        answer = json.loads(attack)
        assert answer.get("error") in ("FileNotFoundError", "PermissionError", "ModuleNotFoundError") or answer == {
            "result": []
        }


def test_only_full_hides_that_files_exist(full: Inside) -> None:
    assert full("import os; result = os.path.exists('/etc/passwd')") is False
    assert full(f"import os; result = os.path.exists({OWN_FILE!r})") is False


def test_full_is_alone_in_its_process_tree_and_network(full: Inside) -> None:
    assert full("import os; result = [os.getpid(), os.getppid()]") == [1, 0]


def test_landlock_holds_within_the_new_root(full: Inside) -> None:
    assert full("import os; os.stat('/'); os.listdir('/')")["error"] == "PermissionError"


def test_what_a_loop_needs_is_there(inside: Inside) -> None:
    assert inside(
        """
        import decimal, sqlite3, ssl, random, tempfile, torch, torch.nn.utils.parametrizations, xml.etree.ElementTree
        import numpy
        with tempfile.TemporaryFile() as file:
            torch.save(torch.ones(3), file)
            file.seek(0)
            result = torch.load(file).tolist()
        print("printed", flush=True)
        """
    ) == [1.0, 1.0, 1.0]


def test_torch_compile_and_dynamo_are_still_to_be_had(full: Inside) -> None:
    """The zygote puts a stand-in in the place of torch._dynamo."""
    code = "import torch; result = torch.compile(lambda x: x + 1, backend='eager')(torch.ones(1)).tolist()"
    assert full(code) == [2.0]
    assert full("import torch._dynamo.config; result = torch._dynamo.config.__name__") == "torch._dynamo.config"


def test_alarm_interrupts_an_endless_loop(inside: Inside) -> None:
    assert (
        inside(
            """
        import signal, time
        def ring(*_): raise TimeoutError
        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        try:
            while True: time.sleep(0)
        except TimeoutError:
            result = "rung"
        """
        )
        == "rung"
    )


def test_descriptors_are_the_standard_ones_and_the_result(inside: Inside) -> None:
    count = inside(
        """
        import os
        result = []
        for fd in range(4096):
            try: os.fstat(fd)
            except OSError: continue
            result.append(fd == out or os.path.samestat(os.fstat(fd), os.stat("/dev/null")))
        """
    )
    assert count == [True] * 4


def test_environment_is_not_the_graders(inside: Inside) -> None:
    environment = inside("import os; result = dict(os.environ)")
    assert "canary" not in str(environment)
    assert set(environment) <= {
        "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "PATH", "LANG", "LC_CTYPE", "HOME", "TMPDIR",
        "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "LD_LIBRARY_PATH",
        "TORCHINDUCTOR_CACHE_DIR", "KMP_INIT_AT_FORK", "KMP_DUPLICATE_LIB_OK",
    }  # fmt: skip


SCAN = """
    import re
    needle = bytes(reversed({backwards!r}.encode()))
    result = 0
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb") as memory:
        for line in maps:
            start, end, mode = re.match(r"(\\w+)-(\\w+) (\\S+)", line).groups()
            if mode.startswith("rw") and "[v" not in line:
                memory.seek(int(start, 16))
                result += memory.read(int(end, 16) - int(start, 16)).count(needle)
"""


def scan(inside: Inside, text: str) -> int:
    return inside(SCAN.format(backwards=text[::-1]), Limits(memory_mb=4096))


def test_memory_holds_nothing_of_the_grader_nor_of_the_run_before(limits: Inside) -> None:
    """In the tier where a process can read its own memory as a file; the zygote is the same in all."""
    secret = "".join(["tolerance", "-canary-", "in-memory"])
    before = "".join(["solution", "-canary-", "of-another"])
    assert limits(f"result = {before!r} * 50") == before * 50
    if isinstance(scan(limits, before), dict):
        pytest.skip("a process that can't be dumped can read its own memory as a file only if it is root's")
    itself = scan(limits, "a-canary-that-nobody-holds")  # it finds what it looks for in its own hands
    for text in (secret, before, "canary-in-the-environment", "DESCENT_SECRET"):
        assert scan(limits, text) == itself, text
    assert scan(limits, "OMP_NUM_THREADS") > itself


def test_runs_do_not_see_each_other(inside: Inside) -> None:
    leave = b"import os, time; open('mine', 'w').write('x'); time.sleep(0.4); result = os.getcwd()"
    look = b"""
import os, glob, time
time.sleep(0.1)
result = [p for p in glob.glob("/tmp/**", recursive=True) + glob.glob("../**", recursive=True) if "mine" in p]
"""
    answers = dict(inside.runner.run_many([("leave", leave), ("look", look), ("after", look)], parallel=2))
    results = {key: json.loads(raw.output) for key, raw in answers.items()}
    assert results["look"] == results["after"] == {"result": []}
    if inside.tier == "reduced":
        folder = results["leave"]["result"]
        assert inside(f"open({folder + '/mine'!r})")["error"] == "FileNotFoundError"  # removed with its run


def test_other_runs_folder_is_closed(reduced: Inside, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    assert reduced(f"open({str(tmp_path / 'mine')!r})")["error"] == "PermissionError"


def test_disk_is_limited(full: Inside) -> None:
    fill = """
        import os
        chunk, written = bytes(1 << 20), 0
        try:
            for i in range(64):
                with open(str(i), "wb") as file: file.write(chunk)
                written += 1
        except OSError as error:
            result = [written, error.strerror]
    """
    written, why = full(fill)
    assert 14 <= written <= 16
    assert why == "No space left on device"
    assert full("for i in range(100_000): open(str(i), 'w')")["error"] == "OSError"


def test_files_are_limited(inside: Inside) -> None:
    assert inside("open('big', 'wb').write(bytes(17 << 20))")["errno"] is not None
    assert inside("result = [open('f', 'w') for _ in range(100)]")["error"] == "OSError"


@pytest.mark.parametrize(
    "code",
    [
        "result = len(bytes(2 << 30))",
        "import torch; result = torch.ones(1 << 29).sum().item()",
        "hoard = []\nwhile True: hoard.append(bytes(10 << 20))",
        "import mmap; m = mmap.mmap(-1, 2 << 30); result = len(m)",
    ],
    ids=["bytes", "tensor", "many", "shared map"],
)
def test_memory_is_limited(code: str, inside: Inside) -> None:
    answer = inside(code)
    assert isinstance(answer, dict), answer
    assert answer["error"] in ("MemoryError", "OSError") or "allocate memory" in answer["message"]


def test_memory_that_is_granted_is_there(inside: Inside) -> None:
    assert inside("result = len(bytes(900 << 20))") == 900 << 20


def test_limits_cannot_be_raised(inside: Inside) -> None:
    for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_NOFILE"):
        code = f"import resource as r; r.setrlimit(r.{name}, (r.RLIM_INFINITY, r.RLIM_INFINITY))"
        assert inside(code)["error"] == "ValueError"


def test_layers_as_the_kernel_shows_them(inside: Inside) -> None:
    """Read from outside, of a run that waits for its job."""
    zygote = inside.runner._living()
    child = zygote.spawn(Limits())
    try:
        while child.isolation is None:
            zygote.pump(5)
        pid = processes(zygote._process.pid)[-1]
        status = dict(line.split(":\t") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        assert status["Seccomp"] == "2"
        assert status["NoNewPrivs"] == "1"
        bounds = ["CapBnd"] if os.geteuid() == 0 or inside.tier == "full" else []  # a user may not drop what he hasn't got
        assert {status[k].strip("0") for k in ("CapInh", "CapPrm", "CapEff", "CapAmb", *bounds)} == {""}
        assert status["Threads"] == "1"
        if os.geteuid() == 0 and not any("root's id" in m for m in inside.runner.isolation.missing):
            assert status["Uid"].split() == status["Gid"].split() == ["65534"] * 4
        if status["Uid"].split()[0] != "0":
            assert Path(f"/proc/{pid}/environ").stat().st_uid == 0, "it may be dumped, and its memory read"
        rlimits = " ".join(Path(f"/proc/{pid}/limits").read_text().split())
        for name in ("cpu time 20 20", "file size 16777216 16777216", "core file size 0 0", "open files 64 64"):
            assert f"Max {name}" in rlimits
        if inside.tier == "full" and os.geteuid() == 0:  # a user may not look, though the process is his
            for kind in ("user", "mnt", "pid", "net", "ipc", "uts"):
                assert Path(f"/proc/{pid}/ns/{kind}").readlink() != Path(f"/proc/self/ns/{kind}").readlink()
            mounts = [line.split() for line in Path(f"/proc/{pid}/mountinfo").read_text().splitlines()]
            writable = {fields[4] for fields in mounts if "ro" not in fields[5].split(",")}
            assert writable == {"/descent", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"}
    finally:
        zygote.kill(child)


def processes(session: int) -> list[int]:
    """The ids of all processes in a session, in the order in which they began."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append((int(fields[19]), int(stat.parent.name)))
    return [pid for _, pid in sorted(found)]
