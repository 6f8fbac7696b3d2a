"""NumPy for the page: the same tensors under NumPy's names, float64 where nothing else is said."""

import math

from . import elementwise, functions, reductions, types
from .shapes import product
from .tensor import Tensor, tensor

inf, nan, pi, newaxis = math.inf, math.nan, math.pi, None
float16, float32, float64, int64, bool_ = types.float16, types.float32, types.float64, types.int64, types.bool_


def __getattr__(name):
    raise AttributeError(f"The numpy of this page has no {name}. In Colab you have all of it.")


class ndarray(Tensor):
    """A tensor with NumPy's methods."""

    default = float64

    @property
    def size(self):
        return self.numel()

    def astype(self, dtype):
        return self.to(kind(dtype), copy=True)

    def copy(self):
        return self.contiguous().clone()

    def transpose(self, *axes):
        return self.permute(*axes) if axes else self.T

    def reshape(self, *shape, order="C"):
        return Tensor.reshape(self, *shape)

    def ravel(self):
        return self.reshape(-1)

    def flatten(self):
        return self.ravel().copy()


def kind(dtype):
    """The type that NumPy's names, and Python's, stand for."""
    return {float: float64, int: int64, bool: bool_}.get(dtype, dtype)


def _reduction(name, f):
    def method(self, axis=None, dtype=None, out=None, keepdims=False, **more):
        if "ddof" in more:
            more["correction"] = more.pop("ddof")
        elif name in ("var", "std"):
            more["correction"] = 0
        t = self if dtype is None else self.to(kind(dtype))
        return f(t, axis, keepdim=keepdims, **more)

    def function(a, axis=None, **more):
        if isinstance(a, Tensor) and not isinstance(a, ndarray):
            given = [("axis", axis), ("dtype", None), ("out", None)] + list(more.items())
            got = ", ".join([f"{word}={type(value).__name__}" for word, value in given])
            raise TypeError(f"{name}() received an invalid combination of arguments - got ({got})")
        return method(array(a), axis, **more)

    return method, function


def array(data, dtype=None):
    if isinstance(data, ndarray) and dtype is None:
        return data.copy()
    return tensor(data, kind(dtype), like=ndarray)


asarray = array
for _name in "sum mean var std any all max min cumsum".split():
    _method, _function = _reduction(_name, reductions.METHODS["a" + _name if _name in ("max", "min") else _name])
    setattr(ndarray, _name, _method)
    globals()[_name] = _function


def _each(f):
    def function(x, *others):
        return f(x if isinstance(x, Tensor) else array(x), *others)

    return function


for _name in "sqrt exp log square abs maximum minimum clip isfinite isnan allclose".split():
    globals()[_name] = _each(elementwise.METHODS[_name])


def _made(value):
    return lambda shape, dtype=float64: functions.full(shape, value, kind(dtype), like=ndarray)


zeros, ones, empty = _made(0), _made(1), _made(0)
zeros_like, ones_like, empty_like = functions.zeros_like, functions.ones_like, functions.empty_like
where, einsum, matmul = functions.where, functions.einsum, functions.matmul


def full(shape, value, dtype=None):
    return _made(value)(shape, dtype)


def arange(*args, dtype=None):
    return functions.arange(*args, dtype=kind(dtype), like=ndarray)


def stack(arrays, axis=0):
    return functions.stack([array(one) for one in arrays], axis)


def concatenate(arrays, axis=0):
    return functions.cat([array(one) for one in arrays], axis)


def reshape(a, shape):
    return array(a).reshape(shape)


def transpose(a, axes=None):
    return a.transpose(*(axes or ()))


def prod(a):
    return product(array(a).flatten().tolist())


def from_tensor(t):
    """The same numbers as an ndarray: what numpy() of a tensor gives."""
    return ndarray(t._storage, t.dtype, t.shape, t._strides, t._offset)


Tensor.numpy = from_tensor
