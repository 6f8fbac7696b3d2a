"""What the grader writes: a table, and a page of feedback for each student."""

import csv
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gn_edu.exercises import EXERCISES
from gn_edu_grader.release import student_seed


@dataclass
class Row:
    """One student: points by exercise, mistakes by name, notes for the teacher, feedback for the student."""

    student: str
    files: list[str]
    points: dict[str, float | None] = field(default_factory=dict)  # None: not handed in, or not graded
    mistakes: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    feedback: str = ""

    @property
    def total(self) -> float:
        return round(sum(points or 0.0 for points in self.points.values()), 2)


def feedback_folder(out: Path) -> Path:
    """Where the pages for students lie: beside the table."""
    return out.with_name(f"{out.stem}_feedback")


def _cell(text: str) -> str:
    """Text that a spreadsheet won't take for a formula."""
    return f"'{text}" if text.lstrip(" ")[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write_table(rows: Sequence[Row], names: Sequence[str], seed: int, out: Path) -> None:
    """The table as CSV, whole or not at all."""
    scratch = out.with_name(f"{out.name}.{os.getpid()}.new")
    most = sum(EXERCISES[name].points for name in names)
    with scratch.open("w", encoding="utf-8", errors="replace", newline="") as file:
        table = csv.writer(file)
        table.writerow(["student", "file", *names, "total", "of", "mistakes", "notes", "seed"])
        for row in rows:
            mistakes = "; ".join(f"{name}: {', '.join(found)}" for name, found in row.mistakes.items())
            points = ["" if row.points.get(name) is None else row.points[name] for name in names]
            texts = [_cell(row.student), _cell(" ".join(row.files))]
            rest = [row.total, most, _cell(mistakes), _cell("; ".join(row.notes)), seed]
            table.writerow([*texts, *points, *rest])
    os.replace(scratch, out)


def seed_of(out: Path) -> int | None:
    """The seed that stands in a table, or None."""
    try:
        with out.open(encoding="utf-8-sig", newline="") as file:
            return int(next(csv.DictReader(file))["seed"])
    except (OSError, StopIteration, KeyError, TypeError, ValueError, csv.Error):
        return None


def write_feedback(rows: Sequence[Row], folder: Path) -> None:
    """A page for each student."""
    folder.mkdir(parents=True, exist_ok=True)
    for row in rows:
        (folder / f"{_file_name(row.student)}.md").write_text(row.feedback, encoding="utf-8", errors="replace")


def _file_name(student: str) -> str:
    """The student's name where a file can be called so, else as much of it as can be, and a mark of its own."""
    plain = re.sub(r"[^\w.@' -]", "_", student)[:80]
    own = plain == student and not re.search(r"-[0-9a-f]{8}$", student)
    return plain if own else f"{plain}-{student_seed(student):08x}"
