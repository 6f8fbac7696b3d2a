"""torch for the page, under torch's names. What is missing says so."""

import math

from . import elementwise, functions, reductions
from .tensor import COMPARISONS, Tensor, tensor
from .types import bool_, float16, float32, float64, int64, missing

half, float, double, long, bool = float16, float32, float64, int64, bool_
inf, nan = math.inf, math.nan
as_tensor, Size = tensor, tuple


def from_numpy(ndarray):
    return Tensor(ndarray._storage, ndarray.dtype, ndarray.shape, ndarray._strides, ndarray._offset)


def __getattr__(name):
    raise missing(name)


def _method(name, f):
    """The method as a function: its first argument may be called input."""

    def function(*args, **more):
        args = (more.pop("input"),) + args if "input" in more else args
        if not args or not isinstance(args[0], Tensor):
            got = type(args[0]).__name__ if args else "nothing"
            raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {got}")
        return f(*args, **more)

    return function


_VIEWS = (
    "reshape flatten unflatten permute transpose movedim t squeeze unsqueeze clone narrow unbind "
    "is_floating_point numel broadcast_to"
)
_METHODS = {name: getattr(Tensor, name) for name in _VIEWS.split() + list(COMPARISONS)}
for _table in (_METHODS, elementwise.METHODS, reductions.METHODS):
    for _name, _f in _table.items():
        globals()[_name] = _method(_name, _f)
_FUNCTIONS = (
    "full zeros ones empty zeros_like ones_like empty_like arange stack cat where einsum matmul manual_seed rand randn"
)
for _name in _FUNCTIONS.split():
    globals()[_name] = getattr(functions, _name)
