"""Which numbers share a mean: for group norm, and for all the sets that people take instead."""

from functools import cache
from math import prod

import torch
from torch import Tensor

GROUP = "ng"
Sets = str | tuple[str, int]


@cache
def set_labels(shape: tuple[int, ...], num_groups: int, sets: Sets = GROUP) -> Tensor:
    """A number for each cell; cells with the same number share mean and variance. Shape as given, (n, c, *).

    `sets` says in letters what the cells of a set have in common: n the image, g the group, k the place of the channel
    in its group, h the row, w the column. Or it is one of the names and pairs below.

    Raises:
        ValueError: the axes can't be cut like that.
    """
    n, c, *rest = shape
    sizes = n, c, rows, columns = n, c, prod(rest[:-1]), prod(rest[-1:])
    image, channel, row, column = (
        torch.arange(size).view(-1, *[1] * (3 - axis)).expand(sizes) for axis, size in enumerate(sizes)
    )
    place, cells = (channel * rows + row) * columns + column, c * rows * columns  # in an image
    per_group = -(-c // num_groups)
    if isinstance(sets, tuple):  # what the code says, whatever num_groups says
        what, number = sets
        if what == "groups" and cells % number:
            raise ValueError("an image can't be cut like that")
        labels = image * cells + (place * number // cells if what == "groups" else channel // number)
    elif sets == "last axis":
        wide = (columns if rest else c) // num_groups
        if not wide or cells % (wide * num_groups):
            raise ValueError("the last axis can't be cut like that")
        labels = image * num_groups + place // wide % num_groups
    elif sets == "pixels first":
        pixels = rows * columns
        labels = image * num_groups + ((row * columns + column) * c + channel) // (pixels * per_group)
    elif sets == "every G-th":
        labels = image * num_groups + channel % num_groups
    elif sets == "of G channels":
        labels = image * c + channel // num_groups
    else:
        axes = {
            "n": (image, n),
            "g": (channel // per_group, num_groups),
            "k": (channel % per_group, per_group),
            "h": (row, rows),
            "w": (column, columns),
        }
        labels = torch.zeros(sizes, dtype=torch.long)
        for which, size in (axes[letter] for letter in sets):
            labels = labels * size + which
    return labels.reshape(shape)


def _in_memory(shape: tuple[int, ...], stride: tuple[int, ...], num_groups: int) -> Tensor:
    """Labels for groups that are cut from an image as it lies in memory."""
    place = torch.zeros(shape[1:], dtype=torch.long)
    for axis, step in enumerate(stride[1:]):
        place = place + (torch.arange(shape[axis + 1]) * step).view(-1, *[1] * (place.dim() - axis - 1))
    group = place.flatten().argsort().argsort() // (place.numel() // num_groups)
    image = torch.arange(shape[0]).view(-1, *[1] * place.dim())
    return image * num_groups + group.view(place.shape)


@cache
def _cells(shape: tuple[int, ...], stride: tuple[int, ...] | None, num_groups: int, sets: Sets):
    """The label of each cell in a row, and how many cells each set has."""
    labels = set_labels(shape, num_groups, sets) if stride is None else _in_memory(shape, stride, num_groups)
    return labels.flatten(), torch.bincount(labels.flatten()).double()


def cells_of(x: Tensor, num_groups: int, sets: Sets):
    return _cells(tuple(x.shape), x.stride() if sets == "in memory" else None, num_groups, sets)
