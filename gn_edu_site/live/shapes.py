"""Shapes and strides as torch reckons them, and its sentences where they don't fit."""


def product(numbers):
    total = 1
    for number in numbers:
        total *= number
    return total


def sizes_of(args, name="reshape"):
    """A shape that was given as one list or as several numbers."""
    if len(args) == 1 and isinstance(args[0], (tuple, list)):
        args = args[0]
    for k, size in enumerate(args):
        if not isinstance(size, int) and not hasattr(size, "item"):
            raise TypeError(
                f"{name}(): argument '{'size' if name == 'view' else 'shape'}' failed to unpack the object at pos "
                f'{k + 1} with error "type must be tuple of ints,but got {type(size).__name__}"'
            )
    return tuple(int(size) for size in args)


def contiguous(shape):
    """The strides of a tensor whose last axis lies closest."""
    strides, step = [], 1
    for size in reversed(shape):
        strides.insert(0, step)
        step *= max(size, 1)
    return tuple(strides)


def is_contiguous(shape, strides):
    """Axes of one place may have any stride."""
    return 0 in shape or all(s == 1 or a == b for s, a, b in zip(shape, strides, contiguous(shape)))


def places(shape, strides, offset=0):
    """Where each value lies in the storage, the last axis fastest."""
    found = [offset]
    for size, stride in zip(shape, strides):
        steps = [k * stride for k in range(size)]
        found = [place + step for place in found for step in steps]
    return found


def axis(dim, rank):
    """The axis counted from 0.

    Raises:
        IndexError: there is no such axis.
    """
    room, dim = max(rank, 1), dim.__index__() if hasattr(dim, "item") else dim
    if not isinstance(dim, int):
        raise TypeError(f"dim must be int, not {type(dim).__name__}")
    if not -room <= dim < room:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-room}, {room - 1}], but got {dim})")
    return dim % room


def axes(dim, rank):
    """The axes of a reduction, counted from 0: all of them for None and ()."""
    if dim is None or isinstance(dim, (tuple, list)) and not dim:
        return list(range(rank))
    if not isinstance(dim, (tuple, list)):
        return [axis(dim, rank)]
    found = []
    for one in dim:
        one = axis(one, rank)
        if one in found:
            raise RuntimeError(f"dim {one} appears multiple times in the list of dims")
        found.append(one)
    return found


def broadcast(*shapes):
    """The shape that all of them stretch to.

    Raises:
        RuntimeError: two sizes differ, and neither is 1.
    """
    result = ()
    for shape in shapes:
        rank = max(len(result), len(shape))
        a = (1,) * (rank - len(result)) + tuple(result)
        b = (1,) * (rank - len(shape)) + tuple(shape)
        for k in reversed(range(rank)):
            if a[k] != b[k] and a[k] != 1 and b[k] != 1:
                raise RuntimeError(
                    f"The size of tensor a ({a[k]}) must match the size of tensor b ({b[k]}) "
                    f"at non-singleton dimension {k}"
                )
        result = tuple(q if p == 1 else p for p, q in zip(a, b))
    return result


def stretched(shape, strides, target):
    """The strides with which a tensor is read as one of the target's shape: 0 along stretched axes.

    Raises:
        RuntimeError: the tensor does not stretch to it.
    """
    more = len(target) - len(shape)
    if more < 0:
        raise RuntimeError(
            f"expand(torch.FloatTensor{{{list(shape)}}}, size={list(target)}): the number of sizes provided "
            f"({len(target)}) must be greater or equal to the number of dimensions in the tensor ({len(shape)})"
        )
    sizes, steps = list(target), [0] * len(target)
    for k in reversed(range(len(target))):
        old = shape[k - more] if k >= more else 1
        if target[k] == -1:
            sizes[k] = old
        if old == sizes[k]:
            steps[k] = strides[k - more] if k >= more else 0
        elif old != 1:
            raise RuntimeError(
                f"The expanded size of the tensor ({target[k]}) must match the existing size ({old}) at non-singleton "
                f"dimension {k}.  Target sizes: {list(target)}.  Tensor sizes: {list(shape)}"
            )
    return tuple(sizes), tuple(steps)


def inferred(shape, count):
    """The shape with its -1 replaced.

    Raises:
        RuntimeError: it has room for another count of values.
    """
    unknown = [k for k, size in enumerate(shape) if size == -1]
    if len(unknown) > 1:
        raise RuntimeError("only one dimension can be inferred")
    for k, size in enumerate(shape):
        if size < -1:
            raise RuntimeError(f"invalid shape dimension {size} at index {k} of shape {list(shape)}")
    known = product(size for size in shape if size != -1)
    if unknown and known == 0 and count == 0:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified dimension size -1 "
            "can be any value and is ambiguous"
        )
    if known == count and not unknown or unknown and known and count % known == 0:
        return tuple(count // known if size == -1 else size for size in shape)
    raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {count}")


def viewed(shape, strides, new):
    """The strides of the same storage in the new shape, or None where it has to be copied (as in torch's view)."""
    if not shape or 0 in shape:
        return contiguous(new)
    result, at = [0] * len(new), len(new) - 1
    step, room, filled = strides[-1], 1, 1
    for d in reversed(range(len(shape))):
        room *= shape[d]
        if d and (shape[d - 1] == 1 or strides[d - 1] == room * step):
            continue
        while at >= 0 and (filled < room or new[at] == 1):
            result[at] = filled * step
            filled *= new[at]
            at -= 1
        if filled != room:
            return None
        if d:
            step, room, filled = strides[d - 1], 1, 1
    return tuple(result) if at == -1 else None


def order(shape, all_strides):
    """The axes from the closest in memory to the farthest, as torch lays out the result of an operation."""

    def compare(a, b):
        for strides in all_strides:
            if strides[a] and strides[b]:
                if strides[a] != strides[b]:
                    return strides[a] - strides[b]
                if shape[a] > shape[b]:
                    return 1
        return 0

    found = list(reversed(range(len(shape))))
    for k in range(1, len(found)):
        one = k
        for other in reversed(range(k)):
            said = compare(found[other], found[one])
            if said > 0:
                found[other], found[one] = found[one], found[other]
                one = other
            elif said < 0:
                break
    return found


def laid_out(shape, all_strides):
    """The strides of a new tensor that is computed from tensors of this shape with these strides."""
    if all(is_contiguous(shape, strides) for strides in all_strides):
        return contiguous(shape)
    strides, step = [0] * len(shape), 1
    for k in order(shape, all_strides):
        strides[k] = step
        step *= max(shape[k], 1)
    return tuple(strides)
