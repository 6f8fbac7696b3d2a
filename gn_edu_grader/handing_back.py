"""What goes back after grading: marks with what is by hand and late, the table, pages, gradebooks, the class's page."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from gn_edu.exercises import EXERCISES
from gn_edu_grader import by_hand, gradebooks, pages
from gn_edu_grader.kept import Kept
from gn_edu_grader.people import Person, Roster, moment, read_roster
from gn_edu_grader.platforms import MOODLE
from gn_edu_grader.results import ABSENT, Result, Row
from gn_edu_grader.submissions import Submission
from gn_edu_grader.table import table, write_whole

CANVAS_LATE = "Canvas calls it late, and does not say how late"


def state_file(out: Path) -> Path:
    """What is graded so far: beside the table."""
    return out.with_name(f"{out.stem}_state.jsonl")


@dataclass(frozen=True)
class Course:
    """What a class has besides its notebooks. What a run was told of it holds for the next ones, too.

    Args:
        roster: the class, a name a line, or a table with a column of names; a platform's table serves as one.
        extensions: a table with a column of names, and one of times by which it is due for them.
        late: the rule for late days.
        moodle: Moodle's grading worksheet, to be filled in.
        canvas: Canvas's table of grades, to be filled in.
        assignment: which column of Canvas's, by the beginning of its title.
    """

    roster: Path | None = None
    extensions: Path | None = None
    late: by_hand.Late | None = None
    moodle: Path | None = None
    canvas: Path | None = None
    assignment: str = ""

    def as_told(self) -> dict:
        """What is told here, for the file of what is graded."""
        found = {name: str(path.absolute()) for name in PATHS if (path := getattr(self, name))}
        found |= {"assignment": self.assignment} if self.assignment else {}
        return found | ({"late": asdict(self.late)} if self.late else {})

    def with_what_was(self, before: dict) -> "Course":
        """This, and what was told before where nothing is told now.

        Raises:
            ValueError: a file that was told of before is no longer there.
        """
        told = before | self.as_told()
        paths = {name: Path(told[name]) for name in PATHS if name in told}
        for name, path in paths.items():
            if name not in self.as_told() and not path.exists():
                raise ValueError(f"{name} {path}, told to an earlier run, is gone: name another, or say --forget")
        late = by_hand.Late(**told["late"]) if "late" in told else None
        return Course(**paths, late=late, assignment=told.get("assignment", ""))

    def people(self) -> Roster | None:
        """The class, where a list of it is given."""
        path = self.roster or self.moodle or self.canvas
        return read_roster(path) if path else None

    def named(self, found: dict[str, Submission]) -> dict[str, Submission]:
        """The submissions by the names of the class, those who handed in nothing among them."""
        roster = self.people()
        if roster is None:
            return found
        named: dict[str, Submission] = {}
        strangers: dict[str, Submission] = {}
        for one in found.values():
            person = roster.find(one.name, one.id)
            label = roster.label(person) if person else one.student
            if person and label not in named:
                named[label] = replace(one, student=label, name=person.name, id=one.id or person.id)
            else:
                strangers[one.student] = one
        for person in roster.people:
            label = roster.label(person)
            named.setdefault(label, Submission(label, id=person.id, name=person.name))
        return dict(sorted((named | strangers).items()))


PATHS = ("roster", "extensions", "moodle", "canvas")


def hand_back(
    rows: Sequence[Row],
    out: Path,
    kept: Kept,
    course: Course,
    found: dict[str, Submission],
    left_out: Sequence[tuple[Path, str]],
    say: Callable[[str], None],
) -> None:
    """Write all of it. A table that somebody else changed since the last run is kept under another name.

    Raises:
        ValueError: a line by hand, a time or a platform's table can't be read.
    """
    names = kept.head["names"]
    for row in rows:
        _anew(row, names)
    _strangers(rows, course)
    changes = by_hand.read_changes(by_hand.file_beside(out), rows)
    _times(rows, course, found)
    by_hand.apply_changes(changes, rows)
    filled = _gradebooks(rows, course)
    text = table(rows, names, kept.seed)
    _keep_what_is_not_ours(out, kept, say)
    write_whole(out, text, "utf-8-sig")
    kept.head |= {"course": course.as_told()}
    kept.head["pages"] = pages.write_pages(rows, pages.feedback_folder(out), kept.head.get("pages", ()))
    kept.save(text)
    write_whole(out.with_name(f"{out.stem}_summary.html"), pages.summary(out.stem, rows, left_out))
    for name, (filled_in, _) in filled.items():
        write_whole(out.with_name(f"{out.stem}_{name}.csv"), filled_in, "utf-8-sig" if name == "moodle" else "utf-8")
    for name in ("moodle", "canvas"):
        of = [row for row in rows if row.folder and bool(MOODLE.fullmatch(row.folder)) == (name == "moodle")]
        if of:
            pages.write_for_platform(of, out.with_name(f"{out.stem}_{name}_feedback.zip"))
    _tell(rows, course, filled, left_out, say)


def _tell(rows, course: Course, filled, left_out, say: Callable[[str], None]) -> None:
    """What a teacher should know, line by line."""
    for row in rows:
        if ABSENT not in row.file_notes and not row.graded:
            say(f"nothing graded: {row.student} ({'; '.join(row.notes) or 'no exercise of these'})")
        for name, points in row.changed.items():
            if points > EXERCISES[name].points:
                say(f"by hand: {row.student} has {points:g} of {EXERCISES[name].points} points in {name}")
    for path, why in left_out:
        say(f"not graded: {path} ({why})")
    if course.late:
        late = [f"{row.student} ({row.late:g})" for row in rows if row.late_said]
        say(f"due {course.late.time:%Y-%m-%d %H:%M}; late: {'; '.join(late) or 'nobody'}")
        if unknown := [row.student for row in rows if CANVAS_LATE in row.for_teacher]:
            say(f"Canvas calls late, and does not say how late: {'; '.join(unknown)}; give times in --roster")
    for name, (_, missing) in filled.items():
        for student in missing:
            say(f"{student} is not in the table of {name.title()}, and has no grade there")


def _anew(row: Row, names: Sequence[str]) -> None:
    """A row as it was graded, in the order of the table."""
    row.results = {name: row.results.get(name, Result()) for name in names}
    row.late, row.late_said, row.by_hand, row.changed, row.comments, row.for_teacher = 0.0, "", 0.0, {}, [], []
    if not row.files and not row.file_notes:
        row.file_notes = [ABSENT]


def _strangers(rows: Sequence[Row], course: Course) -> None:
    """Notes on who is not in the class's list."""
    if roster := course.people():
        for row in rows:
            if not roster.find(row.name or row.student, row.id):
                close = roster.close(row.name or row.student)
                row.for_teacher.append(f"not in the class's list{f'; is it {close}?' if close else ''}")


def _times(rows: Sequence[Row], course: Course, found: dict[str, Submission]) -> None:
    """When each handed in, and what that costs."""
    paths = (course.extensions, course.roster, course.moodle, course.canvas)
    sources = [read_roster(path) for path in paths if path]
    times: dict[str, tuple[datetime | None, datetime | None, bool]] = {}
    for row in rows:
        people: list[Person] = [p for p in (roster.find(row.name or row.student, row.id) for roster in sources) if p]
        told = next((p.handed_in for p in people if p.handed_in), None)
        due = next((p.due for p in people if p.due), None)
        one = found.get(row.student) or Submission(row.student)
        counted = [result.file for result in row.results.values() if result.file]
        when = told or one.handed_in(counted or row.files) or moment(row.handed_in, row.student)
        row.handed_in = f"{when:%Y-%m-%d %H:%M}" if when else ""
        times[row.student] = (when, due, told is None)
        if one.late and not told:
            row.for_teacher.append(CANVAS_LATE)
    if course.late:
        by_hand.apply_late(course.late, rows, times)


def _gradebooks(rows: Sequence[Row], course: Course) -> dict[str, tuple[str, list[str]]]:
    found = {}
    if course.moodle:
        found["moodle"] = gradebooks.moodle(course.moodle, rows)
    if course.canvas:
        found["canvas"] = gradebooks.canvas(course.canvas, rows, course.assignment)
    return found


def _keep_what_is_not_ours(out: Path, kept: Kept, say: Callable[[str], None]) -> None:
    """A table that was changed by hand since the last run gets another name."""
    if not out.exists():
        return
    there = out.read_bytes().decode("utf-8-sig", errors="replace")
    if not kept.is_own(there):
        k = next(k for k in range(1, 10**6) if not out.with_name(f"{out.stem}_changed_{k}{out.suffix}").exists())
        name = out.with_name(f"{out.stem}_changed_{k}{out.suffix}")
        out.rename(name)
        where = by_hand.file_beside(out).name
        say(f"{out.name} was changed since the last run: it is now {name.name}; marks by hand go to {where}")
