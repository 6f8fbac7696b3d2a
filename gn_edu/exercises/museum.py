"""Exercises of the museum: the moments of two parts merged, and a scale a group made one a channel."""

import random

import torch
from torch import Tensor

from gn_edu.exercises.cases import draw
from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu.exercises.knobs import candidates
from gn_edu.exercises.sentences import said
from gn_edu.messages import N_

# ---- M.1


def _merged(n_a, mean_a, var_a, n_b, mean_b, var_b, weighted=True, between=True, squared=True, unbiased=False):
    n = n_a + n_b
    part = n_b / n if weighted else 0.5
    apart = mean_b - mean_a
    mean = mean_a + part * apart
    share = (1 - part) * part * (apart.square() if squared else apart.abs()) if between else 0
    var = (1 - part) * var_a + part * var_b + share
    return mean, var * n / (n - 1) if unbiased else var


_MERGES = {
    "half-and-half": [{"weighted": False}],
    "no-between": [{"between": False}],
    "between-not-squared": [{"squared": False}],
    "unbiased-var": [{"unbiased": True}],
}


def _parts(rng: random.Random) -> list[Probe]:
    level = float(rng.randrange(2, 9))
    hand = [torch.tensor([value], dtype=torch.float64) for value in (level, 1.0, level + 4, 1.0)]
    means, spreads = draw(41, 2, 4, scale=4, offset=level), draw(42, 2, 4).square()
    far = [torch.tensor([4096.0 + level]), torch.tensor([1.0]), torch.tensor([4098.0 + level]), torch.tensor([1.0])]
    same = [means[0], spreads[0], means[0], spreads[1]]
    sizes = N_("{n} values and {m}")
    return [
        Probe(said(sizes, n=2, m=2), (2, *hand[:2], 2, *hand[2:])),
        Probe(said(sizes, n=12, m=36), (12, means[0], spreads[0], 36, means[1], spreads[1])),
        Probe(said(N_("two parts with the same mean")), (8, *same[:2], 24, *same[2:])),
        Probe(
            said(N_("float32, far from zero")),
            (16, *far[:2], 48, *far[2:]),
            about="one-pass-variance",
            recognises=False,
            tolerance=1e-3,
        ),
    ]


MERGED = Exercise(
    name="M.1",
    title="two parts, one variance",
    level="medium",
    minutes=15,
    function="merged",
    takes="merged(n_a, mean_a, var_a, n_b, mean_b, var_b) -> mean, variance of both parts together.",
    probes=_parts,
    right=lambda n_a, mean_a, var_a, n_b, mean_b, var_b: _merged(n_a, mean_a, var_a, n_b, mean_b, var_b),
    wrong=lambda: candidates(_merged, _MERGES),
    parts=("mean", "variance"),
    closing=said("Right: the moments of all values, however they were cut."),
)

# ---- M.2


def _each(scale: Tensor, channels: int, tiled=False, place=None) -> Tensor:
    size = channels // len(scale)
    if tiled:
        return scale.repeat(size)
    each = scale.repeat_interleave(size)
    if place is None:
        return each
    return torch.where(torch.arange(channels) % size == place, each, torch.ones_like(each))


_SCALES = {
    "interleaved": [{"tiled": True}],
    "first-of-group": [{"place": 0}],
}


def _scales(rng: random.Random) -> list[Probe]:
    return [
        Probe(f"G = {groups}, C = {channels}", (draw(43 + groups, groups, offset=3), channels))
        for groups, channels in ((2, 6), (3, 6), (4, 4), (1, 5))
    ]


SCALE = Exercise(
    name="M.2",
    title="one γ a channel",
    level="easy",
    minutes=5,
    function="per_channel",
    takes="per_channel(scale, num_channels): a scale with one value a group, with one value a channel.",
    probes=_scales,
    right=lambda scale, num_channels: _each(scale, num_channels),
    wrong=lambda: candidates(_each, _SCALES),
    closing=said("Right: with β done alike, the network of the old file gives the same numbers in the new one."),
)

EXERCISES = (MERGED, SCALE)
check_merged, check_per_channel = (exercise.checker() for exercise in EXERCISES)
