"""The types of numbers, which of them an operation has, and how it rounds."""

from array import array
from math import frexp

INF, NAN = float("inf"), float("nan")
_WRAP, _HALF = 2**64, 2**63


def missing(name):
    return AttributeError(f"The torch of this page has no {name}. In Colab you have all of it.")


class dtype:
    """A type of torch's: its name, the letter of its array, its rank among the types."""

    def __init__(self, name, letter, rank, said):
        self.name, self.letter, self.rank, self.said = name, letter, rank, said
        self.is_floating_point = rank > 1

    def __repr__(self):
        return "torch." + self.name

    def __call__(self, x):
        return rounded(x, self)


bool_ = dtype("bool", "b", 0, "Bool")
int64 = dtype("int64", "q", 1, "Long")
float16 = dtype("float16", "f", 2, "Half")
float32 = dtype("float32", "f", 3, "Float")
float64 = dtype("float64", "d", 4, "Double")


def _half(x):
    if not abs(x) < 65520.0:
        return x * INF
    step = 2 ** max(frexp(x)[1] - 11, -24)  # MicroPython's struct loses digits below 2**-14
    return round(x / step) * step or x * 0.0


def _whole(x):
    if x != x or x - x != 0:
        return -_HALF
    x = int(x)
    return x if -_HALF <= x < _HALF else (x + _HALF) % _WRAP - _HALF


def pack(values, kind):
    """The numbers, rounded to the type, as an array."""
    if kind is float16:
        values = [_half(x) for x in values]
    elif kind is int64:
        values = [_whole(x) for x in values]
    elif kind is bool_:
        values = [1 if x else 0 for x in values]
    return array(kind.letter, values)


def rounded(x, kind):
    """One number as the type holds it."""
    return pack([x], kind)[0]


def of_number(x, default=float32):
    """The type of a number of Python."""
    return bool_ if isinstance(x, bool) else int64 if isinstance(x, int) else default


def _both(higher, lower):
    if higher is None or lower is None:
        return higher or lower
    if higher.rank <= 1 and (higher is bool_ or lower.is_floating_point):
        return higher if higher.rank >= lower.rank else lower
    return higher


def promoted(operands, default=float32):
    """The type that an operation on these tensors and numbers computes in: tensors with axes go first."""
    found = [None, None, None]
    for one in operands:
        of_tensor = hasattr(one, "dtype")
        level = 2 if not of_tensor else 0 if one.shape else 1
        kind = one.dtype if of_tensor else of_number(one, default)
        found[level] = kind if found[level] is None or found[level].rank < kind.rank else found[level]
    return _both(found[0], _both(found[1], found[2]))
