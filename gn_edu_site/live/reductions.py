"""Sums, means, variances and the like over axes. A sum is made in double precision and rounded once."""

from collections import namedtuple

from . import scalars
from .shapes import axes, axis, places
from .tensor import Tensor, floating, mapped
from .types import NAN, bool_, float64, int64, missing
from .views import made

values_and_indices = namedtuple("values_and_indices", ("values", "indices"))


def _options(name, dim, keepdim, more):
    """dim and keepdim, which torch also takes as axis and keepdims."""
    dim, keepdim = more.pop("axis", dim), more.pop("keepdims", keepdim)
    for word in more:
        raise TypeError(f"{name}() got an unexpected keyword argument '{word}'")
    return dim, keepdim


def reduced(t, f, dim, keepdim, kind):
    """f of the list of numbers of every set along the axes."""
    over = axes(dim, t.ndim)
    keep = [k for k in range(t.ndim) if k not in over]
    inner = places([t.shape[k] for k in sorted(over)], [t._strides[k] for k in sorted(over)])
    shape = tuple(t.shape[k] for k in keep)
    starts = places(shape, [t._strides[k] for k in keep], t._offset)
    values = [f([t._storage[start + step] for step in inner]) for start in starts]
    if keepdim:
        shape = tuple(1 if k in over else size for k, size in enumerate(t.shape))
    return made(values, kind, shape, None, type(t))


def _mean(values):
    return scalars.divide(float(sum(values)), len(values))


def _variance(correction):
    def f(values):
        mean = _mean(values)
        return scalars.divide(float(sum([(x - mean) * (x - mean) for x in values])), max(len(values) - correction, 0))

    return f


def _largest(values):
    best = values[0]
    for x in values:
        best = x if x > best or x != x else best
        if x != x:
            return NAN
    return best


def _smallest(values):
    return -_largest([-x for x in values])


def sum_(self, dim=None, keepdim=False, dtype=None, **more):
    dim, keepdim = _options("sum", dim, keepdim, more)
    kind = dtype or (self.dtype if self.dtype.is_floating_point else int64)
    return reduced(self, sum, dim, keepdim, kind)


def mean(self, dim=None, keepdim=False, dtype=None, **more):
    dim, keepdim = _options("mean", dim, keepdim, more)
    kind = dtype or self.dtype
    if not kind.is_floating_point:
        if self.default is not float64:
            raise RuntimeError(
                "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
                f"Got: {self.dtype.said}"
            )
        kind = float64
    return reduced(self, _mean, dim, keepdim, kind)


def var(self, dim=None, unbiased=True, keepdim=False, correction=None, root=False, **more):
    dim, keepdim = _options("std" if root else "var", dim, keepdim, more)
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if not self.dtype.is_floating_point and self.default is not float64:
        raise RuntimeError("std and var only support floating point and complex dtypes")
    f = _variance((1 if unbiased else 0) if correction is None else correction)
    return reduced(self, (lambda values: scalars.sqrt(f(values))) if root else f, dim, keepdim, floating(self))


def std(self, dim=None, unbiased=True, keepdim=False, correction=None, **more):
    return var(self, dim, unbiased, keepdim, correction, True, **more)


def norm(self, p=2, dim=None, keepdim=False):
    if p != 2:
        raise missing(f"norm with p={p}")
    return sum_(self * self, dim, keepdim).sqrt()


def _with_mean(f):
    def function(self, dim=None, unbiased=True, keepdim=False, **more):
        found = f(self, dim, unbiased, keepdim, **more)
        keepdim = more.get("keepdims", keepdim)
        return found, mean(self, more.get("axis", None if isinstance(dim, bool) else dim), keepdim)

    return function


def _extreme(name, f):
    def every(self, dim=(), keepdim=False, said="a" + name, **more):
        dim, keepdim = _options("a" + name, dim, keepdim, more)
        if not self.numel():
            raise RuntimeError(
                f"{said}(): Expected reduction dim to be specified for input.numel() == 0. "
                "Specify the reduction dim with the 'dim' argument."
            )
        return reduced(self, f, dim, keepdim, self.dtype)

    def along(self, dim=None, keepdim=False, **more):
        dim, keepdim = _options(name, dim, keepdim, more)
        if isinstance(dim, Tensor):
            return mapped(scalars.maximum if name == "max" else scalars.minimum, (self, dim))
        if dim is None:
            return every(self, said=name)
        if self.default is float64:
            return every(self, dim, keepdim)
        found = every(self, axis(dim, self.ndim), keepdim)
        indices = reduced(self, lambda values: values.index(f(values)), dim, keepdim, int64)
        return values_and_indices(found, indices)

    return every, along


def _truth(name, f):
    def function(self, dim=None, keepdim=False, **more):
        dim, keepdim = _options(name, dim, keepdim, more)
        return reduced(self, f, dim, keepdim, bool_)

    return function


def cumsum(self, dim, dtype=None):
    """Sums up to each number; every one of them is rounded."""
    kind = dtype or (self.dtype if self.dtype.is_floating_point else int64)
    rows = made(self._values(), kind, self.shape, None, type(self))
    dim = axis(dim, self.ndim)
    parts = rows.movedim(dim, 0) if self.ndim else rows
    for k in range(1, len(parts) if self.ndim else 0):
        parts[k] = parts[k] + parts[k - 1]
    return rows


METHODS = {
    "sum": sum_,
    "mean": mean,
    "var": var,
    "std": std,
    "var_mean": _with_mean(var),
    "std_mean": _with_mean(std),
    "norm": norm,
    "any": _truth("any", any),
    "all": _truth("all", all),
    "cumsum": cumsum,
}
for _name, _f in (("max", _largest), ("min", _smallest)):
    METHODS["a" + _name], METHODS[_name] = _extreme(_name, _f)
for _name, _f in METHODS.items():
    if not _name.endswith("_mean"):
        setattr(Tensor, _name, _f)
