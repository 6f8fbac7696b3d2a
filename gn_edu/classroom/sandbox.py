"""The sandbox in which students' code runs, and how the grader speaks with it.

bubblewrap (a package of every Linux distribution) gives each worker namespaces of its own: no network, a system that
can't be written to, none of the grader's files, an empty /tmp. Under root the worker becomes an unprivileged user.
"""

import contextlib
import json
import os
import select
import shutil
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gn_edu.exercises import asking
from gn_edu.exercises.asking import Reply, pack, unpack_reply
from gn_edu.exercises.probes import NO_ANSWER, Probe

NOBODY = "65534"
WORKER = Path(__file__).with_name("worker.py")
ASKING = Path(asking.__file__)
UNPROTECTED = (
    "--unsafe: students' code runs as you. It can read and write your files, among them solutions and other "
    "submissions, use the network, and leave processes behind. Only limits of time and memory hold."
)
_OVER = 2**32 - 1  # in place of a cell's number: all cells were run


class SandboxError(RuntimeError):
    """There is no sandbox on this machine, or it ended."""


@dataclass
class Answers:
    """What came back for one exercise: a reply to each probe, and notes for the teacher."""

    replies: list[Reply]
    missing: bool = False  # the function was not defined
    errors: list[str] = field(default_factory=list)  # of cells
    notes: list[str] = field(default_factory=list)


def command(unsafe: bool = False) -> list[str]:
    """How a worker is started.

    Raises:
        SandboxError: bubblewrap is not there; the message says how to get it.
    """
    python = [sys.executable, "-E", "-s"]
    if unsafe:
        return [*python, str(WORKER)]
    bwrap = shutil.which("bwrap")
    if not bwrap:
        raise SandboxError(
            "students' code is run in a sandbox only, and bubblewrap is not installed: apt-get install bubblewrap "
            "(dnf, pacman: the same name; Windows: inside WSL). Or --unsafe, which protects nothing"
        )
    seen = [Path("/usr"), *dict.fromkeys(Path(p).resolve() for p in (sys.base_prefix, sys.prefix))]
    words = [bwrap, "--die-with-parent", "--new-session", "--as-pid-1", "--unshare-ipc", "--unshare-pid"]
    words += ["--unshare-net", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "grader", "--clearenv"]
    for name, value in {"PATH": "/usr/bin", "HOME": "/tmp/answer", "OMP_NUM_THREADS": "1"}.items():
        words += ["--setenv", name, value]
    for name in ("lib", "lib64", "lib32", "bin", "sbin"):
        if Path("/", name).is_symlink():
            words += ["--symlink", os.readlink(f"/{name}"), f"/{name}"]
        elif Path("/", name).is_dir():
            words += ["--ro-bind", f"/{name}", f"/{name}"]
    # First of all: what is bound may lie in there.
    words += ["--size", str(2**26), "--tmpfs", "/tmp", "--chmod", "1777", "/tmp"]
    # Folders on the way to what is bound must be open to the unprivileged user.
    for folder in dict.fromkeys(folder for path in (*seen, Path("/grader/x")) for folder in reversed(path.parents)):
        if folder not in (Path("/"), Path("/tmp")) and not any(
            folder == path or path in folder.parents for path in seen
        ):
            words += ["--dir", str(folder), "--chmod", "0755", str(folder)]
    for path in seen:
        words += ["--ro-bind", str(path), str(path)]
    words += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--proc", "/proc", "--dev", "/dev"]
    # The book's own package holds the right answers: where it would be seen, an empty folder is.
    package = WORKER.parents[1]
    for folder in {package, *(p / "gn_edu" for p in map(Path, sys.path) if p.name == "site-packages")}:
        if folder.is_dir() and any(path in folder.resolve().parents for path in seen):
            words += ["--tmpfs", str(folder)]
    for path in (WORKER, ASKING):
        words += ["--ro-bind", str(path), f"/grader/{path.name}"]
    for folder in ("/dev", "/"):
        words += ["--remount-ro", folder]
    inside = [*python, "/grader/worker.py"]
    if os.getuid() == 0:
        drop = ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--inh-caps=-all"]
        return [*words, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", *drop, "--bounding-set=-all", *inside]
    return [*words, "--unshare-user", *inside]


class Sandbox:
    """A warm worker. It answers one request after the other; use it as a context.

    Raises:
        SandboxError: it can't be had here.
    """

    def __init__(self, unsafe: bool = False):
        self.words = command(unsafe)
        self.environment = {"PATH": os.environ.get("PATH", "/usr/bin"), "OMP_NUM_THREADS": "1"}
        if unsafe:
            self.environment["PYTHONPATH"] = str(ASKING.parent)
            self.words.remove("-E")
        self._start()

    def _start(self) -> None:
        self.process = subprocess.Popen(
            self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment
        )
        try:
            if self._read(120) != b"ready":
                raise SandboxError("the worker said something else than ready")
        except SandboxError:
            self.process.kill()
            said = self.process.stderr.read().decode(errors="replace").strip()
            raise SandboxError(
                f"the sandbox can't be started: {said[-400:] or 'no reason given'}. On a machine that forbids user "
                "namespaces, run as root in a container; or --unsafe, which protects nothing"
            ) from None

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """End the worker and all that it started."""
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                stream.close()
        self.process.wait()

    def _read(self, seconds: float) -> bytes:
        def exactly(count: int) -> bytes:
            found = bytearray()
            fd = self.process.stdout.fileno()
            while len(found) < count:
                if not select.select([fd], [], [], seconds)[0]:
                    raise SandboxError("the worker does not answer")
                part = os.read(fd, count - len(found))
                if not part:
                    raise SandboxError("the worker ended")
                found += part
            return bytes(found)

        return exactly(struct.unpack("<I", exactly(4))[0])

    def _request(self, request: dict, args: bytes) -> tuple[dict, bytes]:
        for data in (json.dumps(request).encode(), args):
            self.process.stdin.write(struct.pack("<I", len(data)) + data)
        self.process.stdin.flush()
        seconds = request["seconds"] + 30
        return json.loads(self._read(seconds)), self._read(seconds)

    def answers(
        self, cells: Sequence[str], function: str, probes: Sequence[Probe], seconds: float = 10.0,
        memory: int = 2**30, allow_torch: bool = False,
    ) -> Answers:  # fmt: skip
        """Run the cells, then ask `function` every probe; a cell that never ends is left out the next time."""
        args = pack([list(probe.args) for probe in probes])
        skip, notes, ended = [], [], 0
        while True:
            request = {"cells": list(cells), "skip": skip, "function": function, "how": [p.how for p in probes]}
            request |= {"seconds": seconds, "memory": memory, "torch": allow_torch}
            try:
                end, said = self._request(request, args)
            except (SandboxError, BrokenPipeError) as error:
                self.close()
                self._start()
                ended += 1
                if ended == 1:  # the answer before may have left it like that
                    continue
                lost = Reply(error=(NO_ANSWER, "no answer: the sandbox ended"))
                return Answers([lost] * len(probes), notes=[*notes, f"the sandbox had to be started anew: {error}"])
            cell, missing, replies, errors = _understood(said, len(probes))
            why = _ended(end)
            if cell in (None, _OVER) or cell in skip or len(skip) == 3:
                break
            skip.append(cell)
            notes.append(f"cell {cell + 1} {why}; left out")
        if len(replies) < len(probes) and not missing:
            notes.append(f"{function} {why}")
        lost = Reply(error=(NO_ANSWER, f"no answer: the function {why}"))
        return Answers([*replies, *[lost] * (len(probes) - len(replies))], missing, errors, notes)


def _ended(end: dict) -> str:
    if end["why"] == "time" or os.WIFSIGNALED(end["status"]) and os.WTERMSIG(end["status"]) == 24:
        return "took too long"
    if end["why"] == "length":
        return "said too much"
    return "ended the process, or spoiled its answers"


def _understood(said: bytes, most: int) -> tuple[int | None, bool, list[Reply], list[str]]:
    """The last cell, whether the function is missing, the replies, the errors of cells; said may be anything."""
    cell, missing, replies, errors, at = None, False, [], [], 0
    while at + 5 <= len(said) and len(replies) < most:
        (size,) = struct.unpack_from("<I", said, at)
        frame, at = said[at + 4 : at + 4 + size], at + 4 + size
        kind, body = frame[:1], frame[1:]
        if len(frame) < size or not frame:
            break
        if kind == b"c" and len(body) == 4:
            (cell,) = struct.unpack("<I", body)
        elif kind == b"e" and len(errors) < 20:
            errors.append("".join(c for c in body.decode(errors="replace")[:250] if c.isprintable()))
        elif kind == b"m":
            missing = True
        elif kind == b"r":
            try:
                replies.append(unpack_reply(body))
            except ValueError as error:
                replies.append(Reply(error=(NO_ANSWER, f"the answer can't be read: {error}")))
    return cell, missing, replies, errors
