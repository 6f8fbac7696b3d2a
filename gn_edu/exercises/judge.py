"""The judge: sees the replies to an exercise's questions, counts the right ones, and names the mistakes in the others.

Plain Python over plain data: it runs in a notebook's kernel, in the grader, and wherever else there is a Python.
"""

from gn_edu.exercises.compare import alike, in_shape, nearly, same
from gn_edu.exercises.differences import difference, kind
from gn_edu.exercises.errors import NO_ANSWER, mistake_of_error
from gn_edu.exercises.sentences import as_text, joined, of_mistake, said
from gn_edu.exercises.table import FORMS, MAIN, ODD, Part, Whole, part_of
from gn_edu.exercises.values import Array, Refusal, first

REFUSALS = ("ValueError", "RuntimeError", "AssertionError")  # torch raises the second, some write the third
MOST = 2  # mistakes named at once
OF_FORMULA = ("", "wrong-shape", "no-gradient", "missing-part")  # faults that a mistake elsewhere may explain


class Verdict:
    """What the judge says of all replies.

    Args:
        ok: nothing is wrong.
        lines: sentences (gn_edu.exercises.sentences), one a line.
        names: of the mistakes that were recognised.
        passed, total: how many questions were answered right, and how many count.
        smallest: the number of the question to show, None where none went wrong.
        native: torch's own group norm ran.
        detours: what else of torch did what the answer has to do.
    """

    def __init__(self, ok, lines, names=(), passed=0, total=0, smallest=None, native=False, detours=()):
        self.ok, self.lines, self.names, self.passed, self.total = ok, lines, list(names), passed, total
        self.smallest, self.native, self.detours = smallest, native, tuple(detours)

    def text(self, translate=str, mistakes=None) -> str:
        """The lines in words; see sentences.as_text."""
        return "\n".join(as_text(line, translate, mistakes) for line in self.lines)


class Fault:
    """What is wrong with a reply.

    Args:
        name: of the mistake, as far as this reply alone shows it, or "".
        sentence: what happened.
        rank: the question to show is one of the lowest rank.
    """

    def __init__(self, name: str, sentence, rank: int = 0):
        self.name, self.sentence, self.rank = name, sentence, rank


class Case:
    """A question, the reply to it, and what is wrong with the reply, if anything is."""

    def __init__(self, number: int, question, reply, fault):
        self.number, self.question, self.reply, self.fault = number, question, reply, fault
        extra = fault and fault.name == "extra-answers"
        self.value = first(reply.value) if extra else reply.value

    def counts(self) -> bool:
        """Whether it is a part of the exercise."""
        return not (self.question.beyond or self.question.optional and self.reply.error)

    def raised_unnamed(self) -> bool:
        """Whether the function raised an error that says nothing about a mistake."""
        return bool(self.reply.error and self.fault and not self.fault.name)

    def misshapen(self) -> bool:
        """Whether the answer has another shape than it should."""
        return bool(self.fault and self.fault.name == "wrong-shape")

    def tells_by_itself(self) -> bool:
        """Whether the name of the fault is that of the mistake, whatever the other replies are."""
        return self.fault.name not in OF_FORMULA or bool(self.fault.name and self.reply.error)

    def usual(self) -> bool:
        """Whether its arguments have a form that every function takes, and its answer is no noise."""
        return self.question.recognises and not self.question.form

    def recognises(self) -> bool:
        """Whether the answer helps to recognise a mistake."""
        return self.question.recognises and self.value is not None


class Explanation:
    """Mistakes, and what a function that makes them answers to all questions."""

    def __init__(self, names, answers):
        self.names, self.answers = names, answers

    def refuses(self, case: Case) -> bool:
        """Whether such a function can't answer."""
        return isinstance(self.answers[case.number], Refusal)

    def gives(self, case: Case, exactly: bool = False) -> bool:
        """Whether such a function answers as the reader's does, the shape aside unless `exactly`."""
        want, got = self.answers[case.number], case.value
        if isinstance(want, Refusal):
            return False
        if not exactly:
            got = in_shape(got, want)
        if case.question.about and isinstance(want, Array):  # digits are lost here: most of the places are enough
            return nearly(got, want)
        return same(got, want, case.question.tolerance)


# ---- all replies


def judge(table, replies) -> Verdict:
    """What to say about the replies (values.Answered) to a table's questions, in their order.

    Raises:
        ValueError: there is not one reply to each question.
    """
    if len(replies) != len(table.questions):
        raise ValueError(f"{len(table.questions)} questions, {len(replies)} replies")
    if all(reply.error and reply.error[0] == "NotImplementedError" for reply in replies):
        return Verdict(False, [said("Not attempted yet.")], total=len(replies))
    cases = [Case(k, q, replies[k], fault_of(table, q, replies[k])) for k, q in enumerate(table.questions)]
    counted = [case for case in cases if case.counts()]
    wrong = [case for case in counted if case.fault]
    ran = {name for reply in replies for name in reply.ran}
    own = {"group_norm"} if table.by_hand else {"group_norm", "autograd"}
    numbers = {
        "passed": len(counted) - len(wrong),
        "total": len(counted),
        "native": "group_norm" in ran,
        "detours": sorted(ran - own),
    }
    if not wrong:
        aside = [case for case in cases if case.fault and not case.counts()]
        return Verdict(True, _praise(table, aside, **numbers), **numbers)
    names, more = names_of(table, counted)
    smallest = min(wrong, key=lambda case: (case.fault.rank, case.question.size()))
    lines = [said("Not yet: right in {passed} of {all} cases.", passed=numbers["passed"], all=len(counted))]
    lines += [of_mistake(name) for name in names]
    if more:
        lines.append(said("More is off than that: mend this first, then check again."))
    if not names and table.questions[0].how == "call" and _written_for_others(counted):
        given = ", ".join(name for name, _ in table.questions[0].arguments())
        lines.append(said("It is called as {function}({arguments}).", function=table.function, arguments=given))
    where, what = smallest.question.where, smallest.fault.sentence
    lines.append(said("Smallest case, {where}: {text}", where=where, text=what))
    return Verdict(False, lines, names, smallest=smallest.number, **numbers)


def _written_for_others(cases) -> bool:
    """Whether the function may have been written for other arguments, or for another order of them."""
    errors = [case.reply.error and case.reply.error[0] for case in cases]
    return all(errors) and "TypeError" in errors


def _praise(table, aside, passed, native, **_):
    """What is said to a right answer, and of what was asked and does not count."""
    if table.closing:
        return [table.closing]
    lines = [said("Right, in all {n} cases.", n=passed)]
    for case in aside:
        note = said("Not counted, {where}: {text}", where=case.question.where, text=case.fault.sentence)
        lines[0] = joined(lines[0], " ", note)
    return lines + ([of_mistake("torch-group-norm")] if native else [])


# ---- one reply


def fault_of(table, question, reply):
    """What is wrong with a reply, None where nothing is."""
    want = question.right
    if isinstance(want, Refusal):
        return _fault_of_no_error(reply, want.sentence)
    if reply.error:
        kind_of, message = reply.error
        raised = said("your function raised {kind}: {error}", kind=kind_of, error=message)
        return Fault(mistake_of_error(message), message if kind_of == NO_ANSWER else raised, rank=1)
    several = isinstance(want, Array) and isinstance(reply.value, list)
    if reply.value is None or several and first(reply.value) is None:
        return Fault("missing-return", said("expected an answer, got None."))
    if reply.changed:
        return Fault("in-place", said("the argument is not what it was before the call."))
    if same(reply.value, want, question.tolerance):
        return _fault_of_type(question, reply.value) if table.typed else None
    if several and isinstance(first(reply.value), Array) and first(reply.value).count == want.count:
        return Fault("extra-answers", said("expected a tensor, got {got}.", got=kind(reply.value)))
    return Fault(*difference(table, question, reply.value))


def _fault_of_type(question, got):
    """What is wrong with an array whose numbers are right."""
    given = next(value.dtype for value in question.values if isinstance(value, Array))
    if got.dtype == given:
        return None
    return Fault("wrong-dtype", said("the input is {given}, the output {got}.", given=given, got=got.dtype))


def _fault_of_no_error(reply, why):
    """What is wrong where the answer has to be an error."""
    if reply.error and reply.error[0] in REFUSALS:
        return None
    got = ": ".join(reply.error) if reply.error else kind(reply.value)
    sentence = said("expected a ValueError ({why}), got {got}.", why=why, got=got)
    return Fault("", sentence, rank=1) if reply.error else Fault("no-error", sentence, rank=2)


# ---- names


def names_of(table, cases):
    """At most MOST names of mistakes that explain what is wrong in the cases, and whether that is not all."""
    explanation, names = recognise(table, [case for case in cases if case.recognises()])
    usual = [case for case in cases if case.usual()]
    raises = sum(case.raised_unnamed() for case in usual) > len(usual) / 2
    misshapen = any(case.misshapen() for case in usual)
    names, more = list(names), False
    for case in cases:
        if case.fault:
            name = name_of(case, explanation, raises, misshapen)
            names.append(name)
            more = more or case.question.recognises and name is None
    found = []
    for name in names:
        if name and name not in found:
            found.append(name)
    if "needs-weight" in found and "needs-both" in found:
        found.remove("needs-both")
    return found[:MOST], len(found) > MOST or bool(found) and bool(more)


def name_of(case: Case, explanation, raises: bool, misshapen: bool):
    """The name of the mistake that a fault shows, "" where the explanation covers it, None where none is known.

    Args:
        case: one with a fault.
        explanation: the mistakes that were recognised in all answers; None where there are none.
        raises, misshapen: errors without a name, and answers of another shape, are the rule in the usual cases. So
            they say nothing about the form of this one.
    """
    fault, form = case.fault.name, case.question.form
    if case.tells_by_itself():
        return fault
    if explanation and explanation.refuses(case):
        return fault
    if case.reply.error:
        return None if raises else form or None
    if explanation and explanation.gives(case, exactly=True):
        return ""
    if explanation and explanation.gives(case):
        return "wrong-shape"
    if case.misshapen():
        return fault if misshapen else form or fault
    if fault:
        return fault
    return (form or case.question.about or None) if explanation else None


def recognise(table, cases):
    """(explanation, names): the fewest mistakes that explain the answers.

    What they leave unexplained lies on higher levels. The explanation is None where that is more than forms.
    """
    right = Explanation([], [question.right for question in table.questions])
    if not table.sections:
        return _recognise(right, table.wrong, cases)
    found = []
    whole = [case for case in cases if isinstance(case.value, list) and len(case.value) == len(table.parts)]
    for which, wrong in table.sections:
        parts = [PartOfCase(case, which) for case in whole]
        found.append(_recognise(Explanation([], Part(right.answers, which)), wrong, parts))
    names = [name for _, some in found for name in some]
    if any(explanation is None for explanation, _ in found):
        return None, names
    return Explanation(names, Whole([explanation.answers for explanation, _ in found])), names


class PartOfCase:
    """A case of which some parts of the answer are seen."""

    def __init__(self, case: Case, which):
        self.number, self.question, self.value = case.number, case.question, part_of(case.value, which)


def _recognise(right: Explanation, wrong, cases):
    seen = []  # (level, whether the answer is right, case)
    for case in cases:
        level = case.question.level if alike(case.value, right.answers[case.number]) else ODD
        if not case.question.form or level < ODD:
            seen.append((level, right.gives(case), case))
    seen.sort(key=lambda one: one[:2])  # where the answer is wrong is where most candidates fail
    off = [level for level, fine, _ in seen if not fine]
    reached, best = (off[0] - 1 if off else ODD), right
    if any(level != FORMS for level in off):
        for names, answers in wrong():
            candidate = Explanation(names, answers)
            failed = next((level for level, _, case in seen if not candidate.gives(case)), ODD + 1)
            if failed - 1 > reached:
                reached, best = failed - 1, candidate
            if reached == ODD:
                break
    return (best if reached >= MAIN else None), best.names
