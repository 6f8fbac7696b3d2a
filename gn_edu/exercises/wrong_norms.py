"""Group norm with knobs. Each wrong turn of a knob is a mistake by name; several at once are several mistakes.

Three mistakes change no formula, and have code of their own: they stand among the MUTANTS, broken norms to be caught.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from gn_edu.exercises.formula import GROUP, divisor
from gn_edu.exercises.sets import Sets, cells_of


def mean_of(x: Tensor, cells) -> Tensor:
    """Each cell's mean over its set."""
    labels, count = cells
    total = torch.zeros_like(count).index_add(0, labels, x.flatten())
    return (total / count)[labels].view(x.shape)


def sizes(x: Tensor, cells) -> Tensor:
    labels, count = cells
    return count[labels].view(x.shape)


def channels_of(x: Tensor, values: Tensor) -> Tensor:
    return values.view(1, -1, *[1] * (x.dim() - 2))


def statistics(x: Tensor, cells, centre: bool = True, var: str = "biased") -> tuple[Tensor, Tensor]:
    """x as it is divided, and the variance."""
    centred = x - mean_of(x, cells)
    variance = mean_of((x if var == "second-moment" else centred).square(), cells)
    if var == "unbiased":
        m = sizes(x, cells)
        variance = variance * m / (m - 1)
    return centred if centre else x, variance


def group_norm(
    x: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    sets: Sets = GROUP,
    affine: str = "after",
    centre: bool = True,
    var: str = "biased",
    **knobs,
) -> Tensor:
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
        w, b = (None if t is None else channels_of(x, t) for t in (w, b))
    cells = cells_of(x, num_groups, sets)
    if affine in ("none", "no-weight"):
        w = None
    if affine in ("none", "no-bias"):
        b = None
    if affine == "before":
        x, w, b = _affine(x, w, b), None, None
    part, variance = statistics(x, cells, centre, var)
    y = part / divisor(variance, eps, **knobs)
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


# ---- eleven broken group norms


def _rows(x: Tensor, num_groups: int) -> Tensor:
    return x.reshape(len(x), num_groups, -1)


def _scaled(x: Tensor, rows: Tensor, mean: Tensor, var: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    x_hat = ((rows - mean) / (var + eps).sqrt()).reshape(x.shape)
    return _affine(x_hat, channels_of(x, weight), channels_of(x, bias))


def _cancelling(x, num_groups, weight, bias, eps=1e-5):
    rows = _rows(x, num_groups)
    mean = rows.mean(-1, keepdim=True)
    return _scaled(x, rows, mean, rows.square().mean(-1, keepdim=True) - mean.square(), weight, bias, eps)


def _viewed(x, num_groups, weight, bias, eps=1e-5):
    rows = x.view(len(x), num_groups, -1)
    var, mean = torch.var_mean(rows, -1, correction=0, keepdim=True)
    return _scaled(x, rows, mean, var, weight, bias, eps)


def _detached(x, num_groups, weight, bias, eps=1e-5):
    rows = _rows(x, num_groups)
    var, mean = torch.var_mean(rows.detach(), -1, correction=0, keepdim=True)
    return _scaled(x, rows, mean, var, weight, bias, eps)


def _turned(name: str) -> Callable:
    """Group norm with the most common way to make a mistake, in the type of x."""

    def mutant(x, num_groups, weight, bias, eps=1e-5):
        return group_norm(x, num_groups, weight, bias, eps, **FORWARD[name][0]).to(x.dtype)

    return mutant


_BY_KNOBS = (
    "no-eps",
    "interleaved",
    "over-batch",
    "unbiased-var",
    "eps-outside-sqrt",
    "affine-per-group",
    "no-bias",
    "affine-before-norm",
)
# Name of the mistake -> a norm (x, num_groups, weight, bias, eps) that makes it.
MUTANTS: dict[str, Callable] = {
    **{name: _turned(name) for name in _BY_KNOBS},
    "one-pass-variance": _cancelling,
    "view-error": _viewed,
    "detached-statistics": _detached,
}
