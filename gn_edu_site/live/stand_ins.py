"""What stands in for names of Python that MicroPython has not, and for modules that programs import."""

import functools
import itertools
import math
import sys

from . import numpy, torch
from .shapes import product
from .tensor import Tensor
from .types import missing

COLAB = "In Colab you have all of it."
LACKS = str(missing("?")).split("?")[0]  # so begins what types.missing says


class Module:
    """A module of some names, and of those of the real one; what is missing says so."""

    def __init__(self, name, real=None, **names):
        self.__name__, self._real, self._names = name, real, names

    def __getattr__(self, name):
        if name in self._names:
            return self._names[name]
        if hasattr(self._real, name):
            found = getattr(self._real, name)
            return (lambda *args: found(*map(_plain, args))) if self._real is math and callable(found) else found
        if self.__name__.startswith("torch."):
            raise missing(f"{self.__name__[6:]}.{name}")
        raise AttributeError(f"The {self.__name__} of this page has no {name}. {COLAB}")


class _Grad:
    """A block, or a function, in which new tensors are constants for gradients, or are none again; see asking.py."""

    def __init__(self, still):
        self.still = still

    def __call__(self, f):
        def g(*args, **more):
            with self:
                return f(*args, **more)

        return g

    def __enter__(self):
        self.was, Tensor.still = Tensor.still, self.still

    def __exit__(self, *args):
        Tensor.still = self.was


def no_grad(f=None):
    return _Grad(True)(f) if callable(f) else _Grad(f is not False)


class _Keys:
    def __getitem__(self, key):
        return key


class _Type:
    """Any type of typing."""

    def __getitem__(self, key):
        return self

    def __call__(self, *args, **more):
        return self


class _Typing:
    TYPE_CHECKING = False

    def __getattr__(self, name):
        if name == "NamedTuple":
            raise AttributeError(f"The typing of this page has no {name}. {COLAB}")
        return _Type()


def _slice(*args):
    start, stop, step = args if len(args) == 3 else args + (None,) if len(args) == 2 else (None, args[0], None)
    return _Keys()[start:stop:step]


def _dict(*parts):
    found = {}
    for part in parts:
        found.update(part)
    return found


def _plain(x):
    return x.item() if isinstance(x, Tensor) else x


def _turned(x):
    if isinstance(x, Tensor):
        raise ValueError("step must be greater than zero")
    turned = list(reversed(x))
    return "".join(turned) if isinstance(x, str) else tuple(turned) if isinstance(x, tuple) else turned


_OPERATORS = {
    "mul": lambda a, b: a * b,
    "truediv": lambda a, b: a / b,
    "floordiv": lambda a, b: a // b,
    "pow": lambda a, b: a**b,
    "mod": lambda a, b: a % b,
    "matmul": lambda a, b: a @ b,
}


def _in_place(name, a, b):
    """a *= b and the like: MicroPython itself makes a new tensor."""
    f = getattr(a, f"__i{name}__") if isinstance(a, Tensor) and name != "matmul" else None
    return f(b) if f and isinstance(b, (Tensor, int, float)) else _OPERATORS[name](a, b)


_COMPARED = {
    "<": lambda a, b: b > a if isinstance(b, Tensor) else a < b,
    ">": lambda a, b: b < a if isinstance(b, Tensor) else a > b,
    "<=": lambda a, b: b >= a if isinstance(b, Tensor) else a <= b,
    ">=": lambda a, b: b <= a if isinstance(b, Tensor) else a >= b,
    "==": lambda a, b: b == a,
    "!=": lambda a, b: b != a,
}


def _zip(*lists, strict=False):
    lists = [list(one) for one in lists]
    for k, one in enumerate(lists):
        if strict and len(one) != len(lists[0]):
            first = "argument 1" if k == 1 else f"arguments 1-{k}"
            raise ValueError(
                f"zip() argument {k + 1} is {'longer' if len(one) > len(lists[0]) else 'shorter'} than {first}"
            )
    return zip(*lists)


NAMES = {
    "_tuple_": lambda *args: args,
    "_list_": lambda *args: list(args),
    "_set_": lambda *args: set(args),
    "_dict_": _dict,
    "_plain_": _plain,
    "_turned_": _turned,
    "_in_place_": _in_place,
    "_compared_": lambda word, a, b: _COMPARED[word](a, b),
    "_slice_": _slice,
    "_zip_": _zip,
    # MicroPython's floats would ask a tensor's __float__ in 1.0 + t, too: it has none.
    "_float_": lambda x=0.0: float(_plain(x)),
    "_sum_": lambda numbers, start=0: sum(numbers, start),
}


def _gcd(*numbers):
    found = 0
    for b in numbers:
        while b:
            found, b = b, found % b
    return abs(found)


def _pairs(*lists, repeat=1):
    found = [()]
    for one in [list(one) for one in lists] * repeat:
        found = [a + (b,) for a in found for b in one]
    return iter(found)


def _cached(f=None, maxsize=None):
    return f or (lambda f: f)


def _close(actual, expected, rtol=None, atol=None):
    if rtol is None:
        rtol, atol = (1e-7, 1e-7) if actual.dtype is torch.float64 else (1.3e-6, 1e-5)
    if actual.shape != expected.shape:
        raise AssertionError(f"The values for attribute 'shape' do not match: {actual.shape} != {expected.shape}.")
    if not actual.allclose(expected, rtol, atol):
        raise AssertionError("Tensor-likes are not close!")


def _mean(data):
    return sum(data) / len(data)


def _variance(less):
    def f(data):
        return sum([(x - _mean(data)) ** 2 for x in data]) / (len(data) - less)

    return f


MODULES = {
    "torch": torch,
    "numpy": numpy,
    "typing": _Typing(),
    "__future__": Module("__future__", annotations=True),
    "math": Module(
        "math",
        math,
        prod=lambda numbers, start=1: product(numbers) * start,
        gcd=_gcd,
        isqrt=lambda n: int(math.sqrt(n)),
        fsum=sum,
        hypot=lambda *numbers: math.sqrt(sum([x * x for x in numbers])),
    ),
    "itertools": Module("itertools", itertools, product=_pairs),
    "functools": Module("functools", functools, lru_cache=_cached, cache=_cached),
    "statistics": Module(
        "statistics",
        mean=_mean,
        fmean=_mean,
        pvariance=_variance(0),
        variance=_variance(1),
        pstdev=lambda data: math.sqrt(_variance(0)(data)),
    ),
    "torch.testing": Module("torch.testing", assert_close=_close),
    "torch.autograd.function": Module("torch.autograd.function", once_differentiable=_cached),
}
for _name in "nn.functional nn.init nn autograd optim utils.data utils cuda".split():
    MODULES["torch." + _name] = Module("torch." + _name)
    setattr(torch, _name, MODULES["torch." + _name])
torch.nn._names["functional"] = MODULES["torch.nn.functional"]
torch.cuda._names["is_available"] = lambda: False
torch.testing, torch.device = MODULES["torch.testing"], str
torch.no_grad = torch.inference_mode = no_grad
torch.enable_grad, torch.set_grad_enabled = lambda: _Grad(False), lambda mode: _Grad(not mode)
_SAID = (
    ("no module named '", "The Python of this page has no module {}. " + COLAB),
    ("can't import name ", "The Python of this page has no {}. " + COLAB),
    ("only slices with step=1", "The Python of this page has a step in slices of lists only. " + COLAB),
    ("'tuple' object has no attribute 'numel'", "A shape is a plain tuple here: write math.prod of it."),
    ("unknown format code", "A tensor takes no format here: write x.item() in its place."),
    ("unsupported types for __", "The Python of this page reads x > 1 where x is a tensor, and not 1 < x."),
)
_STRINGS = "rjust ljust zfill title capitalize removeprefix removesuffix casefold swapcase expandtabs isalnum".split()


def _near(a, b):
    """Whether two names differ by one letter that is there, missing or another, or by two that changed places."""
    k = 0
    while k < min(len(a), len(b)) and a[k] == b[k]:
        k += 1
    one = a[k + 1 :] == b[k:] or a[k:] == b[k + 1 :] or len(a) > 3 and a[k + 1 :] == b[k + 1 :]
    return one or a[k : k + 2] == b[k + 1 : k + 2] + b[k : k + 1] and a[k + 2 :] == b[k + 2 :]


def explained(error):
    """The sentence of an error of MicroPython's; of one about what it lacks, a clear one."""
    text = str(error)
    if text.startswith(LACKS) and text.endswith(COLAB):
        name = text[len(LACKS) : -len(COLAB) - 2]
        for known in sorted(dir(torch.Tensor) + dir(torch)):
            if known[0] != "_" and _near(name, known):
                return f"{text} Did you mean {known}?"
    for start, said in _SAID:
        if text.startswith(start) and (start[:4] != "unsu" or text[24:26] in ("lt", "le", "gt", "ge")):
            return said.replace("{}", text[len(start) :].split("'")[0])
    for name in _STRINGS:
        if text == f"'str' object has no attribute '{name}'":
            return f"The Python of this page has no str.{name}. {COLAB}"
    return text


if sys.implementation.name == "micropython":
    sys.modules.update(MODULES)
