"""Group norm with knobs. Each wrong turn of a knob is a mistake by name; two knobs at once are two mistakes."""

from collections.abc import Callable, Iterator
from itertools import combinations

import torch
from torch import Tensor


def set_labels(shape: tuple[int, ...], num_groups: int, sets: str = "group") -> Tensor:
    """A number for each cell; cells with the same number share mean and variance. Shape as given, (n, c, *).

    Raises:
        ValueError: the axes can't be cut like that.
    """
    n, c, *rest = shape
    pixels = torch.Size(rest).numel()

    def axis(k, length):
        return torch.arange(length).view(*[1] * k, length, *[1] * (2 - k)).expand(n, c, pixels)

    image, channel, pixel = axis(0, n), axis(1, c), axis(2, pixels)
    per_group = -(-c // num_groups)
    group = channel // per_group
    if sets == "channels-last-axis":
        wide = (rest[-1] if rest else c) // num_groups
        if not wide or c * pixels % (wide * num_groups):
            raise ValueError("the last axis can't be cut like that")
        group = (channel * pixels + pixel) // wide % num_groups
    if sets == "memory-order":
        group = (pixel * c + channel) // (pixels * per_group)
    labels = {
        "over-batch": group,
        "across-samples": channel * pixels + pixel,
        "batch-norm": channel,
        "instance-norm": image * c + channel,
        "layer-norm": image,
        "whole-batch": 0 * pixel,
        "interleaved": image * c + channel % num_groups,
        "swapped-G": image * c + channel // num_groups,
        "channel-only": (image * c + group) * pixels + pixel,
    }.get(sets, image * max(c, pixels) + group)
    return labels.reshape(shape)


def _in_memory(x: Tensor, num_groups: int) -> Tensor:
    """Labels for groups that are cut from an image as it lies in memory."""
    place = torch.zeros(x.shape[1:], dtype=torch.long)
    for axis, step in enumerate(x.stride()[1:]):
        place = place + (torch.arange(x.shape[axis + 1]) * step).view(-1, *[1] * (place.dim() - axis - 1))
    group = place.flatten().argsort().argsort() // (place.numel() // num_groups)
    image = torch.arange(len(x)).view(-1, *[1] * place.dim())
    return image * num_groups + group.view(place.shape)


def _mean(x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Each cell's mean over its set, and how many cells that set has."""
    flat = labels.flatten()
    size = int(flat.max()) + 1
    count = torch.zeros(size, dtype=x.dtype).index_add_(0, flat, torch.ones_like(flat, dtype=x.dtype))
    total = torch.zeros(size, dtype=x.dtype).index_add_(0, flat, x.flatten())
    return (total / count)[labels], count[labels]


def _channels(x: Tensor, values: Tensor) -> Tensor:
    return values.view(1, -1, *[1] * (x.dim() - 2))


def _x_hat(
    x: Tensor, labels: Tensor, eps: float, centre: bool = True, var: str = "biased", root: str = "sqrt",
    eps_at: str | float = "inside",
) -> Tensor:  # fmt: skip
    mean, m = _mean(x, labels)
    variance = _mean((x if var == "second-moment" else x - mean).square(), labels)[0]
    if var == "unbiased":
        variance = variance * m / (m - 1)
    inside = {"inside": eps, "outside": 0.0, "none": 0.0, "squared": eps**2}.get(eps_at, eps_at)
    sigma = (variance + inside).sqrt() + (eps if eps_at == "outside" else 0.0)
    divisor = {"sqrt": sigma, "var": sigma.square(), "none": torch.ones(())}[root]
    return (x - mean if centre else x) / divisor


def group_norm(
    x: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5,
    sets: str = "group", affine: str = "after", **knobs,
) -> Tensor:  # fmt: skip
    """Group norm of x, (n, c, *), in float64, right at the knobs' defaults.

    Raises:
        ValueError: this mistake can't be made with these shapes.
    """
    x, c = x.double(), x.shape[1]
    w = torch.ones(c, dtype=x.dtype) if weight is None else weight.double()
    b = torch.zeros(c, dtype=x.dtype) if bias is None else bias.double()
    labels = _in_memory(x, num_groups) if sets == "in-memory" else set_labels(tuple(x.shape), num_groups, sets)
    if affine == "before":
        return _x_hat(x * _channels(x, w) + _channels(x, b), labels, eps, **knobs)
    x_hat = _x_hat(x, labels, eps, **knobs)
    if affine == "last-dim":
        if x.shape[-1] != c and weight is not None:
            raise ValueError("the last axis has another length than weight")
        return x_hat if weight is None else x_hat * w + b
    if affine == "per-group":
        first = torch.arange(c) // (c // num_groups) * (c // num_groups)
        w, b = w[first], b[first]
    if affine == "swapped" and weight is not None and bias is not None:
        w, b = b, w
    w, b = _channels(x, w), _channels(x, b)
    return {"none": x_hat, "no-weight": x_hat + b, "no-bias": x_hat * w, "bias-first": (x_hat + b) * w}.get(
        affine, x_hat * w + b
    )


# Mistake -> how the knobs stand. Several entries: several ways to make it.
_SETS = (
    "over-batch across-samples batch-norm instance-norm layer-norm whole-batch interleaved swapped-G channel-only"
).split()
FORWARD: dict[str, tuple[dict, ...]] = {
    **{name: ({"sets": name},) for name in (*_SETS, "channels-last-axis")},
    "memory-order": ({"sets": "memory-order"}, {"sets": "in-memory"}),
    "unbiased-var": ({"var": "unbiased"},),
    "no-centre": ({"centre": False},),
    "second-moment": ({"var": "second-moment"},),
    "divide-by-var": ({"root": "var"},),
    "no-division": ({"root": "none"},),
    "no-eps": ({"eps_at": "none"},),
    "eps-outside-sqrt": ({"eps_at": "outside"},),
    "eps-squared": ({"eps_at": "squared"},),
    "eps-hardcoded": tuple({"eps_at": value} for value in (1e-5, 1e-6, 1e-8, 1e-3, 1e-12)),
    "affine-per-group": ({"affine": "per-group"},),
    "affine-last-dim": ({"affine": "last-dim"},),
    "no-affine": ({"affine": "none"},),
    "no-weight": ({"affine": "no-weight"},),
    "no-bias": ({"affine": "no-bias"},),
    "bias-before-scale": ({"affine": "bias-first"},),
    "affine-before-norm": ({"affine": "before"},),
    "swapped-weight-bias": ({"affine": "swapped"},),
}


def group_norm_dx(
    dy: Tensor, x: Tensor, num_groups: int, weight: Tensor, bias: Tensor, eps: float = 1e-5, sets: str = "group",
    mean: str = "mean", var: str = "mean", rstd: bool = True, gamma: bool = True, use_dy: bool = True,
    x_hat: str = "x_hat",
) -> Tensor:  # fmt: skip
    """The gradient with respect to x, (n, c, *), in float64; right at the knobs' defaults."""
    dy, x, weight, bias = (t.double() for t in (dy, x, weight, bias))
    labels = set_labels(tuple(x.shape), num_groups, sets)
    hat = _x_hat(x, labels, eps)
    mu, m = _mean(x, labels)
    sigma = (_mean((x - mu).square(), labels)[0] + eps).sqrt()
    g = dy if use_dy else torch.ones_like(dy)
    g = g * _channels(x, weight) if gamma else g
    seen = hat * _channels(x, weight) + _channels(x, bias) if x_hat == "y" else hat
    factor = {"mean": torch.ones(()), "sum": m, "none": torch.zeros(()), "unbiased": m / (m - 1)}
    dx = g - _mean(g, labels)[0] * factor[mean] - seen * _mean(g * seen, labels)[0] * factor[var]
    return dx / sigma if rstd else dx


_OTHER_SETS = {name: ({"sets": name},) for name in ("over-batch", "instance-norm", "layer-norm", "interleaved")}
BACKWARD: dict[str, tuple[dict, ...]] = {
    "stats-const": ({"mean": "none", "var": "none"},),
    "no-mean-term": ({"mean": "none"},),
    "no-variance-term": ({"var": "none"},),
    "no-rstd": ({"rstd": False},),
    "sum-not-mean": ({"mean": "sum", "var": "sum"}, {"mean": "sum"}, {"var": "sum"}),
    "unbiased-backward": ({"var": "unbiased"}, {"mean": "unbiased", "var": "unbiased"}, {"mean": "unbiased"}),
    "ignores-dy": ({"use_dy": False},),
    "no-gamma": ({"gamma": False},),
    "saves-y": ({"x_hat": "y"},),
    **_OTHER_SETS,
}


def group_norm_dparams(
    dy: Tensor, x: Tensor, num_groups: int, weight: Tensor, bias: Tensor, eps: float = 1e-5,
    over: str = "sum", x_hat: str = "x_hat", use_dy: bool = True, sets: str = "group",
) -> list[Tensor]:  # fmt: skip
    """The gradients with respect to weight and bias, in float64; right at the knobs' defaults."""
    dy, x, weight, bias = (t.double() for t in (dy, x, weight, bias))
    hat = _x_hat(x, set_labels(tuple(x.shape), num_groups, sets), eps)
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
    **_OTHER_SETS,
}


def candidates(right: Callable, table: dict[str, tuple[dict, ...]], names=None) -> Iterator[tuple[list[str], Callable]]:
    """(names, function) of each mistake alone, then of each two that turn different knobs."""
    chosen = [(name, knobs) for name, ways in table.items() if names is None or name in names for knobs in ways]

    def turned(knobs):
        return lambda *args: right(*args, **knobs)

    for name, knobs in chosen:
        yield [name], turned(knobs)
    for (a, one), (b, two) in combinations(chosen, 2):
        if not one.keys() & two.keys():
            yield [a, b], turned(one | two)
