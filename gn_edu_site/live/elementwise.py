"""Operations on each number, as methods of tensors."""

import math

from . import scalars
from .shapes import axis
from .tensor import Tensor, floating, mapped
from .types import bool_


def _through(f):
    """A function of a number that has a fraction for an answer."""
    return lambda self: mapped(f, (self,), floating(self))


def rsqrt(self):
    """Rounded twice, as torch does."""
    return 1 / self.sqrt()


def pow_(self, exponent):
    if not isinstance(exponent, Tensor) and self.dtype.is_floating_point:
        if exponent == 2:
            return self * self
        if exponent == 3:
            return self * self * self
        if exponent in (-0.5, -1, -2):
            return 1 / {-0.5: self.sqrt, -1: self.clone, -2: self.square}[exponent]()
    return mapped(scalars.power, (self, exponent))


def invert(self):
    if self.dtype.is_floating_point:
        raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return mapped((lambda x: not x) if self.dtype is bool_ else (lambda x: -1 - x), (self,))


def clamp(self, min=None, max=None):
    found = self
    if min is not None:
        found = mapped(scalars.maximum, (found, min))
    return found if max is None else mapped(scalars.minimum, (found, max))


def allclose(self, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    if self.dtype is not other.dtype:
        raise RuntimeError(f"{self.dtype.said} did not match {other.dtype.said}")

    def near(a, b):
        return a == b or equal_nan and a != a and b != b or b - b == 0 and abs(a - b) <= atol + rtol * abs(b)

    return bool(mapped(near, (self, other), result=bool_).all())


def equal(self, other):
    return self.shape == other.shape and self._values() == other._values()


def repeat(self, *sizes):
    """Copies side by side along each axis."""
    sizes = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes
    wide, both, shape = [], [], []
    for count, size in zip(sizes, (1,) * (len(sizes) - self.ndim) + self.shape):
        wide += [1, size]
        both += [count, size]
        shape.append(count * size)
    return self.reshape(wide).expand(both).reshape(shape)


def repeat_interleave(self, repeats, dim=None):
    """Each number, or each part along an axis, so many times in a row."""
    found = self.flatten() if dim is None else self
    dim = axis(dim or 0, found.ndim)
    shape = found.shape[: dim + 1] + (repeats,) + found.shape[dim + 1 :]
    return found.unsqueeze(dim + 1).expand(shape).flatten(dim, dim + 1)


def narrow(self, dim, start, length):
    dim = axis(dim, self.ndim)
    shape = self.shape[:dim] + (length,) + self.shape[dim + 1 :]
    return self._seen(shape, self._strides, self._offset + start * self._strides[dim])


def split(self, split_size_or_sections, dim=0):
    parts, dim = split_size_or_sections, axis(dim, self.ndim)
    size = self.shape[dim]
    if isinstance(parts, int):
        parts = [min(parts, size - k) for k in range(0, size, parts)] or [0]
    if sum(parts) != size:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's size at dimension {dim}), "
            f"but got split_sizes={list(parts)}"
        )
    starts = [sum(parts[:k]) for k in range(len(parts))]
    return tuple(narrow(self, dim, start, length) for start, length in zip(starts, parts))


def chunk(self, chunks, dim=0):
    return split(self, max(1, -(-self.shape[axis(dim, self.ndim)] // chunks)), dim)


def set_(self, other):
    self[...] = other
    return self


def _kept(f):
    def method(self, *args, **more):
        return set_(self, f(self, *args, **more))

    return method


METHODS = {
    "sqrt": _through(scalars.sqrt),
    "exp": _through(scalars.exp),
    "log": _through(scalars.log),
    "rsqrt": rsqrt,
    "pow": pow_,
    "square": lambda self: self * self,
    "neg": lambda self: mapped(lambda x: -x, (self,)),
    "abs": lambda self: mapped(abs, (self,)),
    "relu": lambda self: self.clamp(min=0),
    "maximum": lambda self, other: mapped(scalars.maximum, (self, other)),
    "minimum": lambda self, other: mapped(scalars.minimum, (self, other)),
    "hypot": lambda self, other: mapped(lambda a, b: math.sqrt(a * a + b * b), (self, other)),
    "add": lambda self, other, alpha=1: self + (other if alpha == 1 else other * alpha),
    "sub": lambda self, other, alpha=1: self - (other if alpha == 1 else other * alpha),
    "mul": lambda self, other: self * other,
    "div": lambda self, other: self / other,
    "clamp": clamp,
    "clip": clamp,
    "clamp_min": lambda self, min: clamp(self, min=min),
    "clamp_max": lambda self, max: clamp(self, max=max),
    "isfinite": lambda self: mapped(lambda x: x - x == 0, (self,), result=bool_),
    "isnan": lambda self: mapped(lambda x: x != x, (self,), result=bool_),
    "allclose": allclose,
    "equal": equal,
    "repeat_interleave": repeat_interleave,
    "split": split,
    "chunk": chunk,
}
for _name, _f in METHODS.items():
    setattr(Tensor, _name, _f)
Tensor.repeat, Tensor.copy_, Tensor.fill_, Tensor.narrow = repeat, set_, set_, narrow
Tensor.zero_ = lambda self: set_(self, 0)
for _name in "add sub mul div sqrt rsqrt square pow clamp neg exp abs".split():
    setattr(Tensor, _name + "_", _kept(METHODS[_name]))
Tensor.__neg__, Tensor.__abs__, Tensor.__invert__, Tensor.__pow__ = Tensor.neg, Tensor.abs, invert, pow_
