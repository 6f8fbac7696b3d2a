"""Exercises of chapter 11: a group norm that does not hear padding, and one whose scale and shift come from outside."""

import random

import torch
from torch import Tensor

from gn_edu.exercises.cases import draw
from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu.exercises.knobs import RARE, alone
from gn_edu.exercises.sentences import said
from gn_edu.exercises.wrong_norms import DIVISION, EPS, SETS, group_norm
from gn_edu.messages import N_

# ---- 11.1


def _masked(x, mask, num_groups, eps, *, within=True, count="real", over=(2, 3), ddof=0, inside=True, ends=True):
    """The right answer at the knobs' defaults. mask: (n, 1, t)."""
    n, c, t = x.shape
    grouped, real = x.reshape(n, num_groups, c // num_groups, t), mask[:, None]
    steps = (torch.ones_like(real) if count == "all" else real).sum(3, keepdim=True)
    m = steps * (1 if count == "steps" else c // num_groups)
    if over == (0, 2, 3):
        m = m.sum(0, keepdim=True)
    mean = (grouped * real).sum(over, keepdim=True) / m
    squares = (grouped - mean).square()
    var = (squares * real if within else squares).sum(over, keepdim=True) / (m - ddof)
    root = (var + eps).sqrt() if inside else var.sqrt() + eps
    y = (grouped - mean) / root
    return (y * real + 0.0 if ends else y).reshape(x.shape)  # no -0


def _plain(x: Tensor, mask: Tensor, num_groups: int, eps: float) -> Tensor:
    return group_norm(x, num_groups, eps=eps) * mask


def _each(x: Tensor, mask: Tensor, num_groups: int, eps: float) -> Tensor:
    """A step at a time: no padding is heard, and no time either."""
    n, c, t = x.shape
    return _plain(x.transpose(1, 2).reshape(n * t, c), torch.ones(1), num_groups, eps).view(n, t, c).mT * mask


_MASKED = {
    "padding-counted": _plain,
    "padding-in-count": lambda *a: _masked(*a, count="all"),
    "steps-for-values": lambda *a: _masked(*a, count="steps"),
    "padding-in-variance": lambda *a: _masked(*a, within=False),
    "padding-kept": lambda *a: _masked(*a, ends=False),
    "first-length": lambda x, mask, g, eps: _masked(x, mask[:1].expand_as(mask), g, eps) * mask,
    "over-batch": lambda *a: _masked(*a, over=(0, 2, 3)),
    "step-by-step": _each,
    "layer-norm": lambda x, mask, g, eps: _masked(x, mask, 1, eps),
    "instance-norm": lambda x, mask, g, eps: _masked(x, mask, x.shape[1], eps),
    "swapped-G": lambda x, mask, g, eps: _masked(x, mask, x.shape[1] // g, eps),
    "unbiased-var": lambda *a: _masked(*a, ddof=1),
    "eps-outside-sqrt": lambda *a: _masked(*a, inside=False),
    "eps-hardcoded": lambda x, mask, g, eps: _masked(x, mask, g, 1e-5),
    "no-eps": lambda x, mask, g, eps: _masked(x, mask, g, 0.0),
}


def _sounds(rng: random.Random) -> list[Probe]:
    """Levels differ by sound and channel, so that padding and other sets tell."""
    levels = torch.arange(2 * 4, dtype=torch.float64).view(2, 4, 1) / 2 + 1
    x = draw(41, 2, 4, 8)[torch.tensor(rng.sample(range(2), 2))] + levels
    mask = torch.ones(2, 1, 8, dtype=torch.float64)
    mask[0, 0, 5:] = 0
    mask[1, 0, 3:] = 0
    lengths = N_("{first} and {second} of 8 steps are real, G = {groups}")
    return [
        *(
            Probe(said(lengths, first=5, second=3, groups=groups), (x * mask, mask, groups, 1e-5))
            for groups in (2, 1, 4)
        ),
        Probe(said("nothing is padded"), (x, torch.ones_like(mask), 2, 1e-5)),
        Probe("eps = 0.5", (x * mask / 4, mask, 2, 0.5)),
    ]


MASKED = Exercise(
    name="11.1",
    title="a group norm that does not hear padding",
    level="medium",
    minutes=15,
    function="masked_group_norm",
    takes="masked_group_norm(x, mask, num_groups, eps=1e-5): group norm over the steps whose mask is 1; 0 elsewhere.",
    probes=_sounds,
    right=_masked,
    wrong=alone(_MASKED),
    closing=said("Right: a sound gets the same numbers however far it is padded."),
)

# ---- 11.2


def _spread(values: Tensor) -> Tensor:
    return values[:, :, None, None]


def _modulated(x: Tensor, scale: Tensor, shift: Tensor, num_groups: int, eps: float, **knobs) -> Tensor:
    return group_norm(x, num_groups, eps=eps, **knobs) * (1 + _spread(scale)) + _spread(shift)


_CONDITIONS = {
    "no-one": lambda x, scale, shift, g, eps: _modulated(x, scale - 1, shift, g, eps),
    "swapped-scale-shift": lambda x, scale, shift, g, eps: _modulated(x, shift, scale, g, eps),
    "shift-scaled": lambda x, scale, shift, g, eps: _modulated(x, scale, shift * (1 + scale), g, eps),
    "before-the-norm": lambda x, scale, shift, g, eps: group_norm(
        x * (1 + _spread(scale)) + _spread(shift), g, eps=eps
    ),
    "first-condition": lambda x, scale, shift, g, eps: _modulated(x, scale[:1], shift[:1], g, eps),
    "no-shift": lambda x, scale, shift, g, eps: _modulated(x, scale, 0 * shift, g, eps),
    "no-norm": lambda x, scale, shift, g, eps: x * (1 + _spread(scale)) + _spread(shift),
}


def _with(knobs: dict):
    return lambda x, scale, shift, g, eps: _modulated(x, scale, shift, g, eps, **knobs)


def _wrong() -> list:
    norms = {name: ways for name, ways in (SETS | DIVISION | EPS).items() if name not in RARE}
    return [*alone(_CONDITIONS)(), *(([name], _with(ways[0])) for name, ways in norms.items())]


def _pictures(rng: random.Random) -> list[Probe]:
    levels = torch.arange(2 * 8, dtype=torch.float64).view(2, 8, 1, 1) / 4
    x = draw(42, 2, 8, 2, 3)[torch.tensor(rng.sample(range(2), 2))] + levels
    scale, shift = draw(43, 2, 8), draw(44, 2, 8, scale=2)
    probes = [Probe(f"G = {groups}", (x, scale, shift, groups, 1e-5)) for groups in (4, 2, 1)]
    still = torch.zeros_like(scale)
    return [
        *probes,
        Probe(said("scale and shift 0"), (x, still, still, 4, 1e-5), recognises=False),
        Probe("eps = 0.5", (x / 8, scale, shift, 2, 0.5)),
    ]


MODULATED = Exercise(
    name="11.2",
    title="scale and shift from outside",
    level="easy",
    minutes=10,
    function="modulated_group_norm",
    takes="modulated_group_norm(x, scale, shift, num_groups, eps=1e-5): group norm * (1 + scale) + shift, by image.",
    probes=_pictures,
    right=_modulated,
    wrong=_wrong,
    closing=said("Right: this is the line with which a diffusion network tells its layers the time."),
)

EXERCISES = (MASKED, MODULATED)
check_masked_group_norm, check_modulated_group_norm = (exercise.checker() for exercise in EXERCISES)
