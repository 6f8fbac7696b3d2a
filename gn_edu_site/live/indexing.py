"""What stands between square brackets: a view for integers, slices, None and Ellipsis, else a list of places."""

from .shapes import places
from .types import bool_, missing


def _out_of_bounds(index, dim, size):
    raise IndexError(f"index {index} is out of bounds for dimension {dim} with size {size}")


def _whole(key, of):
    """The key as a list; lists in it as tensors."""
    keys, found = list(key) if isinstance(key, tuple) else [key], []
    for one in keys:
        one = of(one) if isinstance(one, list) else one
        if not hasattr(one, "dtype"):
            found.append(one)
        elif one.dtype is bool_:
            raise missing("mask")
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
    for one in _filled(_whole(key, of), len(tensor.shape)):
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
            if many:
                raise missing("index by two tensors")
            many = [len(shape), one.shape, one._values()]
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
    return _gathered(shape, strides, offset, *many)


def _gathered(shape, strides, offset, at, form, numbers):
    size, step = shape[at], strides[at]
    for number in numbers:
        if not -size <= number < size:
            _out_of_bounds(number, at, size)
    inner = places(shape[at + 1 :], strides[at + 1 :])
    outer = places(shape[:at], strides[:at], offset)
    found = [a + number % size * step + b for a in outer for number in numbers for b in inner]
    return tuple(shape[:at]) + form + tuple(shape[at + 1 :]), None, None, found
