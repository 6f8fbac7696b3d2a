"""Where an answer is not the right one: the place, both numbers, the arguments. In plain data, as sentences."""

from gn_edu.exercises.compare import same
from gn_edu.exercises.sentences import joined, said
from gn_edu.exercises.values import Array, Other, is_number

FEW = 8  # numbers of an array that are shown
LARGEST = 1.7976931348623157e308  # that is no infinity
NUDGE = 1 + 1e-15  # moves no number but those that lie in the middle
EXACT = 7  # digits that show arguments as they are
LINE = 24  # numbers that are shown of all arguments
WITH_GRADIENTS = ("gradients", "function")  # ways to ask whose answers end in gradients


def difference(table, question, got):
    """Name of the mistake, if it lies in the form of the answer, and a sentence with numbers.

    Args:
        table: the exercise, with the names of an answer's parts.
        question: what was asked, with the right answer.
        got: the answer that is not the same.
    """
    want, given = question.right, _given(question)
    if not isinstance(want, list):
        return _one(given, question.tolerance, got, want, "")
    if not isinstance(got, list) or len(got) != len(want):
        return "wrong-shape", said("expected {n} parts, got {got}.", n=len(want), got=kind(got))
    k = next(k for k, w in enumerate(want) if not same(got[k], w, question.tolerance))
    if got[k] is None and question.how in WITH_GRADIENTS:
        names = [name for name, value in question.arguments() if isinstance(value, Array)]
        name = names[k - len(want)]  # an output may stand before the gradients
        return "no-gradient", said("the gradient of {name} is None: was it detached?", name=name)
    part = _part(table.parts, k, len(want))
    if got[k] is None:
        return "missing-part", joined(part, said("expected an answer, got None."))
    return _one(given, question.tolerance, got[k], want[k], part)


def _part(parts, k: int, of: int):
    """The name of part k of an answer, "" where it is the only one."""
    if k < len(parts):
        return joined(said(parts[k]), ": ")
    return joined(said("number {n}", n=k + 1), ": ") if of > 1 else ""


def _one(given, tolerance: float, got, want, part):
    if not isinstance(want, Array) or not want.shape:
        want, got = _item(want), _item(got)
        both = side_by_side(want, got) if is_number(got) else (number(want), kind(got))
        return "", joined(given, part, _sides(*both))
    if not isinstance(got, Array) or got.shape != want.shape:
        return "wrong-shape", joined(
            part, said("expected the shape {shape}, got {got}.", shape=shape_of(want), got=kind(got))
        )
    if want.dtype == "bool" != got.dtype:
        return "wrong-shape", joined(part, said("expected a tensor of bool, got {dtype}.", dtype=got.dtype))
    if want.count <= FEW:
        near = tolerance * max(1.0, want.largest())
        pairs = [side_by_side(w, got.values[k], near) for k, w in enumerate(want.values)]
        rows = ["[" + ", ".join(pair[side] for pair in pairs) + "]" for side in (0, 1)]
        return "", joined(given, part, _sides(*rows))
    at = _farthest(got.values, want.values)
    place = said("at index {at}:", at=str(_index(at, want.shape)))
    return "", joined(part, place, " ", _sides(*side_by_side(want.values[at], got.values[at])))


def _item(value):
    """The number of an array without axes."""
    return value.values[0] if isinstance(value, Array) and not value.shape else value


def _farthest(got, want) -> int:
    """The place of the largest difference; one that is no number is larger than all."""
    gaps = [abs(g - want[k]) for k, g in enumerate(got)]
    gaps = [min(gap, LARGEST) if gap == gap else float("inf") for gap in gaps]
    return gaps.index(max(gaps))


def _index(place, shape):
    """The index of a place, counted row by row, in an array of a shape."""
    found = []
    for length in reversed(shape):
        found.insert(0, place % length)
        place //= length
    return found


def _sides(right: str, yours):
    return said("right is {right}, you give {yours}.", right=right, yours=yours)


def _given(question):
    """The arguments, as much of them as fits, where the question's name does not say them."""
    if question.how != "call" and question.how not in WITH_GRADIENTS:
        return ""
    if not any(isinstance(value, Array) for value in question.values):
        return ""
    shown, left = [], LINE
    for name, value in question.arguments():
        if isinstance(value, Array):
            fits = value.count <= min(FEW, left)
            left -= value.count if fits else 0
            row = " = [" + ", ".join([number(v, EXACT) for v in value.values]) + "]" if fits else ""
            shape = said(" of shape {shape}", shape=shape_of(value)) if len(value.shape) > 1 or not row else ""
            shown.append(joined(name, row, shape))
        elif value is not None:
            shown.append(f"{name} = {number(value)}")
    parts = [part for one in shown for part in (", ", one)]
    return joined(*parts[1:], ": ")


def kind(got):
    """What an answer is, in a few words."""
    if isinstance(got, Array):
        return said("a tensor of shape {shape}", shape=shape_of(got)) if got.shape else number(got.values[0])
    if isinstance(got, Other):
        return got.text
    if isinstance(got, list):
        return said("a list of {n}", n=len(got))
    return number(got)


def shape_of(array: Array) -> str:
    """A shape as torch writes it."""
    return str(tuple(array.shape))


def number(value, digits: int = 4) -> str:
    """A number as text; a float with so many digits at most."""
    if isinstance(value, float):  # a half goes up, in every Python
        return ("{:." + str(digits) + "g}").format(value * NUDGE if digits < 13 else value)
    return repr(value) if isinstance(value, str) else str(value)


def side_by_side(right, yours, near: float = 0.0):
    """Two numbers as text, with four digits, or with as many as show a difference of more than `near`."""
    digits = 4
    while number(right, digits) == number(yours, digits) and abs(right - yours) > near and digits < 17:
        digits += 1
    return number(right, digits), number(yours, digits)
