"""Grades go back to the platform: into Moodle's grading worksheet, and Canvas's table of grades.

Moodle (mod/assign/feedback/offline/importgradeslib.php) reads the columns Identifier, Grade and Last modified (grade),
and comments; Canvas (lib/gradebook_importer.rb) reads Student, ID and SIS columns, Section, and those of assignments,
"Sheet 2 (678)". All that was there stays as it is, in the same order. A platform's own maximum is kept to.
"""

import csv
import html
import io
import re
from collections.abc import Sequence
from pathlib import Path

from gn_edu_grader.people import column, read_roster, read_table
from gn_edu_grader.results import ABSENT, Row, seen

MOODLE_NEEDS = ("Identifier", "Grade", "Last modified (grade)")
CANVAS_NEEDS = ("ID", "Section")
CANVAS_KEEPS = (
    *("student", "lastname", "firstname", "id", "sis user id", "sis login id", "integration id", "root account"),
    "section",
)
ASSIGNMENT = re.compile(r"\(\d+\)\s*$")  # how the title of an assignment's column ends


def _place(path: Path, titles: Sequence[str], name: str) -> int:
    found = column(titles, name.lower())
    if found is None:
        other = "Canvas" if column(titles, "section") is not None else "Moodle" if "Identifier" in titles else ""
        hint = f"it looks like a table of {other}" if other else "download it in English"
        raise ValueError(f"{path} has no column {name!r}, but {', '.join(titles)}: {hint}")
    return found


def _written(rows: Sequence[Sequence[str]]) -> str:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue()


def _by_line(path: Path, rows: Sequence[Row]) -> tuple[dict[int, Row], list[str]]:
    """The rows by their lines of a platform's table, and the students who have no line."""
    roster = read_roster(path)
    found: dict[int, Row] = {}
    missing = []
    for row in rows:
        if row.graded or ABSENT not in row.file_notes:
            person = roster.find(row.name or row.student, row.id)
            if person:
                found[person.line] = row
            elif row.graded:
                missing.append(row.student)
    return found, missing


def _grade(row: Row, most: str) -> str:
    """A total in the platform's points."""
    of = row.most
    try:
        theirs = float(most.replace(",", "."))
    except ValueError:
        theirs = of
    return f"{row.total * theirs / of:.2f}" if of and theirs != of else f"{row.total:g}"


def moodle(path: Path, rows: Sequence[Row]) -> tuple[str, list[str]]:
    """Moodle's grading worksheet with the grades in it, and what the check said where it has a column of comments.

    Returns the text, and the students with a grade who are not in the worksheet.

    Raises:
        ValueError: a column is missing that Moodle needs.
    """
    titles, lines = read_table(path)
    _, grade, _ = (_place(path, titles, name) for name in MOODLE_NEEDS)
    most, comments = column(titles, "maximum grade"), column(titles, "feedback comments")
    found, missing = _by_line(path, rows)
    for line, row in found.items():
        cells = lines[line - 2]
        if row.graded:
            cells[grade] = _grade(row, cells[most] if most is not None else "")
        if comments is not None:
            cells[comments] = f"<pre>{html.escape(seen(row.feedback).strip(), quote=False)}</pre>"
    return _written([titles, *lines]), missing


def canvas(path: Path, rows: Sequence[Row], assignment: str = "") -> tuple[str, list[str]]:
    """Canvas's table of grades with one assignment alone, so that nothing else changes there.

    Returns the text, and the students with a grade who are not in the table.

    Args:
        path: the table as Canvas exports it.
        rows: the class.
        assignment: the beginning of the column's title; without it, the only one there is.

    Raises:
        ValueError: a column is missing that Canvas needs, or it is not plain which assignment is meant.
    """
    titles, lines = read_table(path)
    _, section = (_place(path, titles, name) for name in CANVAS_NEEDS)
    own = {k: title for k, title in enumerate(titles) if k > section and ASSIGNMENT.search(title)}
    (at, *others) = [k for k, title in own.items() if title.startswith(assignment)] or [-1]
    if others or at < 0:
        raise ValueError(
            f"which assignment of {path}? Give the beginning of one title as --assignment; got {assignment!r}, there "
            f"are {', '.join(own.values()) or 'none'}"
        )
    most = next((line[at] for line in lines if line and line[0].strip() == "Points Possible"), "")
    found, missing = _by_line(path, rows)
    for line, row in found.items():
        if row.graded:
            lines[line - 2][at] = _grade(row, most)
    keep = [k for k, title in enumerate(titles) if title.strip().lower() in CANVAS_KEEPS] + [at]
    return _written([[line[k] if k < len(line) else "" for k in keep] for line in (titles, *lines)]), missing
