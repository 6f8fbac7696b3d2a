"""Functions that make tensors, and that join them."""

import math
import random

from . import elementwise
from .shapes import axis, laid_out, product, sizes_of
from .tensor import Tensor, mapped
from .types import float32, int64, missing, of_number, promoted
from .views import made


def full(size, fill_value, dtype=None, device=None, like=Tensor):
    size = sizes_of((size,))
    for one in size:
        if one < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {one}: {list(size)}")
    kind = dtype or of_number(fill_value, like.default)
    return made([fill_value] * product(size), kind, size, None, like)


def _filled(value):
    def function(*size, dtype=None, device=None, requires_grad=False):
        if requires_grad:
            raise missing("autograd")
        return full(sizes_of(size), value, dtype or float32)

    return function


def _filled_like(value):
    def function(input, dtype=None, device=None):
        strides = laid_out(input.shape, [input._strides])
        return made([value] * input.numel(), dtype or input.dtype, input.shape, strides, type(input))

    return function


zeros, ones, empty = _filled(0), _filled(1), _filled(0)
Tensor.new_zeros = lambda self, *size, dtype=None, device=None: full(sizes_of(size), 0, dtype or self.dtype)
zeros_like, ones_like, empty_like = _filled_like(0), _filled_like(1), _filled_like(0)


def arange(start, end=None, step=1, dtype=None, device=None, like=Tensor):
    start, end = (0, start) if end is None else (start, end)
    whole = all(isinstance(x, int) for x in (start, end, step))
    count = max(0, math.ceil((end - start) / step))
    kind = dtype or (int64 if whole else like.default)
    return made([start + k * step for k in range(count)], kind, (count,), None, like)


def stack(tensors, dim=0):
    tensors = list(tensors)
    for k, one in enumerate(tensors):
        if one.shape != tensors[0].shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(tensors[0].shape)} at entry 0 "
                f"and {list(one.shape)} at entry {k}"
            )
    dim = axis(dim, tensors[0].ndim + 1)
    return cat([one.unsqueeze(dim) for one in tensors], dim)


def cat(tensors, dim=0):
    tensors = list(tensors)
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    first = tensors[0]
    dim = axis(dim, first.ndim)
    for k, one in enumerate(tensors):
        if one.ndim != first.ndim:
            raise RuntimeError(f"Tensors must have same number of dimensions: got {first.ndim} and {one.ndim}")
        for d in range(first.ndim):
            if d != dim and one.shape[d] != first.shape[d]:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {dim}. Expected size {first.shape[d]} "
                    f"but got size {one.shape[d]} for tensor number {k} in the list."
                )
    length = sum([one.shape[dim] for one in tensors])
    shape = first.shape[:dim] + (length,) + first.shape[dim + 1 :]
    found, at = made([0] * product(shape), promoted(tensors), shape, None, type(first)), 0
    for one in tensors:
        elementwise.narrow(found, dim, at, one.shape[dim])[...] = one
        at += one.shape[dim]
    return found


def where(condition, input, other):
    kind = promoted((input, other), condition.default)
    return mapped(lambda c, p, q: p if c else q, (condition, input, other), kind)


def einsum(equation, *operands):
    """Sums of products over the letters that the answer lacks."""
    left, arrow, right = equation.replace(" ", "").replace("...", "@").partition("->")
    if not arrow:
        raise missing("einsum without ->")
    sides, dots, total = left.split(","), "", None
    for k, (side, one) in enumerate(zip(sides, operands)):
        rest = "012345"[6 - max(one.ndim + 1 - len(side), 0) :]
        dots = rest if "@" in side and len(rest) > len(dots) else dots
        sides[k] = side.replace("@", rest)
        if len(set(sides[k])) != one.ndim:
            raise missing(f"einsum {side} of {one.ndim} axes")
    letters = sorted(set("".join(sides)))
    right = right.replace("@", dots)
    names = right + "".join([a for a in letters if a not in right])
    for own, one in zip(sides, operands):
        one = one.permute([own.index(a) for a in names if a in own])
        for k, a in enumerate(names):
            one = one if a in own else one.unsqueeze(k)
        total = one if total is None else total * one
    return total.sum(list(range(len(right), len(names)))) if names != right else total


def matmul(self, other):
    (a, i), (b, k) = ("...ij", "i") if self.ndim > 1 else ("j", ""), ("...jk", "k") if other.ndim > 1 else ("j", "")
    return einsum(f"{a},{b}->...{i}{k}", self, other)


def manual_seed(seed):
    """Makes rand, randn and randint repeat themselves; the numbers are not torch's."""
    random.seed(seed)


def _drawn(draw):
    def function(*size, dtype=None, generator=None, device=None):
        size = sizes_of(size)
        return made([draw() for _ in range(product(size))], dtype or float32, size, None, Tensor)

    return function


def _normal():
    return math.sqrt(-2 * math.log(1 - random.random())) * math.cos(2 * math.pi * random.random())


rand, randn = _drawn(random.random), _drawn(_normal)
Tensor.matmul = Tensor.__matmul__ = matmul
