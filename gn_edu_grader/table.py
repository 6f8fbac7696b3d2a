"""The table of grades: CSV that a spreadsheet opens right, and takes nothing in it for a formula."""

import csv
import io
import os
import re
from collections.abc import Sequence
from pathlib import Path

from gn_edu_grader.results import Row, seen

# What a spreadsheet may take for a formula, at the beginning or behind whatever it may split at.
_FORMULA = re.compile(r"(^|[;,\t|\r\n])(\s*)(?=[=+\-@\uff0b\uff0d\uff1d\uff20])")


def cell(text: str) -> str:
    """Text that a spreadsheet won't take for a formula, whichever separator it believes in."""
    return _FORMULA.sub(r"\1\2'", seen(text)) if not re.fullmatch(r"-?\d+(\.\d+)?", text) else text


def table(rows: Sequence[Row], names: Sequence[str], seed: int) -> str:
    """The table as text: each text in quotes, numbers bare."""
    file = io.StringIO(newline="")
    out = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
    rest = ["late", "by_hand", "comments", "id", "handed_in", "seed"]
    out.writerow(["student", "file", *names, "total", "of", "mistakes", "notes", *rest])
    for row in rows:
        mistakes = "; ".join(f"{name}: {', '.join(found)}" for name, found in row.mistakes.items())
        given = row.points
        points = ["" if given.get(name) is None else given[name] for name in names]
        texts = [cell(row.student), cell(" ".join(row.files))]
        said = [cell(mistakes), cell("; ".join(row.notes))]
        added = [row.late, row.by_hand, cell("; ".join(row.comments)), cell(row.id), row.handed_in, seed]
        out.writerow([*texts, *points, row.total, row.most, *said, *added])
    return file.getvalue()


def write_whole(path: Path, text: str, encoding: str = "utf-8") -> None:
    """A file whole or not at all."""
    scratch = path.with_name(f"{path.name}.{os.getpid()}.new")
    scratch.write_text(text, encoding=encoding, errors="replace", newline="")
    os.replace(scratch, path)


def seed_of(out: Path) -> int | None:
    """The seed that stands in a table, or None."""
    try:
        with out.open(encoding="utf-8-sig", newline="") as file:
            return int(next(csv.DictReader(file))["seed"])
    except (OSError, StopIteration, KeyError, TypeError, ValueError, csv.Error):
        return None
