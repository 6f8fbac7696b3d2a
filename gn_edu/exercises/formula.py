"""What tensors and plain numbers share of group norm with knobs: which cells share statistics, and what divides them.

Python alone: wrong_norms.py computes with it on tensors, the page of an exercise on numbers.
"""

GROUP = "ng"


def label(cell, sizes, num_groups: int, sets):
    """The number of the set that a cell belongs to; cells with the same number share mean and variance.

    Args:
        cell: (image, channel, row, column), whole numbers, or tensors of them.
        sizes: how many of each there are, rows being all axes between channels and columns; and the last axis' length.
        num_groups: what the caller asks for.
        sets: says in letters what the cells of a set have in common: n the image, g the group, k the place of the
            channel in its group, h the row, w the column. Or it is one of the names and pairs below.

    Raises:
        ValueError: the axes can't be cut like that.
    """
    image, channel, row, column = cell
    n, c, rows, columns, last = sizes
    cells, per_group = c * rows * columns, -(-c // num_groups)
    place = (channel * rows + row) * columns + column  # in its image
    if not isinstance(sets, str):  # what the code says, whatever num_groups says
        what, number = sets
        if what == "groups" and cells % number:
            raise ValueError("an image can't be cut like that")
        return image * cells + (place * number // cells if what == "groups" else channel // number)
    if sets == "last axis":
        wide = last // num_groups
        if not wide or cells % (wide * num_groups):
            raise ValueError("the last axis can't be cut like that")
        return image * num_groups + place // wide % num_groups
    if sets == "pixels first":
        return image * num_groups + ((row * columns + column) * c + channel) // (rows * columns * per_group)
    if sets == "every G-th":
        return image * num_groups + channel % num_groups
    if sets == "of G channels":
        return image * c + channel // num_groups
    axes = {
        "n": (image, n),
        "g": (channel // per_group, num_groups),
        "k": (channel % per_group, per_group),
        "h": (row, rows),
        "w": (column, columns),
    }
    found = image * 0
    for letter in sets:
        which, size = axes[letter]
        found = found * size + which
    return found


def divisor(variance, eps: float, root: str = "sqrt", eps_at="inside"):
    """What x minus its mean is divided by; `eps_at` is a place for eps, or a place and a number instead of eps."""
    place, eps = (eps_at, eps) if isinstance(eps_at, str) else eps_at
    if root == "none":
        return variance * 0 + 1
    if root == "of std":
        variance = variance**0.5
    if place == "floor of variance":
        variance = _at_least(variance, eps)
    sigma = (variance + {"inside": eps, "squared": eps**2}.get(place, 0.0)) ** 0.5
    if place == "outside":
        sigma = sigma + eps
    if place == "floor":
        sigma = _at_least(sigma, eps)
    return sigma * sigma if root == "var" else sigma


def _at_least(value, least: float):
    return max(value, least) if isinstance(value, float) else value.clamp(min=least)
