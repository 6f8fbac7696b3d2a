"""Questions' and readers' values as plain data: numbers, texts, lists, and arrays of numbers. Needs Python alone.

The judge sees nothing else, so that it can run wherever a reader's function is asked.
table_to_json.py writes it as JSON.
"""

from gn_edu.exercises.sentences import as_text


class Array:
    """A tensor as a list.

    Args:
        shape: the lengths of its axes.
        values: its numbers in a row, the last axis first; None for more than can be right.
        dtype: its type, as torch names it.
        places: where only some numbers are known, their places in the row of all, in the order of `values`.
        largest: where only some are known, the largest of all.
        strides: as torch has them, None where the numbers lie in order.
    """

    def __init__(self, shape, values, dtype="float64", places=None, largest=None, strides=None):
        self.shape, self.values, self.dtype, self.places = list(shape), values, dtype, places
        self.count = 1
        for length in self.shape:
            self.count *= length
        self._largest, self.strides = largest, strides

    def largest(self) -> float:
        """The largest of the finite numbers, by size; 0 where there is none."""
        if self._largest is None:
            self._largest = max((abs(float(v)) for v in self.values if is_finite(v)), default=0.0)
        return self._largest

    def at(self, places):
        """Its numbers at these places; all of them where places is None."""
        return self.values if places is None else [self.values[place] for place in places]

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
        line: of the program in which the error came, where that is known.
    """

    def __init__(self, value=None, error=None, changed=False, ran=(), line=None):
        self.value, self.error, self.changed, self.ran, self.line = value, error, changed, ran, line


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
