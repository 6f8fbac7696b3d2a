"""Grades for a folder of submissions: a class in parallel. What is graded stays, what is new is graded."""

import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from gn_edu.exercises import EXERCISES
from gn_edu.training.progress import progress_bar
from gn_edu_grader.handing_back import Course, hand_back, state_file
from gn_edu_grader.kept import Kept, digest, head_of
from gn_edu_grader.pages import feedback_folder
from gn_edu_grader.people import Called, canonical
from gn_edu_grader.results import Result, Row
from gn_edu_grader.sandbox import Sandbox
from gn_edu_grader.student import Settings, Student
from gn_edu_grader.submissions import Submission, defines, mentions, read, submissions
from gn_edu_grader.table import seed_of
from gn_edu_grader.walls import SandboxError, command

MOST_TRIES = 3  # of lanes that end by themselves
WORTH_A_LANE = 8  # students: to load torch once more takes as long as to grade some of them

_lane: dict = {}


def _open_lane(settings: Settings, words: list[str], seed: int) -> None:
    import torch

    torch.set_num_threads(1)
    sandbox = Sandbox(settings.unsafe, settings.allow_torch, words=words)
    _lane.update(sandbox=sandbox, settings=settings, seed=seed)


def _in_lane(handed_in: Submission, names: Sequence[str]) -> Row:
    try:
        return Student(_lane["sandbox"], handed_in, _lane["settings"]).grade(names, _lane["seed"])
    except Exception as error:  # whatever one handed in, the others get their marks
        row = Row(handed_in.student, handed_in.files, dict.fromkeys(names, Result()))
        row.file_notes.append(f"not graded: {type(error).__name__}: {error}"[:300])
        return row


def grade(
    folder: Path | str,
    out: Path | str,
    settings: Settings = Settings(),
    jobs: int | None = None,
    progress: bool = True,
    course: Course = Course(),
    again: Sequence[str] = (),
    forget: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> list[Row]:
    """Grade every submission in a folder; write the table to `out`, and beside it what goes back (handing_back.py).

    What was graded before and has not changed stays as it is: its state lies beside the table. So a run that was
    killed goes on, and one after a late submission grades that alone. The seed of the table that is there is taken
    again, so that nobody's points move where another's submission changes.

    Args:
        folder: NAME.ipynb or NAME/sheet.ipynb, or what a platform hands over, as a zip file, too.
        out: the table.
        settings: how to grade.
        jobs: answers at a time; None: one a core.
        progress: a bar.
        course: the class, when it was due, and the platform's tables; what earlier runs were told of it holds.
        forget: it does not.
        again: students and exercises that are graded anew, with nothing else.
        say: is told what a teacher should know, line by line, such as which files are nobody's.

    Raises:
        ValueError: no submissions; an exercise or a student that does not exist; a table that would lose columns.
        SandboxError: no sandbox can be had here.
    """
    folder, out = Path(folder), Path(out)
    for name in settings.exercises:
        if name not in EXERCISES:
            raise ValueError(f"there is no exercise {name!r}; the exercises are {', '.join(EXERCISES)}")
    with tempfile.TemporaryDirectory(prefix="gn_edu_unpacked_") as scratch:
        found, left_out = submissions(folder, Path(scratch))
        if out.parent.resolve() == folder.resolve():
            for own in (feedback_folder(out).name, out.stem):
                found.pop(own, None)
        course = course if forget else course.with_what_was(head_of(state_file(out)).get("course", {}))
        found = course.named(found)
        names = tuple(dict.fromkeys(settings.exercises)) or exercises_in(found.values())
        if not names:
            raise ValueError(f"no submission in {folder} defines a function of an exercise; name them with --exercises")
        digests = {student: digest(one) for student, one in found.items()}
        kept = Kept(state_file(out), settings.how(), names, _seed(settings, out), again=bool(again))
        todo = _again(again, found, kept) if again else _new(digests, kept, names)
        if todo:
            hidden = (folder if folder.is_dir() else folder.parent, out.parent, Path(scratch))
            words = [] if settings.unsafe else command(hidden)
            with Sandbox(settings.unsafe, words=words):
                pass  # refuse at once where there is none
            _grade_all(found, digests, todo, kept, settings, words, jobs, progress)
        rows = [kept.rows[student] for student in sorted(kept.rows) if again or student in found]
        as_graded = {s: one for s, one in found.items() if kept.digests.get(s) == digests[s]}
        hand_back(rows, out, kept, course, as_graded, left_out, say)
        for student in [s for s in found if s not in kept.rows]:
            say(f"not graded yet: {student}; run it without again")
    return sorted(rows, key=lambda row: row.student)


def _seed(settings: Settings, out: Path) -> int | None:
    return seed_of(out) if settings.seed is None and not state_file(out).exists() else settings.seed


def _new(digests: dict[str, str], kept: Kept, names: Sequence[str]) -> dict[str, Sequence[str]]:
    """Whom to grade, in what: all whose submission is new or changed."""
    for student in [s for s in kept.rows if kept.digests[s] != digests.get(s)]:
        del kept.rows[student], kept.digests[student]
    return {student: names for student in digests if student not in kept.rows}


def _again(again: Sequence[str], found: dict[str, Submission], kept: Kept) -> dict[str, Sequence[str]]:
    """Whom to grade, in what: these students, or all, in these exercises, or all of the table."""
    names = kept.head["names"]
    exercises = [name.lower() for name in again if name.lower() in names]
    people = Called((one.student, one.name) for one in found.values())
    students = []
    for name in (name for name in again if name.lower() not in names):
        called = people.named(name)
        if len(called) != 1:
            close = people.close(name)
            near = called or [s for s in found if s in close or canonical(name) in canonical(s)]
            hint = f"; is it {' or '.join(near[:4])}?" if near else ""
            raise ValueError(f"again needs one student, or one of {', '.join(names)}; got {name!r}{hint}")
        students += called
    return {student: exercises or names for student in students or [s for s in found if s in kept.rows]}


def _grade_all(found, digests, todo: dict[str, Sequence[str]], kept: Kept, settings, words, jobs, progress) -> None:
    """Grade each of `todo` in parallel; what was graded is kept at once."""
    done: set[str] = set()
    with progress_bar(progress, len(found), "student", len(found) - len(todo)) as bar:
        for _ in range(MOST_TRIES):
            left = [student for student in todo if student not in done]
            enough = jobs or min(os.cpu_count() or 1, -(-len(left) // WORTH_A_LANE))
            lanes = max(1, min(enough, len(left)))
            try:
                how = (settings, words, kept.seed)
                with ProcessPoolExecutor(lanes, get_context("spawn"), _open_lane, how) as pool:
                    running = [pool.submit(_in_lane, found[student], todo[student]) for student in left]
                    for finished in as_completed(running):
                        row = finished.result()
                        done.add(row.student)
                        before, of = kept.rows.get(row.student), digests[row.student]
                        if before and len(todo[row.student]) < len(before.results):
                            row.results = before.results | row.results
                            of = kept.digests[row.student]  # the rest is of what was there then
                        kept.add(row, of)
                        bar.update(1)
                return
            except BrokenProcessPool as error:  # a lane was ended from outside, as by a machine without memory
                lost = error
    raise SandboxError(f"the grader's own processes ended; started again, it goes on: {lost}") from lost


def exercises_in(found: Iterable[Submission]) -> tuple[str, ...]:
    """The exercises whose check stands in a submission; where there is no check at all, those that are defined."""
    by_check: set[str] = set()
    by_name: set[str] = set()
    for path in (path for one in found for path in one.notebooks):
        try:
            cells = read(path)
        except ValueError:
            continue  # its row will say so
        by_check.update(name for name, exercise in EXERCISES.items() if mentions(cells, exercise.check_name))
        by_name.update(name for name, exercise in EXERCISES.items() if defines(cells, exercise))
    return tuple(name for name in EXERCISES if name in (by_check or by_name))
