"""Grades for a folder of submissions: one student, and a class in parallel."""

import difflib
import hashlib
import json
import os
import random
import secrets
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

from gn_edu.exercises import EXERCISES, SHEETS
from gn_edu.exercises.asking import AT_THE_END, pack_reply
from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu.exercises.report import Report
from gn_edu.exercises.sheet1_sets import numbers
from gn_edu.training.progress import progress_bar
from gn_edu_grader.release import NUMBERS, student_seed
from gn_edu_grader.sandbox import Answers, Limits, Sandbox
from gn_edu_grader.submissions import Cell, Submission, defines, mentions, notebook, read, submissions
from gn_edu_grader.table import Row, feedback_folder, seed_of, write_feedback, write_table
from gn_edu_grader.walls import SandboxError, command

_FUNCTIONS = {exercise.function for exercise in EXERCISES.values()}
MOST_TRIES = 3  # of lanes that end by themselves


@dataclass(frozen=True)
class Settings:
    """How to grade. Seconds (of the answer's own time) and bytes of memory are for one answer.

    Raises:
        ValueError: seconds or memory that leave no room for an answer, or a share that is none.
    """

    exercises: tuple[str, ...] = ()  # () for those whose check stands in a submission
    seconds: float = 10.0
    memory: int = 2**30
    allow_torch: bool = False
    seed_by_student: bool = False
    unsafe: bool = False
    seed: int | None = None  # None: that of the table which is there, or a new one
    detours: float = 1.0  # what an answer counts that lets another of torch's norms, or its autograd, do the work

    def __post_init__(self):
        if not 0 < self.seconds <= 10_000 or not self.memory > 0:
            said = f"got {self.seconds} and {self.memory}"
            raise ValueError(f"seconds and memory are more than 0, seconds 10000 at most; {said}")
        if not 0 <= self.detours <= 1:
            raise ValueError(f"detours is a share of the points, from 0 to 1; got {self.detours}")


# ---- one student


class _Student:
    """Grades one student: a row."""

    def __init__(self, sandbox: Sandbox, handed_in: Submission, settings: Settings):
        self.sandbox, self.settings, self.beside = sandbox, settings, handed_in.beside
        self.row = Row(handed_in.student, handed_in.files)
        self.row.notes += [f"not graded: {path.name}, {why}" for path, why in handed_in.left_out]
        self.notebooks: list[tuple[Path, list[Cell]]] = []
        for path in handed_in.notebooks:
            try:
                self.notebooks.append((path, read(path)))
            except ValueError as error:
                self.row.notes.append(str(error))
        self.told = [f"# {handed_in.student}", "", *self.row.notes, ""]
        self.errors: list = []

    def grade(self, names: Sequence[str], seed: int) -> Row:
        """Points, mistakes and feedback. The probes' numbers come from the seed, which students don't know."""
        for name in names:
            exercise = EXERCISES[name]
            # Numbers worked out by hand are the student's own, or everybody's; all others are drawn anew.
            by_hand = student_seed(self.row.student) if self.settings.seed_by_student else 0
            probes = exercise.probes(random.Random(by_hand if exercise.asks_numbers else seed))
            try:
                report = self._best(exercise, probes)
            except SandboxError as error:
                self.row.points[name] = None
                self._note(exercise, f"not graded: {error}")
                self._tell(exercise, "not graded", ["Something went wrong that is not your fault. Ask your teacher."])
                continue
            if isinstance(report, str):
                self.row.points[name] = None
                self._tell(exercise, "not handed in", [report] if report else [])
                continue
            if exercise.asks_numbers:
                self._own_numbers(exercise, by_hand)
            self._take(exercise, report)
        self.row.notes = list(dict.fromkeys([*self.row.notes, *self.errors[:5]]))
        self.row.feedback = "\n".join(self.told)
        return self.row

    def _note(self, exercise: Exercise, text: str) -> None:
        self.row.notes.append(f"{exercise.name}: {text}")

    def _tell(self, exercise: Exercise, result: str, lines: Iterable[str]) -> None:
        self.told += [f"## {exercise.name}: {exercise.title}, {result}", "", *("    " + line for line in lines), ""]

    def _take(self, exercise: Exercise, report: Report) -> None:
        name = exercise.name
        if report.native or "torch-group-norm" in report.mistakes:
            self._note(exercise, "torch's own group norm was called")
        if report.detours:
            self._note(exercise, f"torch's {' and '.join(report.detours)} did a part of the work")
        self.row.points[name] = report.share(exercise.points, self.settings.allow_torch, self.settings.detours)
        if report.mistakes:
            self.row.mistakes[name] = report.mistakes
        self._tell(exercise, f"{self.row.points[name]:g} of {exercise.points} points", report.text.splitlines())

    def _best(self, exercise: Exercise, probes: Sequence[Probe]) -> Report | str:
        """The best report of all states that the function has in all notebooks, or why there is none."""
        limits = Limits(self.settings.seconds, self.settings.memory)
        found: list[tuple[Report, Path, int]] = []
        others: list[str] = []
        for path, cells in self._of_its_sheet(exercise):
            answers = self.sandbox.answers(notebook(cells, path, self.beside), exercise, probes, limits)
            reports = self._reports(exercise, probes, answers)
            full = any(self._worth(report)[0] == 1 for report, _ in reports)
            if not full:
                for note in answers.notes:
                    self._note(exercise, note)
                self.errors += answers.errors if _is_named(exercise, cells) else []
            if reports:
                found += [(report, path, cell) for report, cell in reports]
            elif defines(cells, exercise):
                why = "; ".join([*answers.notes, *answers.errors][:3]) or "its cell was left out"
                report = Report(False, f"{exercise.function} was not defined: {why}.", total=len(probes))
                found.append((report, path, AT_THE_END))
                self._note(exercise, f"{exercise.function} was not defined")
            else:
                others += [name for name in answers.names if name not in _FUNCTIONS]
        if not found:
            return self._missing(exercise, others)
        best = max(found, key=lambda item: self._worth(item[0]))
        paths = {path for _, path, _ in found}
        if len(paths) > 1:
            said = f"in {len(paths)} notebooks; {best[1].name} counts, of those with most points the first"
            self._note(exercise, said)
        elif self._worth(best[0]) > self._worth(found[-1][0]):
            self._note(exercise, f"counted as it stood at cell {best[2]}; at the end there is another")
        return best[0]

    def _worth(self, report: Report) -> tuple:
        share = report.share(1, self.settings.allow_torch, self.settings.detours)
        return share, report.passed, bool(report.mistakes)

    def _reports(self, exercise: Exercise, probes, answers: Answers) -> list[tuple[Report, int]]:
        """A report for each state; the same replies are judged once."""
        seen: dict[bytes, tuple[Report, int]] = {}
        for cell, replies in answers.rounds:
            key = b"".join(map(pack_reply, replies))
            if key not in seen:
                seen[key] = (self._judged(exercise, probes, replies), cell)
        return list(seen.values())

    def _judged(self, exercise: Exercise, probes, replies) -> Report:
        try:
            return exercise.judge(probes, replies)
        except Exception as error:  # replies may be anything; one of them must not cost the others their marks
            self._note(exercise, f"the check stumbled over the answers ({type(error).__name__})")
            return Report(False, "The answers can't be read.", total=len(probes))

    def _missing(self, exercise: Exercise, others: Sequence[str]) -> str:
        """Why an exercise is not there, where something else of its sheet is; `others` are functions that are."""
        close = difflib.get_close_matches(exercise.function, others, 1)
        of_its_sheet = self._of_its_sheet(exercise)
        for path, cells in self.notebooks:
            if text := defines(cells, exercise, ("markdown", "raw")):
                said = f"{exercise.function} stands in cell {text.number} of {path.name}, which is text"
            elif (path, cells) in of_its_sheet:
                said = f"no {exercise.function} in {path.name}{f'; is it {close[0]}?' if close else ''}"
            else:
                continue
            self._note(exercise, said)
            return said
        return ""

    def _of_its_sheet(self, exercise: Exercise) -> list[tuple[Path, list[Cell]]]:
        """The notebooks in which an exercise of the same sheet is named."""
        sheet = next(sheet for sheet in SHEETS if exercise in sheet)
        return [(path, cells) for path, cells in self.notebooks if any(_is_named(one, cells) for one in sheet)]

    def _own_numbers(self, exercise: Exercise, seed: int) -> None:
        """A note where the numbers to work with by hand are not those of the seed; none where the line is gone."""
        for _, cells in self.notebooks:
            found = NUMBERS.search("\n".join(cell.text for cell in cells if cell.kind == "code"))
            if found and found[0] != f"values = {numbers(random.Random(seed))}":
                self._note(exercise, "other numbers in the notebook than the student should have")


def _is_named(exercise: Exercise, cells: Sequence[Cell]) -> bool:
    return mentions(cells, exercise.function, exercise.check_name)


# ---- a class, in parallel

_lane: dict = {}


def _open_lane(settings: Settings, words: list[str], names: tuple[str, ...], seed: int) -> None:
    import torch

    torch.set_num_threads(1)
    sandbox = Sandbox(settings.unsafe, settings.allow_torch, words=words)
    _lane.update(sandbox=sandbox, settings=settings, rest=(names, seed))


def _in_lane(handed_in: Submission) -> Row:
    try:
        return _Student(_lane["sandbox"], handed_in, _lane["settings"]).grade(*_lane["rest"])
    except Exception as error:  # whatever one handed in, the others get their marks
        note = f"not graded: {type(error).__name__}: {error}"[:300]
        points = dict.fromkeys(_lane["rest"][0])
        return Row(handed_in.student, handed_in.files, points, notes=[note], feedback=f"# {handed_in.student}\n")


def grade(
    folder: Path | str, out: Path | str, settings: Settings = Settings(), jobs: int | None = None, progress: bool = True
) -> list[Row]:
    """Grade every submission in a folder; write the table to `out` and feedback to the folder beside it.

    Killed and started again, it does only what is missing: while it runs, its state lies in `out` with .part behind
    it. A submission that changed is graded anew. The seed of the table that is there is taken again, so that nobody's
    points move where another's submission changes.

    Raises:
        ValueError: no submissions, or an exercise that does not exist.
        SandboxError: no sandbox can be had here.
    """
    folder, out = Path(folder), Path(out)
    found, _ = submissions(folder)
    for name in settings.exercises:
        if name not in EXERCISES:
            raise ValueError(f"there is no exercise {name!r}; the exercises are {', '.join(EXERCISES)}")
    if out.parent.resolve() == folder.resolve():
        found.pop(feedback_folder(out).name, None)
    names = tuple(dict.fromkeys(settings.exercises)) or exercises_in(found.values())
    if not names:
        raise ValueError(f"no submission in {folder} defines a function of an exercise; name them with --exercises")
    words = [] if settings.unsafe else command((folder, out.parent))
    with Sandbox(settings.unsafe, words=words):
        pass  # refuse at once where there is none
    out.parent.mkdir(parents=True, exist_ok=True)
    kept = _Kept(out.with_name(out.name + ".part"), settings, names, seed_of(out))
    digests = {student: _digest(one) for student, one in found.items()}
    rows = {s: row for s, row in kept.rows.items() if kept.digests[s] == digests.get(s)}
    with progress_bar(progress, len(found), "student", len(rows)) as bar:
        for _ in range(MOST_TRIES):
            left = [one for student, one in found.items() if student not in rows]
            lanes = max(1, min(jobs or os.cpu_count() or 1, len(left)))
            try:
                how = (settings, words, names, kept.seed)
                with ProcessPoolExecutor(lanes, get_context("spawn"), _open_lane, how) as pool:
                    for done in as_completed([pool.submit(_in_lane, one) for one in left]):
                        row = done.result()
                        rows[row.student] = row
                        kept.add(row, digests[row.student])
                        bar.update(1)
                break
            except BrokenProcessPool as error:  # a lane was ended from outside, as by a machine without memory
                lost = error
        else:
            raise SandboxError(f"the grader's own processes ended; started again, it goes on: {lost}") from lost
    ordered = [rows[student] for student in found]
    write_table(ordered, names, kept.seed, out)
    write_feedback(ordered, feedback_folder(out))
    kept.path.unlink()
    return ordered


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


def _digest(one: Submission) -> str:
    def of(path: Path) -> bytes:
        try:
            return hashlib.sha256(path.read_bytes()).digest()
        except OSError:
            return b"?"

    names = [*one.files, *(f"{path.name}: {why}" for path, why in one.left_out)]
    parts = [json.dumps(names).encode(), *map(of, (*one.notebooks, *one.beside))]
    return hashlib.sha256(b"".join(parts)).hexdigest()


class _Kept:
    """What is graded so far, one line a student; the first line says how."""

    def __init__(self, path: Path, settings: Settings, names: tuple[str, ...], seed: int | None = None):
        self.path, self.rows, self.digests = path, {}, {}
        how = json.loads(json.dumps([asdict(settings), names]))
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        try:
            head = json.loads(lines[0]) if lines else {}
        except ValueError:
            head = {}
        if head.get("how") != how:
            given = next((s for s in (settings.seed, seed) if s is not None), secrets.randbits(32))
            head, lines = {"how": how, "seed": given}, []
            path.write_text(json.dumps(head) + "\n", encoding="utf-8")
        self.seed = head["seed"]
        for line in lines[1:]:
            try:
                kept = json.loads(line)
            except ValueError:
                continue  # the line that was being written when it was killed
            self.rows[kept["row"]["student"]] = Row(**kept["row"])
            self.digests[kept["row"]["student"]] = kept["digest"]

    def add(self, row: Row, digest: str) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"\n{json.dumps({'digest': digest, 'row': asdict(row)})}")
