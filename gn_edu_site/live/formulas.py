"""The right answers, and what mistakes would answer, where the page works them out: group norm and its gradients.

A table carries for these the questions alone, and the names of the mistakes with their knobs.
"""

from gn_edu.exercises.formula import GROUP
from gn_edu.exercises.knobs import turns
from gn_edu.exercises.table_from_json import telling
from gn_edu.exercises.values import Array, Refusal, is_finite

from .norms import Block, dparams, dx_at, norm_at, slope_at, slope_of

PLACES = 6  # of an array, at which a mistake is known again
_ERRORS = (ValueError, ZeroDivisionError, IndexError)  # of a mistake that can't be made with these shapes


class Numbers:
    """Numbers that are worked out when they are looked at, each once."""

    def __init__(self, at, places):
        self.at, self.places, self.known = at, places, []

    def __len__(self):
        return len(self.places)

    def __getitem__(self, k):
        while len(self.known) <= k:
            self.known.append(self.at(self.places[len(self.known)]))
        return self.known[k]

    def __iter__(self):
        return iter([self[k] for k in range(len(self))]) if len(self.known) == len(self) else self._each()

    def _each(self):
        for k in range(len(self)):
            yield self[k]


class Asked:
    """A question about a block, and its answers for knobs."""

    def __init__(self, question, kind: str):
        given = dict(question.arguments())
        self.question, self.x = question, given["x"]
        weight, bias = given.get("weight"), given.get("bias")
        self.shape = [1, 1, self.x.count] if kind == "row" else self.x.shape
        self.dy = given["dy"].values if "dy" in given else None
        self.block = Block(
            self.x.values,
            self.shape,
            given.get("num_groups", 1),
            weight and weight.values,
            bias and bias.values,
            given.get("eps", 1e-5),
            self.x.strides,
        )

    def answer(self, kind: str, knobs, whole: bool = False):
        """The answer as values; of arrays as large as x a few places, if not the whole."""
        block, dy = self.block, self.dy
        if kind == "statistics":
            return _statistics(block, **knobs)
        if kind == "dparams":
            return dparams(block, dy, **knobs)
        if kind == "dx":
            return self._array(lambda k: dx_at(block, dy, k, **knobs), whole)
        knobs = {"affine_is" if name == "affine" else name: value for name, value in knobs.items()}
        if kind == "slope":
            return self._array(lambda k: slope_at(block, dy, k, **knobs), whole)
        if self.question.how != "gradients":
            return self._array(lambda k: norm_at(block, k, **knobs), whole)
        if whole and not knobs:
            return [self.answer("dx", {}, whole)] + dparams(block, dy)
        found = [self._array(lambda k: slope_at(block, dy, k, **knobs), whole)]
        for name in ("weight", "bias"):
            numbers = [slope_of(block, dy, name, k, **knobs) for k in range(self.shape[1])]
            left_out = knobs.get("affine_is") in ("none", "no-" + name)
            found.append(None if left_out else Array([len(numbers)], numbers))
        return found

    def _array(self, at, whole):
        if whole:
            return Array(self.x.shape, [at(k) for k in range(self.x.count)])
        places = telling(self.x.count, PLACES)
        numbers = Numbers(at, places)
        first = abs(numbers[0]) if places else 0.0
        return Array(self.x.shape, numbers, places=places, largest=first if is_finite(first) else 0.0)


def _statistics(block, var="biased", rows="group", give="both"):
    sets = {"group": GROUP, "instance": "ngk", "layer": "n"}[rows]
    found = [block.statistics(sets, which, var) for which in sorted(block.members(sets))]
    means, variances = [one[1] for one in found], [one[2] for one in found]
    if give == "root":
        variances = [x**0.5 for x in variances]
    if give == "swapped":
        means, variances = variances, means
    shape = [block.shape[0], len(found) // block.shape[0]]
    return [Array(shape, means), Array(shape, variances)]


class Section:
    """Some parts of the answers: `wrong` of a table.

    Args:
        asked: for each question one of Asked.
        data: {"kind": that of the right answer, "wrong": [{"kind", "table", "most", "rare"}, ...]}.
    """

    def __init__(self, asked, data):
        self.asked, self.data = asked, data

    def __call__(self):
        for one in self.data["wrong"]:
            for names, knobs in turns(one["table"], one["most"], one["rare"]):
                yield names, _Answers(self.asked, one["kind"], knobs)

    def right(self, k: int):
        """The right answer to question k, whole."""
        return self.asked[k].answer(self.data["kind"], {}, whole=True)


class _Answers:
    def __init__(self, asked, kind, knobs):
        self.asked, self.kind, self.knobs, self.known = asked, kind, knobs, {}

    def __getitem__(self, k: int):
        if k not in self.known:
            self.known[k] = self._answer(self.asked[k])
        return self.known[k]

    def _answer(self, asked):
        if isinstance(asked.question.right, Refusal):
            return asked.question.right
        try:
            return asked.answer(self.kind, self.knobs)
        except _ERRORS as error:
            return Refusal(str(error))


def add_answers(table, sections) -> None:
    """Give a table whose questions are known the right answers that are missing, and `wrong`.

    Args:
        sections: ([numbers of parts] or None, data of Section) of each.
    """
    kind = sections[0][1]["kind"]
    asked = [Asked(question, kind) for question in table.questions]
    made = [(which, Section(asked, data)) for which, data in sections]
    for k, question in enumerate(table.questions):
        if question.right is None:
            found = []
            for _, section in made:
                value = section.right(k)
                found += value if isinstance(value, list) else [value]
            question.right = found if len(found) > 1 else found[0]
    if made[0][0] is None:
        table.wrong = made[0][1]
    else:
        table.sections = made
