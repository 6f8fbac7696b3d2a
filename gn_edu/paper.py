"""The numbers of the paper, Wu and He (2018), arXiv 1803.08494: one file, each table with its source.

A number that could not be compared with the paper is not in the file.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gn_edu import show

Value = float | str | None


@dataclass(frozen=True, repr=False)
class Table:
    """One table of the paper, shown as a table in a notebook.

    `corner` says what the columns are; `rows` maps a row's name to a value a column, None where the paper has none.
    """

    title: str
    source: str
    unit: str
    corner: str
    columns: list[str]
    rows: dict[str, list[Value]]

    def __getitem__(self, at: tuple[str, str]) -> Value:
        """table[row, column].

        Raises:
            KeyError: no such row or column, or the paper does not report its value.
        """
        row, column = at
        if row not in self.rows or column not in self.columns:
            raise KeyError(f"{self.source} has the rows {list(self.rows)} and the columns {self.columns}; got {at}")
        value = self.rows[row][self.columns.index(column)]
        if value is None:
            raise KeyError(f"the paper does not report {at} of {self.source}")
        return value

    def _shown(self) -> show.Table:
        lines = [[name, *("-" if v is None else v for v in values)] for name, values in self.rows.items()]
        return show.Table([self.corner, *self.columns], lines, f"{self.unit} (the paper's {self.source})")

    def __repr__(self) -> str:
        return repr(self._shown())

    def _repr_html_(self) -> str:
        return self._shown()._repr_html_()


@cache
def facts() -> dict:
    """The whole file."""
    return json.loads(Path(__file__).with_name("paper_facts.json").read_text(encoding="utf-8"))


def tables() -> dict[str, Table]:
    """All tables by name."""
    found = {}
    for name, stored in facts()["tables"].items():
        found[name] = Table(**stored)
    return found


def table(name: str) -> Table:
    """One table, for example table("table2")["GN", "2"].

    Raises:
        KeyError: there is no table of that name; the message lists them.
    """
    if name not in tables():
        raise KeyError(f"there is no table {name!r}; there are {', '.join(tables())}")
    return tables()[name]
