"""A check is a list of probes and a judge. The probes are asked; the judge sees the replies and names the mistakes.

Asking and judging are apart, so that for grades a reader's function can be asked in another process.
"""

import json
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from torch import Tensor

from gn_edu.exercises._check import Report
from gn_edu.exercises.asking import Reply, ask
from gn_edu.exercises.differences import alike, arguments, difference, in_shape, kind, same
from gn_edu.messages import tr

NO_ANSWER = "NoAnswer"  # the kind of error of a reply that never came
REFUSALS = ("ValueError", "RuntimeError", "AssertionError")  # torch raises the second, some write the third
MOST = 2  # mistakes named at once
# Levels of probes: mistakes that explain all answers up to a level are named, whatever is wrong above.
FIRST, MAIN, FORMS, ODD = range(4)  # the last: answers that hold another number of numbers than they should


@dataclass(frozen=True)
class Probe:
    """One question to a function: its arguments, how it is asked (asking.ASK), and what it brings to light.

    `about` is a mistake that wrong numbers to this probe alone can show: where no other mistake explains them, this
    is the one. `form` is the same for arguments of a form that a function may not take: an error or another shape
    shows it, too. Probes whose wrong answers are noise have `names` false: they are not used to recognise others.
    Where the probe is `optional`, an error of the function is no fault; where it is `beyond` the exercise, nothing
    is. Neither is counted then.
    """

    where: str
    args: tuple
    how: str = "call"
    about: str = ""
    form: str = ""
    level: int = MAIN
    names: bool = True
    optional: bool = False
    beyond: bool = False
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
        wrong: (names, function) of mistakes, alone and several at once, most telling first.
        parts: names of the parts of an answer, where it is a list.
        sections: (some of the parts, the exercise that knows what goes wrong in them), where that goes wrong apart.
        by_hand: torch's autograd is a detour.
        checked_by: the name of its check in gn_edu.exercises, where it is not check_ and the function.
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
    sections: tuple[tuple[slice, "Exercise"], ...] = ()
    of: dict[str, Callable] = field(default_factory=dict)
    picture: Callable[[str], str] | None = None
    asks_numbers: bool = False
    by_hand: bool = False
    checked_by: str = ""

    @property
    def check_name(self) -> str:
        """The check of this exercise in gn_edu.exercises."""
        return self.checked_by or f"check_{self.function}"

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
        judged = [(p, r, self._fault(p, r)) for p, r in zip(probes, replies, strict=True)]
        cases = [(p, r, f) for p, r, f in judged if not (p.beyond or p.optional and r.error)]
        aside = [(p, f) for p, r, f in judged if f and (p.beyond or p.optional and r.error)]
        left = [case for case in cases if case[2]]
        passed, ran = len(cases) - len(left), {name for reply in replies for name in reply.ran}
        native = "group_norm" in ran
        detours = tuple(sorted(ran - {"group_norm"} - (set() if self.by_hand else {"autograd"})))
        if not left:
            said = [tr("Right, in all {n} cases.", n=passed)]
            said += [tr("Not counted, {where}: {text}", where=p.where, text=f.text) for p, f in aside]
            remark = f"\n{_sentence('torch-group-norm')}" if native else ""
            return Report(True, " ".join(said) + remark, [], passed, len(cases), native, detours=detours)
        names, more = self._names(cases)
        said = [tr("Not yet: right in {passed} of {all} cases.", passed=passed, all=len(cases))]
        said += [_sentence(name) for name in names]
        if more:
            said.append(tr("More is off than that: mend this first, then check again."))
        if not names and all(reply.error for _, reply, _ in cases) and probes[0].how == "call":
            given = ", ".join(name for name, _ in arguments(probes[0], self.right))
            said.append(tr("It is called as {function}({arguments}).", function=self.function, arguments=given))
        probe, _, fault = min(left, key=lambda case: (case[2].rank, _size(case[0].args)))
        said.append(tr("Smallest case, {where}: {text}", where=probe.where, text=fault.text))
        picture = next((self.picture(name) for name in names if self.picture and self.picture(name)), "")
        return Report(False, "\n".join(said), names, passed, len(cases), native, picture, probe.args, detours)

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
                "no-error", tr("expected a ValueError ({why}), got {got}.", why=why, got=kind(reply.value)), 2
            )
        if reply.error:
            said = reply.error[1] if reply.error[0] == NO_ANSWER else _raised(*reply.error)
            return _Fault(_of_error(*reply.error), said, 1)
        several = isinstance(want, Tensor) and isinstance(reply.value, (tuple, list))
        if reply.value is None or several and _first(reply.value) is None:
            return _Fault("missing-return", tr("expected an answer, got None."), 0)
        if reply.changed:
            return _Fault("in-place", tr("the argument is not what it was before the call."), 0)
        if same(reply.value, want, probe.tolerance):
            return None
        if several and isinstance(_first(reply.value), Tensor):
            return _Fault("extra-answers", tr("expected a tensor, got {got}.", got=kind(reply.value)), 0)
        return _Fault(*difference(probe, reply.value, want, self.parts, self.right), 0)

    def _names(self, cases) -> tuple[list[str], bool]:
        """At most MOST names of mistakes that explain what is wrong, and whether that is not all."""
        cases = [(p, r, _first(r.value) if f and f.name == "extra-answers" else r.value, f) for p, r, f in cases]
        inside, explains = self._recognise([(p, v) for p, _, v, _ in cases if p.names and v is not None])
        plain = [(reply, fault) for probe, reply, _, fault in cases if probe.names and not probe.form]
        raised = sum(bool(reply.error and fault and not fault.name) for reply, fault in plain) > len(plain) / 2
        odd = any(fault and fault.name == "wrong-shape" for _, fault in plain)
        outside, more = [], False
        for probe, reply, value, fault in cases:
            if fault:
                outside.append(self._name(probe, reply, value, fault, explains, raised, odd))
                more |= probe.names and outside[-1] is None
        names = [name for name in dict.fromkeys([*inside, *outside]) if name]
        if "needs-weight" in names:
            names = [name for name in names if name != "needs-both"]
        return names[:MOST], len(names) > MOST or bool(names) and more

    def _name(self, probe, reply, value, fault, explains, raised: bool, odd: bool) -> str | None:
        """The name of the mistake that a fault shows, "" where those found so far explain it, None where none is known.

        `raised` and `odd` say that errors without a name, and answers of another shape, are no matter of form.
        """
        if fault.name not in _NUMBERS or fault.name and reply.error:
            return fault.name
        if explains and self._refuses(explains, probe):  # the mistake that was found can't answer here
            return fault.name
        if reply.error:
            return None if raised else probe.form or None
        if explains and self._explains(explains, probe, value, exactly=True):
            return ""
        if explains and self._explains(explains, probe, value):
            return "wrong-shape"
        if fault.name == "wrong-shape":
            return fault.name if odd else probe.form or fault.name
        return fault.name or (probe.form or probe.about or None if explains else None)

    def _recognise(self, answers: Sequence[tuple[Probe, object]]) -> tuple[list[str], Callable | None]:
        """Names of the fewest mistakes that explain the answers to probes, and the function that makes them.

        What they leave unexplained lies on higher levels; there is no function where that is more than forms.
        """
        if self.sections:
            return self._recognise_sections(answers)
        cases = []
        for probe, value in answers:
            level = probe.level if alike(value, self.expected(probe)) else ODD
            if not probe.form or level < ODD:
                cases.append((level, self._explains(self.right, probe, value), probe, value))
        cases.sort(key=lambda case: case[:2])  # where the answer is wrong is where most candidates fail
        wrong = [level for level, right, *_ in cases if not right]
        reached, names, found = (wrong[0] - 1 if wrong else ODD), [], self.right
        for mistakes, answer in self.wrong() if {*wrong} - {FORMS} else ():
            first = next((level for level, _, p, v in cases if not self._explains(answer, p, v)), ODD + 1)
            if first - 1 > reached:
                reached, names, found = first - 1, list(dict.fromkeys(mistakes)), answer
            if reached == ODD:
                break
        return names, found if reached >= MAIN else None

    def _recognise_sections(self, answers) -> tuple[list[str], Callable | None]:
        whole = [(p, v) for p, v in answers if isinstance(v, (tuple, list)) and len(v) == len(self.parts)]
        found = [
            exercise._recognise([(p, v[which] if exercise.parts else v[which][0]) for p, v in whole])
            for which, exercise in self.sections
        ]
        names = list(dict.fromkeys(name for some, _ in found for name in some))
        if any(answer is None for _, answer in found):
            return names, None
        return names, lambda *args: [part for _, answer in found for part in _listed(answer(*args))]

    def _refuses(self, answer, probe) -> bool:
        try:
            self.expected(probe, answer)
        except ValueError:
            return True
        return False

    def _explains(self, answer, probe, value, exactly: bool = False) -> bool:
        """Whether `answer` gives the value, its shape aside unless `exactly`."""
        try:
            want = self.expected(probe, answer)
        except ValueError:
            return False
        if not exactly:
            value = in_shape(value, want)
        if probe.about and isinstance(want, Tensor):  # digits are lost here: most of the places are enough
            near = isinstance(value, Tensor) and value.shape == want.shape
            return near and float(((value.double() - want).abs() < 0.05 * want.abs().max()).double().mean()) > 0.9
        return same(value, want, probe.tolerance)


@dataclass(frozen=True)
class _Fault:
    name: str  # of the mistake, or ""
    text: str
    rank: int  # the case to show is one of the lowest rank


_NUMBERS = ("", "wrong-shape", "no-gradient", "missing-part")  # faults that a mistake elsewhere may explain


@cache
def mistakes() -> dict[str, dict[str, str]]:
    """The mistakes that checks know by name: what happened, and a question that helps."""
    return json.loads(Path(__file__).with_name("mistakes.json").read_text(encoding="utf-8"))


def _sentence(name: str) -> str:
    what, hint = (tr(mistakes()[name][key]) for key in ("what", "hint"))
    return f"{what[0].upper()}{what[1:]}. {hint[0].upper()}{hint[1:]}"


def _raised(of: str, message: str) -> str:
    return tr("your function raised {kind}: {error}", kind=of, error=message)


def _called(answer, *args):
    return answer(*args)


def _listed(value) -> list:
    return list(value) if isinstance(value, (tuple, list)) else [value]


def _first(value):
    return value[0] if isinstance(value, (tuple, list)) and value else None


def _size(value) -> int:
    if isinstance(value, Tensor):
        return value.numel()
    return sum(map(_size, value)) if isinstance(value, (tuple, list)) else 1


def _of_error(of: str, message: str) -> str:
    """The mistake that an error tells of, or ""."""
    if "view size is not compatible" in message:
        return "view-error"
    if message.startswith("torch's own group norm"):
        return "torch-group-norm"
    if "incorrect number of gradients" in message:
        return "wrong-number-of-gradients"
    if "returned an invalid gradient" in message:
        return "wrong-shape"
    if "divisible by num_groups" in message:
        return "does-not-divide"
    if "requires grad. Use tensor.detach()" in message or "does not require grad" in message:
        return "no-gradient"
    attribute = re.search(r"'Tensor' object has no attribute '(\w+)'", message)
    if _NUMPY.search(message) or attribute and hasattr(np.ndarray, attribute[1]):
        return "numpy-on-tensor"
    return ""


# What torch says when NumPy's functions, or arguments of its methods, meet a tensor.
_NUMPY = re.compile(
    r"unexpected keyword argument '(axis|keepdims|dtype|out|ddof|order)'|\((.*, )?(axis|keepdims|ddof|out)=\w+[,)]"
    r"|transpose\(\).* (takes 2 positional|must be int, not (tuple|list))|'numpy.ndarray' and 'Tensor'"
)
