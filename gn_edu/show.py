"""Numbers as text that is the same on every machine, and tables of them."""

import html
import os
import re
from collections.abc import Iterable

import torch

# What stands at the right of its column: a number with what may follow it, or the dash of a value that is not there.
NUMBER = re.compile(r"-|[-−]?\d[\d.,]*(e[-+]?\d+)?( ± [\d.]+)?( ?%)?")


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


class Table:
    """A table: HTML in a notebook and on a page, text with aligned columns everywhere else.

    The first cell of a row is its heading. A column of numbers stands at the right.

    Args:
        header: the columns' names.
        lines: the rows, each with a value a column; numbers come as text, rounded.
        caption: one line about the whole.

    Raises:
        ValueError: a row has not as many cells as the header.
    """

    def __init__(self, header: Iterable[str], lines: Iterable[Iterable], caption: str = ""):
        self.header, *self.lines = ([str(cell) for cell in line] for line in (header, *lines))
        self.caption = caption
        for line in self.lines:
            if len(line) != len(self.header):
                raise ValueError(f"a row has a cell for each of {self.header}; got {line}. Is a value missing?")

    def __repr__(self) -> str:
        rows = [self.header, *self.lines]
        widths = [max(len(line[k]) for line in rows) for k in range(len(self.header))]
        text = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([self.caption, *text] if self.caption else text)

    def _repr_html_(self) -> str:
        columns = zip(*self.lines, strict=True)
        sides = ["right" if all(map(NUMBER.fullmatch, column)) else "left" for column in columns]
        caption = html.escape(self.caption)
        return (
            '<table class="gn-table" style="font-variant-numeric: tabular-nums">'
            + (f'<caption style="caption-side: bottom">{caption}</caption>' if caption else "")
            + f"<thead>{_row(self.header, sides, 'col')}</thead>"
            + f"<tbody>{''.join(_row(line, sides, 'row') for line in self.lines)}</tbody></table>"
        )


def _row(cells: list[str], sides: list[str], scope: str) -> str:
    """A row of HTML: all its cells are headings of columns, or its first one is the heading of the row."""
    written = []
    for k, (text, side) in enumerate(zip(cells, sides, strict=True)):
        tag, mark = ("th", f' scope="{scope}"') if text and (scope == "col" or k == 0) else ("td", "")
        written.append(f'<{tag}{mark} style="text-align: {side}">{html.escape(text)}</{tag}>')
    return f"<tr>{''.join(written)}</tr>"


def table(header: Iterable[str], lines: Iterable[Iterable], caption: str = "") -> None:
    """Show a Table where a notebook can, and print it elsewhere."""
    from IPython.display import display  # slow to import; without a notebook around it, it prints

    display(Table(header, lines, caption))
