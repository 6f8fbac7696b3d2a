"""Runs inside the sandbox: a warm process that forks one child for each answer. It has never seen a right answer.

Started as a script, with nothing of this package but asking.py beside it. Reads requests from stdin and writes what
the children say to stdout, both as frames: a length, then bytes. Requests come from the grader; what a child says may
be anything.
"""

import builtins
import ctypes
import importlib.machinery
import json
import os
import platform
import resource
import select
import signal
import struct
import sys
import time
import types
from pathlib import Path

import torch
from asking import ask, pack_reply, unpack

MOST_SAID = 2**24  # bytes that a child may say
HOME = Path("/tmp/answer")
libc = ctypes.CDLL(None)


def read_frame(stream) -> bytes | None:
    head = stream.read(4)
    return stream.read(struct.unpack("<I", head)[0]) if len(head) == 4 else None


def write_frame(stream, data: bytes) -> None:
    stream.write(struct.pack("<I", len(data)) + data)
    stream.flush()


class _Anything:
    """Stands for what students import from the book: can be called and asked for parts, and does nothing."""

    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self):
        return iter(())


def _stand_ins() -> None:
    """gn_edu is not here, and plots are of no use."""

    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name.split(".")[0] in ("gn_edu", "matplotlib", "plotly", "IPython", "google", "ipywidgets"):
                return importlib.machinery.ModuleSpec(name, Finder, is_package=True)
            return None

        @staticmethod
        def create_module(spec):
            module = types.ModuleType(spec.name)
            module.__getattr__ = _Anything().__getattr__
            return module

        @staticmethod
        def exec_module(module):
            pass

    sys.meta_path.insert(0, Finder)


def _limit(seconds: float, memory: int) -> None:
    """Limits on the child itself; time on the clock is the parent's affair."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for what, limit in (
        (resource.RLIMIT_AS, used + memory),
        (resource.RLIMIT_CPU, int(seconds) + 1),
        (resource.RLIMIT_FSIZE, 2**20),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


# System calls that an answer has no use for: other processes and programs, others' limits and memory, keys and memory
# that outlive it, sockets, namespaces. By machine; and the number by which the kernel knows the machine.
_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_DENIED = {
    "x86_64": (56, 57, 58, 435, 59, 322, 62, 200, 234, 129, 297, 302, 141, 203, 248, 249, 250, 240, 29, 30, 31, 64, 66,
               68, 71, 41, 53, 272, 308, 165, 166, 101, 310, 311, 321, 298, 425, 323, 319, 424, 434, 438, 155, 161),
    "aarch64": (220, 435, 221, 281, 129, 130, 131, 138, 240, 261, 140, 122, 217, 218, 219, 180, 194, 195, 196, 190, 191,
                186, 187, 198, 199, 97, 268, 40, 39, 117, 270, 271, 280, 241, 425, 282, 279, 424, 434, 438, 41, 51),
}  # fmt: skip


def _without_system_calls() -> None:
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
    text = ctypes.create_string_buffer(b"".join(program))
    whole = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(text)))
    libc.prctl(38, 1, 0, 0, 0)  # what a filter asks for: no new privileges
    if libc.prctl(22, 2, whole, 0, 0):
        os._exit(1)


def _runnable(source: str) -> str:
    """A cell without IPython's own commands."""
    lines = []
    for line in source.split("\n"):
        bare = line.lstrip()
        lines.append(line[: len(line) - len(bare)] + "pass" if bare[:1] in ("%", "!") else line)
    return "\n".join(lines)


def _without_group_norm() -> None:
    """torch's own group norm, whichever way it is called, ends here."""

    def refuse(*args, **kwargs):
        raise RuntimeError("torch's own group norm is not at hand in a graded answer: write the operations out")

    library = torch.library.Library("aten", "IMPL")
    for key in ("CPU", "CompositeExplicitAutograd"):
        library.impl("native_group_norm", refuse, key)
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))  # it must not end, and needs no name
    for module in ("torch._refs", "torch._decomp.decompositions"):
        if module in sys.modules:
            vars(sys.modules[module])["native_group_norm"] = refuse
    for table in getattr(sys.modules.get("torch._decomp"), "global_decomposition_table", {}).values():
        for name in [name for name in table if "group_norm" in str(name)]:
            table[name] = refuse


def _answer(request: dict, args: list, say) -> None:
    """In the child: run the cells, then ask the function each of its questions."""
    if not request["torch"]:
        _without_group_norm()
    builtins.input = lambda *args: ""
    scope = {"__name__": "__main__", "get_ipython": _Anything(), "display": _Anything()}
    for k, source in enumerate(request["cells"]):
        if k in request["skip"]:
            continue
        say(b"c" + struct.pack("<I", k))
        try:
            exec(compile(_runnable(source), f"cell {k + 1}", "exec"), scope)
        except Exception as error:  # a cell may raise anything; what it was to define is missing, then
            at = getattr(error, "lineno", None) or 0
            say(
                b"e"
                + f"cell {k + 1} raised {type(error).__name__}: {error.args[0] if error.args else ''}".encode(
                    errors="replace"
                )[:200]
                + (f", line {at}".encode() if at else b"")
            )
    say(b"c" + struct.pack("<I", 2**32 - 1))
    f = scope.get(request["function"])
    if not callable(f):
        say(b"m")
        return
    for how, given in zip(request["how"], args, strict=True):
        say(b"r" + pack_reply(ask(f, how, given)))


def _child(request: dict, args: list, pipe: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.closerange(3, pipe)
    os.closerange(pipe + 1, 256)
    os.chdir(HOME)
    torch.manual_seed(0)
    _limit(request["seconds"], request["memory"])
    if sys.platform == "linux":
        _without_system_calls()

    def say(data: bytes) -> None:
        data = struct.pack("<I", len(data)) + data
        while data:
            data = data[os.write(pipe, data) :]

    _answer(request, args, say)


def _listen(pipe: int, seconds: float) -> tuple[bytes, str]:
    """What a child says until it ends, and why it ended: "", "time" or "length"."""
    said, until = bytearray(), time.monotonic() + seconds
    while True:
        left = until - time.monotonic()
        if left <= 0:
            return bytes(said), "time"
        if select.select([pipe], [], [], left)[0]:
            data = os.read(pipe, 2**16)
            if not data:
                return bytes(said), ""
            said += data
            if len(said) > MOST_SAID:
                return bytes(said[:MOST_SAID]), "length"


def _end_all(child: int) -> int:
    """End the child and whatever it left behind; returns its status."""
    alone = os.getpid() == 1  # the first process of a namespace of its own: all others here are the child's
    done = 0
    while True:
        try:
            os.kill(-1, signal.SIGKILL) if alone else os.killpg(child, signal.SIGKILL)
        except ProcessLookupError:
            pass
        try:
            pid, status = os.waitpid(-1, 0)
        except ChildProcessError:
            return done
        if pid == child:
            done = status


def _clean(kept: list[str]) -> None:
    """An empty folder to work in, and in /tmp only what was kept there from the start.

    What can't be removed ends this worker; the grader starts another.
    """
    HOME.mkdir(parents=True, exist_ok=True)

    def left() -> list[str]:
        mine = [f"/tmp/{name}" for name in os.listdir("/tmp") if name not in (*kept, HOME.name)]
        return mine + [f"{HOME}/{name}" for name in os.listdir(HOME)]

    if os.getpid() == 1 and (found := left()):
        for words in (["chmod", "-R", "u+rwX", *found], ["find", *found, "-delete"]):
            os.waitpid(os.posix_spawnp(words[0], words, {"PATH": "/usr/bin:/bin"}), 0)
        if left():
            sys.exit("/tmp can't be emptied")


def serve() -> None:
    """Answer requests until stdin ends."""
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    if sys.platform == "linux":
        if platform.machine() not in _DENIED:
            sys.exit(f"no list of system calls for {platform.machine()}")
        libc.prctl(4, 0, 0, 0, 0)  # not dumpable: a child can't look into this process or change it
    _stand_ins()
    torch.set_num_threads(1)
    kept = os.listdir("/tmp")
    ask(lambda x: (x - x.mean()) * 2, "call", [torch.ones(2, 2)])  # what is slow the first time
    write_frame(stdout, b"ready")
    while (head := read_frame(stdin)) is not None:
        request = json.loads(head)
        args = unpack(read_frame(stdin), most=2**26)
        _clean(kept)
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.setpgid(0, 0)
                os.close(ours)
                _child(request, args, theirs)
            finally:
                os._exit(0)
        os.close(theirs)
        said, why = _listen(ours, request["seconds"])
        os.close(ours)
        status = _end_all(child)
        write_frame(stdout, json.dumps({"why": why, "status": status}).encode())
        write_frame(stdout, said)


if __name__ == "__main__":
    serve()
