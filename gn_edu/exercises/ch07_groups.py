"""Exercises of chapter 7: a number of groups for every width, and the bias that wakes every channel."""

import math
import random

import torch
from torch.nn import functional as F

from gn_edu.exercises.cases import sixteenths
from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu.exercises.knobs import alone
from gn_edu.exercises.sentences import said
from gn_edu.exercises.sheet3_inputs import largest_divisor
from gn_edu.messages import N_

# ---- 7.1

_RULES = {
    "not-int": lambda channels, most: largest_divisor(channels, most) / 1,
    "does-not-divide": lambda channels, most: min(channels, most),
    "gcd": lambda channels, most: math.gcd(channels, most),
    "one-group": lambda channels, most: 1,
    "too-many-groups": lambda channels, most: channels,
}


def _whole(f, channels: int, most: int) -> int | str:
    """A whole number, or how another answer is written."""
    value = f(channels, most)
    return value if isinstance(value, int) else repr(value)


def _widths(rng: random.Random) -> list[Probe]:
    message = N_("{channels} channels, at most {most} groups")
    asked = [(c, 32) for c in (64, 48, *range(1, 4097))] + [(c, 8) for c in range(1, 200)]
    return [Probe(said(message, channels=c, most=most), (c, most), "whole") for c, most in asked]


NUM_GROUPS_FOR = Exercise(
    name="7.1",
    title="a rule for every width",
    level="easy",
    minutes=10,
    function="num_groups_for",
    takes="num_groups_for(channels, most=32) for every width up to 4096, and for other limits.",
    probes=_widths,
    right=largest_divisor,
    wrong=alone(_RULES),
    ways={"whole": _whole},
    closing=said("Right: for every width up to 4096."),
)

# ---- 7.2


def _means(x, num_groups):
    """The mean of each channel of group norm's output."""
    return F.group_norm(x, num_groups).mean((0, 2, 3))


_BIASES = {
    "wrong-sign": _means,
    "from-x": lambda x, g: -x.mean((0, 2, 3)),
    "zeros": lambda x, g: torch.zeros(x.shape[1], dtype=x.dtype),
    "first-image": lambda x, g: -F.group_norm(x, g)[0].mean((1, 2)),
}


def _levels(rng: random.Random) -> list[Probe]:
    generator = torch.Generator().manual_seed(9)
    x = sixteenths(torch.randn(4, 8, 5, 5, generator=generator, dtype=torch.float64))
    x = x + torch.tensor([0, 0, 0, -8.0, 3, 0, 1, 0]).double().view(1, -1, 1, 1)
    return [Probe(f"G = {groups}", (x, groups), tolerance=1e-6) for groups in (4, 1, 2)]


WAKING_BIAS = Exercise(
    name="7.2",
    title="wake every channel",
    level="medium",
    minutes=15,
    function="waking_bias",
    takes="waking_bias(x, num_groups, eps=1e-5): with it, every channel of group norm's output has mean 0.",
    probes=_levels,
    right=lambda x, num_groups: -_means(x, num_groups),
    wrong=alone(_BIASES),
    closing=said("Right: every channel has mean 0, so each has values on both sides of the ReLU's step."),
)

EXERCISES = (NUM_GROUPS_FOR, WAKING_BIAS)
check_num_groups_for, check_waking_bias = (exercise.checker() for exercise in EXERCISES)
