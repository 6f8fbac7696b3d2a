"""Which numbers share a mean: for group norm, and for all the sets that people take instead."""

from functools import cache
from math import prod

import torch
from torch import Tensor

from gn_edu.exercises.formula import GROUP, label

Sets = str | tuple[str, int]


@cache
def set_labels(shape: tuple[int, ...], num_groups: int, sets: Sets = GROUP) -> Tensor:
    """A number for each cell; cells with the same number share mean and variance. Shape as given, (n, c, *).

    `sets` is one of formula.label.

    Raises:
        ValueError: the axes can't be cut like that.
    """
    n, c, *rest = shape
    sizes = n, c, prod(rest[:-1]), prod(rest[-1:])
    cell = [torch.arange(size).view(-1, *[1] * (3 - axis)).expand(sizes) for axis, size in enumerate(sizes)]
    return label(cell, (*sizes, shape[-1]), num_groups, sets).reshape(shape)


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
