"""Descriptors of pictures from before networks, which are made of groups and normalized group by group: HOG and SIFT.

Pictures are (h, w), of any brightness; directions are angles of the gradient.
"""

import base64
import json
import math
from functools import cache
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from gn_edu.refusals import check_groups

CLIP = 0.2  # of SIFT: the cut between its two divisions


@cache
def packed() -> dict[str, str]:
    """Chelsea the cat, 64 x 64 grey pixels, by Stefan van der Walt (CC0): "png" and "pixels", row by row, in base64."""
    return json.loads(Path(__file__).with_name("cat.json").read_text(encoding="utf-8"))


def photograph() -> Tensor:
    """The cat: (64, 64) whole numbers from 0 to 255, as float64."""
    pixels = torch.frombuffer(bytearray(base64.b64decode(packed()["pixels"])), dtype=torch.uint8)
    return pixels.double().view(64, 64)


def gradients(image: Tensor) -> tuple[Tensor, Tensor]:
    """How much the brightness grows downward and to the right, from the two neighbours of a pixel; 0 at the border."""
    down, right = torch.zeros_like(image), torch.zeros_like(image)
    down[1:-1] = image[2:] - image[:-2]
    right[:, 1:-1] = image[:, 2:] - image[:, :-2]
    return down, right


def cell_histograms(image: Tensor, cell: int = 8, bins: int = 9) -> Tensor:
    """For each cell of `cell` x `cell` pixels, a histogram of directions without sign, each weighted by its gradient.

    Returns:
        (h // cell, w // cell, bins), a mean over the pixels of a cell; the first bin is [0, 180 / bins) degrees, and at
        0 degrees the brightness grows to the right. What no whole cell covers is left out.

    Source: Dalal and Triggs, 2005, without their interpolation between bins and cells.
    """
    down, right = gradients(image)
    angle = torch.rad2deg(torch.atan2(down, right)) % 180
    index = (angle / (180 / bins)).long() % bins
    votes = F.one_hot(index, bins) * torch.hypot(down, right)[..., None]
    rows, columns = image.shape[0] // cell, image.shape[1] // cell
    votes = votes[: rows * cell, : columns * cell].reshape(rows, cell, columns, cell, bins)
    return votes.mean((1, 3))


def hog(image: Tensor, cell: int = 8, bins: int = 9, block: int = 2, eps: float = 1e-5) -> Tensor:
    """Histograms of oriented gradients: each `block` x `block` cells are divided by the length of their numbers.

    Returns:
        (rows of blocks, columns of blocks, block, block, bins); blocks overlap, they start at every cell.

    Source: Dalal and Triggs, *Histograms of Oriented Gradients for Human Detection*, 2005 (L2 norm).
    """
    cells = cell_histograms(image, cell, bins)
    blocks = cells.unfold(0, block, 1).unfold(1, block, 1).permute(0, 1, 3, 4, 2)
    return blocks / (blocks.square().sum((2, 3, 4), keepdim=True) + eps**2).sqrt()


def normalized_twice(numbers: Tensor, clip: float = CLIP) -> Tensor:
    """Length 1, cut at `clip`, length 1 again: strong edges weigh less (Lowe, 2004, section 6.1)."""
    once = numbers / numbers.norm()
    clipped = once.clamp_max(clip)
    return clipped / clipped.norm()


def sift(image: Tensor, row: float, column: float, width: float = 4.0) -> Tensor:
    """SIFT's descriptor of the place (row, column), upright: histograms_of_sift, normalized together."""
    return normalized_twice(histograms_of_sift(image, row, column, width))


def histograms_of_sift(image: Tensor, row: float, column: float, width: float = 4.0) -> Tensor:
    """Around the place (row, column), upright: 4 x 4 histograms of 8 directions.

    Args:
        image: (h, w).
        row, column: the middle of the window, in pixels.
        width: of a histogram's square, in pixels. Pixels vote for the histograms and directions next to them, and
            count less towards the window's border: a Gaussian whose standard deviation is two widths.

    Returns:
        (4, 4, 8). At direction 0 the brightness grows downward; the directions turn towards the right.

    Source: Lowe, *Distinctive Image Features from Scale-Invariant Keypoints*, 2004, section 6.
    """
    down, right = gradients(image)
    rows = torch.arange(image.shape[0], dtype=image.dtype)[:, None].expand(image.shape) - row
    columns = torch.arange(image.shape[1], dtype=image.dtype).expand(image.shape) - column
    weight = torch.hypot(down, right) * torch.exp(-(rows.square() + columns.square()) / (2 * (2 * width) ** 2))
    centres = (torch.arange(4, dtype=image.dtype) - 1.5) * width
    turn = 2 * math.pi / 8
    angle = torch.atan2(right, down)[..., None] - turn * torch.arange(8, dtype=image.dtype)
    angle = (angle + math.pi) % (2 * math.pi) - math.pi

    def near(distance: Tensor) -> Tensor:
        return (1 - distance.abs()).clamp_min(0)

    by_row, by_column = near((rows[..., None] - centres) / width), near((columns[..., None] - centres) / width)
    return torch.einsum("hw,hwi,hwj,hwk->ijk", weight, by_row, by_column, near(angle / turn))


def oriented_filters(directions: int = 8, sides: tuple[int, ...] = (5, 9), dtype: torch.dtype = torch.float32) -> list:
    """For each side a bank of filters, (directions, 1, side, side), largest where it grows brighter their way.

    Each has mean 0 and absolute sum 1, so that a flat picture gives 0.
    """
    banks = []
    for side in sides:
        at = torch.arange(side, dtype=dtype) - (side - 1) / 2
        blob = torch.exp(-(at[:, None].square() + at.square()) / (2 * (side / 5) ** 2))
        angles = torch.arange(directions, dtype=dtype) * 2 * math.pi / directions
        slope = at[:, None] * angles.sin()[:, None, None] + at * angles.cos()[:, None, None]
        bank = slope * blob
        banks.append((bank / bank.abs().sum((1, 2), keepdim=True))[:, None])
    return banks


def local_group_norm(x: Tensor, num_groups: int, side: int, eps: float = 1e-5) -> Tensor:
    """Group norm whose mean and variance are those of the `side` x `side` pixels around each pixel, not of all.

    Args:
        x: (n, c, h, w).
        num_groups: G, a divisor of c.
        side: odd; where the window leaves the map, the pixels inside count.

    Raises:
        ValueError: side is even or below 1, or num_groups does not divide c.

    Source: the paper's Eq. 7 with one more condition on the set, as in *Local Context Normalization* (Ortiz et al.,
    arXiv 1912.05845).
    """
    n, c, h, w = x.shape
    check_groups(num_groups, c)
    if side < 1 or side % 2 == 0:
        raise ValueError(f"side must be odd and at least 1, got {side}: the window has its pixel in the middle")
    grouped = x.reshape(n * num_groups, c // num_groups, h, w)
    grouped = grouped - grouped.mean((1, 2, 3), keepdim=True)  # or the next lines lose digits, as chapter 6 shows

    def around(values: Tensor) -> Tensor:
        return F.avg_pool2d(values, side, stride=1, padding=side // 2, count_include_pad=False)

    mean = around(grouped.mean(1, keepdim=True))
    var = (around(grouped.square().mean(1, keepdim=True)) - mean.square()).clamp_min(0)
    return ((grouped - mean) / (var + eps).sqrt()).reshape(x.shape)
