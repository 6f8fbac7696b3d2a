"""Sheet 2: the forward pass for images, one step after the other."""

import random
from functools import partial

import torch

from gn_edu.exercises import cases
from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu.exercises.knobs import candidates
from gn_edu.exercises.sentences import said
from gn_edu.exercises.set_picture import of_sets
from gn_edu.exercises.wrong_norms import DIVISION, EPS, FORWARD, SETS, group_norm


def _normalize(x, eps=1e-5, **knobs):
    return group_norm(x.view(1, 1, -1), 1, eps=eps, **knobs).view(-1)


def _rows(rng: random.Random) -> list[Probe]:
    def mixed(*numbers, **more):
        return cases.mix(rng, 1, cases.draw(*numbers, **more).view(1, 1, -1), shift=more["scale"])[0].view(-1)

    four = torch.tensor([2.0, 2, 6, 6], dtype=torch.float64)
    return [
        Probe(said("four numbers, eps = 5"), (four, 5.0)),
        Probe(said("four numbers, eps = 0.00001"), (four, 1e-5)),
        Probe(said("six numbers, eps = 0.5"), (mixed(1, 6, scale=1.0, offset=1), 0.5)),
        Probe(said("values near 0.001"), (mixed(2, 5, scale=cases.SMALL), 1e-5)),
        Probe(said("equal numbers"), (torch.full((4,), 3.0, dtype=torch.float64), 1e-5), recognises=False),
    ]


EX04 = Exercise(
    name="ex04",
    title="Where eps goes",
    level="easy",
    minutes=8,
    points=6,
    function="normalize",
    takes="f(x, eps) for x of shape (m,), one group.",
    probes=_rows,
    right=_normalize,
    wrong=partial(candidates, _normalize, DIVISION | EPS),
)


def _without_affine(x, num_groups, eps=1e-5, **knobs):
    return group_norm(x, num_groups, eps=eps, **knobs)


EX05 = Exercise(
    name="ex05",
    title="The forward pass for images",
    level="medium",
    minutes=15,
    points=10,
    function="group_norm_4d",
    takes="f(x, num_groups, eps) for x of shape (n, c, h, w).",
    probes=cases.plain,
    right=_without_affine,
    wrong=partial(candidates, _without_affine, SETS | DIVISION | EPS, most=3),
    picture=of_sets,
)

EX06 = Exercise(
    name="ex06",
    title="Weight and bias",
    level="medium",
    minutes=12,
    points=8,
    function="group_norm_affine",
    takes="f(x, num_groups, weight, bias, eps) for x of shape (n, c, h, w), weight and bias of shape (c,).",
    probes=cases.affine,
    right=group_norm,
    wrong=partial(candidates, group_norm, FORWARD, most=3),
    picture=of_sets,
)

SHEET = (EX04, EX05, EX06)
