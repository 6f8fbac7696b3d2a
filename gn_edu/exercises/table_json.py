"""A table as JSON: questions and right answers whole, of what mistakes would answer a few telling numbers.

What mistakes answer is written in units of a twentieth of a question's tolerance, each answer once: [largest, number,
...] for an array of the right answer's shape. So the thousands of answers to an exercise fit into a page.
"""

from gn_edu.exercises.table import Question, Table, part_of
from gn_edu.exercises.values import Array, Other, Refusal, is_finite

_ODD = {"inf": float("inf"), "-inf": float("-inf"), "nan": float("nan")}  # numbers that JSON does not have
_GOLDEN = 0.6180339887  # multiples of it lie far apart, modulo 1
_PARTS = 20  # of a tolerance


# ---- values


def to_json(value):
    """What json.dumps takes."""
    if isinstance(value, Array):
        return _array_to_json(value)
    if isinstance(value, Refusal):
        return {"refuses": value.sentence}
    if isinstance(value, Other):
        return {"other": value.text}
    if isinstance(value, list):
        return {"parts": [to_json(part) for part in value]}
    return {"text": value} if isinstance(value, str) else _number(value)


def from_json(data):
    """The value of to_json."""
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


def _array_to_json(array: Array) -> dict:
    """Numbers that are short in binary as whole ones over a power of two."""
    data = {"shape": array.shape, "values": [_number(v) for v in array.values]}
    over = next((2**k for k in (0, 4, 10, 14) if all(_is_whole(v * 2**k) for v in array.values)), None)
    if over and array.dtype.startswith("float"):
        data["values"], data["over"] = [int(v * over) for v in array.values], over
    if array.dtype != "float64":
        data["dtype"] = array.dtype
    return data | ({"strides": array.strides} if array.strides else {})


def _is_whole(number) -> bool:
    return is_finite(number) and number == int(number)


def _number(number):
    if isinstance(number, float) and not is_finite(number):
        return "nan" if number != number else "inf" if number > 0 else "-inf"
    return number


# ---- answers of mistakes


def telling(count: int, most: int) -> list:
    """At most so many places of a row of numbers, spread over it."""
    if count <= most:
        return list(range(count))
    return sorted({int(count * ((0.5 + k * _GOLDEN) % 1)) for k in range(most)})


def _shorten(answer, right, tolerance: float, most: int):
    """An answer as JSON, arrays of the right answer's shape by a few of their numbers."""
    if isinstance(answer, list) and isinstance(right, list) and len(answer) == len(right):
        return {"parts": [_shorten(part, right[k], tolerance, most) for k, part in enumerate(answer)]}
    if not isinstance(answer, Array) or not isinstance(right, Array) or answer.shape != right.shape:
        return to_json(answer)
    largest = float(f"{answer.largest():.4g}")
    unit = tolerance / _PARTS * max(1.0, largest)
    numbers = [answer.values[place] for place in telling(answer.count, most)]
    return [largest] + [round(n / unit) if is_finite(n) else _number(n) for n in numbers]


def _lengthen(data, right, tolerance: float):
    if isinstance(data, dict) and "parts" in data and isinstance(right, list) and len(data["parts"]) == len(right):
        return [_lengthen(part, right[k], tolerance) for k, part in enumerate(data["parts"])]
    if not isinstance(data, list):
        return from_json(data)
    largest, numbers = data[0], data[1:]
    unit = tolerance / _PARTS * max(1.0, largest)
    values = [_ODD[n] if isinstance(n, str) else n * unit for n in numbers]
    return Array(right.shape, values, right.dtype, places=telling(right.count, len(numbers)), largest=largest)


# ---- a table


def table_to_json(table: Table, at_once: int = 2, numbers: tuple = (6, 2)) -> dict:
    """The table as JSON.

    Args:
        table: plain data.
        at_once: how many mistakes at once are kept.
        numbers: how many numbers are kept of what one mistake answers to a question, and of what several do.
    """
    sections = table.sections or [(None, table.wrong)]
    return {
        "function": table.function,
        "questions": [_question_to_json(question) for question in table.questions],
        "parts": list(table.parts),
        "by_hand": table.by_hand,
        "closing": table.closing,
        "sections": [_wrong_to_json(table, which, wrong, at_once, numbers) for which, wrong in sections],
    }


def _question_to_json(question: Question) -> dict:
    fields = {name: getattr(question, name) for name in Question.FIELDS}
    kept = {name: value for name, value in fields.items() if value != Question.FIELDS[name]}
    kept["parameters"], kept["right"] = question.parameters, to_json(question.right)
    kept["values"] = [to_json(value) for value in question.values]
    return kept


def _wrong_to_json(table: Table, which, wrong, at_once: int, numbers) -> dict:
    """Answers of mistakes: for each question those that occur, and for each mistake their numbers in these lists."""
    rights = [_right(question, which) for question in table.questions]
    known: list[dict[str, int]] = [{} for _ in rights]  # answer as text -> its number
    answers: list[list] = [[] for _ in rights]
    rows: list[list] = []
    for names, given in wrong():
        if len(names) > at_once:
            continue
        row = []
        for k, question in enumerate(table.questions):
            short = _shorten(given[k], rights[k], question.tolerance, numbers[len(names) > 1])
            if str(short) not in known[k]:
                known[k][str(short)] = len(answers[k])
                answers[k].append(short)
            row.append(known[k][str(short)])
        rows.append([names, row])
    return {"which": which, "answers": answers, "wrong": rows}


def _right(question: Question, which):
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
    whole = sections[0][0] is None
    return Table(
        function=data["function"],
        questions=questions,
        wrong=sections[0][1] if whole else tuple,
        parts=data["parts"],
        sections=() if whole else sections,
        by_hand=data["by_hand"],
        closing=data["closing"],
    )


class _Wrong:
    """`wrong` of a table: gives names and answers, of which each is made when it is asked for."""

    def __init__(self, questions, part: dict):
        self.questions, self.answers, self.rows = questions, part["answers"], part["wrong"]
        self.rights = [_right(question, part["which"]) for question in questions]

    def __call__(self):
        for names, row in self.rows:
            yield names, _Answers(self, row)


class _Answers:
    def __init__(self, wrong: _Wrong, row):
        self.wrong, self.row = wrong, row

    def __getitem__(self, k: int):
        of = self.wrong
        return _lengthen(of.answers[k][self.row[k]], of.rights[k], of.questions[k].tolerance)
