"""Whether an answer is the right one, in plain data."""

from gn_edu.exercises.values import Array, is_finite, is_number

MOST = 1e300  # of numbers that are compared


def same(got, want, tolerance: float) -> bool:
    """Whether an answer is `want`: numbers within the tolerance, arrays of the same shape, lists part by part."""
    if isinstance(want, list):
        if isinstance(got, Array) and len(got.shape) == 1 and all(map(is_number, want)):
            got = got.values
        return _listed_alike(got, want) and all(same(got[k], w, tolerance) for k, w in enumerate(want))
    if isinstance(want, Array) and not want.shape:
        want = want.values[0]
    if isinstance(want, (bool, str)) or want is None:
        return type(got) is type(want) and got == want
    if isinstance(want, int) and isinstance(got, float) and got % 1 != 0:
        return False
    if is_number(want):
        return _same_number(got, want, tolerance)
    if not isinstance(got, Array) or got.shape != want.shape or not got.numbers():
        return False
    if want.dtype == "bool" != got.dtype:
        return False
    return _same_array(got, want, tolerance)


def _same_number(got, want, tolerance: float) -> bool:
    if isinstance(got, Array):
        got = got.values[0] if got.count == 1 else None
    if isinstance(got, bool) or not is_number(got):
        return False
    return abs(got) < MOST and abs(got - want) <= tolerance * max(1.0, abs(want))


def _same_array(got: Array, want: Array, tolerance: float) -> bool:
    near, numbers = tolerance * max(1.0, want.largest()), got.at(want.places)
    for k, w in enumerate(want.values):
        g = numbers[k]
        if not abs(g - w) <= near and (is_finite(w) or g != w and not (g != g and w != w)):
            return False
    return True


def nearly(got, want: Array) -> bool:
    """Whether nine of ten numbers are near: where digits are lost, more is not to be had."""
    if not isinstance(got, Array) or got.shape != want.shape or not got.numbers():
        return False
    near, numbers = 0.05 * want.largest(), got.at(want.places)
    return sum(abs(numbers[k] - w) < near for k, w in enumerate(want.values)) > 0.9 * len(want.values)


def alike(got, want) -> bool:
    """Whether an answer holds as many numbers as another, part by part."""
    if isinstance(want, list):
        return _listed_alike(got, want) and all(map(alike, got, want))
    return not isinstance(want, Array) or isinstance(got, Array) and got.count == want.count


def in_shape(got, want):
    """An answer in the shape of another, where it holds as many numbers."""
    if isinstance(want, list) and _listed_alike(got, want):
        return [in_shape(got[k], w) for k, w in enumerate(want)]
    if isinstance(want, Array) and isinstance(got, Array) and got.count == want.count:
        return got if got.shape == want.shape else Array(want.shape, got.values, got.dtype)
    return got


def _listed_alike(got, want: list) -> bool:
    return isinstance(got, list) and len(got) == len(want)
