"""The probes of group norm: a few tensors, each of which some wrong group norm can't pass."""

import random

import torch
from torch import Tensor

from gn_edu.exercises.probes import FORMS, Probe
from gn_edu.messages import tr


def draw(rng: random.Random, *shape: int, scale: float = 1.0, offset: float = 0.0, dtype=torch.float64) -> Tensor:
    """Normal numbers; which ones, rng decides."""
    generator = torch.Generator().manual_seed(rng.randrange(2**31))
    return (torch.randn(shape, generator=generator, dtype=torch.float64) * scale + offset).to(dtype)


def _hand(rng: random.Random, n: int) -> Tensor:
    """n images, 4 channels, 1 x 2 pixels; mean and variance of every group of two channels are whole."""
    image = torch.tensor([[2.0, 2], [6, 6], [1, 5], [1, 5]], dtype=torch.float64)
    image = image * rng.choice((1, 2, 3)) + rng.randrange(-3, 4)
    return torch.stack([image * (k + 1) for k in range(n)]).view(n, 4, 1, 2)


def _two_scales(x: Tensor) -> Tensor:
    """Two images, the standard deviation of the first a quarter of the second's: below and above an eps of 0.5."""
    return x * torch.tensor([0.25, 1], dtype=x.dtype).view(-1, *[1] * (x.dim() - 1))


def plain(rng: random.Random) -> list[Probe]:
    """Without weight and bias, (n, c, h, w): arguments x, num_groups, eps."""
    return [
        Probe(tr("one image, whole numbers"), (_hand(rng, 1), 2, 1e-5)),
        Probe(tr("two images, whole numbers"), (_hand(rng, 2), 2, 1e-5)),
        Probe(tr("three images around 3"), (draw(rng, 3, 6, 4, 6, offset=3), 2, 1e-5)),
        Probe(tr("values near 0.001"), (draw(rng, 2, 4, 2, 4, scale=1e-3), 2, 1e-5)),
        Probe(tr("eps = 0.5"), (_two_scales(draw(rng, 2, 8, 2, 4)), 4, 0.5)),
        Probe(
            tr("a constant image"),
            (torch.full((1, 4, 2, 2), rng.randrange(2, 9), dtype=torch.float64), 2, 1e-5),
            names=False,
        ),
        Probe(tr("one image alone"), (draw(rng, 1, 8, 3, 4), 4, 1e-5)),
        Probe(tr("as many groups as channels"), (draw(rng, 2, 4, 2, 4, offset=1), 4, 1e-5)),
        Probe(tr("one group"), (draw(rng, 2, 4, 2, 3, offset=1), 1, 1e-5)),
    ]


def affine(rng: random.Random) -> list[Probe]:
    """With weight and bias, (n, c, h, w): arguments x, num_groups, weight, bias, eps."""

    def wb(c):
        return draw(rng, c), draw(rng, c)

    small = torch.tensor([1.0, 2, 1, 3], dtype=torch.float64), torch.tensor([0.0, 1, 5, 2], dtype=torch.float64)
    return [
        Probe(tr("two images, whole numbers"), (_hand(rng, 2), 2, *small, 1e-5)),
        Probe(tr("three images around 3"), (draw(rng, 3, 6, 4, 5, offset=3), 2, *wb(6), 1e-5)),
        Probe(tr("as many columns as channels"), (draw(rng, 2, 4, 3, 4), 2, *wb(4), 1e-5)),
        Probe(tr("values near 0.001"), (draw(rng, 2, 4, 2, 4, scale=1e-3), 2, *wb(4), 1e-5)),
        Probe(tr("eps = 0.5"), (_two_scales(draw(rng, 2, 8, 2, 4)), 4, *wb(8), 0.5)),
        Probe(tr("one image alone"), (draw(rng, 1, 8, 3, 4), 4, *wb(8), 1e-5)),
        Probe(tr("as many groups as channels"), (draw(rng, 2, 4, 2, 4, offset=1), 4, *wb(4), 1e-5)),
    ]


def ranks(rng: random.Random) -> list[Probe]:
    """Any number of axes."""
    shapes = {"(N, C)": (3, 6), "(N, C, L)": (2, 6, 5), "(N, C, D, H, W)": (2, 4, 2, 3, 2)}
    return [
        Probe(
            tr("a tensor of shape {name}", name=name),
            (draw(rng, *shape, offset=1), 2, draw(rng, shape[1]), draw(rng, shape[1]), 1e-5),
            form="hard-coded-dims",
            level=FORMS,
        )
        for name, shape in shapes.items()
    ]


def layouts(rng: random.Random) -> list[Probe]:
    """The same numbers, elsewhere in memory."""
    last = draw(rng, 2, 4, 3, 5, offset=1).contiguous(memory_format=torch.channels_last)
    turned = draw(rng, 2, 4, 5, 3, offset=1).transpose(2, 3)
    return [
        Probe(tr("a channels_last tensor"), (last, 2, draw(rng, 4), draw(rng, 4), 1e-5)),
        Probe(tr("a transposed tensor"), (turned, 2, draw(rng, 4), draw(rng, 4), 1e-5)),
    ]


def indivisible(rng: random.Random) -> list[Probe]:
    """Groups that do not divide the channels: an error, not numbers."""
    return [
        Probe(
            tr("4 channels into 3 groups"), (draw(rng, 2, 4, 3, 3), 3, draw(rng, 4), draw(rng, 4), 1e-5), names=False
        ),
        Probe(
            tr("4 channels into 8 groups"), (draw(rng, 2, 4, 4, 4), 8, draw(rng, 4), draw(rng, 4), 1e-5), names=False
        ),
    ]


def large_mean(rng: random.Random) -> Probe:
    """float32 where mean squared swallows the variance."""
    x = draw(rng, 2, 4, 8, 8, offset=4096, dtype=torch.float32)
    weight, bias = draw(rng, 4, dtype=torch.float32), draw(rng, 4, dtype=torch.float32)
    args = (x, 2, weight, bias, 1e-5)
    return Probe(tr("float32 around 4096"), args, about="one-pass-variance", names=False, tolerance=2e-3)


def gradient(rng: random.Random, optional: bool) -> Probe:
    """Gradients of a random weighted sum of the outputs; optional: a function that has none at all may pass."""
    x = draw(rng, 2, 4, 3, 2, offset=1)
    args = (draw(rng, 2, 4, 3, 2), x, 2, draw(rng, 4), draw(rng, 4), 1e-5)
    return Probe(tr("the gradients"), args, "gradients", about="detached-statistics", names=False, optional=optional)


def backward(rng: random.Random) -> list[Probe]:
    """Arguments dy, x, num_groups, weight, bias, eps."""

    def case(where, *shape, groups=2, eps=1e-5, offset=1.0, scale=1.0, turn=lambda x: x, **more):
        c = shape[1]
        x = turn(draw(rng, *shape, offset=offset, scale=scale))
        return Probe(where, (draw(rng, *shape), x, groups, draw(rng, c), draw(rng, c), eps), **more)

    def whole(*numbers):
        return torch.tensor(numbers, dtype=torch.float64)

    def rank(name, *shape, **more):
        return case(tr("a tensor of shape {name}", name=name), *shape, form="hard-coded-dims", level=FORMS, **more)

    four = whole(1, 0, 0, 1).view(1, 2, 1, 2), whole(2, 2, 6, 6).view(1, 2, 1, 2)
    return [
        Probe(tr("whole numbers"), (*four, 1, whole(1, 3), whole(0, 1), 1e-5)),
        case(tr("one group of four values"), 1, 2, 1, 2, groups=1),
        case(tr("three images"), 3, 4, 3, 2),
        case(tr("eps = 0.5"), 2, 4, 2, 2, eps=0.5, offset=0.0, turn=_two_scales),
        rank("(N, C)", 3, 6, groups=3),
        rank("(N, C, L)", 2, 6, 5),
        case(tr("values around 100"), 2, 4, 2, 3, offset=100.0),
        case(tr("values near 0.001"), 2, 4, 2, 3, offset=0.0, scale=1e-3),
        case(tr("as many groups as channels"), 2, 4, 2, 3, groups=4),
        case(tr("one group"), 2, 4, 2, 3, groups=1),
    ]
