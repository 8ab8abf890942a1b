"""seccomp: the system calls that a learner's loop may make; all others fail with EPERM. For x86-64 only."""

import ctypes
import errno
import os
import platform
import sys

from grader.confined import syscalls

# linux/audit.h, linux/seccomp.h, linux/bpf_common.h
_ARCH_X86_64, _X32_BIT = 0xC000003E, 0x40000000
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data

# Left out on purpose: clone, fork, vfork, execve, kill, tkill, ptrace, socket and its kin, prctl, mount, unshare, setns,
# memfd_create, shmget, io_uring_*, bpf, keyctl, userfaultfd, process_vm_*, pidfd_*, setuid and its kin, mknod, sched_set*;
# and what Landlock lets pass on any file: chmod, chown, utime, setxattr, truncate by name.
ALLOWED = {
    "read": 0, "write": 1, "open": 2, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7, "lseek": 8, "mmap": 9,
    "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15,
    "pread64": 17, "pwrite64": 18, "readv": 19, "writev": 20, "access": 21, "pipe": 22, "select": 23,
    "sched_yield": 24, "mremap": 25, "msync": 26, "mincore": 27, "madvise": 28, "dup": 32, "dup2": 33, "pause": 34,
    "nanosleep": 35, "getitimer": 36, "alarm": 37, "setitimer": 38, "getpid": 39, "exit": 60, "uname": 63, "flock": 73,
    "fsync": 74, "fdatasync": 75, "ftruncate": 77, "getdents": 78, "getcwd": 79, "chdir": 80,
    "fchdir": 81, "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87, "symlink": 88,
    "readlink": 89, "umask": 95, "gettimeofday": 96, "getrlimit": 97, "getrusage": 98,
    "sysinfo": 99, "times": 100, "getuid": 102, "getgid": 104, "geteuid": 107, "getegid": 108, "getppid": 110,
    "getpgrp": 111, "getgroups": 115, "getresuid": 118, "getresgid": 120, "getpgid": 121, "getsid": 124,
    "rt_sigpending": 127, "rt_sigtimedwait": 128, "rt_sigsuspend": 130, "sigaltstack": 131,
    "statfs": 137, "fstatfs": 138, "gettid": 186, "time": 201, "futex": 202, "sched_getaffinity": 204,
    "getdents64": 217, "restart_syscall": 219, "fadvise64": 221, "clock_gettime": 228, "clock_getres": 229,
    "clock_nanosleep": 230, "exit_group": 231, "openat": 257, "mkdirat": 258, "newfstatat": 262,
    "unlinkat": 263, "renameat": 264, "linkat": 265, "symlinkat": 266, "readlinkat": 267,
    "faccessat": 269, "pselect6": 270, "ppoll": 271, "fallocate": 285, "dup3": 292, "pipe2": 293,
    "preadv": 295, "pwritev": 296, "getcpu": 309, "renameat2": 316, "getrandom": 318, "copy_file_range": 326,
    "statx": 332, "rseq": 334, "close_range": 436, "faccessat2": 439, "futex_waitv": 449,
}  # fmt: skip

# Refused, but with the answer that libraries know how to take: "not a terminal", "older kernel".
OTHER_ERRORS = {"ioctl": (16, errno.ENOTTY), "clone3": (435, errno.ENOSYS)}

_FCNTL, _TGKILL, _PRLIMIT64 = 72, 234, 302
_FCNTL_COMMANDS = (0, 1, 2, 3, 4, 5, 6, 7, 1030)  # F_DUPFD … F_SETLKW, F_DUPFD_CLOEXEC: not F_SETOWN, which sends signals


def unavailable() -> str:
    """Why the filter can't be had on this machine; empty if it can."""
    if platform.machine() != "x86_64" or sys.maxsize < 2**32:
        return f"the list of system calls is for x86-64, and this is {platform.machine()}"
    try:
        syscalls.prctl(21)  # PR_GET_SECCOMP
    except OSError:
        return "the kernel is built without seccomp"
    return ""


_Code = list[tuple[int, int, int, int]]


def _assemble(code: _Code) -> bytes:
    """As `struct sock_filter[]`: operation, how many to skip if true and if false, value."""
    return b"".join(op.to_bytes(2, "little") + bytes((yes, no)) + value.to_bytes(4, "little") for op, yes, no, value in code)


def _answers() -> _Code:
    """What is answered by the call's number alone."""
    code = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, _ARCH_X86_64),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32_BIT),
        (_RETURN, 0, 0, _ERRNO | errno.EPERM),
    ]
    for number in ALLOWED.values():
        code += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    for number, error in OTHER_ERRORS.values():
        code += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO | error)]
    return code


def _answers_by_argument(pid: int) -> _Code:
    """raise() and abort() signal this process through tgkill; limits are asked for, and set, of this process (0) alone."""
    code: _Code = []
    for number, argument, values in ((_FCNTL, 1, _FCNTL_COMMANDS), (_TGKILL, 0, (pid,)), (_PRLIMIT64, 0, (0, pid))):
        checks = [step for value in values for step in ((_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW))]
        code += [
            (_EQUAL, 0, len(checks) + 2, number),
            (_LOAD, 0, 0, _ARGUMENTS + 8 * argument),
            *checks,
            (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        ]
    return [*code, (_RETURN, 0, 0, _ERRNO | errno.EPERM)]


_FIRST_PART = _assemble(_answers())  # once, in the zygote


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def restrict() -> None:
    """Put the filter on this process, for good. Needs no_new_privs."""
    code = _FIRST_PART + _assemble(_answers_by_argument(os.getpid()))
    syscalls.prctl(syscalls.PR_SET_SECCOMP, 2, ctypes.byref(_Program(len(code) // 8, code)))
