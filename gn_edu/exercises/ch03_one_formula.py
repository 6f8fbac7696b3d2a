"""Exercises of chapter 3: write a set as a predicate; find out which images a layer couples."""

import itertools
import random
from typing import NamedTuple

import torch
from torch import Tensor

from gn_edu.data import hand_tensor
from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu.exercises.knobs import alone
from gn_edu.exercises.sentences import said
from gn_edu.messages import N_
from gn_edu.norms import batch_norm, group_norm

# ---- 3.1


class Cell(NamedTuple):
    """The place of one number: image, channel, row and column, counted from 0."""

    n: int
    c: int
    h: int
    w: int


def _positional(i, k):
    return (i.n, i.h, i.w) == (k.n, k.h, k.w)


# What a predicate computes when it leaves the right set.
_SETS = {
    "layer-norm": lambda i, k: i.n == k.n,
    "over-batch": lambda i, k: (i.h, i.w) == (k.h, k.w),
    "instance-norm": lambda i, k: (i.n, i.c) == (k.n, k.c),
    "one-axis": lambda i, k: i.n == k.n and (i.h == k.h) != (i.w == k.w) or i == k,
    "either-axis": lambda i, k: i.n == k.n and (i.h == k.h or i.w == k.w),
    "cell-alone": lambda i, k: i == k,
    "not-itself": lambda i, k: _positional(i, k) and i.c != k.c,
    "no-image": lambda i, k: (i.c, i.h, i.w) == (k.c, k.h, k.w),
    "row-only": lambda i, k: i.n == k.n and i.h == k.h,
    "column-only": lambda i, k: i.n == k.n and i.w == k.w,
}


def _pairs(rng: random.Random) -> list[Probe]:
    """All pairs of cells of two images, three channels, 2 x 2 pixels."""
    message = N_("the cell {cell} and the set of {other}, counted from 0")
    place = N_("image {}, channel {}, row {}, column {}")
    cells = [Cell(*at) for at in itertools.product(range(2), range(3), range(2), range(2))]
    return [
        Probe(said(message, cell=said(place, *k), other=said(place, *i)), (i, k), "pair")
        for i, k in itertools.product(cells, cells)
    ]


POSITIONAL = Exercise(
    name="3.1",
    title="one mean per pixel",
    level="easy",
    minutes=5,
    function="positional",
    takes="a predicate that says whether two cells share an image and a pixel, whatever their channels.",
    probes=_pairs,
    right=_positional,
    wrong=alone(_SETS),
    ways={"pair": lambda f, i, k: bool(f(Cell(*i), Cell(*k)))},
    closing=said("Right: each set holds the 3 channels of one pixel, m = C."),
)

# ---- 3.2

LAYERS = {
    "group norm": lambda x: group_norm(x, 2),
    "batch norm": lambda x: batch_norm(x, None, None, training=True),
    "running sum": lambda x: x.cumsum(0),  # image j moves the outputs j, j + 1, ...
}


def _coupling(layer, x: Tensor, of: str = "cell") -> Tensor:
    """Entry [i, j]: whether the output for image i moves where one cell of image j does, or all of them."""
    rows = []
    for j in range(len(x)):
        moved = x.clone()
        (moved[j] if of == "image" else moved[j].view(-1)[:1]).add_(1)
        rows.append((layer(moved) != layer(x)).flatten(1).any(1))
    return torch.stack(rows, dim=1)


_COUPLINGS = {
    "swapped-axes": lambda layer, x: _coupling(layer, x).T,
    "whole-output": lambda layer, x: torch.ones(len(x), len(x), dtype=torch.bool),
    "shifted-image": lambda layer, x: _coupling(layer, x, of="image"),
}


def _layers(rng: random.Random) -> list[Probe]:
    x = torch.randn(3, 4, 2, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    probes = [
        Probe(said("group norm"), ("group norm", x), "coupling"),
        Probe(said("batch norm in training"), ("batch norm", x), "coupling"),
        Probe(said("a running sum over images"), ("running sum", x), "coupling"),
    ]
    # On this tensor a shift of a whole image leaves group norm's output exactly as it was.
    return [*probes, Probe(said("a tensor of whole numbers"), ("group norm", hand_tensor().double()), "coupling")]


COUPLING = Exercise(
    name="3.2",
    title="which images are coupled?",
    level="medium",
    minutes=10,
    function="coupling",
    takes="coupling(layer, x) -> (n, n) bool: entry [i, j] says whether image j moves output i.",
    probes=_layers,
    right=_coupling,
    wrong=alone(_COUPLINGS),
    ways={"coupling": lambda f, name, x: f(LAYERS[name], x)},
    closing=said("Right: group norm couples no images, batch norm all of them."),
)

EXERCISES = (POSITIONAL, COUPLING)
check_positional, check_coupling = (exercise.checker() for exercise in EXERCISES)
