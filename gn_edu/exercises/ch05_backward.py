"""Exercises of chapter 5: the backward pass of group norm, and what eps leaves along x_hat."""

import random
from dataclasses import replace

import torch

from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu.exercises.knobs import alone
from gn_edu.exercises.sentences import said
from gn_edu.exercises.sheet4_backward import BACKWARD_PASS

ALL_GRADIENTS = replace(
    BACKWARD_PASS,
    name="5.1",
    title="all three gradients",
    level="medium",
    minutes=15,
    points=0,
)


def _parts(g, x, eps):
    """The variance, sigma, and the part of g along x_hat."""
    variance = x.var(correction=0)
    sigma = (variance + eps).sqrt()
    return variance, sigma, (g * (x - x.mean()) / sigma).sum()


def _leftover(g, x, eps):
    variance, sigma, along = _parts(g, x, eps)
    return eps / (variance + eps) * along / sigma


def _taken_away(g, x, eps):
    variance, sigma, along = _parts(g, x, eps)
    return variance / (variance + eps) * along / sigma


_LEFT = {
    "always-zero": lambda g, x, eps: torch.zeros(()),
    "no-sigma": lambda g, x, eps: _leftover(g, x, eps) * _parts(g, x, eps)[1],
    "var-for-eps": _taken_away,
    "mean-for-sum": lambda g, x, eps: _leftover(g, x, eps) / len(x),
}


def _sets(rng: random.Random) -> list[Probe]:
    generator = torch.Generator().manual_seed(6)
    draws = [torch.randn(2, 6, generator=generator, dtype=torch.float64) for _ in range(4)]
    return [
        Probe(f"eps = {eps}", (*gx, eps), tolerance=1e-12) for eps, gx in zip((0.0, 1e-5, 0.1, 2.0), draws, strict=True)
    ]


LEFTOVER = Exercise(
    name="5.2",
    title="what ε leaves",
    level="medium",
    minutes=10,
    function="leftover",
    takes="leftover(g, x, eps): the sum of dx * x_hat over one set, without computing dx.",
    probes=_sets,
    right=_leftover,
    wrong=alone(_LEFT),
    closing=said("Right: what is left is eps / (var + eps) of the part along x_hat, over sigma."),
)

EXERCISES = (ALL_GRADIENTS, LEFTOVER)
check_group_norm_backward, check_leftover = (exercise.checker() for exercise in EXERCISES)
