"""What is read in a browser: a page for each student, the same packed for Moodle, and a page on the whole class."""

import hashlib
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from re import search, sub

from jinja2 import Environment, PackageLoader, Template, select_autoescape

from gn_edu.exercises import EXERCISES
from gn_edu.exercises.exercise import sentences_of
from gn_edu_grader.alike import FEWEST, alike, by_students
from gn_edu_grader.lessons import LESSONS
from gn_edu_grader.platforms import MOODLE
from gn_edu_grader.results import Row, seen

SAME = "as for the other exercises: read the case that failed together"


@cache
def _template(name: str) -> Template:
    pages = Environment(loader=PackageLoader("gn_edu_grader"), autoescape=select_autoescape(), trim_blocks=True)
    return pages.get_template(name)


def _render(template: str, **values) -> str:
    return seen(_template(template).render(**values))


# ---- one student


def feedback_folder(out: Path) -> Path:
    """Where the pages for students lie: beside the table."""
    return out.with_name(f"{out.stem}_feedback")


def page(row: Row) -> str:
    """A student's page: points, what the checks said, the case that failed, the teacher's comments."""
    return _render("student.html", row=row)


def file_names(rows: Sequence[Row]) -> dict[str, str]:
    """The name of each student's page; no two the same, for any file system."""
    plain = {row.student: _file_name(row.student) for row in rows}
    often = Counter(name.casefold() for name in plain.values())
    return {
        student: f"{name}.html" if often[name.casefold()] == 1 else f"{_marked(name, student)}.html"
        for student, name in plain.items()
    }


def _file_name(student: str) -> str:
    """The student's name where a file can be called so, else as much of it as can be, and a mark of its own."""
    plain = sub(r"[^\w.@' ()-]", "_", unicodedata.normalize("NFC", student))[:80].rstrip(" .")
    own = plain == student and not search(r"-[0-9a-f]{8}$", student)
    return plain if own else _marked(plain, student)


def _marked(name: str, student: str) -> str:
    return f"{name}-{hashlib.sha256(student.encode(errors='surrogateescape')).hexdigest()[:8]}"


def write_pages(rows: Sequence[Row], folder: Path, before: Sequence[str] = ()) -> list[str]:
    """A page for each student, and their names; of those that a run wrote `before`, what is nobody's goes."""
    folder.mkdir(parents=True, exist_ok=True)
    names = file_names(rows)
    for old in set(before) - set(names.values()):
        (folder / old).unlink(missing_ok=True)
    for row in rows:
        (folder / names[row.student]).write_text(page(row), encoding="utf-8", errors="replace")
    return list(names.values())


def write_for_platform(rows: Sequence[Row], path: Path) -> None:
    """The pages as a platform takes files of feedback: in folders of Moodle's own names, or in files of Canvas's."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for row in rows:
            slash = "/" if MOODLE.fullmatch(row.folder) else ""
            archive.writestr(f"{row.folder}{slash}feedback.html", page(row))


# ---- the class


def summary(title: str, rows: Sequence[Row], left_out: Sequence[tuple[Path, str]]) -> str:
    """Points by exercise, mistakes by frequency, what was left out, the same answers, what to look at."""
    times = sorted(row.handed_in for row in rows if row.handed_in)
    there = [row for row in rows if row.files]
    return _render(
        "summary.html",
        title=title,
        rows=rows,
        handed_in=len(there),
        nothing=[row.student for row in rows if not row.files],
        first=times[0] if times else "",
        last=times[-1] if times else "",
        late=[f"{row.student}, {row.late_said}" for row in rows if row.late_said],
        seconds=sum(result.seconds for row in rows for result in row.results.values()),
        exercises=[_exercise(name, there) for name in (rows[0].results if rows else ())],
        mistakes=_mistakes(rows),
        fewest=FEWEST,
        alike=by_students(alike(rows)),
        left_out=left_out,
    )


def _exercise(name: str, rows: Sequence[Row]) -> dict:
    exercise = EXERCISES[name]
    points = [row.points[name] for row in rows]
    given = [p for p in points if p is not None]
    return {
        "name": name,
        "title": exercise.title,
        "points": exercise.points,
        "count": len(given),
        "full": sum(p >= exercise.points for p in given),
        "mean": sum(given) / len(given) if given else 0.0,
        "skipped": [row.student for row, p in zip(rows, points, strict=True) if p is None],
    }


def _mistakes(rows: Sequence[Row]) -> list[dict]:
    """By how many students made them."""
    students: dict[str, set[str]] = {}
    places: dict[str, dict[str, None]] = {}
    for row in rows:
        for exercise, names in row.mistakes.items():
            for name in names:
                students.setdefault(name, set()).add(row.student)
                places.setdefault(name, {})[exercise] = None
    found = []
    for name, who in sorted(students.items(), key=lambda item: (-len(item[1]), item[0])):
        said = sentences_of(next(iter(places[name]))).get(name, {})
        what, hint = said.get("what", said.get("says", "")), said.get("hint", "")
        one = {"name": name, "count": len(who), "exercises": list(places[name]), "what": what, "hint": hint}
        found.append(one | {"lesson": LESSONS.get(name, SAME)})
    return found
