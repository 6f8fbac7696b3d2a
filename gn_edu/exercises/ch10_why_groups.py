"""Exercises of chapter 10: SIFT's normalization, and a group norm that only divides."""

import random

import torch
from torch import Tensor
from torch.nn import functional as F

from gn_edu.descriptors import normalized_twice
from gn_edu.exercises.cases import draw
from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu.exercises.knobs import alone
from gn_edu.exercises.sentences import said
from gn_edu.messages import N_

# ---- 10.1


def _once(numbers: Tensor) -> Tensor:
    return numbers / numbers.norm()


_TWICE = {
    "no-second-division": lambda numbers, clip: _once(numbers).clamp_max(clip),
    "no-clip": lambda numbers, clip: _once(numbers),
    "clip-first": lambda numbers, clip: _once(numbers.clamp_max(clip)),
    "fixed-clip": lambda numbers, clip: normalized_twice(numbers),
    "part-of-largest": lambda numbers, clip: _once(numbers.clamp_max(float(clip * numbers.max()))),
    "by-sum": lambda numbers, clip: (lambda c: c / c.sum())((numbers / numbers.sum()).clamp_max(clip)),
    "row-by-row": lambda numbers, clip: F.normalize(F.normalize(numbers, dim=-1).clamp_max(clip), dim=-1),
}


def _numbers(rng: random.Random) -> list[Probe]:
    hand = torch.tensor([3.0, 4, 0, 0], dtype=torch.float64)
    sixteen = draw(31, 4, 4, 8, scale=8).abs()[torch.tensor(rng.sample(range(4), 4))]
    even = torch.ones(6, 6, dtype=torch.float64) * rng.randrange(1, 5)
    clipped = N_("clip = {clip}")
    return [
        Probe(said("3, 4, 0, 0"), (hand, 0.2)),
        Probe(said("16 histograms of 8 directions"), (sixteen, 0.2)),
        Probe(said(clipped, clip=0.1), (sixteen, 0.1)),
        Probe(said("numbers of which none is clipped"), (even, 0.2)),
    ]


TWICE = Exercise(
    name="10.1",
    title="normalize, clip, normalize",
    level="easy",
    minutes=10,
    function="normalized_twice",
    takes="normalized_twice(numbers, clip=0.2): SIFT's normalization of numbers of any shape, all one group.",
    probes=_numbers,
    right=normalized_twice,
    wrong=alone(_TWICE),
    closing=said("Right: a light that is one factor is gone, and strong edges weigh less."),
)

# ---- 10.2


def _divided(x: Tensor, axes: tuple[int, ...], shape: tuple[int, ...], eps: float) -> Tensor:
    grouped = x.reshape(shape)
    return (grouped / (grouped.square().mean(axes, keepdim=True) + eps).sqrt()).reshape(x.shape)


def _cut(x: Tensor, groups: int) -> tuple[int, ...]:
    return len(x), groups, x.shape[1] // groups, *x.shape[2:]


def _rms(x: Tensor, num_groups: int, eps: float) -> Tensor:
    return _divided(x, (2, 3, 4), _cut(x, num_groups), eps)


def _with(change):
    """The layer with another divisor: change(x as (n, G, C / G, h, w), eps)."""

    def norm(x: Tensor, num_groups: int, eps: float) -> Tensor:
        grouped = x.reshape(_cut(x, num_groups))
        return (grouped / change(grouped, eps)).reshape(x.shape)

    return norm


def _mean_square(grouped: Tensor) -> Tensor:
    return grouped.square().mean((2, 3, 4), keepdim=True)


_DIVISIONS = {
    "centred": lambda x, g, eps: F.group_norm(x, g, eps=eps),
    "only-spread": _with(lambda v, eps: (v.var((2, 3, 4), correction=0, keepdim=True) + eps).sqrt()),
    "root-of-sum": _with(lambda v, eps: (v.square().sum((2, 3, 4), keepdim=True) + eps).sqrt()),
    "by-mean-square": _with(lambda v, eps: _mean_square(v) + eps),
    "mean-of-sizes": _with(lambda v, eps: v.abs().mean((2, 3, 4), keepdim=True) + eps),
    "eps-outside-sqrt": _with(lambda v, eps: _mean_square(v).sqrt() + eps),
    "fixed-eps": lambda x, g, eps: _rms(x, g, 1e-5),
    "no-eps": _with(lambda v, eps: _mean_square(v).sqrt()),
    "over-batch": lambda x, g, eps: _divided(x, (0, 2, 3, 4), _cut(x, g), eps),
    "layer-norm": lambda x, g, eps: _rms(x, 1, eps),
    "instance-norm": lambda x, g, eps: _rms(x, x.shape[1], eps),
    "swapped-G": lambda x, g, eps: _rms(x, x.shape[1] // g, eps),
    "interleaved": lambda x, g, eps: _divided(x, (1, 3, 4), (len(x), x.shape[1] // g, g, *x.shape[2:]), eps),
    "channel-only": lambda x, g, eps: _divided(x, (2,), _cut(x, g), eps),
}
# The same mistake as root-of-sum, with eps outside of the root, as HOG is often written.
_LENGTH = _with(lambda v, eps: v.square().sum((2, 3, 4), keepdim=True).sqrt() + eps)


def _maps(rng: random.Random) -> list[Probe]:
    """Levels differ by image and channel: every other set has another mean square."""
    levels = torch.arange(2 * 8, dtype=torch.float64).view(2, 8, 1, 1) / 4
    x = draw(32, 2, 8, 2, 3)[torch.tensor(rng.sample(range(2), 2))] + levels
    probes = [Probe(f"G = {groups}", (x, groups, 1e-5)) for groups in (4, 2, 1)]
    return [*probes, Probe("eps = 0.5", (x / 8, 2, 0.5))]


RMS = Exercise(
    name="10.2",
    title="group norm that only divides",
    level="medium",
    minutes=15,
    function="group_rms_norm",
    takes="group_rms_norm(x, num_groups, eps=1e-5): each group divided by the root of its mean square.",
    probes=_maps,
    right=_rms,
    wrong=lambda: [*alone(_DIVISIONS)(), (["root-of-sum"], _LENGTH)],
    closing=said("Right: each group has a mean square of 1, but for eps, and every number keeps its sign."),
)

EXERCISES = (TWICE, RMS)
check_normalized_twice, check_group_rms_norm = (exercise.checker() for exercise in EXERCISES)
