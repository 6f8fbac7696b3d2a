"""What stands between square brackets: a view for integers, slices, None and Ellipsis, else a list of places."""

from .shapes import broadcast, contiguous, places, product, stretched
from .types import bool_, int64


def _out_of_bounds(index, dim, size):
    raise IndexError(f"index {index} is out of bounds for dimension {dim} with size {size}")


def _whole(key, of, shape):
    """The key as a list with an entry for every axis; lists and masks as tensors."""
    keys, found = list(key) if isinstance(key, tuple) else [key], []
    for one in keys:
        one = of(one) if isinstance(one, list) else one
        if not hasattr(one, "dtype"):
            found.append(one)
        elif one.dtype is bool_:
            at, size = len([k for k in found if k is not None]), product(one.shape)
            if one.shape != shape[at : at + len(one.shape)]:
                raise IndexError(
                    f"The shape of the mask {list(one.shape)} at index {at} does not match the shape of the indexed "
                    f"tensor {list(shape)} at index {at}"
                )
            true = [k for k, value in enumerate(one._values()) if value]
            for length in one.shape:
                size //= length
                found.append(of([k // size % length for k in true], int64))
        elif one.dtype.is_floating_point:
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        else:
            found.append(one if one.shape else int(one))
    return found


def _filled(keys, rank):
    used = sum(1 for one in keys if one is not None and one is not Ellipsis)
    if used > rank:
        raise IndexError(f"too many indices for tensor of dimension {rank}")
    at = [k for k, one in enumerate(keys) if one is Ellipsis]
    k = at[0] if at else len(keys)
    return keys[:k] + [[]] * (rank - used) + keys[k + 1 :]


def _sliced(one, size):
    if one.step is not None and one.step <= 0:
        raise ValueError("step must be greater than zero")
    start, stop, step = one.indices(size)
    return start, max(0, (stop - start + step - 1) // step), step


def looked_up(tensor, key, of):
    """(shape, strides, offset, None) of a view, or (shape, None, None, places) where it is none."""
    shape, strides, offset, many, dim = [], [], tensor._offset, [], 0
    for one in _filled(_whole(key, of, tensor.shape), len(tensor.shape)):
        size, stride = (tensor.shape[dim], tensor._strides[dim]) if dim < len(tensor.shape) else (1, 1)
        if one is None:
            shape.append(1)
            strides.append(size * stride)
            continue
        if isinstance(one, slice):
            start, count, step = _sliced(one, size)
            shape.append(count)
            strides.append(stride * step)
            offset += start * stride
        elif isinstance(one, int) and not isinstance(one, bool):
            if not -size <= one < size:
                _out_of_bounds(one, dim, size)
            offset += one % size * stride
        elif isinstance(one, list):
            shape.append(size)
            strides.append(stride)
        elif hasattr(one, "dtype") and one.shape:
            many.append((len(shape), one.shape, one._values()))
            shape.append(size)
            strides.append(stride)
        else:
            raise IndexError(
                "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
                f"(got {type(one).__name__})"
            )
        dim += 1
    if not many:
        return tuple(shape), tuple(strides), offset, None
    return _gathered(shape, strides, offset, many)


def _gathered(shape, strides, offset, many):
    form = broadcast(*[one[1] for one in many])
    moved = [0] * product(form)
    for dim, (at, own, numbers) in enumerate(many):
        steps = stretched(own, contiguous(own), form)[1]
        for k, place in enumerate(places(form, steps)):
            number, size = numbers[place], shape[at]
            if not -size <= number < size:
                _out_of_bounds(number, dim, size)
            moved[k] += number % size * strides[at]
    taken = [one[0] for one in many]
    together = taken == list(range(taken[0], taken[0] + len(taken)))
    first = taken[0] if together else 0
    rest = [k for k in range(len(shape)) if k not in taken]
    before, after = [k for k in rest if k < first], [k for k in rest if k >= first]

    def part(axes):
        return tuple(shape[k] for k in axes), tuple(strides[k] for k in axes)

    inner = places(*part(after))
    found = [a + b + c for a in places(part(before)[0], part(before)[1], offset) for b in moved for c in inner]
    return part(before)[0] + tuple(form) + part(after)[0], None, None, found
