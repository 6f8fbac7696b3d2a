"""Exercises of chapter 2: the variance that a small batch misses, and a gradient in pieces."""

import random
from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from gn_edu.exercises.asking import Reply
from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu.exercises.knobs import alone, candidates
from gn_edu.exercises.sentences import joined, said
from gn_edu.messages import N_

# ---- 2.1


def _of_image_mean(pixels, correlation):
    """The variance of an image's mean."""
    return (1 + (pixels - 1) * correlation) / pixels


def _expected_variance(n, pixels, correlation):
    return 1 - _of_image_mean(pixels, correlation) / n


_VARIANCES = {
    "independent-values": lambda n, pixels, rho: 1 - 1 / (n * pixels),
    "one-value-an-image": lambda n, pixels, rho: 1 - 1 / n,
    "one-image": lambda n, pixels, rho: 1 - _of_image_mean(pixels, rho),
    "variance-of-mean": lambda n, pixels, rho: _of_image_mean(pixels, rho) / n,
    "wrong-pairs": lambda n, pixels, rho: 1 - (1 + pixels * rho) / (n * pixels),
    "unbiased": lambda n, pixels, rho: 1.0,
}


def _batches(rng: random.Random) -> list[Probe]:
    message = N_("n = {n}, pixels = {pixels}, correlation = {rho:g}")
    return [
        Probe(said(message, n=n, pixels=pixels, rho=rho), (n, pixels, rho), tolerance=1e-9)
        for n, pixels, rho in ((2, 64, 0.0), (2, 64, 0.3), (4, 16, 0.5), (8, 9, 1.0), (1, 64, 0.3))
    ]


EXPECTED_VARIANCE = Exercise(
    name="2.1",
    title="how much is missing?",
    level="medium",
    minutes=10,
    function="expected_variance",
    takes="expected_variance(n, pixels, correlation): the mean biased variance where the true variance is 1.",
    probes=_batches,
    right=_expected_variance,
    wrong=alone(_VARIANCES),
    closing=said("Right: 1 minus the variance of the batch's mean."),
)

# ---- 2.2

IMAGES = 32
NORMS: dict[str, Callable[[int], nn.Module]] = {"GroupNorm": lambda c: nn.GroupNorm(4, c), "BatchNorm": nn.BatchNorm2d}


def _network(norm: str) -> nn.Module:
    torch.manual_seed(7)
    layers = nn.Conv2d(3, 8, 3), NORMS[norm](8), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 16, 5)
    return nn.Sequential(*layers).double()


def _gradient(model: nn.Module) -> torch.Tensor:
    gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in model.parameters()]
    return torch.cat([gradient.flatten() for gradient in gradients])


def _in_pieces(f, norm: str, pieces: int):
    """[the gradient that f leaves in a network with such norms, how many images each of its inputs held]."""
    generator = torch.Generator().manual_seed(8)
    x = torch.randn(IMAGES, 3, 6, 6, generator=generator, dtype=torch.float64)
    y = torch.randint(5, (IMAGES,), generator=generator)
    model, seen = _network(norm), []
    F.cross_entropy(model(x), y).backward()  # gradients of an earlier step
    handle = model.register_forward_pre_hook(lambda module, args: seen.append(len(args[0])))
    f(model, F.cross_entropy, x, y, pieces)
    handle.remove()
    return [_gradient(model), seen]


def _accumulate(model, loss_of, x, y, pieces, idle=False, clean=True, each=False, scale=True, whole=False):
    if clean and not idle:
        model.zero_grad()
    pieces = 1 if whole else pieces
    for part_x, part_y in [] if idle else zip(x.chunk(pieces), y.chunk(pieces), strict=True):
        if each:
            model.zero_grad()
        (loss_of(model(part_x), part_y) / (pieces if scale else 1)).backward()


_LOOPS: dict[str, tuple[dict, ...]] = {
    "nothing-new": ({"idle": True},),
    "at-once": ({"whole": True},),
    "old-gradients": ({"clean": False},),
    "not-a-mean": ({"scale": False},),
    "last-piece": ({"each": True},),
}


def _cuts(rng: random.Random) -> list[Probe]:
    counted = [
        Probe(said("in {pieces} pieces", pieces=pieces), ("GroupNorm", pieces), "in pieces", tolerance=1e-9)
        for pieces in (1, 4, 8)
    ]
    return [*counted, Probe("", ("BatchNorm", 8), "in pieces", recognises=False, beyond=True)]


def _on_batch_norm(replies: Sequence[Reply]) -> list:
    """What the same loop makes of batch norm."""
    want, _ = _in_pieces(_accumulate, "BatchNorm", 1)
    percent = 100.0 if replies[-1].error else 100 * float((replies[-1].value[0] - want).norm() / want.norm())
    if percent > 1e-9:
        text = said("With Batch Norm this loop is off by {percent:.2g} %.", percent=percent)
    else:
        text = said("With Batch Norm this loop is right, too.")
    rest = said("No loop can be right with Batch Norm in which each piece uses statistics of its own.")
    message = N_("Right: with Group Norm the gradient is the whole batch's. {text}")
    return said(message, text=joined(text, " ", rest))


ACCUMULATE = Exercise(
    name="2.2",
    title="a gradient in pieces",
    level="medium",
    minutes=15,
    function="accumulate",
    takes="accumulate(model, loss_of, x, y, pieces) on a network with GroupNorm; says what BatchNorm makes of it.",
    probes=_cuts,
    right=_accumulate,
    wrong=partial(candidates, _accumulate, _LOOPS),
    parts=(N_("the gradient"), N_("images in each input")),
    ways={"in pieces": _in_pieces},
    closing=_on_batch_norm,
    needs="networks",
)

EXERCISES = (EXPECTED_VARIANCE, ACCUMULATE)
check_expected_variance, check_accumulate = (exercise.checker() for exercise in EXERCISES)
