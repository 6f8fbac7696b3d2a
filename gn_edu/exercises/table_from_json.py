"""A table from JSON, as table_to_json.py writes it."""

from gn_edu.exercises.table import Question, Table, part_of
from gn_edu.exercises.values import Array, Other, Refusal

PARTS = 20  # of a tolerance, which is the unit of what mistakes answer
_ODD = {"inf": float("inf"), "-inf": float("-inf"), "nan": float("nan")}  # numbers that JSON does not have
_GOLDEN = 0.6180339887  # multiples of it lie far apart, modulo 1


# ---- values


def from_json(data):
    """The value of table_to_json.to_json."""
    if not isinstance(data, dict):
        return _ODD[data] if isinstance(data, str) else data
    if "shape" in data:
        values = [_ODD[v] if isinstance(v, str) else v for v in data["values"]]
        if "over" in data:
            values = [v / data["over"] for v in values]
        return Array(data["shape"], values, data.get("dtype", "float64"), strides=data.get("strides"))
    if "refuses" in data:
        return Refusal(data["refuses"])
    if "other" in data:
        return Other(data["other"])
    return [from_json(part) for part in data["parts"]] if "parts" in data else data["text"]


# ---- answers of mistakes


def telling(count: int, most: int) -> list:
    """At most so many places of a row of numbers, spread over it."""
    if count <= most:
        return list(range(count))
    return sorted({int(count * ((0.5 + k * _GOLDEN) % 1)) for k in range(most)})


def _lengthen(data, right, tolerance: float):
    if isinstance(data, dict) and "parts" in data and isinstance(right, list) and len(data["parts"]) == len(right):
        return [_lengthen(part, right[k], tolerance) for k, part in enumerate(data["parts"])]
    if not isinstance(data, list):
        return from_json(data)
    largest, numbers = data[0], data[1:]
    unit = tolerance / PARTS * max(1.0, largest)
    values = [_ODD[n] if isinstance(n, str) else n * unit for n in numbers]
    return Array(right.shape, values, right.dtype, places=telling(right.count, len(numbers)), largest=largest)


# ---- a table


def right_part(question: Question, which):
    right = question.right
    return right if which is None or isinstance(right, Refusal) else part_of(right, which)


def table_from_json(data: dict) -> Table:
    """The table of table_to_json."""
    questions = []
    for one in data["questions"]:
        fields = {name: value for name, value in one.items() if name in Question.FIELDS}
        values = [from_json(value) for value in one["values"]]
        questions.append(Question(one["parameters"], values, from_json(one["right"]), **fields))
    sections = [(part["which"], _Wrong(questions, part)) for part in data["sections"]]
    alone = sections and sections[0][0] is None
    return Table(
        function=data["function"],
        questions=questions,
        wrong=sections[0][1] if alone else tuple,
        parts=data["parts"],
        sections=() if alone else sections,
        by_hand=data["by_hand"],
        typed=data["typed"],
        closing=data["closing"],
    )


class _Wrong:
    """`wrong` of a table: gives names and answers, of which each is made when it is asked for."""

    def __init__(self, questions, part: dict):
        self.questions, self.answers, self.rows = questions, part["answers"], part["wrong"]
        self.rights = [right_part(question, part["which"]) for question in questions]

    def __call__(self):
        for names, row in self.rows:
            yield names, _Answers(self, row)


class _Answers:
    def __init__(self, wrong: _Wrong, row):
        self.wrong, self.row = wrong, row

    def __getitem__(self, k: int):
        of = self.wrong
        return _lengthen(of.answers[k][self.row[k]], of.rights[k], of.questions[k].tolerance)


# ---- a table of thousands of questions that differ in whole numbers alone: columns


def sums(found) -> list:
    """The numbers of `steps`."""
    numbers, last = [], 0
    for step in found:
        last += step
        numbers.append(last)
    return numbers


def from_columns(data: dict) -> Table:
    """The table of to_columns."""
    names, columns, questions = data["names"], [sums(found) for found in data["arguments"]], []
    for k, right in enumerate(data["right"]):
        values = [column[k] for column in columns]
        where = [data["where"], {name: values[i] for i, name in enumerate(names)}]
        questions.append(Question(names, values, right, where=where, how=data["how"]))
    wrong = [(made, _Rule(rule, names, questions)) for made, rule in data["wrong"]]
    return Table(data["function"], questions, lambda: wrong, closing=data["closing"])


class _Rule:
    """What a mistake answers to each question, by an expression."""

    def __init__(self, rule: str, names, questions):
        self.answer = eval("lambda right, " + ", ".join(names) + ": " + rule, {})
        self.questions = questions

    def __getitem__(self, k: int):
        question = self.questions[k]
        return self.answer(question.right, *question.values)
