"""Group norm with knobs. Each wrong turn of a knob is a mistake by name; several at once are several mistakes."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import combinations
from math import prod

import torch
from torch import Tensor

from gn_edu.exercises.asking import ASK

GROUP = "ng"
Sets = str | tuple[str, int]


@cache
def set_labels(shape: tuple[int, ...], num_groups: int, sets: Sets = GROUP) -> Tensor:
    """A number for each cell; cells with the same number share mean and variance. Shape as given, (n, c, *).

    `sets` says in letters what the cells of a set have in common: n the image, g the group, k the place of the channel
    in its group, h the row, w the column. Or it is one of the names and pairs below.

    Raises:
        ValueError: the axes can't be cut like that.
    """
    n, c, *rest = shape
    sizes = n, c, rows, columns = n, c, prod(rest[:-1]), prod(rest[-1:])
    image, channel, row, column = (
        torch.arange(size).view(-1, *[1] * (3 - axis)).expand(sizes) for axis, size in enumerate(sizes)
    )
    place, cells = (channel * rows + row) * columns + column, c * rows * columns  # in an image
    per_group = -(-c // num_groups)
    if isinstance(sets, tuple):  # what the code says, whatever num_groups says
        what, number = sets
        if what == "groups" and cells % number:
            raise ValueError("an image can't be cut like that")
        labels = image * cells + (place * number // cells if what == "groups" else channel // number)
    elif sets == "last axis":
        wide = (columns if rest else c) // num_groups
        if not wide or cells % (wide * num_groups):
            raise ValueError("the last axis can't be cut like that")
        labels = image * num_groups + place // wide % num_groups
    elif sets == "pixels first":
        pixels = rows * columns
        labels = image * num_groups + ((row * columns + column) * c + channel) // (pixels * per_group)
    elif sets == "every G-th":
        labels = image * num_groups + channel % num_groups
    elif sets == "of G channels":
        labels = image * c + channel // num_groups
    else:
        axes = {
            "n": (image, n), "g": (channel // per_group, num_groups), "k": (channel % per_group, per_group),
            "h": (row, rows), "w": (column, columns),
        }  # fmt: skip
        labels = torch.zeros(sizes, dtype=torch.long)
        for which, size in (axes[letter] for letter in sets):
            labels = labels * size + which
    return labels.reshape(shape)


def _in_memory(shape: tuple[int, ...], stride: tuple[int, ...], num_groups: int) -> Tensor:
    """Labels for groups that are cut from an image as it lies in memory."""
    place = torch.zeros(shape[1:], dtype=torch.long)
    for axis, step in enumerate(stride[1:]):
        place = place + (torch.arange(shape[axis + 1]) * step).view(-1, *[1] * (place.dim() - axis - 1))
    group = place.flatten().argsort().argsort() // (place.numel() // num_groups)
    image = torch.arange(shape[0]).view(-1, *[1] * place.dim())
    return image * num_groups + group.view(place.shape)


@cache
def _cells(shape: tuple[int, ...], stride: tuple[int, ...] | None, num_groups: int, sets: Sets):
    """The label of each cell in a row, and how many cells each set has."""
    labels = set_labels(shape, num_groups, sets) if stride is None else _in_memory(shape, stride, num_groups)
    return labels.flatten(), torch.bincount(labels.flatten()).double()


def _cells_of(x: Tensor, num_groups: int, sets: Sets):
    return _cells(tuple(x.shape), x.stride() if sets == "in memory" else None, num_groups, sets)


def _mean(x: Tensor, cells) -> Tensor:
    """Each cell's mean over its set."""
    labels, count = cells
    total = torch.zeros_like(count).index_add(0, labels, x.flatten())
    return (total / count)[labels].view(x.shape)


def _sizes(x: Tensor, cells) -> Tensor:
    labels, count = cells
    return count[labels].view(x.shape)


def _channels(x: Tensor, values: Tensor) -> Tensor:
    return values.view(1, -1, *[1] * (x.dim() - 2))


def _divisor(variance: Tensor, eps: float, root: str = "sqrt", eps_at: str | tuple[str, float] = "inside") -> Tensor:
    """What x minus its mean is divided by; `eps_at` is a place for eps, or a place and a number instead of eps."""
    place, eps = eps_at if isinstance(eps_at, tuple) else (eps_at, eps)
    if root == "none":
        return torch.ones(())
    if root == "of std":
        variance = variance.sqrt()
    inside = {"inside": eps, "squared": eps**2}.get(place, 0.0)
    if place == "floor of variance":
        variance = variance.clamp(min=eps)
    sigma = (variance + inside).sqrt() + (eps if place == "outside" else 0.0)
    if place == "floor":
        sigma = sigma.clamp(min=eps)
    return sigma.square() if root == "var" else sigma


def _statistics(x: Tensor, cells, centre: bool = True, var: str = "biased") -> tuple[Tensor, Tensor]:
    """x as it is divided, and the variance."""
    centred = x - _mean(x, cells)
    variance = _mean((x if var == "second-moment" else centred).square(), cells)
    if var == "unbiased":
        m = _sizes(x, cells)
        variance = variance * m / (m - 1)
    return centred if centre else x, variance


def group_norm(
    x: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5,
    sets: Sets = GROUP, affine: str = "after", centre: bool = True, var: str = "biased", **knobs,
) -> Tensor:  # fmt: skip
    """Group norm of x, (n, c, *), in float64, right at the knobs' defaults.

    Raises:
        ValueError: this mistake can't be made with these shapes.
    """
    x, c = x.double(), x.shape[1]
    w, b = (None if t is None else t.double() for t in (weight, bias))
    if affine in ("swapped", "bias-first") and (w is None) != (b is None):
        raise ValueError("what the code does with one of them alone is not known")
    if affine == "swapped":
        w, b = b, w
    if affine == "per-group":
        first = torch.arange(c) // (c // num_groups) * (c // num_groups)
        w, b = (None if t is None else t[first] for t in (w, b))
    if affine == "last-dim":
        if x.shape[-1] != c and weight is not None:
            raise ValueError("the last axis has another length than weight")
    else:
        w, b = (None if t is None else _channels(x, t) for t in (w, b))
    cells = _cells_of(x, num_groups, sets)
    if affine in ("none", "no-weight"):
        w = None
    if affine in ("none", "no-bias"):
        b = None
    if affine == "before":
        x, w, b = _affine(x, w, b), None, None
    part, variance = _statistics(x, cells, centre, var)
    y = part / _divisor(variance, eps, **knobs)
    return _affine(_affine(y, None, b), w, None) if affine == "bias-first" else _affine(y, w, b)


def _affine(x: Tensor, w: Tensor | None, b: Tensor | None) -> Tensor:
    x = x if w is None else x * w
    return x if b is None else x + b


_NUMBERS = (1e-5, 1e-6, 1e-8, 1e-3, 1e-12, 1e-4, 1e-7)  # that people write where eps belongs, the most common first
# Mistake -> how the knobs stand. Several entries: several ways to make it, the most common first.
SETS: dict[str, tuple[dict, ...]] = {
    name: tuple({"sets": sets} for sets in ways)
    for name, ways in {
        "over-batch": ("g",),
        "across-samples": ("gkhw",),
        "batch-norm": ("gk",),
        "instance-norm": ("ngk",),
        "layer-norm": ("n",),
        "whole-batch": ("",),
        "interleaved": ("every G-th",),
        "swapped-G": ("of G channels",),
        "channel-only": ("nghw",),
        "pixel-norm": ("nhw",),
        "over-groups": ("nkhw", "nk"),
        "channels-last-axis": ("last axis",),
        "memory-order": ("pixels first", "in memory"),
        "fixed-groups": tuple((what, n) for n in (2, 4, 8, 32, 16, 3) for what in ("groups", "channels")),
        "wrong-axes": tuple("ghw ngw ngh hw nw nh ngkw ngkh nkw nkh gh gw khw kh kw k h w gkh gkw".split()),
    }.items()
}
EPS: dict[str, tuple[dict, ...]] = {
    "no-eps": ({"eps_at": ("inside", 0.0)},),
    "eps-outside-sqrt": ({"eps_at": "outside"},),
    "eps-squared": ({"eps_at": "squared"},),
    "eps-hardcoded": tuple({"eps_at": ("inside", number)} for number in _NUMBERS),
    "eps-outside-hardcoded": tuple({"eps_at": ("outside", number)} for number in _NUMBERS),
    "eps-as-floor": ({"eps_at": "floor"}, {"eps_at": "floor of variance"}),
}
DIVISION: dict[str, tuple[dict, ...]] = {
    "unbiased-var": ({"var": "unbiased"},),
    "no-centre": ({"centre": False},),
    "second-moment": ({"var": "second-moment"},),
    "divide-by-var": ({"root": "var"},),
    "no-division": ({"root": "none"},),
    "root-of-std": ({"root": "of std"},),
}
AFFINE: dict[str, tuple[dict, ...]] = {
    "affine-per-group": ({"affine": "per-group"},),
    "affine-last-dim": ({"affine": "last-dim"},),
    "no-affine": ({"affine": "none"},),
    "no-weight": ({"affine": "no-weight"},),
    "no-bias": ({"affine": "no-bias"},),
    "bias-before-scale": ({"affine": "bias-first"},),
    "affine-before-norm": ({"affine": "before"},),
    "swapped-weight-bias": ({"affine": "swapped"},),
}
FORWARD = SETS | DIVISION | EPS | AFFINE
_RARE = ("across-samples", "pixel-norm", "over-groups", "channels-last-axis", "memory-order", "fixed-groups",
         "wrong-axes", "eps-squared", "eps-as-floor", "no-division")  # fmt: skip


def group_norm_dx(
    dy: Tensor, x: Tensor, num_groups: int, weight: Tensor, bias: Tensor, eps: float = 1e-5, sets: Sets = GROUP,
    mean_term: str = "mean", variance_term: str = "mean", rstd: bool = True, gamma: str = "channel",
    use_dy: bool = True, x_hat: str = "x_hat", centre: bool = True, var: str = "biased", eps_in: str = "x_hat and dx",
    **knobs,
) -> Tensor:  # fmt: skip
    """The gradient with respect to x, (n, c, *), in float64; right at the knobs' defaults.

    `eps_in`: where the slip about eps is: in all places, in what divides at the end, in x_hat, in what divides the
    terms of x itself and of its mean, or in what divides the term of the variance.

    Raises:
        ValueError: this mistake can't be made with these shapes.
    """
    dy, x, weight, bias = (t.double() for t in (dy, x, weight, bias))
    cells = _cells_of(x, num_groups, sets)
    part, variance = _statistics(x, cells, centre, var)
    slip = _divisor(variance, eps, **knobs)
    sigma = slip if eps_in == "x_hat and dx" else _divisor(variance, eps)
    hat = part / sigma
    g = dy if use_dy else torch.ones_like(dy)
    if gamma == "last-dim" and x.shape[-1] != len(weight):
        raise ValueError("the last axis has another length than weight")
    g = g * {"none": 1.0, "last-dim": weight, "channel": _channels(x, weight)}[gamma]
    seen = hat * _channels(x, weight) + _channels(x, bias) if x_hat == "y" else hat
    first = g - _term(g, cells, mean_term)
    second = seen * _term(g * seen, cells, variance_term)
    if eps_in == "second":
        return first / sigma - second * sigma.square() / slip**3
    if eps_in == "x_hat":
        return first / sigma - second * sigma / slip.square()
    if eps_in == "first":
        return first / slip - second / sigma
    return (first - second) / slip if rstd else first - second


def _term(x: Tensor, cells, of: str) -> Tensor | float:
    """A mean over each cell's set, or what people write for it."""
    if of == "none":
        return 0.0
    if of == "mean":
        return _mean(x, cells)
    m = _sizes(x, cells)
    return _mean(x, cells) * (m if of == "sum" else m / (m - 1))


BACKWARD: dict[str, tuple[dict, ...]] = {
    "stats-const": ({"mean_term": "none", "variance_term": "none"},),
    "no-mean-term": ({"mean_term": "none"},),
    "no-variance-term": ({"variance_term": "none"},),
    "no-rstd": ({"rstd": False},),
    "sum-not-mean": ({"mean_term": "sum", "variance_term": "sum"}, {"mean_term": "sum"}, {"variance_term": "sum"}),
    "unbiased-backward": (
        {"variance_term": "unbiased"}, {"mean_term": "unbiased", "variance_term": "unbiased"},
        {"mean_term": "unbiased"},
    ),
    "ignores-dy": ({"use_dy": False},),
    "no-gamma": ({"gamma": "none"},),
    "affine-last-dim": ({"gamma": "last-dim"},),
    "saves-y": ({"x_hat": "y"},),
    **SETS,
    **DIVISION,
    **{
        name: ways + tuple(knobs | {"eps_in": place} for place in ("dx", "x_hat", "first", "second") for knobs in ways)
        for name, ways in EPS.items()
    },
}  # fmt: skip


def gradients_of(forward: Callable) -> Callable:
    """A backward pass that is right for another forward pass."""
    return lambda dy, *args: ASK["gradients"](forward, dy, *args)


def group_norm_dparams(
    dy: Tensor, x: Tensor, num_groups: int, weight: Tensor, bias: Tensor, eps: float = 1e-5,
    over: str = "sum", x_hat: str = "x_hat", use_dy: bool = True, sets: Sets = GROUP, centre: bool = True,
    var: str = "biased", **knobs,
) -> list[Tensor]:  # fmt: skip
    """The gradients with respect to weight and bias, in float64; right at the knobs' defaults."""
    dy, x, weight, bias = (t.double() for t in (dy, x, weight, bias))
    part, variance = _statistics(x, _cells_of(x, num_groups, sets), centre, var)
    hat = part / _divisor(variance, eps, **knobs)
    seen = {"x_hat": hat, "x": x, "y": hat * _channels(x, weight) + _channels(x, bias)}[x_hat]
    parts = [dy * seen, dy] if use_dy else [seen, torch.ones_like(dy)]
    axes = tuple(range(2, x.dim()))
    return [
        {
            "sum": lambda p: p.sum((0, *axes)),
            "mean": lambda p: p.mean((0, *axes)),
            "batch": lambda p: p.sum(axes) if axes else p,
            "all": lambda p: p.sum(),
        }[over](part)
        for part in parts
    ]


PARAMETERS: dict[str, tuple[dict, ...]] = {
    "sums-over-channels": ({"over": "all"},),
    "keeps-batch": ({"over": "batch"},),
    "mean-not-sum": ({"over": "mean"},),
    "uses-x": ({"x_hat": "x"},),
    "saves-y": ({"x_hat": "y"},),
    "ignores-dy": ({"use_dy": False},),
    **SETS,
    **DIVISION,
    **EPS,
}


def alone(answers: dict[str, Callable]) -> Callable[[], list[tuple[list[str], Callable]]]:
    """The `wrong` of an exercise whose mistakes are made one at a time: {name: function}."""
    return lambda: [([name], answer) for name, answer in answers.items()]


def candidates(
    right: Callable,
    table: dict[str, tuple[dict, ...]],
    names: Iterable[str] | None = None,
    most: int = 2,
    most_rare: int = 2,
) -> Iterator[tuple[list[str], Callable]]:
    """(names, function) of each mistake alone, then of two and more at once that turn different knobs, `most` at most.

    The more at once, the fewer of the ways to make each; rare mistakes only with so many as `most_rare` says.
    """
    names = table if names is None else names

    def turned(knobs):
        return lambda *args: right(*args, **knobs)

    for count in range(1, most + 1):
        some = [name for name in names if count <= most_rare or name not in _RARE]
        ways = [(name, knobs) for name in some for knobs in table[name][: (None, 4, 2)[count - 1]]]
        for several in combinations(ways, count):
            knobs = {knob: value for _, one in several for knob, value in one.items()}
            if len(knobs) == sum(len(one) for _, one in several):
                yield [name for name, _ in several], turned(knobs)
