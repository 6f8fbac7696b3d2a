"""What a teacher adds to the marks: points and comments by hand, and what late days cost."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from gn_edu_grader.people import Called, column, moment, read_table
from gn_edu_grader.results import Row

HEAD = "student,exercise,points,comment\n"
DAY = timedelta(days=1)
SOON = timedelta(minutes=10)  # files that are all no farther apart than this were unpacked then, not handed in


@dataclass(frozen=True)
class Change:
    """A line of the file: an exercise's points (`by` false), or what is added to them, or to the total; a comment."""

    student: str
    exercise: str
    points: float | None
    by: bool
    comment: str


def file_beside(out: Path) -> Path:
    """Where points and comments by hand stand: beside the table. No run writes to it but the first: its titles."""
    return out.with_name(f"{out.stem}_by_hand.csv")


def read_changes(path: Path, rows: Sequence[Row]) -> list[Change]:
    """The lines of the file, which is made where there is none.

    Raises:
        ValueError: a column is missing, or a line names nobody, no exercise of the table, or no number.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD, encoding="utf-8-sig")
    titles, lines = read_table(path)
    at = {name: column(titles, name) for name in HEAD.strip().split(",")}
    if lacking := [name for name, k in at.items() if k is None]:
        raise ValueError(f"{path} needs the columns {HEAD.strip()}; {', '.join(lacking)} is not there")
    students = Called((row.student, row.name or row.student) for row in rows)
    names = list(rows[0].results) if rows else []
    changes = []
    for line, cells in enumerate(lines, 2):
        found = {name: cells[k].strip() if k < len(cells) else "" for name, k in at.items() if k is not None}
        if any(found.values()):
            changes.append(_change(found, f"{path}, line {line}", students, names))
    return changes


def _change(found: dict[str, str], where: str, students: Called, names: Sequence[str]) -> Change:
    called = students.named(found["student"])
    if len(called) != 1:
        close = students.close(found["student"])
        hint = f"; is it {close[0]}?" if close else ""
        said = f"{len(called)} students are called" if called else "nobody in the table is called"
        raise ValueError(f"{where}: {said} {found['student']!r}{hint}")
    if found["exercise"] and found["exercise"] not in names:
        raise ValueError(f"{where}: the table has no {found['exercise']!r}; it has {', '.join(names)}")
    text = found["points"].replace(",", ".").replace("\N{MINUS SIGN}", "-")
    by = text[:1] in ("+", "-")
    if text and not re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
        raise ValueError(f"{where}: points are a number, such as 8, or what is added, such as -2; got {text!r}")
    if text and not by and not found["exercise"]:
        raise ValueError(f"{where}: {text} points of what? Name an exercise, or write +{text} to add them to the total")
    return Change(called[0], found["exercise"], float(text) if text else None, by, found["comment"])


def apply_changes(changes: Iterable[Change], rows: Sequence[Row]) -> None:
    """Points and comments by hand, line by line."""
    by_name = {row.student: row for row in rows}
    for change in changes:
        row = by_name[change.student]
        if change.points is not None and change.exercise:
            before = row.points[change.exercise] or 0.0 if change.by else 0.0
            row.changed[change.exercise] = round(max(0.0, before + change.points), 2)
        elif change.points is not None:
            row.by_hand += change.points
        if change.comment:
            row.comments.append(f"{change.exercise}: {change.comment}" if change.exercise else change.comment)


@dataclass(frozen=True)
class Late:
    """A rule for late days: after `due`, each day that has begun costs a share of all points of the table.

    Args:
        due: such as 2026-12-01 23:59, here where it names no zone; a day without a time lasts until 23:59.
        percent: of the points that can be had, a day.
        free: days that cost nothing.

    Raises:
        ValueError: no time, or a share or a number of days that is none.
    """

    due: str
    percent: float = 10.0
    free: int = 0

    def __post_init__(self):
        if not (self.percent == 0 or 1 <= self.percent <= 100) or self.free < 0:
            said = f"got {self.percent:g} and {self.free}"
            raise ValueError(f"a late day costs 0 or 1 to 100 percent, and free days are 0 or more; {said}")
        _ = self.time

    @property
    def time(self) -> datetime:
        """When it was due; a day alone lasts until its end."""
        found = moment(self.due, "due")
        if found is None:
            raise ValueError("due needs a time, such as 2026-12-01 23:59")
        return found if ":" in self.due else found + DAY - timedelta(minutes=1)

    def days(self, handed_in: datetime, due: datetime | None = None) -> int:
        """Days that have begun since it was due."""
        over = handed_in - (due or self.time)
        return max(0, math.ceil(over / DAY))

    def costs(self, days: int, of: float) -> float:
        """What is taken from a total of `of`, as a number below 0, or 0."""
        return -round(min(of, of * self.percent / 100 * max(0, days - self.free)), 2)


def apply_late(
    rule: Late, rows: Sequence[Row], times: dict[str, tuple[datetime | None, datetime | None, bool]]
) -> None:
    """What each is late. `times` by student: handed in, due (None: the rule's), and whether it is a file's time.

    Raises:
        ValueError: the files were all written at once, and so when they were unpacked.
    """
    of_files = [when for when, _, is_file in times.values() if when and is_file]
    days = {s: rule.days(when, due) for s, (when, due, _) in times.items() if when}
    if len(of_files) > 2 and max(of_files) - min(of_files) <= SOON and any(days.values()):
        raise ValueError(
            f"all files are of {min(of_files):%Y-%m-%d %H:%M}, which is when they were unpacked: give the times in "
            "--roster, in a column handed in, or as Moodle's grading worksheet has them"
        )
    for row in rows:
        if late := days.get(row.student):
            row.late = rule.costs(late, row.most)
            free = f", {min(rule.free, late)} of them free" if rule.free else ""
            row.late_said = f"{late} late {'day' if late == 1 else 'days'}{free}: {row.late:g} points"
