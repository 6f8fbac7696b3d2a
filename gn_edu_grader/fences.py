"""What a student's process can't do: use more than its share, call on the system, use torch's own group norm.

Runs inside the sandbox, beside worker.py.
"""

import ctypes
import errno
import os
import resource
from math import nan
from pathlib import Path
from typing import Any

import torch

libc = ctypes.CDLL(None)
PR_SET_DUMPABLE = 4


def limit(seconds: float, memory: int) -> None:
    """Limits on this process: seconds of its own time, bytes of memory beyond what it has, small files."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for what, most in (
        (resource.RLIMIT_AS, used + memory),
        (resource.RLIMIT_CPU, int(seconds) + 2),
        (resource.RLIMIT_FSIZE, 2**23),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


# What an answer has no use for, by the names of the system calls.
DENIED = {
    "other processes and programs": "clone clone3 fork vfork execve execveat",
    "signals to others": "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_send_signal pidfd_getfd",
    "limits and priorities": "prlimit64 setpriority ioprio_set sched_setaffinity sched_setparam sched_setscheduler "
    "sched_setattr",
    "keys, queues and memory that outlive it": "add_key request_key keyctl mq_open msgget msgctl semget semctl "
    "shmget shmat shmctl memfd_create",
    "sockets": "socket socketpair",
    "other namespaces and roots": "unshare setns mount umount2 pivot_root chroot",
    "others' memory, the kernel's inside": "ptrace process_vm_readv process_vm_writev bpf perf_event_open "
    "io_uring_setup userfaultfd",
}
# What fcntl must not do, since it has signals sent to other processes: F_SETOWN, F_SETSIG, F_SETOWN_EX.
DENIED_FCNTL = (8, 10, 15)
# libseccomp's constants.
ALLOW, NOT_PERMITTED, KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
ACT_BADARCH, MASKED_EQUAL = 2, 7


class Comparison(ctypes.Structure):
    """libseccomp's scmp_arg_cmp: that the argument, as far as the mask reaches, is the value."""

    _fields_ = [
        ("argument", ctypes.c_uint),
        ("how", ctypes.c_int),
        ("mask", ctypes.c_uint64),
        ("value", ctypes.c_uint64),
    ]


def libseccomp() -> ctypes.CDLL:
    """The library that makes the kernel's filters.

    Raises:
        OSError: it is not there.
    """
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    for name in ("attr_set", "rule_add_array", "load", "release"):
        getattr(library, f"seccomp_{name}").argtypes = [ctypes.c_void_p]  # the others are integers and pointers
    return library


def lacking() -> str:
    """Why system calls can't be filtered on this machine, or ""."""
    try:
        library = libseccomp()
    except OSError:
        return "libseccomp is missing: apt-get install libseccomp2 (dnf, pacman: libseccomp)"
    unknown = [name for name in denied() if library.seccomp_syscall_resolve_name(name.encode()) == -1]
    return f"this libseccomp is too old: it does not know {', '.join(unknown)}" if unknown else ""


def denied() -> list[str]:
    """All names in one list."""
    return [name for names in DENIED.values() for name in names.split()]


def without_system_calls() -> None:
    """From here on the kernel answers the denied system calls with "not permitted" (seccomp)."""
    library = libseccomp()
    rules = library.seccomp_init(ALLOW)
    # Calls in the way of another machine (x86_64 knows two) end the process.
    failed = [not rules, library.seccomp_attr_set(rules, ACT_BADARCH, KILL)]
    failed += [_deny(library, rules, name) for name in denied()]
    # The kernel looks at the lower half of the command only, and so does the filter.
    failed += [_deny(library, rules, "fcntl", Comparison(1, MASKED_EQUAL, 0xFFFFFFFF, what)) for what in DENIED_FCNTL]
    if any(failed) or library.seccomp_load(rules):
        os._exit(1)
    library.seccomp_release(rules)


def _deny(library: ctypes.CDLL, rules: int, name: str, *when: Comparison) -> int:
    number = library.seccomp_syscall_resolve_name(name.encode())
    return library.seccomp_rule_add_array(rules, NOT_PERMITTED, number, len(when), (Comparison * len(when))(*when))


def not_dumpable() -> None:
    """No other process of this user can look into this one or change it; nor into those that it starts."""
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def without_group_norm() -> None:
    """torch's own group norm gives NaN from here on, and so does its backward pass, whichever way they are called.

    NaN, and not an error, so that a cell that compares with it runs on. Set before a student's code is there, with
    handles that Python's collector does not list: what is in memory then computes no group norm. That of _refs and
    _decomp is cut from their sources by the sandbox.
    """

    def forward(x, weight, bias, n, c, hxw, group, eps):
        return tuple(x.new_full(shape, nan) for shape in (x.shape, (n, group), (n, group)))

    def backward(dy, x, mean, rstd, weight, n, c, hxw, group, output_mask):
        return tuple(x.new_full(shape, nan) for shape in (x.shape, (c,), (c,)))

    for name, nothing in {"native_group_norm": forward, "native_group_norm_backward": backward}.items():
        for key in torch._C.DispatchKey.__members__:
            if not key.startswith(("Autograd", "FuncTorch")) and _has_kernel(f"aten::{name}", key):
                _override("aten", name, key, nothing)

    def refuse(*args, **kwargs):
        raise RuntimeError("not at hand in a graded answer")

    _override("quantized", "group_norm", "QuantizedCPU", refuse)


def _override(space: str, name: str, key: str, kernel) -> None:
    """Put a kernel in place of torch's, for as long as the process lives."""
    library: Any = torch._C._dispatch_library("IMPL", space, key, __file__, 0)
    library.impl(name, key, kernel, False)
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))  # it must not end


def _has_kernel(op: str, key: str) -> bool:
    try:
        return torch._C._dispatch_has_kernel_for_dispatch_key(op, key)
    except RuntimeError:  # not the name of a key
        return False
