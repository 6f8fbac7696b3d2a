"""What a student's process can't do: use more than its share, call on the system, use torch's own group norm.

Runs inside the sandbox, beside worker.py.
"""

import ctypes
import os
import platform
import resource
import struct
from math import nan
from pathlib import Path

import torch

libc = ctypes.CDLL(None)


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


# System calls that an answer has no use for: other processes and programs, others' limits and memory, keys and memory
# that outlive it, sockets, namespaces, priorities. By machine; and the number by which the kernel knows the machine.
_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_DENIED = {
    "x86_64": (56, 57, 58, 435, 59, 322, 62, 200, 234, 129, 297, 302, 141, 203, 248, 249, 250, 240, 29, 30, 31, 64, 66,
               68, 71, 41, 53, 272, 308, 165, 166, 101, 310, 311, 321, 298, 425, 323, 319, 424, 434, 438, 155, 161,
               142, 144, 314, 251),
    "aarch64": (220, 435, 221, 281, 129, 130, 131, 138, 240, 261, 140, 122, 217, 218, 219, 180, 194, 195, 196, 190, 191,
                186, 187, 198, 199, 97, 268, 40, 39, 117, 270, 271, 280, 241, 425, 282, 279, 424, 434, 438, 41, 51,
                118, 119, 274, 30),
}  # fmt: skip
_FCNTL = {"x86_64": 72, "aarch64": 25}
_SIGNALS = (8, 10, 15)  # what fcntl must not do: F_SETOWN, F_SETSIG, F_SETOWN_EX send signals to other processes
KNOWN = platform.machine() in _DENIED


def without_system_calls() -> None:
    """From here on the kernel answers the denied system calls with "not permitted" (seccomp)."""
    machine = platform.machine()
    denied = _DENIED[machine]

    def step(code: int, true: int, false: int, k: int) -> bytes:
        return struct.pack("<HBBI", code, true, false, k)

    load, equal, above, end = 0x20, 0x15, 0x35, 0x06
    program = [step(load, 0, 0, 4), step(equal, 1, 0, _ARCH[machine]), step(end, 0, 0, 0x80000000)]
    program += [step(load, 0, 0, 0), step(above, len(denied) + 1, 0, 0x40000000)]  # x86_64 has a second table up there
    program += [step(equal, len(denied) - k, 0, number) for k, number in enumerate(denied)]
    program += [step(end, 0, 0, 0x7FFF0000), step(end, 0, 0, 0x00050001)]  # go on; not permitted
    command = [step(equal, 0, len(_SIGNALS) + 3, _FCNTL[machine]), step(load, 0, 0, 24)]  # its second argument
    command += [step(equal, len(_SIGNALS) - k, 0, number) for k, number in enumerate(_SIGNALS)]
    command += [step(end, 0, 0, 0x7FFF0000), step(end, 0, 0, 0x00050001)]
    program[4:4] = command  # where the number of the call is loaded
    text = ctypes.create_string_buffer(b"".join(program))
    whole = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(text)))
    libc.prctl(38, 1, 0, 0, 0)  # what a filter asks for: no new privileges
    if libc.prctl(22, 2, whole, 0, 0):
        os._exit(1)


def not_dumpable() -> None:
    """No other process of this user can look into this one or change it; nor into those that it starts."""
    libc.prctl(4, 0, 0, 0, 0)


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
    library = torch._C._dispatch_library("IMPL", space, key, __file__, 0)
    library.impl(name, key, kernel, False)
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))  # it must not end


def _has_kernel(op: str, key: str) -> bool:
    try:
        return torch._C._dispatch_has_kernel_for_dispatch_key(op, key)
    except RuntimeError:  # not the name of a key
        return False
