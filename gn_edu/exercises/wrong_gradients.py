"""The backward pass of group norm with knobs, as wrong_norms.py has the forward pass."""

from collections.abc import Callable

import torch
from torch import Tensor

from gn_edu.exercises.asking import ASK
from gn_edu.exercises.formula import GROUP, divisor
from gn_edu.exercises.sets import Sets, cells_of
from gn_edu.exercises.wrong_norms import DIVISION, EPS, SETS, channels_of, mean_of, sizes, statistics


def group_norm_dx(
    dy: Tensor,
    x: Tensor,
    num_groups: int,
    weight: Tensor,
    bias: Tensor,
    eps: float = 1e-5,
    sets: Sets = GROUP,
    mean_term: str = "mean",
    variance_term: str = "mean",
    rstd: bool = True,
    gamma: str = "channel",
    use_dy: bool = True,
    x_hat: str = "x_hat",
    centre: bool = True,
    var: str = "biased",
    eps_in: str = "x_hat and dx",
    **knobs,
) -> Tensor:
    """The gradient with respect to x, (n, c, *), in float64; right at the knobs' defaults.

    `eps_in`: where the slip about eps is: in all places, in what divides at the end, in x_hat, in what divides the
    terms of x itself and of its mean, or in what divides the term of the variance.

    Raises:
        ValueError: this mistake can't be made with these shapes.
    """
    dy, x, weight, bias = (t.double() for t in (dy, x, weight, bias))
    cells = cells_of(x, num_groups, sets)
    part, variance = statistics(x, cells, centre, var)
    slip = divisor(variance, eps, **knobs)
    sigma = slip if eps_in == "x_hat and dx" else divisor(variance, eps)
    hat = part / sigma
    g = dy if use_dy else torch.ones_like(dy)
    if gamma == "last-dim" and x.shape[-1] != len(weight):
        raise ValueError("the last axis has another length than weight")
    gammas: dict[str, Tensor | float] = {"none": 1.0, "last-dim": weight, "channel": channels_of(x, weight)}
    g = g * gammas[gamma]
    seen = hat * channels_of(x, weight) + channels_of(x, bias) if x_hat == "y" else hat
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
        return mean_of(x, cells)
    m = sizes(x, cells)
    return mean_of(x, cells) * (m if of == "sum" else m / (m - 1))


BACKWARD: dict[str, tuple[dict, ...]] = {
    "stats-const": ({"mean_term": "none", "variance_term": "none"},),
    "no-mean-term": ({"mean_term": "none"},),
    "no-variance-term": ({"variance_term": "none"},),
    "no-rstd": ({"rstd": False},),
    "sum-not-mean": ({"mean_term": "sum", "variance_term": "sum"}, {"mean_term": "sum"}, {"variance_term": "sum"}),
    "unbiased-backward": (
        {"variance_term": "unbiased"},
        {"mean_term": "unbiased", "variance_term": "unbiased"},
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
}


def gradients_of(forward: Callable) -> Callable:
    """A backward pass that is right for another forward pass."""
    return lambda dy, *args: ASK["gradients"](forward, dy, *args)


def group_norm_dparams(
    dy: Tensor,
    x: Tensor,
    num_groups: int,
    weight: Tensor,
    bias: Tensor,
    eps: float = 1e-5,
    over: str = "sum",
    x_hat: str = "x_hat",
    use_dy: bool = True,
    order: int = 1,
    sets: Sets = GROUP,
    centre: bool = True,
    var: str = "biased",
    **knobs,
) -> list[Tensor]:
    """The gradients with respect to weight and bias, in float64; right at the knobs' defaults."""
    dy, x, weight, bias = (t.double() for t in (dy, x, weight, bias))
    part, variance = statistics(x, cells_of(x, num_groups, sets), centre, var)
    hat = part / divisor(variance, eps, **knobs)
    seen = {"x_hat": hat, "x": x, "y": hat * channels_of(x, weight) + channels_of(x, bias)}[x_hat]
    parts = [dy * seen, dy] if use_dy else [seen, torch.ones_like(dy)]
    axes = tuple(range(2, x.dim()))
    return [
        {
            "sum": lambda p: p.sum((0, *axes)),
            "mean": lambda p: p.mean((0, *axes)),
            "batch": lambda p: p.sum(axes) if axes else p,
            "all": lambda p: p.sum(),
        }[over](part)
        for part in parts[::order]
    ]


PARAMETERS: dict[str, tuple[dict, ...]] = {
    "sums-over-channels": ({"over": "all"},),
    "keeps-batch": ({"over": "batch"},),
    "mean-not-sum": ({"over": "mean"},),
    "uses-x": ({"x_hat": "x"},),
    "saves-y": ({"x_hat": "y"},),
    "ignores-dy": ({"use_dy": False},),
    "swapped-answers": ({"order": -1},),
    **SETS,
    **DIVISION,
    **EPS,
}
