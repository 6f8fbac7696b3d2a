"""A check is a list of probes and a judge. The probes are asked; the judge sees the replies and names the mistakes.

Asking and judging are apart, so that for grades a reader's function can be asked in another process.
"""

import inspect
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from gn_edu.exercises._check import Report
from gn_edu.exercises.asking import Other, Reply, ask
from gn_edu.messages import tr

NO_ANSWER = "NoAnswer"  # the kind of error of a reply that never came
REFUSALS = ("ValueError", "RuntimeError", "AssertionError")  # torch raises the second, some write the third
MOST = 2  # mistakes named at once


@dataclass(frozen=True)
class Probe:
    """One question to a function: its arguments, how it is asked (asking.ASK), and what it brings to light.

    `about` is a mistake that this probe alone can show: where its answer is wrong and no other mistake explains it,
    this is the one. Probes whose wrong answers are noise have `names` false: they are not used to recognise others.
    An error of the function is no fault where the probe is `optional`.
    """

    where: str
    args: tuple
    how: str = "call"
    about: str = ""
    names: bool = True
    optional: bool = False
    tolerance: float = 1e-5


@dataclass(frozen=True)
class Exercise:
    """A function to be written.

    Args:
        name: "ex05"; with it the exercise is called in a table of grades.
        title, level, minutes: for the reader.
        function: the name it has to have.
        points: for a complete answer; a part of them for a part of the probes.
        probes: seed -> the probes; the numbers depend on the seed, their kind does not.
        right: the right answer to the arguments of a probe; for a probe that must raise, it raises ValueError.
        wrong: (names, function) of mistakes, alone and two at once, most telling first.
        parts: names of the parts of an answer, where it is a list.
        of: how the answers in `right` and `wrong` are computed for probes that are not asked by "call".
    """

    name: str
    title: str
    level: str
    minutes: int
    function: str
    points: int
    probes: Callable[[random.Random], list[Probe]]
    right: Callable
    wrong: Callable[[], Iterable[tuple[list[str], Callable]]] = lambda: ()
    parts: tuple[str, ...] = ()
    of: dict[str, Callable] = field(default_factory=dict)
    picture: Callable[[str], str] | None = None
    asks_numbers: bool = False

    def check(self, f: Callable, probes: Sequence[Probe] | None = None) -> Report:
        """Ask f all probes here, and say what came out."""
        probes = probes or self.probes(random.Random(0))
        report = self.judge(probes, [ask(f, probe.how, probe.args) for probe in probes])
        print(report.text)
        return report

    # ---- the judge

    def expected(self, probe: Probe, answer: Callable | None = None):
        """What `answer` (the right one, if none is given) gives for a probe; ValueError where that is an error."""
        answer = answer or self.right
        try:
            return self.of.get(probe.how, _called)(answer, *probe.args)
        except (RuntimeError, IndexError, ZeroDivisionError) as error:
            raise ValueError(str(error)) from error

    def judge(self, probes: Sequence[Probe], replies: Sequence[Reply]) -> Report:
        """The report about the replies to `probes`; replies may come from anywhere."""
        if all(r.error and r.error[0] == "NotImplementedError" for r in replies):
            return Report(False, tr("Not attempted yet."), total=len(probes))
        faults = [self._fault(probe, reply) for probe, reply in zip(probes, replies, strict=True)]
        left = [k for k, fault in enumerate(faults) if fault]
        if all(probes[k].optional and replies[k].error for k in left):
            left, faults = [], [None] * len(probes)
        passed = len(probes) - len(left)
        native = any(reply.native for reply in replies)
        if passed == len(probes):
            remark = f"\n{_sentence('torch-group-norm')}" if native else ""
            return Report(True, tr("Right, in all {n} cases.", n=passed) + remark, [], passed, len(probes), native)
        names = self._names(probes, replies, faults)
        said = [_sentence(name) for name in names]
        first = min(left, key=lambda k: (faults[k].rank, _size(probes[k].args), k))
        smallest = tr("Smallest case, {where}: {text}", where=probes[first].where, text=faults[first].text)
        text = "\n".join(
            [tr("Not yet: right in {passed} of {all} cases.", passed=passed, all=len(probes)), *said, smallest]
        )
        picture = next((self.picture(name) for name in names if self.picture and self.picture(name)), "")
        return Report(False, text, names, passed, len(probes), native, picture, probes[first].args)

    def _fault(self, probe: Probe, reply: Reply) -> "_Fault | None":
        try:
            want = self.expected(probe)
        except ValueError as why:
            if reply.error and reply.error[0] in REFUSALS:
                return None
            if reply.error:
                return _Fault(
                    "", tr("expected a ValueError ({why}), got {got}.", why=why, got=": ".join(reply.error)), 1
                )
            return _Fault(
                "no-error", tr("expected a ValueError ({why}), got {got}.", why=why, got=_kind(reply.value)), 2
            )
        if reply.error:
            kind, message = reply.error
            said = (
                message if kind == NO_ANSWER else tr("your function raised {kind}: {error}", kind=kind, error=message)
            )
            return _Fault(_of_error(message), said, 1)
        if reply.value is None:
            return _Fault("missing-return", tr("expected an answer, got None."), 0)
        if reply.changed:
            return _Fault("in-place", tr("the argument is not what it was before the call."), 0)
        if same(reply.value, want, probe.tolerance):
            return None
        return _Fault(*_difference(probe, reply.value, want, self.parts, self.right), 0)

    def _names(self, probes, replies, faults) -> list[str]:
        """At most MOST names of mistakes that explain what is wrong."""
        outside = list(dict.fromkeys(f.name for f in faults if f and f.name))
        cases = list(zip(probes, replies, faults, strict=True))
        usable = [
            (probe, reply.value)
            for probe, reply, fault in cases
            if probe.names
            and reply.error is None
            and reply.value is not None
            and not (fault and fault.name == "no-error")
        ]
        inside, explains = self._recognise(usable)
        if inside:
            outside = [name for name in outside if name != "wrong-shape"]
        # What one kind of probe alone can show, and no mistake found so far explains.
        unknown = not inside and any(f and not f.name and p.names and not r.error for p, r, f in cases)
        raised = {probe.about for probe, reply, fault in cases if fault and reply.error}
        for probe, reply, fault in cases:
            if not (fault and probe.about) or fault.name or unknown:
                continue
            if probe.how == "gradients":
                found = all(not f or f.name == "no-error" or (p.about and not r.error) for p, r, f in cases)
            elif reply.error:
                # Errors say so only where nothing else raised one, and where the mistake that was found would not.
                found = raised == {probe.about} and not (explains and self._refuses(explains, probe))
            else:
                found = not (explains and self._explains(explains, probe, reply.value))
            if found:
                outside.append(probe.about)
        return list(dict.fromkeys([*inside, *outside]))[:MOST]

    def _recognise(self, usable) -> tuple[list[str], Callable | None]:
        wrong = [(p, v) for p, v in usable if not self._explains(self.right, p, v)]
        if not wrong:
            return [], None
        for names, answer in self.wrong():
            # Where the answer is wrong is where most candidates fail: these come first.
            if all(self._explains(answer, p, v) for p, v in wrong) and all(
                self._explains(answer, p, v) for p, v in usable
            ):
                return names, answer
        return [], None

    def _refuses(self, answer, probe) -> bool:
        try:
            self.expected(probe, answer)
        except ValueError:
            return True
        return False

    def _explains(self, answer, probe, value) -> bool:
        try:
            want = self.expected(probe, answer)
        except ValueError:
            return False
        if probe.about and isinstance(want, Tensor):  # digits are lost here: most of the places are enough
            near = isinstance(value, Tensor) and value.shape == want.shape
            return near and float(((value.double() - want).abs() < 0.05 * want.abs().max()).double().mean()) > 0.9
        return same(value, want, probe.tolerance)


@dataclass(frozen=True)
class _Fault:
    name: str  # of the mistake, or ""
    text: str
    rank: int  # the case to show is one of the lowest rank


@cache
def mistakes() -> dict[str, dict[str, str]]:
    """The mistakes that checks know by name: what happened, and a question that helps."""
    return json.loads(Path(__file__).with_name("mistakes.json").read_text(encoding="utf-8"))


def _sentence(name: str) -> str:
    what, hint = (tr(mistakes()[name][key]) for key in ("what", "hint"))
    return f"{what[0].upper()}{what[1:]}. {hint[0].upper()}{hint[1:]}"


def _called(answer, *args):
    return answer(*args)


def _size(value) -> int:
    if isinstance(value, Tensor):
        return value.numel()
    return sum(map(_size, value)) if isinstance(value, (tuple, list)) else 1


def _of_error(message: str) -> str:
    if "view size is not compatible" in message:
        return "view-error"
    if message.startswith("torch's own group norm"):
        return "torch-group-norm"
    if "incorrect number of gradients" in message:
        return "wrong-number-of-gradients"
    return ""


def same(got, want, tolerance: float) -> bool:
    """Whether an answer is `want`: numbers within the tolerance, tensors of the same shape, lists part by part."""
    got, want = (t.detach() if isinstance(t, Tensor) else t for t in (got, want))
    if isinstance(want, (tuple, list)):
        if isinstance(got, Tensor) and got.dim() == 1 and all(isinstance(w, (int, float)) for w in want):
            got = got.tolist()
        if not isinstance(got, (tuple, list)) or len(got) != len(want):
            return False
        return all(same(g, w, tolerance) for g, w in zip(got, want, strict=True))
    if isinstance(want, Tensor) and not want.dim():
        want = want.item()
    if isinstance(want, bool) or want is None or isinstance(want, str):
        return type(got) is type(want) and got == want
    if isinstance(want, int) and isinstance(got, float) and not got.is_integer():
        return False
    if isinstance(want, (int, float)):
        if isinstance(got, Tensor):
            got = got.item() if got.numel() == 1 else None
        if isinstance(got, bool) or not isinstance(got, (int, float)):
            return False
        return abs(got) < 1e300 and abs(got - want) <= tolerance * max(1.0, abs(want))
    if not isinstance(got, Tensor) or got.shape != want.shape or got.is_complex():
        return False
    scale = max(1.0, float(want[want.isfinite()].abs().max()) if want.isfinite().any() else 1.0)
    return torch.allclose(got.double(), want.double(), rtol=0, atol=tolerance * scale, equal_nan=True)


def _difference(probe, got, want, parts, right, part="") -> tuple[str, str]:
    """Name, if the shape is the mistake, and a sentence with numbers."""
    if isinstance(want, (tuple, list)):
        if isinstance(got, (tuple, list)) and len(got) == len(want):
            k = next(k for k, (g, w) in enumerate(zip(got, want, strict=True)) if not same(g, w, probe.tolerance))
            name = f"{tr(parts[k])}: " if k < len(parts) else tr("number {n}", n=k + 1) + ": " if len(want) > 1 else ""
            return _difference(probe, got[k], want[k], (), right, part + name)
        return "wrong-shape", part + tr("expected {n} parts, got {got}.", n=len(want), got=_kind(got))
    if not isinstance(want, Tensor) or not want.dim():
        return "", _given(probe, right) + part + _sides(_number(want), _kind(got))
    if not isinstance(got, Tensor) or got.shape != want.shape:
        return "wrong-shape", part + tr(
            "expected the shape {shape}, got {got}.", shape=tuple(want.shape), got=_kind(got)
        )
    if want.numel() <= 8:
        return "", _given(probe, right) + part + _sides(_row(want), _row(got, want))
    gap = (got.double() - want.double()).abs().nan_to_num(nan=float("inf"))
    at = tuple(int(i) for i in torch.unravel_index(gap.argmax(), gap.shape))
    place, told = tr("at index {at}:", at=list(at)), _sides(_number(want[at]), _number(got[at], want[at]))
    return "", f"{part}{place} {told} {tr('Its arguments: {name}', name='report.case')}"


def _sides(right: str, yours: str) -> str:
    return tr("right is {right}, you give {yours}.", right=right, yours=yours)


def _given(probe: Probe, right: Callable) -> str:
    """The arguments, where they are few and the probe's name does not say them."""
    if probe.how != "call" or _size(probe.args) > 24 or not any(isinstance(a, Tensor) for a in probe.args):
        return ""
    shown = []
    for name, value in zip(inspect.signature(right).parameters, probe.args, strict=False):
        if isinstance(value, Tensor):
            shape = tr(" of shape {shape}", shape=tuple(value.shape)) if value.dim() > 1 else ""
            shown.append(f"{name} = {_row(value)}{shape}")
        elif value is not None:
            shown.append(f"{name} = {_number(value)}")
    return f"{', '.join(shown)}: "


def _number(value, beside=None) -> str:
    """A number in four digits, or in as many as tell it from another."""
    value, beside = (v.item() if isinstance(v, Tensor) else v for v in (value, beside))
    if not isinstance(value, float):
        return repr(value) if isinstance(value, str) else str(value)
    text = f"{value:.4g}"
    return f"{value:.10g}" if isinstance(beside, float) and text == f"{beside:.4g}" and value != beside else text


def _row(x: Tensor, beside: Tensor | None = None) -> str:
    others = x if beside is None else beside
    return "[" + ", ".join(_number(v, w) for v, w in zip(x.flatten(), others.flatten(), strict=True)) + "]"


def _kind(got) -> str:
    if isinstance(got, Tensor):
        return tr("a tensor of shape {shape}", shape=tuple(got.shape)) if got.dim() else _number(got)
    if isinstance(got, Other):
        return got
    if isinstance(got, (tuple, list)):
        return tr("a list of {n}", n=len(got))
    return _number(got)
