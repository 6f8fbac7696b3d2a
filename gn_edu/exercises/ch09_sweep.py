"""Exercises of chapter 9: what else changes with the batch, and batch norm in slices."""

import random
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from gn_edu.exercises.cases import sixteenths
from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu.exercises.knobs import alone, candidates
from gn_edu.exercises.sentences import said
from gn_edu.messages import N_

# ---- 9.1


def _plan(batch, images, epochs, lr, reference, rule="linear", count="updates", order=1):
    ratio = batch / reference
    rate = {"linear": lr * ratio, "none": lr, "root": lr * ratio**0.5, "upside-down": lr / ratio}[rule]
    updates = {
        "updates": images // batch * epochs,
        "one epoch": images // batch,
        "images": images * epochs,
        "reference": images * epochs // reference,
    }[count]
    return [rate, updates][::order]


_PLANS: dict[str, tuple[dict, ...]] = {
    "swapped-answers": ({"order": -1},),
    "no-rule": ({"rule": "none"},),
    "square-root-rule": ({"rule": "root"},),
    "upside-down": ({"rule": "upside-down"},),
    "one-epoch": ({"count": "one epoch"},),
    "images-for-updates": ({"count": "images"},),
    "reference-batch": ({"count": "reference"},),
}


def _runs(rng: random.Random) -> list[Probe]:
    message = N_("{images} images, {epochs} epochs and a batch of {batch}")
    return [
        Probe(said(message, images=images, epochs=epochs, batch=batch), (batch, images, epochs, lr, 32), tolerance=1e-9)
        for batch, images, epochs, lr in ((2, 9_600, 1, 0.05), (8, 48_000, 3, 0.1), (32, 640, 2, 0.2))
    ]


PLAN = Exercise(
    name="9.1",
    title="what else changes?",
    level="easy",
    minutes=8,
    function="plan",
    takes="plan(batch, images, epochs, lr, reference), the learning rate and the number of updates of a run.",
    probes=_runs,
    right=_plan,
    wrong=partial(candidates, _plan, _PLANS),
    parts=(N_("the learning rate"), N_("the updates")),
    closing=said(
        "Right: at equal epochs a batch of 2 takes 16 times the updates of 32, each with a sixteenth of the rate."
    ),
)

# ---- 9.2


def _slices(x: Tensor, norm_batch: int, norm: Callable) -> Tensor:
    return torch.cat([norm(part) for part in x.split(norm_batch)])


def _batch_norm(x: Tensor) -> Tensor:
    return F.batch_norm(x, None, None, training=True)


def _ghost_batch_norm(x: Tensor, norm_batch: int) -> Tensor:
    return _slices(x, norm_batch, _batch_norm)


def _over(axes: tuple[int, ...], correction: int = 0, eps: float = 1e-5, outside: float = 0.0) -> Callable:
    """An answer with mean and variance over axes of (slice, image of the slice, channel, row, column)."""

    def answer(x: Tensor, norm_batch: int) -> Tensor:
        slices = x.unflatten(0, (-1, norm_batch))
        variance, mean = torch.var_mean(slices, axes, correction=correction, keepdim=True)
        return ((slices - mean) / ((variance + eps).sqrt() + outside)).flatten(0, 1)

    return answer


def _rows_as_they_lie(x: Tensor) -> Tensor:
    """Batch norm of the columns of reshape(-1, C), which cuts the numbers as memory holds them."""
    return _batch_norm(x.reshape(-1, x.shape[1])).view_as(x)


def _every_other(x: Tensor, norm_batch: int) -> Tensor:
    """Slices of every k-th image."""
    order = torch.arange(len(x)).view(norm_batch, -1).T.flatten()
    y = torch.empty_like(x)
    y[order] = _ghost_batch_norm(x[order], norm_batch)
    return y


_GHOSTS = {
    "whole-batch": _over((0, 1, 3, 4)),
    "instance-norm": _over((3, 4)),
    "interleaved": _every_other,
    "slices-for-size": lambda x, k: _ghost_batch_norm(x, len(x) // k),
    "layer-norm": _over((1, 2, 3, 4)),
    "across-samples": _over((1,)),
    "channel-only": _over((2,)),
    "over-channels": _over((1, 2)),
    "memory-order": lambda x, k: _slices(x, k, _rows_as_they_lie),
    "memory-order-of-batch": lambda x, k: _rows_as_they_lie(x),
    "unbiased-var": _over((1, 3, 4), correction=1),
    "no-eps": _over((1, 3, 4), eps=0.0),
    "eps-outside-sqrt": _over((1, 3, 4), eps=0.0, outside=1e-5),
}


def _batches(rng: random.Random) -> list[Probe]:
    message, probes = N_("{n} images in slices of {norm_batch}"), []
    for n, norm_batch in ((8, 2), (6, 3), (4, 4)):
        generator = torch.Generator().manual_seed(n)
        x = sixteenths(torch.randn(n, 3, 4, 2, generator=generator, dtype=torch.float64))
        x = 2 * x + torch.arange(n).view(-1, 1, 1, 1)
        probes.append(Probe(said(message, n=n, norm_batch=norm_batch), (x, norm_batch), tolerance=3e-7))
    return probes


GHOST_BATCH_NORM = Exercise(
    name="9.2",
    title="batch norm in slices",
    level="medium",
    minutes=12,
    function="ghost_batch_norm",
    takes="ghost_batch_norm(x, norm_batch, eps=1e-5): batch norm in training, slice by slice; x: (n, c, h, w).",
    probes=_batches,
    right=_ghost_batch_norm,
    wrong=alone(_GHOSTS),
    closing=said("Right: every slice has its own statistics, as on devices that do not talk to each other."),
)

EXERCISES = (PLAN, GHOST_BATCH_NORM)
check_plan, check_ghost_batch_norm = (exercise.checker() for exercise in EXERCISES)
