"""Numbers as text that prints the same on every machine."""

import os
from collections.abc import Iterable

import torch


def fixed(value: float, digits: int = 3) -> str:
    """`value` with a fixed number of decimals and no negative zero.

    With GN_EDU_AUTHORING set, a value so close to a rounding boundary that another machine may print another digit
    is refused with a ValueError.
    """
    value = float(value)
    scaled = abs(value) * 10**digits
    if os.environ.get("GN_EDU_AUTHORING") and abs(scaled % 1 - 0.5) < 0.005:
        raise ValueError(f"{value!r} lies on a rounding boundary at {digits} decimals: print fewer or other digits")
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def number(label: str, value: float, digits: int = 3) -> None:
    """Print one labelled number."""
    print(f"{label}: {fixed(value, digits)}")


def rows(x: torch.Tensor | Iterable, digits: int = 3) -> None:
    """Print a vector as one line, or a matrix line by line."""
    x = torch.as_tensor(x)
    for row in x.reshape(-1, x.shape[-1]):
        print("  ".join(fixed(value, digits).rjust(digits + 4) for value in row.tolist()))


def aligned(header: Iterable[str], lines: Iterable[Iterable]) -> str:
    """A table as text with aligned columns."""
    cells = [[str(cell) for cell in line] for line in (header, *lines)]
    widths = [max(len(line[k]) for line in cells) for k in range(len(cells[0]))]
    rows = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells)
    return "\n".join(row.rstrip() for row in rows)


def table(header: Iterable[str], lines: Iterable[Iterable]) -> None:
    """Print a table with aligned columns; numbers come as text."""
    print(aligned(header, lines))
