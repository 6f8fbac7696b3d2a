"""A table as JSON: questions and right answers whole, of what mistakes would answer a few telling numbers.

What mistakes answer is written in units of a twentieth of a question's tolerance, each answer once: [largest, number,
...] for an array of the right answer's shape. So the thousands of answers to an exercise fit into a page.
"""

from gn_edu.exercises.table import Question, Table
from gn_edu.exercises.table_from_json import PARTS, from_columns, right_part, telling
from gn_edu.exercises.values import Array, Other, Refusal, is_finite

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


def _shorten(answer, right, tolerance: float, most: int):
    """An answer as JSON, arrays of the right answer's shape by a few of their numbers."""
    if isinstance(answer, list) and isinstance(right, list) and len(answer) == len(right):
        return {"parts": [_shorten(part, right[k], tolerance, most) for k, part in enumerate(answer)]}
    if not isinstance(answer, Array) or not isinstance(right, Array) or answer.shape != right.shape:
        return to_json(answer)
    largest = float(f"{answer.largest():.4g}")
    unit = tolerance / PARTS * max(1.0, largest)
    numbers = [answer.values[place] for place in telling(answer.count, most)]
    return [largest] + [round(n / unit) if is_finite(n) else _number(n) for n in numbers]


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
        "typed": table.typed,
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
    rights = [right_part(question, which) for question in table.questions]
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


# ---- a table of thousands of questions that differ in whole numbers alone: columns


def to_columns(table: Table, rules: dict[str, str]) -> dict:
    """The table as JSON.

    Args:
        table: its questions are alike but for the arguments, which are whole numbers and stand in `where` by name.
        rules: mistake -> its answer as an expression of the arguments and of `right`.

    Raises:
        ValueError: an expression gives something else than the mistake answers.
    """
    first = table.questions[0]
    rows = [question.values for question in table.questions]
    data = {
        "function": table.function,
        "where": first.where[0],
        "how": first.how,
        "names": first.parameters,
        "arguments": [steps([row[k] for row in rows]) for k in range(len(rows[0]))],
        "right": [question.right for question in table.questions],
        "wrong": [[names, rules[names[0]]] for names, _ in table.wrong()],
        "closing": table.closing,
    }
    for (names, answers), (_, found) in zip(table.wrong(), from_columns(data).wrong(), strict=True):
        if any(answers[k] != found[k] for k in range(len(rows))):
            raise ValueError(f"{rules[names[0]]} is not what {names[0]} answers")
    return data


def steps(numbers) -> list:
    """The first number, and how much each of the others is more than the one before."""
    return [number - (numbers[k - 1] if k else 0) for k, number in enumerate(numbers)]
