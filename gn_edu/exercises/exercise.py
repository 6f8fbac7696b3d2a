"""An exercise is one record: what the reader is told, what the function is asked, the right answer, the mistakes.

Asking, judging and knowing are apart: asking.py calls a reader's function, here or in another process; the record
computes with torch what is right and what known mistakes would answer; judge.py compares, in plain Python.
"""

import inspect
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from gn_edu.exercises import asking
from gn_edu.exercises.asking import Reply, ask
from gn_edu.exercises.differences import FEW
from gn_edu.exercises.judge import Verdict, judge
from gn_edu.exercises.report import Report
from gn_edu.exercises.table import FIRST, FORMS, MAIN, Question, Table
from gn_edu.exercises.values import Answered, Array, Other, Refusal
from gn_edu.messages import tr

__all__ = ["FIRST", "FORMS", "MAIN", "Exercise", "Probe", "mistakes", "plain"]
MOST = 2**20  # numbers of a tensor that are looked at; no right answer has so many


@dataclass(frozen=True)
class Probe:
    """One question to a function: its arguments, how it is asked (asking.ASK), and what it brings to light.

    Mistakes that explain all answers up to a `level` (FIRST, MAIN, FORMS) are named, whatever is wrong above.
    `about` is a mistake that wrong numbers to this probe alone can show: where no other mistake explains them, this
    is the one. `form` is the same for arguments of a form that a function may not take: an error or another shape
    shows it, too. Probes whose wrong answers are noise do not count where mistakes are told apart: `recognises` is
    false. Where the probe is `optional`, an error of the function is no fault; where it is `beyond` the exercise,
    nothing is. Neither is counted then. `where` is a sentence (gn_edu.exercises.sentences).
    """

    where: str | list
    args: tuple
    how: str = "call"
    about: str = ""
    form: str = ""
    level: int = MAIN
    recognises: bool = True
    optional: bool = False
    beyond: bool = False
    tolerance: float = 1e-5


def _no_probes(rng: random.Random) -> list[Probe]:
    """Those of an exercise whose check is its own."""
    return []


def _no_answer(*args):
    """The right answer of an exercise whose check is its own."""
    raise TypeError("this exercise has no right answer: its check is its own")


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """A function to be written.

    Args:
        name: "ex05" on a sheet; with it the exercise is called in a table of grades. In a chapter "2.1".
        title, level, minutes: for the reader. They stand in the notebook, too: scripts/exercise_records.py.
        function: the name it has to have.
        takes: its arguments and its answer, for the documentation of the check.
        points: for a complete answer; a part of them for a part of the probes. 0 where no marks are given.
        probes: seed -> the probes; the numbers depend on the seed, their kind does not.
        right: the right answer to the arguments of a probe; for a probe that must raise, it raises ValueError.
        wrong: (names, function) of mistakes, alone and several at once, most telling first.
        parts: names of the parts of an answer, where it is a list.
        sections: (some of the parts, the exercise that knows what goes wrong in them), where that goes wrong apart.
        by_hand: torch's autograd is a detour.
        typed: an answer has the dtype of the first tensor among the arguments.
        checked_by: the name of its check in gn_edu.exercises, where it is not check_ and the function.
        ways: how the answers in `right` and `wrong` are computed for probes that are not asked by "call"; and how
            they are asked, where asking.ASK does not know the way.
        picture: an SVG for the name of a mistake, "" where there is none.
        asks_numbers: the numbers are worked out by hand.
        closing: the sentence for a right answer, in place of the usual one; or what makes it of the replies.
        own: the whole check, where no list of probes can say it.
        needs: what it takes of torch that a page lacks; it does not run there, and gn_edu_site/live_tables.py says why.
    """

    name: str
    title: str
    level: str
    minutes: int
    function: str
    takes: str
    points: int = 0
    probes: Callable[[random.Random], list[Probe]] = _no_probes
    right: Callable = _no_answer
    wrong: Callable[[], Iterable[tuple[list[str], Callable]]] = tuple
    parts: tuple[str, ...] = ()
    sections: tuple[tuple[slice, "Exercise"], ...] = ()
    ways: dict[str, Callable] = field(default_factory=dict)
    picture: Callable[[str], str] | None = None
    asks_numbers: bool = False
    by_hand: bool = False
    typed: bool = False
    checked_by: str = ""
    closing: str | list | Callable[[Sequence[Reply]], list] = ""
    own: Callable[[Callable], Report] | None = None
    needs: Literal["", "networks", "autograd", "gradients"] = ""

    @property
    def number(self) -> str:
        """As the reader knows it: "5" for "ex05"."""
        return self.name.removeprefix("ex").lstrip("0")

    @property
    def check_name(self) -> str:
        """The check of this exercise in gn_edu.exercises."""
        return self.checked_by or f"check_{self.function}"

    def check(self, f: Callable, probes: Sequence[Probe] | None = None) -> Report:
        """Ask f all probes here, and say what came out."""
        if self.own:
            return self.own(f)
        probes = probes or self.probes(random.Random(0))
        report = self.judge(probes, [ask(f, self._way(probe.how), probe.args) for probe in probes])
        print(report.text)
        if any(isinstance(value, Tensor) and value.numel() > FEW for value in report.case):
            print(tr("Its arguments: {name}", name="report.case"))
        return report

    def checker(self) -> Callable[[Callable], Report]:
        """The check as a function with a name and a docstring of its own."""

        def check(f: Callable) -> Report:
            return self.check(f)

        check.__name__ = check.__qualname__ = self.check_name
        check.__doc__ = f"Check {self.takes}"
        return check

    def _way(self, how: str) -> str | Callable:
        return how if how in asking.ASK else self.ways[how]

    def judge(self, probes: Sequence[Probe], replies: Sequence[Reply]) -> Report:
        """The report about the replies to `probes`; replies may come from anywhere."""
        verdict = judge(self.table(probes), list(map(answered, replies)))
        if verdict.ok and callable(self.closing):
            verdict.lines = [self.closing(replies)]
        return self._report(verdict, probes)

    def _report(self, verdict: Verdict, probes: Sequence[Probe]) -> Report:
        pictures = [self.picture(name) for name in verdict.names] if self.picture else []
        return Report(
            ok=verdict.ok,
            text=verdict.text(tr, sentences_of(self.name)),
            mistakes=verdict.names,
            passed=verdict.passed,
            total=verdict.total,
            native=verdict.native,
            picture=next(filter(None, pictures), ""),
            case=() if verdict.smallest is None else probes[verdict.smallest].args,
            detours=verdict.detours,
        )

    # ---- what the judge is handed

    def expected(self, probe: Probe, answer: Callable | None = None):
        """What `answer` (the right one, if none is given) gives for a probe; ValueError where that is an error."""
        answer = answer or self.right
        try:
            return self.ways.get(probe.how, _called)(answer, *probe.args)
        except (RuntimeError, IndexError, ZeroDivisionError) as error:
            raise ValueError(str(error)) from error

    def table(self, probes: Sequence[Probe]) -> Table:
        """The exercise with these probes as plain data; what mistakes would answer is computed when it is needed."""
        return Table(
            function=self.function,
            questions=[self._question(probe) for probe in probes],
            wrong=partial(self._wrong, probes),
            parts=self.parts,
            sections=[
                (list(range(len(self.parts)))[which], partial(exercise._wrong, probes))
                for which, exercise in self.sections
            ],
            by_hand=self.by_hand,
            typed=self.typed,
            closing="" if callable(self.closing) else self.closing,
        )

    def _question(self, probe: Probe) -> Question:
        names = list(inspect.signature(self.right).parameters)
        fields = {name: getattr(probe, name) for name in Question.FIELDS}
        parameters = ["dy", *names] if probe.how == "gradients" else names
        return Question(parameters, plain(list(probe.args)), self._answer(probe, self.right), **fields)

    def _answer(self, probe: Probe, answer: Callable):
        try:
            return plain(self.expected(probe, answer))
        except Refusal as refusal:
            return refusal
        except ValueError as error:
            return Refusal(str(error))

    def _wrong(self, probes: Sequence[Probe]):
        for names, answer in self.wrong():
            yield names, _Answers(self, probes, answer)


class _Answers:
    """What a function answers to each probe, computed when it is asked for, once."""

    def __init__(self, exercise: Exercise, probes: Sequence[Probe], answer: Callable):
        self.exercise, self.probes, self.answer = exercise, probes, answer
        self.known: dict[int, Any] = {}

    def __getitem__(self, k: int):
        if k not in self.known:
            self.known[k] = self.exercise._answer(self.probes[k], self.answer)
        return self.known[k]


def _called(answer, *args):
    return answer(*args)


# ---- to plain data


def answered(reply: Reply) -> Answered:
    """A reply in plain data."""
    return Answered(plain(reply.value), reply.error, reply.changed, reply.ran)


def plain(value):
    """A value as the judge takes it: tensors become values.Array, what is not known values.Other."""
    if isinstance(value, Tensor):
        return _array(value.detach())
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, asking.Other):
        return Other(str(value))
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return Other(str(value))


def _array(tensor: Tensor) -> Array | Other:
    dtype = str(tensor.dtype).removeprefix("torch.")
    if tensor.layout != torch.strided or tensor.is_meta or tensor.is_quantized:
        return Other(f"a tensor of {dtype}")
    strides = None if tensor.is_contiguous() else list(tensor.stride())
    return Array(tensor.shape, tensor.flatten().tolist() if tensor.numel() <= MOST else None, dtype, strides=strides)


@cache
def mistakes() -> dict[str, dict[str, str]]:
    """The mistakes that checks know by name: what happened, and a question that helps.

    "what" and "hint", or both together in "says". A name as "3.1/layer-norm" is that of layer-norm in exercise 3.1.
    """
    return json.loads(Path(__file__).with_name("mistakes.json").read_text(encoding="utf-8"))


@cache
def sentences_of(exercise: str) -> dict[str, dict[str, str]]:
    """The mistakes as an exercise speaks of them."""
    start = f"{exercise}/"
    own = {name.removeprefix(start): said for name, said in mistakes().items() if name.startswith(start)}
    return mistakes() | own
