"""Questions' and readers' values as plain data: numbers, texts, lists, and arrays of numbers. Needs Python alone.

The judge sees nothing else, so that it can run wherever a reader's function is asked. JSON holds all of it.
"""

from gn_edu.exercises.sentences import as_text

_ODD = {"inf": float("inf"), "-inf": float("-inf"), "nan": float("nan")}  # numbers that JSON does not have


class Array:
    """A tensor as a list.

    Args:
        shape: the lengths of its axes.
        values: its numbers in a row, the last axis first; None for more than can be right.
        dtype: its type, as torch names it.
    """

    def __init__(self, shape, values, dtype="float64"):
        self.shape, self.values, self.dtype = list(shape), values, dtype
        self.count = 1
        for length in self.shape:
            self.count *= length
        self._largest = None

    def largest(self) -> float:
        """The largest of the finite numbers, by size; 0 where there is none."""
        if self._largest is None:
            self._largest = max((abs(float(v)) for v in self.values if is_finite(v)), default=0.0)
        return self._largest

    def finite(self) -> bool:
        """Whether all numbers are."""
        return all(is_finite(v) for v in self.values)

    def numbers(self) -> bool:
        """Whether it holds real numbers."""
        return self.values is not None and not self.dtype.startswith("complex")


class Other:
    """Stands for a value that is none of these: what it was."""

    def __init__(self, text: str):
        self.text = text


class Refusal(ValueError):
    """Stands where the answer is an error; the sentence says why."""

    def __init__(self, sentence):
        super().__init__(as_text(sentence))
        self.sentence = sentence


class Answered:
    """A reply to a question: a value, or the name and the message of an error.

    Args:
        value: in plain data.
        error: (kind, message), or None.
        changed: whether an argument was changed in place.
        ran: what of torch did work that an answer may have to do itself.
    """

    def __init__(self, value=None, error=None, changed=False, ran=()):
        self.value, self.error, self.changed, self.ran = value, error, changed, ran


def is_finite(number) -> bool:
    """Neither infinite nor NaN."""
    return number - number == 0


def is_number(value) -> bool:
    """A number, as True and False are."""
    return isinstance(value, (int, float))


def count(value) -> int:
    """How many numbers and other things it holds."""
    if isinstance(value, Array):
        return value.count
    return sum(map(count, value)) if isinstance(value, list) else 1


def first(value):
    """The first of several, None where there are none."""
    return value[0] if isinstance(value, list) and value else None


# ---- to JSON and back


def _number_to_json(number, digits=None):
    if isinstance(number, float):
        if number != number:
            return "nan"
        if not is_finite(number):
            return "inf" if number > 0 else "-inf"
        if digits:
            return float(f"{number:.{digits}g}")
    return number


def to_json(value, digits=None):
    """What json.dumps takes; floats of arrays with so many digits at most."""
    if isinstance(value, Array):
        return {
            "shape": value.shape,
            "dtype": value.dtype,
            "values": [_number_to_json(v, digits) for v in value.values],
        }
    if isinstance(value, Refusal):
        return {"refuses": value.sentence}
    if isinstance(value, Other):
        return {"other": value.text}
    if isinstance(value, list):
        return {"parts": [to_json(part, digits) for part in value]}
    if isinstance(value, str):
        return {"text": value}
    return _number_to_json(value)


def from_json(data):
    """The value of to_json."""
    if isinstance(data, str):
        return _ODD[data]
    if not isinstance(data, dict):
        return data
    if "shape" in data:
        values = [_ODD[v] if isinstance(v, str) else v for v in data["values"]]
        return Array(data["shape"], values, data["dtype"])
    if "refuses" in data:
        return Refusal(data["refuses"])
    if "other" in data:
        return Other(data["other"])
    return [from_json(part) for part in data["parts"]] if "parts" in data else data["text"]
