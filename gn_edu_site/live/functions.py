"""Functions that make tensors, join them, or sum products of them."""

import math
import random

from . import elementwise
from .shapes import axis, laid_out, product, sizes_of
from .tensor import Tensor, mapped, missing
from .types import float32, int64, of_number, promoted
from .views import made


def is_tensor(x):
    return isinstance(x, Tensor)


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
zeros_like, ones_like, empty_like = _filled_like(0), _filled_like(1), _filled_like(0)


def new_zeros(self, *size, dtype=None):
    return zeros(*size, dtype=dtype or self.dtype)


Tensor.new_zeros = new_zeros
Tensor.new_ones = lambda self, *size, dtype=None: ones(*size, dtype=dtype or self.dtype)
Tensor.new_empty = new_zeros


def arange(start, end=None, step=1, dtype=None, device=None, like=Tensor):
    start, end = (0, start) if end is None else (start, end)
    whole = all(isinstance(x, int) for x in (start, end, step))
    count = max(0, math.ceil((end - start) / step))
    kind = dtype or (int64 if whole else like.default)
    return made([start + k * step for k in range(count)], kind, (count,), None, like)


def stack(tensors, dim=0):
    tensors = list(tensors)
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
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
    if not first.ndim:
        raise RuntimeError("zero-dimensional tensor (at position 0) cannot be concatenated")
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


concat = cat


def where(condition, input, other):
    kind = promoted((input, other), condition.default)
    return mapped(lambda c, p, q: p if c else q, (condition, input, other), kind)


def _letters(side, operand, rest):
    """The letters of an operand, with those of its axes where it has dots."""
    if "..." not in side:
        return list(side)
    before, after = side.split("...")
    count = operand.ndim - len(before) - len(after)
    return list(before) + rest[len(rest) - count :] + list(after)


def einsum(equation, *operands):
    """Sums of products over the letters that the answer lacks."""
    operands = operands[0] if isinstance(operands[0], (list, tuple)) else operands
    left, arrow, right = equation.replace(" ", "").partition("->")
    sides, rest = left.split(","), ["0", "1", "2", "3", "4", "5"]
    letters = [_letters(side, one, rest) for side, one in zip(sides, operands)]
    seen = []
    for one, names in zip(operands, letters):
        if len(names) != one.ndim:
            raise RuntimeError(
                "einsum(): the number of subscripts in the equation "
                f"({len(names)}) does not match the number of dimensions ({one.ndim}) for operand 0 and no ellipsis "
                "was given"
            )
        seen += [name for name in names if name not in seen]
    if not arrow:
        flat = [name for names in letters for name in names]
        right = "".join(name for name in sorted(seen) if flat.count(name) == 1)
    dots = [name for name in rest if name in seen]
    answer = _letters(right.replace("...", ""), operands[0], rest)
    if "..." in right:
        before, after = right.split("...")
        answer = list(before) + dots + list(after)
    names = answer + [name for name in seen if name not in answer]
    total = None
    for one, own in zip(operands, letters):
        if len(set(own)) != len(own):
            raise missing("einsum with a letter twice in one operand")
        moved = one.permute([own.index(name) for name in names if name in own])
        spread = moved.reshape([moved.shape[[n for n in names if n in own].index(n)] if n in own else 1 for n in names])
        total = spread if total is None else total * spread
    over = list(range(len(answer), len(names)))
    return total.sum(over) if over else total


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
randn_like = lambda input: randn(input.shape, dtype=input.dtype)  # noqa: E731


class no_grad:
    """Nothing has a gradient here."""

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return False
