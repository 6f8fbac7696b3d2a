"""Exercises of chapter 12: a published kernel's faults mended, and one group's statistics from many blocks."""

import random
from dataclasses import replace

import torch
from torch import Tensor

from gn_edu.exercises import cases
from gn_edu.exercises.ch06_numerics import HALF_GROUP_NORM
from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu.exercises.knobs import candidates
from gn_edu.exercises.sentences import said
from gn_edu.messages import N_

# ---- 12.1


def _far(rng: random.Random) -> list[Probe]:
    """6.2's probes in float16, and one in float32 where mean squared swallows the variance."""
    far = cases.large_mean(rng)
    x, groups, _, _, eps = far.args
    return [*HALF_GROUP_NORM.probes(rng), replace(far, args=(x, groups, eps))]


MENDED = replace(  # the same function, asked for more
    HALF_GROUP_NORM,
    name="12.1",
    title="a kernel as published, mended",
    function="mended",
    takes="mended(x, num_groups, eps=1e-5), in the type of x: right at scales 1e-4 and 400, and around 4096.",
    probes=_far,
    closing=said("Right: no digits are lost, and the squares have room."),
)

# ---- 12.2


def _one_group(counts: Tensor, means: Tensor, variances: Tensor, weighted=True, between="squared", ddof=0, root=False):
    """The right answer at the knobs' defaults."""
    counts = counts.to(means.dtype)
    share = counts / counts.sum() if weighted else torch.full_like(means, 1 / len(means))
    middle = (share * (means - means[0])).sum() + means[0]
    apart = {"squared": (means - middle).square(), "plain": (means - middle).abs(), "none": torch.zeros_like(means)}
    variance = (share * (variances + apart[between])).sum() * counts.sum() / (counts.sum() - ddof)
    return middle, variance.sqrt() if root else variance


_BLOCKS = {
    "half-and-half": [{"weighted": False}],
    "no-between": [{"between": "none"}],
    "between-not-squared": [{"between": "plain"}],
    "unbiased-var": [{"ddof": 1}],
    "root-for-variance": [{"root": True}],
}


def _cut(rng: random.Random) -> list[Probe]:
    level = float(rng.randrange(2, 9))

    def case(where, *numbers):
        order = rng.sample(range(len(numbers[0])), len(numbers[0]))
        return Probe(where, tuple(torch.tensor(values, dtype=torch.float64)[order] for values in numbers))

    sizes = N_("{n} blocks")
    return [
        case(said(sizes, n=2), [2.0, 2.0], [level, level + 4], [1.0, 1.0]),
        case(
            said(sizes, n=4), [8.0, 8.0, 8.0, 4.0], [level, level + 1.5, level - 2, level + 6], [1.0, 0.25, 4.0, 2.25]
        ),
        case(said(sizes, n=1), [16.0], [level], [2.25]),
        case(said(sizes, n=3), [32.0, 32.0, 5.0], [level] * 3, [1.0, 4.0, 9.0]),
        Probe(
            said(N_("float32, far from zero")),
            tuple(torch.tensor(v) for v in ([16.0, 48.0], [4096.0 + level, 4098.0 + level], [1.0, 1.0])),
            about="one-pass-variance",
            recognises=False,
            tolerance=1e-3,
        ),
    ]


ONE_GROUP = Exercise(
    name="12.2",
    title="one group, many blocks",
    level="medium",
    minutes=10,
    function="one_group",
    takes="one_group(counts, means, variances), one number a block each -> mean, variance of the whole group.",
    probes=_cut,
    right=_one_group,
    wrong=lambda: candidates(_one_group, _BLOCKS),
    parts=("mean", "variance"),
    closing=said("Right: however many blocks share a group, its mean and variance are the same."),
)

EXERCISES = (MENDED, ONE_GROUP)
check_mended, check_one_group = (exercise.checker() for exercise in EXERCISES)
