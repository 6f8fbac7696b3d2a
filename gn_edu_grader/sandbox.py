"""How the grader speaks with a worker in the sandbox: requests, and replies that may be anything."""

import contextlib
import json
import os
import select
import struct
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field

from gn_edu.exercises.asking import AT_THE_END, Reply, framed, pack, unpack_reply
from gn_edu.exercises.errors import NO_ANSWER
from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu_grader.walls import HERE, INSIDE, SandboxError, command

UNPROTECTED = (
    "--unsafe: students' code runs as you. It can read and write your files, among them solutions and other "
    "submissions, use the network, and leave processes behind. Only limits of time and memory hold."
)
MOST_SKIPPED, MOST_SLOW = 8, 2  # steps of one notebook that end the process, that have to be killed
MOST_ROUNDS = 32  # in which one function is asked


@dataclass(frozen=True)
class Notebook:
    """What a student handed in: (number in the notebook, source) of each code cell, and small files beside it."""

    cells: tuple[tuple[int, str], ...]
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Limits:
    """For one answer: seconds of its own time, and bytes of memory."""

    seconds: float = 10.0
    memory: int = 2**30


@dataclass
class Answers:
    """What came back for one exercise.

    `rounds` are the replies to all probes, once for each state in which the function was asked, with the cell after
    which it stood so (AT_THE_END at last); none where the function is nowhere. `names` are the functions that are
    there, then. `errors` are of cells, `notes` for the teacher.
    """

    rounds: list[tuple[int, list[Reply]]]
    names: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class _Run:
    """One run of a notebook, as far as it is told. `step` is what it was at when it ended, None at the end."""

    step: tuple[int, ...] | None = (0,)
    rounds: dict[tuple[int, int], list[Reply]] = field(default_factory=dict)
    slow: list[tuple[int, ...]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Sandbox:
    """A warm worker. It answers one request after the other; use it as a context.

    Args:
        unsafe: run students' code as the user who grades.
        allow_torch: torch's own group norm works.
        words: how a worker is started behind walls (walls.command).

    Raises:
        SandboxError: it can't be had here.
    """

    def __init__(self, unsafe: bool = False, allow_torch: bool = False, words: Sequence[str] = ()):
        self.environment = {"PATH": os.environ.get("PATH", "/usr/bin"), "OMP_NUM_THREADS": "1"}
        self.scratch = contextlib.ExitStack()
        if unsafe:
            place = self.scratch.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            self.words = [sys.executable, "-s", "-B", str(HERE / "worker.py")]
            folders = dict.fromkeys(str(path.parent) for path in INSIDE)
            self.environment |= {"PYTHONPATH": os.pathsep.join(folders), "GN_EDU_PLACE": place}
        else:
            self.words = list(words) or command()
        self.words += ["torch"] if allow_torch else []
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
        self._end()
        self.scratch.close()

    def _end(self) -> None:
        """End the worker and all that it started."""
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                stream.close()
        self.process.wait()

    def _anew(self) -> None:
        self._end()
        self._start()

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
            self.process.stdin.write(framed(data))
        self.process.stdin.flush()
        seconds = 300 + 100 * request["seconds"]
        return json.loads(self._read(seconds)), self._read(seconds)

    def answers(
        self, notebook: Notebook, exercise: Exercise, probes: Sequence[Probe], limits: Limits = Limits()
    ) -> Answers:
        """Run a notebook, and ask the exercise's function every probe, in each state that it has.

        A step that ends the process is left out the next time. Before that is believed, it is asked once again from a
        worker started anew, so that nobody pays for what another did to a worker.

        Raises:
            SandboxError: twice, no worker ran anything of the notebook.
        """
        args = pack([list(probe.args) for probe in probes])
        request: dict = {"cells": notebook.cells}
        request["files"] = {k: b64encode(v).decode() for k, v in notebook.files.items()}
        request |= {"function": exercise.function, "check": exercise.check_name, "how": [p.how for p in probes]}
        request |= {"seconds": limits.seconds, "memory": limits.memory}
        skip: list = []
        notes, anew, slow = [], 0, 0
        while True:
            try:
                end, said = self._request(request | {"skip": skip}, args)
            except (SandboxError, BrokenPipeError) as error:
                end, said = {"why": f"the worker's, {error}"}, b""
            run = understood(said, len(probes))
            if run.step is None:
                break
            if end["why"] not in ("time", "length") and anew < 2 and (anew == 0 or not said):
                anew += 1
                self._anew()
                continue
            if not said:
                why = end["why"] or f"status {end['status']}"
                raise SandboxError(f"the sandbox ended twice before anything of the notebook ran: {why}")
            if end["why"] == "wait":
                raise SandboxError("the machine is too busy: the answer got no processor")
            slow += end["why"] == "time"
            if run.step in skip or len(skip) == MOST_SKIPPED or slow > MOST_SLOW:
                break
            skip.append(run.step)
            notes.append(f"{_where(run.step, exercise.function)} {_ended(end)}")
        for step in run.slow:
            notes.append(f"{_where(step, exercise.function)} took too long")
        why = next((note for note in notes[::-1] if note.startswith(exercise.function)), "the function was not asked")
        lost = Reply(error=(NO_ANSWER, f"no answer: {why}"))
        rounds = [(cell, [*found, *[lost] * (len(probes) - len(found))]) for (cell, _), found in run.rounds.items()]
        if not rounds and any(len(step) == 3 for step in skip):  # it is there, and ends whatever asks it
            rounds = [(AT_THE_END, [lost] * len(probes))]
        return Answers(rounds, run.names, run.errors, list(dict.fromkeys(notes)))


def _where(step: tuple[int, ...], function: str) -> str:
    if len(step) == 3:
        return function if step[0] == AT_THE_END else f"{function}, as it stood at cell {step[0]},"
    return f"cell {step[0]}, statement {step[1]}" if len(step) == 2 else "the notebook"


def _ended(end: dict) -> str:
    if end["why"] == "time" or os.WIFSIGNALED(end.get("status", 0)) and os.WTERMSIG(end["status"]) == 24:
        return "took too long"
    if end["why"] == "length":
        return "said too much"
    return "ended the process, or spoiled its answers"


def understood(said: bytes, most: int) -> _Run:
    """What a run was, from what its process said, which may be anything. No round has more than `most` replies."""
    run, at, place = _Run(), 0, None
    while at + 5 <= len(said):
        (size,) = struct.unpack_from("<I", said, at)
        frame, at = said[at + 4 : at + 4 + size], at + 4 + size
        kind, body = frame[:1], frame[1:]
        if len(frame) < size or not frame:
            break
        if kind in (b"s", b"a", b"t") and len(body) == 8:
            step = struct.unpack("<II", body)
            if kind == b"a":
                place = step
                run.step = (*step, 1)
                run.rounds.setdefault(place, [])
                if len(run.rounds) > MOST_ROUNDS:  # the first and the last ones stay
                    del run.rounds[list(run.rounds)[1]]
            elif kind == b"s":
                run.step = step
            elif len(run.slow) < 20:
                run.slow.append(step)
        elif kind == b"T" and place and len(run.slow) < 20:
            run.slow.append((*place, 1))
        elif kind == b"z":
            place = None
        elif kind == b"e" and len(run.errors) < 20:
            run.errors.append("".join(c for c in body.decode(errors="replace")[:250] if c.isprintable()))
        elif kind == b"m":
            run.names = [n for n in body.decode(errors="replace").split("\n")[:100] if n.isidentifier()]
        elif kind == b"d":
            run.step = None
        elif kind == b"r" and place in run.rounds and len(run.rounds[place]) < most:
            try:
                run.rounds[place].append(unpack_reply(body))
            except ValueError as error:
                run.rounds[place].append(Reply(error=(NO_ANSWER, f"the answer can't be read: {error}")))
    return run
