"""Sheet 2: the forward pass for images, one step after the other."""

import random
from functools import partial

import torch

from gn_edu.exercises import tensors
from gn_edu.exercises.pictures import of_sets
from gn_edu.exercises.probes import Exercise, Probe
from gn_edu.exercises.variants import DIVISION, EPS, FORWARD, SETS, candidates, group_norm
from gn_edu.messages import tr


def _normalize(x, eps=1e-5, **knobs):
    return group_norm(x.view(1, 1, -1), 1, eps=eps, **knobs).view(-1)


def _rows(rng: random.Random) -> list[Probe]:
    def mixed(*numbers, **more):
        return tensors.mix(rng, 1, tensors.draw(*numbers, **more).view(1, 1, -1), shift=more["scale"])[0].view(-1)

    four = torch.tensor([2.0, 2, 6, 6], dtype=torch.float64)
    return [
        Probe(tr("four numbers, eps = 5"), (four, 5.0)),
        Probe(tr("four numbers, eps = 0.00001"), (four, 1e-5)),
        Probe(tr("six numbers, eps = 0.5"), (mixed(1, 6, scale=1.0, offset=1), 0.5)),
        Probe(tr("values near 0.001"), (mixed(2, 5, scale=1e-3), 1e-5)),
        Probe(tr("equal numbers"), (torch.full((4,), 3.0, dtype=torch.float64), 1e-5), names=False),
    ]


EX04 = Exercise(
    "ex04", "Where eps goes", "easy", 8, "normalize", 6, _rows, _normalize,
    partial(candidates, _normalize, DIVISION | EPS),
)  # fmt: skip


def _without_affine(x, num_groups, eps=1e-5, **knobs):
    return group_norm(x, num_groups, eps=eps, **knobs)


EX05 = Exercise(
    "ex05", "The forward pass for images", "medium", 15, "group_norm_4d", 10, tensors.plain, _without_affine,
    partial(candidates, _without_affine, SETS | DIVISION | EPS, most=3), picture=of_sets,
)  # fmt: skip

EX06 = Exercise(
    "ex06", "Weight and bias", "medium", 12, "group_norm_affine", 8, tensors.affine, group_norm,
    partial(candidates, group_norm, FORWARD, most=3), picture=of_sets,
)  # fmt: skip

SHEET = (EX04, EX05, EX06)
