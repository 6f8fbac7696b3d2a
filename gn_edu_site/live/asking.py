"""Asks a reader's function the questions of a table: the page's twin of gn_edu/exercises/asking.py.

The page's torch has no autograd. Gradients are difference quotients in float64; what a function takes out of the
graph (detach, item, tolist, data, numpy, no_grad) stays what it was at the base point, as it does for autograd.
"""

from collections import namedtuple

from gn_edu.exercises.values import Answered, Array, Other

from . import torch, types
from .messages import as_elsewhere
from .tensor import Tensor
from .views import made

MOST_LETTERS = 400


class Printing:
    """What becomes of what a program prints.

    Args:
        silent: it is dropped.
        dropped: something was.
    """

    silent, dropped = False, False


Cell = namedtuple("Cell", ("n", "c", "h", "w"))
_STEP = 2.0**-23
_NO_NUMPY = "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
_CUTS = ("item", "tolist")  # what takes numbers out of the graph


# ---- values


def to_tensor(array):
    """The tensor that an array stands for."""
    kind = types.bool_ if array.dtype == "bool" else getattr(torch, array.dtype)
    return made(array.values, kind, tuple(array.shape), array.strides and tuple(array.strides), Tensor)


def given(value):
    """An argument as a function gets it."""
    if isinstance(value, Array):
        return to_tensor(value)
    return [given(one) for one in value] if isinstance(value, list) else value


def plain(value):
    """A value as the judge takes it."""
    if isinstance(value, Tensor):
        values = value._values()
        return Array(value.shape, [bool(x) for x in values] if value.dtype is types.bool_ else values, value.dtype.name)
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return Other(str(value))


def _tensors(value):
    if isinstance(value, Tensor):
        return [value]
    return [t for one in value for t in _tensors(one)] if isinstance(value, (tuple, list)) else []


# ---- ways to ask; each takes the function and the arguments of the question


def _item(f, k, *args):
    value = f()
    try:
        return None if value is None else value[k]
    except (IndexError, KeyError, TypeError):
        return value


def _pair(f, i, k):
    return bool(f(Cell(*i), Cell(*k)))


def _whole(f, *args):
    value = f(*args)
    return value if isinstance(value, int) else repr(value)


def _normalized(x, dims):
    return (x - x.mean(dims, keepdim=True)) / (x.var(dims, unbiased=False, keepdim=True) + 1e-5).sqrt()


_LAYERS = {
    "group norm": lambda x: _normalized(x.reshape(len(x), 2, -1), -1).reshape(x.shape),
    "batch norm": lambda x: _normalized(x, (0, 2, 3)),
    "running sum": lambda x: x.cumsum(0),
}


def _coupling(f, name, x):
    return f(_LAYERS[name], x)


def _gradients(f, seen, *args):
    """Gradients of (f(*args) * seen).sum() with respect to the tensors among args."""
    leaves = [k for k, one in enumerate(args) if isinstance(one, Tensor)]
    cuts = _Cuts([args[k] for k in leaves])
    cuts.install()
    try:
        base = _output(f, args, cuts)
        found = []
        for k in leaves:
            rows = []
            for place in range(args[k].numel()):
                moved = args[k].contiguous().clone()
                moved._storage[place] += _STEP
                changed = list(args)
                changed[k] = moved
                cuts.again([changed[leaf] for leaf in leaves])
                rows.append((_output(f, changed, cuts) - base).mul(seen).sum()._values()[0] / _STEP)
            known = any(rows) or _reaches(f, args, k, cuts, leaves)
            found.append(made(rows, types.float64, args[k].shape, None, Tensor) if known else None)
    finally:
        cuts.remove()
    if not any(one is not None for one in found):
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    return found


def _reaches(f, args, k, cuts, leaves):
    """Whether argument k plays a part in the answer, if only times zero: then it makes NaN of NaN."""
    changed = list(args)
    changed[k] = args[k] * types.NAN
    cuts.again([changed[leaf] for leaf in leaves])
    return bool(f(*changed).isnan().any())


def _output(f, args, cuts):
    before = [one.clone() for one in cuts.leaves]
    value = f(*args)
    for one, was in zip(cuts.leaves, before):
        if not one.equal(was):
            raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
    if not isinstance(value, Tensor):
        kind = type(value).__name__
        if kind in ("list", "tuple"):
            raise TypeError("only integer tensors of a single element can be converted to an index")
        if not isinstance(value, (int, float)):
            raise TypeError(f"unsupported operand type(s) for *: '{kind}' and 'Tensor'")
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    return value


def _bare(tensor):
    return tensor._seen(tensor.shape, tensor._strides)


class _Cuts:
    """Methods of tensors that cut the graph: at their k-th call they give what they gave at the base point.

    While they are in place, float32 has the digits of float64, so that difference quotients have some.
    """

    def __init__(self, leaves):
        self.leaves, self.known, self.calls, self.kept, self.within = leaves, [], 0, {}, False

    def again(self, leaves):
        """The function is about to be asked once more, with other arguments."""
        self.leaves, self.calls = leaves, 0

    def _replayed(self, own):
        def method(tensor, *args):
            if self.within:  # of another of these
                return own(tensor, *args)
            if self.calls == len(self.known):
                self.within = True
                try:
                    value = own(tensor, *args)
                finally:
                    self.within = False
                self.known.append(value.clone() if isinstance(value, Tensor) else value)
            self.calls += 1
            return self.known[self.calls - 1]

        return method

    def _stilled(self, own):
        def method(tensor, storage, *args):
            if Tensor.still and not self.within:
                if self.calls == len(self.known):
                    self.known.append(storage[:])
                self.calls += 1
                storage = self.known[self.calls - 1][:]
            own(tensor, storage, *args)

        return method

    def install(self):
        """Put them in place."""
        own_numpy = Tensor.numpy

        def numpy(tensor):
            if any(tensor is leaf for leaf in self.leaves):
                raise RuntimeError(_NO_NUMPY)
            return self._replayed(own_numpy)(tensor)

        self.kept["detach"], Tensor.detach = Tensor.detach, self._replayed(_bare)
        for name in _CUTS:
            self.kept[name] = getattr(Tensor, name)
            setattr(Tensor, name, self._replayed(self.kept[name]))
        self.kept["numpy"], Tensor.numpy = own_numpy, numpy
        self.kept["data"] = Tensor.__dict__["data"]
        Tensor.data = property(self._replayed(_bare))
        self.kept["__init__"], Tensor.__init__ = Tensor.__init__, self._stilled(Tensor.__init__)
        types.float32.letter = "d"

    def remove(self):
        """Put the methods back."""
        for name, own in self.kept.items():
            setattr(Tensor, name, own)
        types.float32.letter = "f"


ASK = {
    "call": lambda f, *args: f(*args),
    "item": _item,
    "pair": _pair,
    "whole": _whole,
    "coupling": _coupling,
    "gradients": _gradients,
}


def ask(f, question, source="", explained=str, silent=True) -> Answered:
    """Ask a reader's function once; an error of any kind becomes an answer.

    Args:
        f: the function.
        question: of gn_edu.exercises.table.
        source: the reader's program, for messages that tell of its lines.
        explained: an error to its sentence, where it tells of what the page lacks.
        silent: what the function prints is dropped.
    """
    args = given(question.values)
    before = [one.clone() for one in _tensors(args)]
    Printing.silent = silent
    try:
        value = ASK[question.how](f, *args)
    except MemoryError:
        raise  # as in page.py
    except Exception as error:
        kind, message, line = as_elsewhere(error, source, explained, f, len(args))
        return Answered(error=(kind, message[:MOST_LETTERS]), line=line)
    finally:
        Printing.silent = False
    changed = any(not a.equal(b) for a, b in zip(_tensors(args), before))
    return Answered(plain(value), None, changed)
