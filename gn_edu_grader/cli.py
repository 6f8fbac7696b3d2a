"""The subcommands of gn-edu for class, `release`, `grade` and `gain`: their options are their fields."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

Flag = tyro.conf.FlagCreatePairsOff[bool]


@dataclass(frozen=True, kw_only=True)
class Release:
    """The student version of a notebook or a folder of them.

    Args:
        source: written with nbgrader's markers, such as notebooks/exercises.
        dest: a folder.
        students: a file with a name a line: a folder for each.
        seed_by: numbers to work with by hand: own ones for each.
    """

    source: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="SOURCE")]
    dest: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="DEST")]
    students: Path | None = None
    seed_by: Literal["student"] | None = None

    def run(self) -> int:
        from gn_edu_grader.release import release

        if bool(self.seed_by) != bool(self.students):
            raise ValueError("--seed-by student needs --students FILE, and the other way round: whose numbers?")
        names = self.students.read_text(encoding="utf-8-sig").split("\n") if self.students else []
        written = release(self.source, self.dest, [name.strip() for name in names if name.strip()])
        print(f"{len(written)} notebooks in {self.dest}")
        return 0


@dataclass(frozen=True, kw_only=True)
class Grade:
    """A table of grades for a folder of submissions, and all that goes back to students and platforms.

    Args:
        folder: NAME.ipynb or NAME/sheet.ipynb, or what Moodle or Canvas hands over; its zip file will do.
        out: the table.
        exercises: such as ex04,ex05,ex06; without it, those that stand in a submission.
        again: students and exercises to be graded anew, such as anna or ex05; nothing else in the table moves.
        roster: the class, a name a line, or a table with a column of names, and others: id, handed in.
        extensions: a table with the columns name and due, for those who have more time.
        due: such as "2026-12-01 23:59"; what comes later costs points.
        late: of the points that can be had, for each day that has begun; without it 10.
        free_days: late days that cost nothing.
        moodle: its grading worksheet, which is filled in.
        canvas: its exported grades, which are filled in.
        assignment: the column of Canvas's, by the beginning of its title.
        forget: class, due and platform's tables, which earlier runs were told; else they hold.
        attempt: which of several notebooks counts.
        seconds: of its own time, for one answer.
        memory: for one answer.
        jobs: answers at a time; without it, one a core.
        allow_torch: points for torch's own group norm, too.
        detours: of the points, where torch's layer, instance or batch norm, or its autograd, did the work: 0 to 1.
        seed: of the numbers; without it, that of the table which is there, else a new one.
        seed_by: numbers to work with by hand: own ones for each.
        unsafe: without a sandbox; says what is not protected.
        quiet: no progress bar.
    """

    folder: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="FOLDER")]
    out: Path = Path("grades.csv")
    exercises: str = ""
    again: Annotated[tuple[str, ...], tyro.conf.arg(metavar="NAME")] = ()
    roster: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    extensions: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    due: Annotated[str, tyro.conf.arg(metavar="TIME")] = ""
    late: Annotated[float | None, tyro.conf.arg(metavar="PERCENT")] = None
    free_days: int | None = None
    moodle: Annotated[Path | None, tyro.conf.arg(metavar="CSV")] = None
    canvas: Annotated[Path | None, tyro.conf.arg(metavar="CSV")] = None
    assignment: str = ""
    forget: Flag = False
    attempt: Literal["best", "last"] = "best"
    seconds: float = 10.0
    memory: Annotated[int, tyro.conf.arg(metavar="MB")] = 1024
    jobs: int | None = None
    allow_torch: Flag = False
    detours: Annotated[float, tyro.conf.arg(metavar="SHARE")] = 1.0
    seed: int | None = None
    seed_by: Literal["student"] | None = None
    unsafe: Flag = False
    quiet: Flag = False

    def run(self) -> int:
        from gn_edu_grader.by_hand import Late, file_beside
        from gn_edu_grader.grade import Settings, grade
        from gn_edu_grader.handing_back import Course
        from gn_edu_grader.pages import feedback_folder
        from gn_edu_grader.results import ABSENT
        from gn_edu_grader.sandbox import UNPROTECTED
        from gn_edu_grader.table import seed_of
        from gn_edu_grader.walls import SandboxError

        if self.unsafe:
            print(f"gn-edu: {UNPROTECTED}", file=sys.stderr)
        if not self.due and (self.late, self.free_days) != (None, None):
            raise ValueError("--late and --free-days need --due TIME: late days are counted from then")
        settings = Settings(
            exercises=tuple(self.exercises.replace(" ", "").split(",")) if self.exercises else (),
            seconds=self.seconds,
            memory=self.memory * 2**20,
            allow_torch=self.allow_torch,
            seed_by_student=bool(self.seed_by),
            unsafe=self.unsafe,
            seed=self.seed,
            detours=self.detours,
            attempt=self.attempt,
        )
        percent = 10.0 if self.late is None else self.late
        late = Late(self.due, percent, self.free_days or 0) if self.due else None
        course = Course(self.roster, self.extensions, late, self.moodle, self.canvas, self.assignment)
        try:
            rows = grade(
                self.folder, self.out, settings, self.jobs, not self.quiet, course, self.again, self.forget, print
            )
        except SandboxError as error:
            raise OSError(str(error)) from error  # as any other error of the machine
        print(f"{len(rows)} students in {self.out}; feedback in {feedback_folder(self.out)}; seed {seed_of(self.out)}")
        print("handed in:", ", ".join(f"{e} {sum(r.points[e] is not None for r in rows)}" for e in rows[0].points))
        if absent := [row.student for row in rows if ABSENT in row.file_notes]:
            print(f"handed in nothing: {'; '.join(absent)}")
        print(
            f"the class at a glance: {self.out.with_name(self.out.stem)}_summary.html; marks by hand go to "
            f"{file_beside(self.out)}"
        )
        return 0


@dataclass(frozen=True, kw_only=True)
class Gain:
    """What a class learned: the normalized gain from the entry check to the exit check.

    Args:
        before: CSV: answers to the entry check, a student a row; a platform's, or lines as the page copies them.
        after: the same of the exit check.
        out: the numbers as CSV.
    """

    before: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="BEFORE")]
    after: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="AFTER")]
    out: Path | None = None

    def run(self) -> int:
        from gn_edu_grader.gain import gain, read_answers, told, write_numbers

        found = gain(read_answers(self.before, "entry"), read_answers(self.after, "exit"))
        print(told(found))
        if self.out:
            write_numbers(found, self.out)
        return 0
