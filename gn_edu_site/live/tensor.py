"""The tensor: a storage, a shape, strides and an offset; its views, its operators."""

from . import scalars
from .indexing import looked_up
from .printing import text
from .shapes import axis, broadcast, contiguous, is_contiguous, laid_out, places, product, stretched
from .types import bool_, float32, int64, missing, pack, promoted, rounded
from .views import Views, made

_NUMPYS = "astype copy fill flat strides ptp".split()


def mapped(f, operands, kind=None, result=None):
    """f of the numbers of tensors and numbers, stretched to one shape and in one type."""
    tensors = [one for one in operands if isinstance(one, Tensor)]
    kind = kind or promoted(operands, tensors[0].default)
    shape = broadcast(*[t.shape for t in tensors])
    count, columns, strides = product(shape), [], []
    for one in operands:
        if isinstance(one, Tensor):
            steps = stretched(one.shape, one._strides, shape)[1]
            strides.append(steps)
            same = one.shape == shape
            values = one._values() if same else [one._storage[k] for k in places(shape, steps, one._offset)]
            columns.append(values if one.dtype is kind else pack(values, kind))
        else:
            columns.append([rounded(one, kind)] * count)
    if len(columns) == 1:
        values = [f(a) for a in columns[0]]
    elif len(columns) == 2:
        values = [f(a, b) for a, b in zip(columns[0], columns[1])]
    else:
        values = [f(*numbers) for numbers in zip(*columns)]
    return made(values, result or kind, shape, laid_out(shape, strides), type(tensors[0]))


def floating(*operands):
    """The type of an operation that has a fraction for an answer."""
    kind, default = promoted(operands), [t for t in operands if isinstance(t, Tensor)][0].default
    return kind if kind.is_floating_point else default


def _number(x):
    return isinstance(x, (Tensor, int, float))


def _operator(f, fraction=False, result=None, turned=False):
    def method(self, other):
        if not _number(other):
            return NotImplemented
        operands = (other, self) if turned else (self, other)
        return mapped(f, operands, floating(*operands) if fraction else None, result)

    return method


def _in_place(f, fraction=False):
    def method(self, other):
        if not _number(other):
            return NotImplemented
        kind = floating(self, other) if fraction else promoted((self, other), self.default)
        if kind.is_floating_point > self.dtype.is_floating_point or kind is not bool_ and self.dtype is bool_:
            raise RuntimeError(f"result type {kind.said} can't be cast to the desired output type {self.dtype.said}")
        found = mapped(f, (self, other), kind)
        if found.shape != self.shape:
            raise RuntimeError(
                f"output with shape {list(self.shape)} doesn't match the broadcast shape {list(found.shape)}"
            )
        self[...] = found
        return self

    return method


class Tensor(Views):
    """Numbers of one type in an array, read by shape, strides and offset; views share the array."""

    default = float32
    requires_grad, device, still = False, "cpu", False

    def __init__(self, storage, dtype, shape, strides=None, offset=0):
        self._storage, self.dtype, self.shape = storage, dtype, tuple(shape)
        self._strides, self._offset = contiguous(shape) if strides is None else strides, offset

    def __getattr__(self, name):
        if name in _NUMPYS or name.startswith("__"):
            raise AttributeError(f"'Tensor' object has no attribute '{name}'")
        raise missing(name)

    def _values(self):
        if is_contiguous(self.shape, self._strides):
            return list(self._storage[self._offset : self._offset + self.numel()])
        return [self._storage[k] for k in places(self.shape, self._strides, self._offset)]

    def _seen(self, shape, strides, offset=None):
        return type(self)(self._storage, self.dtype, shape, strides, self._offset if offset is None else offset)

    # ---- what it is

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def T(self):
        return self.permute(list(reversed(range(self.ndim))))

    @property
    def data(self):
        return self._seen(self.shape, self._strides)

    def requires_grad_(self, requires_grad=True):
        return self

    def dim(self):
        return len(self.shape)

    def numel(self):
        return product(self.shape)

    def size(self, dim=None):
        return self.shape if dim is None else self.shape[axis(dim, self.ndim)]

    def stride(self, dim=None):
        return self._strides if dim is None else self._strides[axis(dim, self.ndim)]

    def is_contiguous(self):
        return is_contiguous(self.shape, self._strides)

    def is_floating_point(self):
        return self.dtype.is_floating_point

    def tolist(self):
        values = [bool(x) for x in self._values()] if self.dtype is bool_ else self._values()
        for k in reversed(range(1, self.ndim)):
            size = self.shape[k]
            values = [values[j * size : (j + 1) * size] for j in range(product(self.shape[:k]))]
        return values if self.shape else values[0]

    def item(self):
        if self.numel() != 1:
            raise RuntimeError(f"a Tensor with {self.numel()} elements cannot be converted to Scalar")
        return self.flatten().tolist()[0]

    def __int__(self):
        return int(self.item())

    def __index__(self):
        if self.dtype.is_floating_point or self.numel() != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __bool__(self):
        if self.numel() != 1:
            what = "more than one value" if self.numel() else "no values"
            raise RuntimeError(f"Boolean value of Tensor with {what} is ambiguous")
        return bool(self.item())

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of a 0-d tensor")
        return self.shape[0]

    def __iter__(self):
        if not self.shape:
            raise TypeError("iteration over a 0-d tensor")
        return iter([self[k] for k in range(self.shape[0])])

    def __repr__(self):
        return text(self)

    def __format__(self, form):
        return format(self.item() if form else str(self), form)

    # ---- indexing

    def __getitem__(self, key):
        shape, strides, offset, found = looked_up(self, key, tensor)
        if found is None:
            return self._seen(shape, strides, offset)
        return made([self._storage[k] for k in found], self.dtype, shape, None, type(self))

    def __setitem__(self, key, value):
        shape, strides, offset, found = looked_up(self, key, tensor)
        value = value if isinstance(value, Tensor) else tensor(value, self.dtype)
        while value.ndim > len(shape) and value.shape[0] == 1:
            value = value[0]
        values = pack(value.expand(shape)._values(), self.dtype)
        for place, one in zip(places(shape, strides, offset) if found is None else found, values):
            self._storage[place] = one


def _nested(value):
    """The shape and the numbers of nested lists.

    Raises:
        ValueError: the lists have different lengths.
    """
    if isinstance(value, Tensor):
        return value.shape, value._values(), [value.dtype]
    if not isinstance(value, (list, tuple, range)):
        return (), [value], [bool_ if isinstance(value, bool) else int64 if isinstance(value, int) else None]
    if value and not [one for one in value if not isinstance(one, (int, float)) or isinstance(one, bool)]:
        return (len(value),), list(value), [int64 if isinstance(one, int) else None for one in value]
    parts = [_nested(one) for one in value]
    for one in parts:
        if one[0] != parts[0][0]:
            a, b = (one[0] or (0,))[0], (parts[0][0] or (0,))[0]
            raise ValueError(f"expected sequence of length {b} at dim 1 (got {a})")
    numbers, kinds = [], []
    for one in parts:
        numbers += one[1]
        kinds += one[2]
    return (len(parts),) + (parts[0][0] if parts else ()), numbers, kinds


def tensor(data, dtype=None, device=None, requires_grad=False, like=Tensor):
    """A new tensor of a number, nested lists, or a tensor."""
    if requires_grad:
        raise missing("autograd")
    shape, numbers, kinds = _nested(data)
    kinds = [like.default if kind is None else kind for kind in kinds] or [like.default]
    widest = kinds[0]
    for kind in kinds:
        widest = kind if kind.rank > widest.rank else widest
    return made(numbers, dtype or widest, shape, None, like)


OPERATORS = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "truediv": scalars.divide,
    "floordiv": scalars.floor_divide,
    "mod": scalars.remainder,
    "pow": scalars.power,
}
COMPARISONS = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}
for _name, _f in OPERATORS.items():
    _fraction = _name == "truediv"
    setattr(Tensor, f"__{_name}__", _operator(_f, _fraction))
    setattr(Tensor, f"__r{_name}__", _operator(_f, _fraction, turned=True))
    setattr(Tensor, f"__i{_name}__", _in_place(_f, _fraction))
for _name, _f in COMPARISONS.items():
    setattr(Tensor, f"__{_name}__", _operator(_f, result=bool_))
    setattr(Tensor, _name, _operator(_f, result=bool_))
for _name, _f in {"and": lambda a, b: a & b, "or": lambda a, b: a | b}.items():
    setattr(Tensor, f"__{_name}__", _operator(_f))
Tensor.__hash__ = lambda self: id(self)
