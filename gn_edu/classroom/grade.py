"""Grades for a folder of submissions: a table, and a page of feedback for each student."""

import csv
import hashlib
import json
import os
import random
import re
import secrets
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from pathlib import Path

from gn_edu.classroom.release import NUMBERS, student_seed
from gn_edu.classroom.sandbox import Sandbox
from gn_edu.exercises import EXERCISES
from gn_edu.exercises._check import Report
from gn_edu.exercises.sheet1_sets import numbers
from gn_edu.train import progress_bar

MOST_BYTES = 20 * 2**20  # of a notebook
_CALLS_TORCH = re.compile(r"native_group_norm|functional\.group_norm|torch\.group_norm|\bF\.group_norm|nn\.GroupNorm\(")


@dataclass(frozen=True)
class Settings:
    """How to grade. Seconds on the clock and bytes of memory are for one answer."""

    exercises: tuple[str, ...] = ()  # () for those that at least one submission answers
    seconds: float = 10.0
    memory: int = 2**30
    allow_torch: bool = False
    seed_by_student: bool = False
    unsafe: bool = False


@dataclass
class Row:
    """One student: points by exercise, mistakes by name, notes for the teacher, feedback for the student."""

    student: str
    files: list[str]
    points: dict[str, float | None] = field(default_factory=dict)  # None: not handed in
    mistakes: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    feedback: str = ""

    @property
    def total(self) -> float:
        return round(sum(points or 0.0 for points in self.points.values()), 2)


# ---- what is there


def submissions(folder: Path) -> dict[str, list[Path]]:
    """Notebooks by student: folder/anna.ipynb, or folder/anna/.../sheet.ipynb. Links are left out.

    Raises:
        ValueError: there is none.
    """
    found: dict[str, list[Path]] = {}
    names = (Path(at, name) for at, _, files in os.walk(folder) for name in files if name.endswith(".ipynb"))
    for path in sorted(names):
        inside = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in inside)
        if (
            not hidden
            and path.is_file()
            and not any(p.is_symlink() for p in (path, *path.parents) if folder in p.parents)
        ):
            found.setdefault(inside[0].removesuffix(".ipynb"), []).append(path)
    if not found:
        raise ValueError(f"grade needs a folder with notebooks, NAME.ipynb or NAME/sheet.ipynb; found none in {folder}")
    return found


def read_cells(path: Path) -> list[str]:
    """The code cells of a notebook.

    Raises:
        ValueError: it is no notebook.
    """
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path.name} is larger than {MOST_BYTES // 2**20} MB")
    try:
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        found = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"{path.name} is not a notebook") from error
    return found


def answered(cells: Sequence[str]) -> list[str]:
    """The exercises whose function is defined in these cells; found by name, not by a cell's metadata."""
    text = "\n".join(cells)
    return [name for name, e in EXERCISES.items() if re.search(rf"^(def|class) {e.function}\b", text, re.MULTILINE)]


# ---- one student


def grade_student(
    sandbox: Sandbox, student: str, paths: Sequence[Path], names: Sequence[str], settings: Settings, seed: int
) -> Row:
    """Points, mistakes and feedback. The probes' numbers come from the seed, which students don't know."""
    row = Row(student, [path.name for path in paths])
    notebooks = []
    for path in paths:
        try:
            notebooks.append(read_cells(path))
        except ValueError as error:
            row.notes.append(str(error))
    told = [f"# {student}", ""]
    for name in names:
        exercise = EXERCISES[name]
        # Numbers worked out by hand are the student's own, or everybody's; all others are drawn anew.
        by_hand = student_seed(student) if settings.seed_by_student else 0
        probes = exercise.probes(random.Random(by_hand if exercise.asks_numbers else seed))
        handed_in = [cells for cells in notebooks if name in answered(cells)]
        if not handed_in:
            row.points[name] = None
            told += [f"## {name}: {exercise.title}, not handed in", ""]
            continue
        cells = handed_in[-1]
        if len(handed_in) > 1:
            row.notes.append(f"{name} is in {len(handed_in)} notebooks; the last by name counts")
        if exercise.asks_numbers and not _own_numbers(cells, by_hand):
            row.notes.append(f"{name}: other numbers in the notebook than the student should have")
        limits = (settings.seconds, settings.memory, settings.allow_torch)
        answers = sandbox.answers(cells, exercise.function, probes, *limits)
        row.notes += [f"{name}: {note}" for note in answers.notes]
        if answers.missing:
            row.notes += answers.errors
            why = "; ".join(answers.errors) or "its cell was left out"
            report = Report(False, f"{exercise.function} was not defined: {why}.", total=len(probes))
        else:
            try:
                report = exercise.judge(probes, answers.replies)
            except Exception as error:  # replies may be anything; one of them must not cost the others their marks
                row.notes.append(f"{name}: the check stumbled over the answers ({type(error).__name__})")
                report = Report(False, "The answers can't be read.", total=len(probes))
        if report.native or "torch-group-norm" in report.mistakes:
            row.notes.append(f"{name}: torch's own group norm was called")
        elif _CALLS_TORCH.search("\n".join(cells)) and report.passed:
            row.notes.append("the notebook names torch's own group norm")
        row.points[name] = report.share(exercise.points, settings.allow_torch)
        if report.mistakes:
            row.mistakes[name] = report.mistakes
        told += [
            f"## {name}: {exercise.title}, {row.points[name]:g} of {exercise.points} points",
            "",
            *("    " + line for line in report.text.splitlines()),
            "",
        ]
    row.notes = list(dict.fromkeys(row.notes))
    row.feedback = "\n".join(told)
    return row


def _own_numbers(cells: Sequence[str], seed: int) -> bool:
    """Whether the numbers to work with by hand are those of the seed; true where the line is gone."""
    found = NUMBERS.search("\n".join(cells))
    return found is None or found[0] == f"values = {numbers(random.Random(seed))}"


# ---- a class, in parallel

_lane: dict = {}


def _open_lane(settings: Settings, names: tuple[str, ...], seed: int) -> None:
    import torch

    torch.set_num_threads(1)
    _lane.update(sandbox=Sandbox(settings.unsafe), rest=(names, settings, seed))


def _in_lane(job: tuple[str, list[Path]]) -> Row:
    return grade_student(_lane["sandbox"], *job, *_lane["rest"])


def grade(
    folder: Path | str, out: Path | str, settings: Settings = Settings(), jobs: int | None = None, progress: bool = True
) -> list[Row]:
    """Grade every submission in a folder; write the table to `out` and feedback to the folder beside it.

    Killed and started again, it does only what is missing: while it runs, its state lies in `out` with .part behind
    it. A submission that changed is graded anew.

    Raises:
        ValueError: no submissions, or an exercise that does not exist.
        SandboxError: no sandbox can be had here.
    """
    folder, out = Path(folder), Path(out)
    found = submissions(folder)
    for name in settings.exercises:
        if name not in EXERCISES:
            raise ValueError(f"there is no exercise {name!r}; the exercises are {', '.join(EXERCISES)}")
    names = settings.exercises or _answered_by_any(found)
    if not names:
        raise ValueError(f"no submission in {folder} defines a function of an exercise; name them with --exercises")
    with Sandbox(settings.unsafe):
        pass  # refuse at once where there is none
    out.parent.mkdir(parents=True, exist_ok=True)
    kept = _Kept(out.with_name(out.name + ".part"), settings, names)
    digests = {student: _digest(paths) for student, paths in found.items()}
    rows = {s: row for s, row in kept.rows.items() if kept.digests[s] == digests.get(s)}
    left = [(student, paths) for student, paths in found.items() if student not in rows]
    lanes = max(1, min(jobs or os.cpu_count() or 1, len(left)))
    pool = ProcessPoolExecutor(lanes, get_context("spawn"), _open_lane, (settings, names, kept.seed))
    with pool, progress_bar(progress, len(found), "student", len(rows)) as bar:
        for row in pool.map(_in_lane, left):
            rows[row.student] = row
            kept.add(row, digests[row.student])
            bar.update(1)
    ordered = [rows[student] for student in found]
    write_table(ordered, names, out)
    write_feedback(ordered, feedback_folder(out))
    kept.path.unlink()
    return ordered


def _answered_by_any(found: dict[str, list[Path]]) -> tuple[str, ...]:
    seen = set()
    for path in (path for paths in found.values() for path in paths):
        try:
            seen.update(answered(read_cells(path)))
        except ValueError:
            continue  # its row will say so
    return tuple(name for name in EXERCISES if name in seen)


def _digest(paths: Sequence[Path]) -> str:
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in paths)).hexdigest()


class _Kept:
    """What is graded so far, one line a student; the first line says how."""

    def __init__(self, path: Path, settings: Settings, names: tuple[str, ...]):
        self.path, self.rows, self.digests, self.seed = path, {}, {}, secrets.randbits(48)
        how = json.loads(json.dumps([asdict(settings), names]))
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        try:
            head = json.loads(lines[0]) if lines else {}
        except ValueError:
            head = {}
        if head.get("how") != how:
            head, lines = {"how": how, "seed": self.seed}, []
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


# ---- what is written


def feedback_folder(out: Path) -> Path:
    """Where the pages for students lie: beside the table."""
    return out.with_name(f"{out.stem}_feedback")


def _cell(text: str) -> str:
    """Text that a spreadsheet won't take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write_table(rows: Sequence[Row], names: Sequence[str], out: Path) -> None:
    """The table as CSV, whole or not at all."""
    scratch = out.with_name(f"{out.name}.{os.getpid()}.new")
    most = sum(EXERCISES[name].points for name in names)
    with scratch.open("w", encoding="utf-8", errors="replace", newline="") as file:
        table = csv.writer(file)
        table.writerow(["student", "file", *names, "total", "of", "mistakes", "notes"])
        for row in rows:
            mistakes = "; ".join(f"{name}: {', '.join(found)}" for name, found in row.mistakes.items())
            points = ["" if row.points[name] is None else row.points[name] for name in names]
            texts = [_cell(row.student), _cell(" ".join(row.files))]
            table.writerow([*texts, *points, row.total, most, _cell(mistakes), _cell("; ".join(row.notes))])
    os.replace(scratch, out)


def write_feedback(rows: Sequence[Row], folder: Path) -> None:
    """A page for each student."""
    folder.mkdir(parents=True, exist_ok=True)
    for row in rows:
        (folder / f"{_file_name(row.student)}.md").write_text(row.feedback, encoding="utf-8", errors="replace")


def _file_name(student: str) -> str:
    """The student's name where a file can be called so, else as much of it as can be, and a mark of its own."""
    plain = re.sub(r"[^\w.@' -]", "_", student)[:80]
    return plain if plain == student else f"{plain}-{student_seed(student):08x}"
