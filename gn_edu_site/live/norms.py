"""Group norm with knobs, and its backward pass, in plain numbers and place by place.

wrong_norms.py and wrong_gradients.py compute the same on tensors; the knobs are described there. In the page a few
places of what a mistake would answer are enough to know it again.
"""

from gn_edu.exercises.formula import GROUP, divisor, label
from gn_edu.exercises.values import Array

_STEP = 2.0**-20  # of a difference quotient


def _product(sizes):
    found = 1
    for size in sizes:
        found *= size
    return found


def ratio(a, b):
    """a / b as tensors have it."""
    return a / b if b else float("nan") if a == 0 or a != a else float("inf") if a > 0 else -float("inf")


class Block:
    """Numbers of shape (n, c, *), what they are normalized with, and the statistics of their sets.

    Args:
        values: the numbers, row by row.
        shape, strides: as torch has them.
        num_groups, weight, bias, eps: as group norm takes them; weight and bias are lists.
    """

    def __init__(self, values, shape, num_groups, weight, bias, eps, strides=None):
        self.values, self.shape, self.strides = values, shape, strides
        self.num_groups, self.weight, self.bias, self.eps = num_groups, weight, bias, eps
        self.pixels = _product(shape[2:])
        self._known = {}

    def but(self, **more):
        """The same with other values, weight or bias."""
        kept = {name: getattr(self, name) for name in ("values", "weight", "bias")}
        kept.update(more)
        kept.update({"shape": self.shape, "num_groups": self.num_groups, "eps": self.eps, "strides": self.strides})
        return Block(**kept)

    def channel(self, k: int) -> int:
        """The channel of number k."""
        return k // self.pixels % self.shape[1]

    def labels(self, sets):
        """For each number that of its set."""
        return self._once(("labels", str(sets)), lambda: self._labels(sets))

    def _once(self, key, made):
        if key not in self._known:
            self._known[key] = made()
        return self._known[key]

    def _labels(self, sets):
        n, c = self.shape[:2]
        if sets == "in memory":
            return self._in_memory()
        columns = self.shape[-1] if len(self.shape) > 2 else 1
        rows = self.pixels // columns
        sizes, found = (n, c, rows, columns, self.shape[-1]), []
        for k in range(len(self.values)):
            at = k // self.pixels // c, self.channel(k), k // columns % rows, k % columns
            found.append(label(at, sizes, self.num_groups, sets))
        return found

    def _in_memory(self):
        """Labels for groups that are cut from an image as it lies in memory."""
        size, found = self.shape[1] * self.pixels, [0] * len(self.values)
        steps = self.strides or [_product(self.shape[axis + 1 :]) for axis in range(len(self.shape))]
        order = []
        for k in range(size):
            place, rest = 0, k
            for axis in range(len(self.shape) - 1, 0, -1):
                place += rest % self.shape[axis] * steps[axis]
                rest //= self.shape[axis]
            order.append((place, k))
        for rank, (_, k) in enumerate(sorted(order)):
            for image in range(self.shape[0]):
                found[image * size + k] = image * self.num_groups + rank // (size // self.num_groups)
        return found

    def members(self, sets):
        """{label: the places of its set}"""
        return self._once(("members", str(sets)), lambda: self._members(sets))

    def _members(self, sets):
        found = {}
        for k, which in enumerate(self.labels(sets)):
            found.setdefault(which, []).append(k)
        return found

    def statistics(self, sets, which, var: str = "biased"):
        """Size, mean and variance of a set."""
        m, mean, biased = self._once(("of", str(sets), which), lambda: self._statistics(self.members(sets)[which]))
        if var == "unbiased":
            return m, mean, ratio(biased * m, m - 1)
        return m, mean, biased + mean * mean if var == "second-moment" else biased

    def _statistics(self, places):
        values, m = self.values, len(places)
        mean = sum([values[k] for k in places]) / m
        return m, mean, sum([(values[k] - mean) * (values[k] - mean) for k in places]) / m

    def before(self):
        """The block with weight and bias applied first."""
        return self._once("before", self._before)

    def _before(self):
        channels = [self.channel(k) for k in range(len(self.values))]
        values = [affine(x, self.weight, self.bias, channels[k]) for k, x in enumerate(self.values)]
        return self.but(values=values, weight=None, bias=None)


def affine(x, weight, bias, k):
    """x times number k of weight, plus that of bias."""
    x = x if weight is None else x * weight[k]
    return x if bias is None else x + bias[k]


def _bias_first(x, weight, bias, k):
    return affine(affine(x, None, bias, k), weight, None, k)


def norm_at(block, k, sets=GROUP, affine_is="after", centre=True, var="biased", **knobs):
    """Number k of group norm.

    Raises:
        ValueError: this mistake can't be made with these shapes.
    """
    weight, bias, c = block.weight, block.bias, block.shape[1]
    if affine_is in ("swapped", "bias-first") and (weight is None) != (bias is None):
        raise ValueError("what the code does with one of them alone is not known")
    if affine_is == "swapped":
        weight, bias = bias, weight
    at = block.channel(k)
    if affine_is == "per-group":
        at -= at % (c // block.num_groups)
    if affine_is == "last-dim":
        if block.shape[-1] != c and (weight or bias):
            raise ValueError("the last axis has another length than weight")
        at = k % block.shape[-1]
    if affine_is in ("none", "no-weight"):
        weight = None
    if affine_is in ("none", "no-bias"):
        bias = None
    if affine_is == "before":
        block, weight, bias = block.before(), None, None
    _, mean, variance = block.statistics(sets, block.labels(sets)[k], var)
    x = block.values[k] - mean if centre else block.values[k]
    y = ratio(x, divisor(variance, block.eps, **knobs))
    return (_bias_first if affine_is == "bias-first" else affine)(y, weight, bias, at)


def _weighted(block, dy, places, knobs):
    return sum([dy[k] * norm_at(block, k, **knobs) for k in places])


def slope_at(block, dy, k, **knobs):
    """The gradient of sum(dy * norm) with respect to number k of x, by a difference quotient."""
    sets = knobs.get("sets", GROUP)
    places = block.members(sets)[block.labels(sets)[k]]

    def moved(step):
        values = list(block.values)
        values[k] += step
        return _weighted(block.but(values=values), dy, places, knobs)

    return (moved(_STEP) - moved(-_STEP)) / (2 * _STEP)


def slope_of(block, dy, name, k, **knobs):
    """The same for number k of weight or bias."""

    def moved(step):
        numbers = list(getattr(block, name))
        numbers[k] += step
        return _weighted(block.but(**{name: numbers}), dy, range(len(dy)), knobs)

    return (moved(_STEP) - moved(-_STEP)) / (2 * _STEP)


def dx_at(
    block,
    dy,
    k,
    sets=GROUP,
    mean_term="mean",
    variance_term="mean",
    rstd=True,
    gamma="channel",
    use_dy=True,
    x_hat="x_hat",
    centre=True,
    var="biased",
    eps_in="x_hat and dx",
    **knobs,
):
    """Number k of the gradient with respect to x.

    Raises:
        ValueError: this mistake can't be made with these shapes.
    """
    weight, c, last = block.weight, block.shape[1], block.shape[-1]
    if gamma == "last-dim" and last != c:
        raise ValueError("the last axis has another length than weight")
    which = block.labels(sets)[k]
    m, mean, variance = block.statistics(sets, which, var)
    slip = divisor(variance, block.eps, **knobs)
    sigma = slip if eps_in == "x_hat and dx" else divisor(variance, block.eps)

    def both(i):
        """What comes back to number i, and what it is multiplied with."""
        g = dy[i] if use_dy else 1.0
        if gamma != "none":
            g *= weight[i % last if gamma == "last-dim" else block.channel(i)]
        hat = ratio(block.values[i] - mean if centre else block.values[i], sigma)
        return g, affine(hat, weight, block.bias, block.channel(i)) if x_hat == "y" else hat

    divided_by = {"mean": m, "sum": 1, "unbiased": m - 1}
    pairs = [both(i) for i in block.members(sets)[which]]
    g, seen = both(k)
    first = g if mean_term == "none" else g - ratio(sum([a for a, _ in pairs]), divided_by[mean_term])
    second = 0.0
    if variance_term != "none":
        second = seen * ratio(sum([a * b for a, b in pairs]), divided_by[variance_term])
    if eps_in == "second":
        return ratio(first, sigma) - ratio(second * sigma * sigma, slip * slip * slip)
    if eps_in == "x_hat":
        return ratio(first, sigma) - ratio(second * sigma, slip * slip)
    if eps_in == "first":
        return ratio(first, slip) - ratio(second, sigma)
    return ratio(first - second, slip) if rstd else first - second


def dparams(block, dy, over="sum", x_hat="x_hat", use_dy=True, order=1, sets=GROUP, centre=True, var="biased", **knobs):
    """The gradients with respect to weight and bias."""
    labels, n, c = block.labels(sets), block.shape[0], block.shape[1]
    sigma = {which: divisor(block.statistics(sets, which, var)[2], block.eps, **knobs) for which in block.members(sets)}
    sums = [[0.0] * (n * c), [0.0] * (n * c)]
    for k, x in enumerate(block.values):
        row, seen = k // block.pixels, x
        if x_hat != "x":
            mean = block.statistics(sets, labels[k])[1]
            seen = ratio(x - mean if centre else x, sigma[labels[k]])
        if x_hat == "y":
            seen = affine(seen, block.weight, block.bias, row % c)
        come = dy[k] if use_dy else 1.0
        sums[0][row] += come * seen
        sums[1][row] += come
    found = [_gathered(rows, n, c, over, n * block.pixels) for rows in sums]
    return found if order > 0 else [found[1], found[0]]


def _gathered(rows, n, c, over, count):
    if over == "batch":
        return Array([n, c], rows)
    if over == "all":
        return Array([], [sum(rows)])
    sums = [sum(rows[k::c]) for k in range(c)]
    return Array([c], [x / count for x in sums] if over == "mean" else sums)
