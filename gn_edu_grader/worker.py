"""Runs inside the sandbox: a warm process that forks for each answer. It has never seen a right answer.

Started as a script, with nothing of this package but asking.py, fences.py and notebook.py beside it. Three processes:

- the first has torch in memory and waits. It reads no request and no reply, so nothing of one student's is in what the
  next one inherits;
- the second, forked anew for each request, reads it, keeps the time, and writes to stdout what the third said;
- the third, forked from the second, is the student's: it runs the cells and asks the function.

Requests (from the grader) and replies are frames: a length, then bytes. What the third says may be anything.
"""

import json
import os
import random
import select
import signal
import struct
import sys
import time
from base64 import b64decode
from pathlib import Path

import asking
import fences
import numpy as np
import torch
from notebook import Notebook, stand_ins

MOST_SAID = 2**24  # bytes that a student's process may say
PLACE = Path(os.environ["GN_EDU_PLACE"])  # the only place that can be written to
HOME = PLACE / "home"
POLL = 0.02  # seconds


def read_exactly(count: int) -> bytes:
    """From stdin, nothing beyond count: the next request is another process's."""
    found = bytearray()
    while len(found) < count and (part := os.read(0, count - len(found))):
        found += part
    return bytes(found)


def read_frame() -> bytes | None:
    head = read_exactly(4)
    return read_exactly(struct.unpack("<I", head)[0]) if len(head) == 4 else None


def write(fd: int, data: bytes) -> None:
    """A frame."""
    data = asking.framed(data)
    while data:
        data = data[os.write(fd, data) :]


# ---- the third process


def be_the_student(request: dict, args: list, pipe: int) -> None:
    """Run the notebook behind all fences; tell the pipe."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.closerange(3, pipe)
    os.closerange(pipe + 1, 256)
    os.chdir(HOME)
    sys.path[0] = ""  # where this program lies; a student's own files may have its names
    for name in ("asking", "fences", "notebook"):
        del sys.modules[name]
    for name, data in request["files"].items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(b64decode(data))
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)
    loop = None
    if any("await" in source for _, source in request["cells"]):
        import asyncio

        loop = asyncio.new_event_loop()  # it needs a pair of sockets, which are forbidden below
    fences.limit(4 * request["seconds"], request["memory"])
    if sys.platform == "linux":
        fences.without_system_calls()
    questions = list(zip(request["how"], args, strict=True))
    cells, skip, names = request["cells"], request["skip"], (request["function"], request["check"])
    Notebook(cells, *names, questions, skip, lambda data: write(pipe, data), loop).run()


# ---- the second process


class Clock:
    """The student's own time: what it computes, and what it waits for by itself; not what it waits for a processor.

    All statements of the cells have twice `seconds`, and `seconds` each; so have all rounds of questions. What is over
    its time is told so by a signal, and killed where that does not help.
    """

    def __init__(self, child: int, seconds: float):
        self.child, self.seconds, self.began = child, seconds, time.monotonic()
        self.idle, self.polled, self.ticks = 0.0, self.began, os.sysconf("SC_CLK_TCK")
        self.asking, self.start, self.told = False, 0.0, False
        self.left = {False: 2 * seconds, True: 2 * seconds}  # for cells, for questions
        self.parsed = 0

    def follow(self, said: bytearray) -> None:
        """What the student's process is at, from what it said."""
        while self.parsed + 5 <= len(said):
            (size,) = struct.unpack_from("<I", said, self.parsed)
            kind = said[self.parsed + 4 : self.parsed + 5]
            self.parsed += 4 + size
            if kind in (b"s", b"a", b"z"):
                now = self.own()
                self.left[self.asking] -= now - self.start
                self.asking, self.start, self.told = kind == b"a", now, False

    def own(self) -> float:
        """Seconds so far."""
        now = time.monotonic()
        try:
            words = Path(f"/proc/{self.child}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return self.start
        if words[0] in "StT":
            self.idle += now - self.polled
        self.polled = now
        return self.idle + (int(words[11]) + int(words[12])) / self.ticks

    def verdict(self) -> str:
        """ "" to go on, "time" where the student's process is over its time, "wait" where the machine is too busy."""
        own = self.own()
        over = own - self.start - max(min(self.seconds, self.left[self.asking]), self.seconds / 20)
        if over > 0 and not self.told:
            self.told = True
            os.kill(self.child, signal.SIGUSR1)
        if over > 0.5 + self.seconds / 4 or own > 5 * self.seconds:
            return "time"
        return "wait" if time.monotonic() - self.began > 30 + 20 * self.seconds else ""


def listen(child: int, pipe: int, seconds: float) -> tuple[bytes, str]:
    """What the student's process says until it ends, and why it was ended: "", "time", "wait" or "length"."""
    said, clock = bytearray(), Clock(child, seconds)
    while True:
        if select.select([pipe], [], [], POLL)[0]:
            data = os.read(pipe, 2**16)
            if not data:
                return bytes(said), ""
            said += data
            if len(said) > MOST_SAID:
                return bytes(said[:MOST_SAID]), "length"
            clock.follow(said)
        if why := clock.verdict():
            return bytes(said), why


def serve_one() -> None:
    """Read one request, have it answered, write what came."""
    head = read_frame()
    if head is None:
        os._exit(3)
    request = json.loads(head)
    args = asking.unpack(read_frame(), most=2**26)
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setsid()  # a group of its own for signals and for the scheduler
            os.close(ours)
            be_the_student(request, args, theirs)
        finally:
            os._exit(0)
    os.close(theirs)
    said, why = listen(child, ours, request["seconds"])
    os.close(ours)
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    write(1, json.dumps({"why": why, "status": status}).encode())
    write(1, said)
    os._exit(0)


# ---- the first process


def wait_for(child: int) -> int:
    """The status of the second process, when it and whatever else is there has ended."""
    _, status = os.waitpid(child, 0)
    if os.getpid() == 1:  # the first process of a namespace of its own: all others here are the student's
        try:
            while True:
                os.kill(-1, signal.SIGKILL)
                os.waitpid(-1, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
    return status


def clean() -> None:
    """An empty folder to work in. What can't be removed ends this worker; the grader starts another."""
    if _left():
        for words in (["chmod", "-R", "u+rwX", str(PLACE)], ["find", str(PLACE), "-mindepth", "1", "-delete"]):
            os.waitpid(os.posix_spawnp(words[0], [*words], {"PATH": "/usr/bin:/bin"}), 0)
        if _left():
            sys.exit(f"{PLACE} can't be emptied")
    HOME.mkdir(parents=True, exist_ok=True)


def _left() -> list[str]:
    try:
        return os.listdir(PLACE)
    except PermissionError:
        return ["?"]


def serve() -> None:
    """Answer requests until stdin ends."""
    if sys.platform == "linux":
        if why := fences.lacking():
            sys.exit(why)
        fences.not_dumpable()
    torch.set_num_threads(1)
    if "torch" not in sys.argv:
        fences.without_group_norm()
        asking.refuse_group_norm = True
    stand_ins()
    asking.ask(lambda x: (x - x.mean()) * 2, "call", [torch.ones(2, 2)])  # what is slow the first time
    write(1, b"ready")
    while select.select([0], [], [])[0]:
        clean()
        child = os.fork()
        if child == 0:
            try:
                serve_one()
            finally:
                os._exit(1)
        if wait_for(child):
            return


if __name__ == "__main__":
    serve()
