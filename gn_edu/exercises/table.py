"""What the judge is handed: an exercise's questions, the right answers, and what each known mistake would answer.

Plain data, from JSON or from the exercises themselves, where answers are worked out when they are asked for.
"""

from gn_edu.exercises.values import Refusal, count

FIRST, MAIN, FORMS, ODD = range(4)  # levels of questions, see exercise.Probe


class Question:
    """A probe (see exercise.Probe, whose fields it has) as plain data, with its right answer.

    Args:
        parameters: the names of the arguments.
        values: the arguments.
        right: the right answer, or a values.Refusal.
        fields: what a probe says of itself, by name.
    """

    FIELDS = {
        "where": "",
        "how": "call",
        "about": "",
        "form": "",
        "level": MAIN,
        "recognises": True,
        "optional": False,
        "beyond": False,
        "tolerance": 1e-5,
    }

    def __init__(self, parameters, values, right, **fields):
        self.parameters, self.values, self.right = list(parameters), list(values), right
        for name, usual in self.FIELDS.items():
            setattr(self, name, fields.get(name, usual))

    def arguments(self):
        """(name, value) of each argument."""
        return [(name, self.values[k]) for k, name in enumerate(self.parameters[: len(self.values)])]

    def size(self) -> int:
        """How many numbers its arguments hold."""
        return count(self.values)


class Table:
    """An exercise as plain data.

    Args:
        function: the name of the function that is asked for.
        questions: what it is asked.
        wrong: gives (names, answers to all questions in their order) of mistakes, alone and several at once, most
            telling first.
        parts: names of the parts of an answer, where it is a list.
        sections: (numbers of some parts, `wrong` for these parts alone), where they go wrong apart from the others.
        by_hand: torch's autograd is a detour.
        typed: an answer has the dtype of the first array among the arguments.
        closing: the sentence for a right answer, in place of the usual one.
    """

    def __init__(self, function, questions, wrong=tuple, parts=(), sections=(), by_hand=False, closing="", typed=False):
        self.function, self.questions, self.wrong = function, questions, wrong
        self.parts, self.sections, self.by_hand, self.closing = parts, sections, by_hand, closing
        self.typed = typed


class Part:
    """Some parts of all answers: the value of a single one, a list of several."""

    def __init__(self, answers, which):
        self.answers, self.which = answers, which

    def __getitem__(self, k: int):
        value = self.answers[k]
        return value if isinstance(value, Refusal) else part_of(value, self.which)


def part_of(value: list, which):
    """The parts `which` of a list; the value itself where it is one."""
    return value[which[0]] if len(which) == 1 else [value[k] for k in which]


class Whole:
    """Answers put together from those of sections, which follow each other."""

    def __init__(self, sections):
        self.sections = sections

    def __getitem__(self, k: int):
        found = []
        for answers in self.sections:
            value = answers[k]
            if isinstance(value, Refusal):
                return value
            found += value if isinstance(value, list) else [value]
        return found
