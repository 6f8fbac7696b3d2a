"""The probes of group norm: a few tensors, each of which some wrong group norm can't pass."""

import random
from math import prod

import torch
from torch import Tensor

from gn_edu.exercises.exercise import FORMS, Probe
from gn_edu.exercises.sentences import said

SMALL = 2**-10  # for values near 0.001


def draw(key: int, *shape: int, scale: float = 1.0, offset: float = 0.0, dtype=torch.float64) -> Tensor:
    """Normal numbers in sixteenths, always the same for a key. `mix` makes those of a seed of them.

    Where scale and offset are powers of two, or whole, the numbers are exact in float32 too, and short in binary.
    """
    generator = torch.Generator().manual_seed(key)
    return (sixteenths(torch.randn(shape, generator=generator, dtype=torch.float64)) * scale + offset).to(dtype)


def sixteenths(x: Tensor) -> Tensor:
    """The numbers, rounded to sixteenths."""
    return (x * 16).round() / 16


def mix(rng: random.Random, num_groups: int, *tensors: Tensor, shift: float = 0.0) -> tuple[Tensor, ...]:
    """The same tensors, (n, c, *) and (c,), with images, pixels, and the channels of each group in an order of rng's.

    All are ordered alike. A number of 0.5 to 1.5 times `shift` is added to the first. So each group keeps its numbers,
    but for their mean: how far a wrong answer is off does not depend on rng, and what the right one is, does.
    """
    generator = torch.Generator().manual_seed(rng.randrange(2**31))
    n, c, *rest = tensors[0].shape

    def order(*counts: int) -> Tensor:
        return torch.rand(counts, generator=generator).argsort(-1)

    images = order(n)
    channels = (order(num_groups, c // num_groups) + torch.arange(0, c, c // num_groups).view(-1, 1)).flatten()
    pixels = order(n, c, prod(rest))
    found = []
    for t in tensors:
        if t.dim() == 1:
            found.append(t[channels])
        else:
            found.append(
                t[images][:, channels].flatten(2).gather(2, pixels).view(t.shape) if rest else t[images][:, channels]
            )
    return (found[0] + shift * rng.randrange(8, 25) / 16 if shift else found[0], *found[1:])


def _hand(rng: random.Random, n: int) -> Tensor:
    """n images, 4 channels, 1 x 2 pixels; mean and variance of every group of two channels are whole."""
    image = torch.tensor([[2.0, 2], [6, 6], [1, 5], [1, 5]], dtype=torch.float64)
    return torch.stack([image * (k + 1) for k in range(n)]).view(n, 4, 1, 2) + rng.randrange(4)


def _two_scales(x: Tensor) -> Tensor:
    """Two images, the standard deviation of the first a quarter of the second's: below and above an eps of 0.5."""
    return x * torch.tensor([0.25, 1], dtype=x.dtype).view(-1, *[1] * (x.dim() - 1))


def plain(rng: random.Random) -> list[Probe]:
    """Without weight and bias, (n, c, h, w): arguments x, num_groups, eps."""

    def case(where, key, *shape, groups=2, eps=1e-5, turn=lambda x: x, shift=1.0, **more):
        (x,) = mix(rng, groups, turn(draw(key, *shape, **more)), shift=shift)
        return Probe(where, (x, groups, eps))

    constant = torch.full((1, 4, 2, 2), rng.randrange(2, 9), dtype=torch.float64)
    return [
        Probe(said("one image, whole numbers"), (_hand(rng, 1), 2, 1e-5)),
        Probe(said("two images, whole numbers"), (_hand(rng, 2), 2, 1e-5)),
        case(said("three images around 3"), 1, 3, 6, 2, 4, offset=2),
        case(said("values near 0.001"), 2, 2, 4, 2, 4, scale=SMALL, shift=SMALL),
        case(said("eps = 0.5"), 3, 2, 8, 2, 4, groups=4, eps=0.5, turn=_two_scales),
        Probe(said("a constant image"), (constant, 2, 1e-5), recognises=False),
        case(said("one image alone"), 4, 1, 8, 3, 4, groups=4),
        case(said("as many groups as channels"), 5, 2, 4, 2, 4, groups=4),
        case(said("one group"), 6, 2, 4, 2, 3, groups=1),
    ]


def _with_affine(rng, where, x, groups, key, eps=1e-5, shift=1.0, turn=lambda x: x, **more) -> Probe:
    """A probe with arguments x, num_groups, weight, bias, eps; `turn` moves x in memory."""
    c = x.shape[1]
    x, weight, bias = mix(rng, groups, x, draw(key, c), draw(key + 1, c), shift=shift)
    return Probe(where, (turn(x), groups, weight, bias, eps), **more)


def affine(rng: random.Random) -> list[Probe]:
    """With weight and bias, (n, c, h, w): arguments x, num_groups, weight, bias, eps."""
    small = torch.tensor([1.0, 2, 1, 3], dtype=torch.float64), torch.tensor([0.0, 1, 5, 2], dtype=torch.float64)

    def case(where, key, *shape, groups=2, eps=1e-5, shift=1.0, scale=1.0, turn=lambda x: x):
        return _with_affine(rng, where, turn(draw(key, *shape, scale=scale)), groups, key + 100, eps, shift)

    return [
        Probe(said("two images, whole numbers"), (_hand(rng, 2), 2, *small, 1e-5)),
        case(said("three images around 3"), 11, 3, 6, 2, 5, shift=3.0),
        case(said("as many columns as channels"), 13, 2, 4, 3, 4),
        case(said("values near 0.001"), 15, 2, 4, 2, 4, scale=SMALL, shift=SMALL),
        case(said("eps = 0.5"), 17, 2, 8, 2, 4, groups=4, eps=0.5, turn=_two_scales),
        case(said("one image alone"), 19, 1, 8, 3, 4, groups=4),
        case(said("as many groups as channels"), 21, 2, 4, 2, 4, groups=4),
    ]


def ranks(rng: random.Random) -> list[Probe]:
    """Any number of axes."""
    shapes = {"(N, C)": (3, 6), "(N, C, L)": (2, 6, 5), "(N, C, D, H, W)": (2, 4, 2, 3, 2)}
    return [
        _with_affine(
            rng,
            said("a tensor of shape {name}", name=name),
            draw(key, *shape),
            groups=2,
            key=key + 100,
            form="hard-coded-dims",
            level=FORMS,
        )
        for key, (name, shape) in zip((31, 33, 35), shapes.items(), strict=True)
    ]


def layouts(rng: random.Random) -> list[Probe]:
    """The same numbers, elsewhere in memory."""

    def last(x):
        return x.contiguous(memory_format=torch.channels_last)

    def turned(x):
        return x.transpose(2, 3).contiguous().transpose(2, 3)

    return [
        _with_affine(rng, said("a channels_last tensor"), draw(41, 2, 4, 3, 5), 2, 141, turn=last),
        _with_affine(rng, said("a transposed tensor"), draw(43, 2, 4, 3, 5), 2, 143, turn=turned),
    ]


def indivisible(rng: random.Random) -> list[Probe]:
    """Groups that do not divide the channels: an error, not numbers."""
    refused = {3: said("4 channels into 3 groups"), 8: said("4 channels into 8 groups")}
    return [
        Probe(where, (*mix(rng, 1, draw(51, 2, 4, 3, 4)), g, draw(52, 4), draw(53, 4), 1e-5), recognises=False)
        for g, where in refused.items()
    ]


def large_mean(rng: random.Random) -> Probe:
    """float32 where mean squared swallows the variance, which is about a quarter: the squares are 2 apart."""
    x, weight, bias = mix(rng, 2, draw(61, 2, 4, 4, 4, scale=0.5, offset=4096), draw(62, 4), draw(63, 4))
    args = (x.float(), 2, weight.float(), bias.float(), 1e-5)
    return Probe(said("float32 around 4096"), args, about="one-pass-variance", recognises=False, tolerance=2e-3)


def gradient(rng: random.Random, optional: bool) -> Probe:
    """Gradients of a random weighted sum of the outputs; optional: a function that has none at all may pass."""
    x, seen, *one = mix(rng, 2, draw(71, 2, 4, 1, 2), draw(72, 2, 4, 1, 2), draw(73, 4), draw(74, 4), shift=1.0)
    args = (seen, x, 2, *one, 1e-5)
    return Probe(
        said("the gradients"), args, "gradients", about="detached-statistics", recognises=False, optional=optional
    )


def backward(rng: random.Random) -> list[Probe]:
    """Arguments dy, x, num_groups, weight, bias, eps."""

    def case(where, key, *shape, groups=2, eps=1e-5, shift=1.0, scale=1.0, turn=lambda x: x, **more):
        c, x = shape[1], turn(draw(key, *shape, scale=scale))
        x, dy, *one = mix(rng, groups, x, draw(key + 100, *shape), draw(key + 200, c), draw(key + 300, c), shift=shift)
        return Probe(where, (dy, x, groups, *one, eps), **more)

    def whole(*numbers):
        return torch.tensor(numbers, dtype=torch.float64)

    def rank(name, key, *shape, **more):
        return case(
            said("a tensor of shape {name}", name=name), key, *shape, form="hard-coded-dims", level=FORMS, **more
        )

    four = whole(1, 0, 0, 1).view(1, 2, 1, 2), whole(2, 2, 6, 6).view(1, 2, 1, 2)
    return [
        Probe(said("whole numbers"), (*four, 1, whole(1, 3), whole(0, 1), 1e-5)),
        case(said("one group of four values"), 81, 1, 2, 1, 2, groups=1),
        case(said("three images"), 82, 3, 4, 3, 2),
        case(said("eps = 0.5"), 83, 2, 4, 2, 2, eps=0.5, turn=_two_scales),
        rank("(N, C)", 84, 3, 6, groups=3),
        rank("(N, C, L)", 85, 2, 6, 5),
        case(said("values around 100"), 86, 2, 4, 2, 3, shift=100.0),
        case(said("values near 0.001"), 87, 2, 4, 2, 3, scale=SMALL, shift=SMALL),
        case(said("as many groups as channels"), 88, 2, 4, 2, 3, groups=4),
        case(said("one group"), 89, 2, 4, 2, 3, groups=1),
    ]
