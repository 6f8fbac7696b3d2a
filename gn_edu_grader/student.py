"""One student is graded: each exercise is asked in each of his notebooks, and what counts is a result."""

import difflib
import inspect
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from torch import Tensor

from gn_edu.exercises import EXERCISES, SHEETS
from gn_edu.exercises.asking import AT_THE_END, Reply, pack_reply
from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu.exercises.report import Report
from gn_edu.exercises.sheet1_sets import numbers
from gn_edu_grader.alike import source_of
from gn_edu_grader.release import NUMBERS, student_seed
from gn_edu_grader.results import Result, Row
from gn_edu_grader.sandbox import Answers, Limits, Sandbox
from gn_edu_grader.submissions import Cell, Submission, defines, mentions, notebook, read
from gn_edu_grader.walls import SandboxError

_FUNCTIONS = {exercise.function for exercise in EXERCISES.values()}
MOST_SHOWN = 48  # numbers of a tensor in a student's page


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
    attempt: Literal["best", "last"] = "best"  # of several notebooks: with most points, or handed in last

    def __post_init__(self):
        if not 0 < self.seconds <= 10_000 or not self.memory > 0:
            said = f"got {self.seconds} and {self.memory}"
            raise ValueError(f"seconds and memory are more than 0, seconds 10000 at most; {said}")
        if not 0 <= self.detours <= 1:
            raise ValueError(f"detours is a share of the points, from 0 to 1; got {self.detours}")

    def how(self) -> dict:
        """What moves points, apart from exercises and seed."""
        return {name: value for name, value in asdict(self).items() if name not in ("exercises", "seed")}


class Student:
    """Grades one student: a row."""

    def __init__(self, sandbox: Sandbox, handed_in: Submission, settings: Settings):
        self.sandbox, self.settings, self.handed_in = sandbox, settings, handed_in
        self.row = Row(handed_in.student, handed_in.files)
        self.row.id, self.row.folder, self.row.name = handed_in.id, handed_in.folder, handed_in.name
        self.row.file_notes += [f"not graded: {path.name}, {why}" for path, why in handed_in.left_out]
        if handed_in.beside and not handed_in.notebooks:
            self.row.file_notes.append(f"no notebook: {', '.join(handed_in.files)}")
        self.notebooks: list[tuple[Path, list[Cell]]] = []
        for path in handed_in.notebooks:
            try:
                self.notebooks.append((path, read(path)))
            except ValueError as error:
                self.row.file_notes.append(str(error))

    def grade(self, names: Sequence[str], seed: int) -> Row:
        """A result for each exercise. The probes' numbers come from the seed, which students don't know."""
        for name in names:
            exercise, began = EXERCISES[name], time.monotonic()
            self.result = self.row.results[name] = Result()
            # Numbers worked out by hand are the student's own, or everybody's; all others are drawn anew.
            by_hand = student_seed(self.row.name) if self.settings.seed_by_student else 0
            probes = exercise.probes(random.Random(by_hand if exercise.asks_numbers else seed))
            try:
                report = self._best(exercise, probes)
            except SandboxError as error:
                self._note(f"not graded: {error}")
                self.result.said = "Something went wrong that is not your fault. Ask your teacher."
                continue
            if isinstance(report, str):
                self.result.said = report
            else:
                if exercise.asks_numbers:
                    self._own_numbers(by_hand)
                self._take(exercise, report)
            self.result.seconds = round(time.monotonic() - began, 2)
        self.row.errors = list(dict.fromkeys(self.row.errors))[:5]
        return self.row

    def _note(self, text: str) -> None:
        self.result.notes.append(text)

    def _take(self, exercise: Exercise, report: Report) -> None:
        if report.native or "torch-group-norm" in report.mistakes:
            self._note("torch's own group norm was called")
        if report.detours:
            self._note(f"torch's {' and '.join(report.detours)} did a part of the work")
        result = self.result
        result.points = report.share(exercise.points, self.settings.allow_torch, self.settings.detours)
        result.passed, result.total, result.said = report.passed, report.total, report.text
        result.mistakes, result.case = report.mistakes, as_text(exercise, report.case)

    def _best(self, exercise: Exercise, probes: Sequence[Probe]) -> Report | str:
        """The report that counts of all states that the function has in all notebooks, or why there is none."""
        limits = Limits(self.settings.seconds, self.settings.memory)
        found: list[_State] = []
        others: list[str] = []
        for path, cells in self._of_its_sheet(exercise):
            answers = self.sandbox.answers(notebook(cells, path, self.handed_in), exercise, probes, limits)
            states = self._states(exercise, probes, answers, path)
            full = any(self._worth(state.report)[0] == 1 for state in states)
            if not full:
                for note in answers.notes:
                    self._note(note)
                self.row.errors += answers.errors if _is_named(exercise, cells) else []
            if states:
                found += states
            elif defines(cells, exercise):
                why = "; ".join([*answers.notes, *answers.errors][:3]) or "its cell was left out"
                report = Report(False, f"{exercise.function} was not defined: {why}.", total=len(probes))
                found.append(_State(report, path, AT_THE_END))
                self._note(f"{exercise.function} was not defined")
            else:
                others += [name for name in answers.names if name not in _FUNCTIONS]
        if not found:
            return self._missing(exercise, others)
        best = self._counts(found)
        self.result.file = best.path.name
        code = next(cells for path, cells in self.notebooks if path == best.path)
        texts = [(cell.number, cell.text) for cell in code if cell.kind == "code"]
        self.result.source = source_of(texts, exercise.function, best.cell)
        if exercise.asks_numbers and not best.report.ok:
            self.result.wrong_numbers = "; ".join(str(reply.value)[:200] for reply in best.replies if reply.value)
        return best.report

    def _counts(self, found: Sequence["_State"]) -> "_State":
        """The state with most points, of notebooks with as many the last; or the best one of the last notebook."""
        with_points = [state.path for state in found if self._worth(state.report)[0] > 0]
        of_last = with_points[-1] if with_points else found[-1].path
        by_last = self.settings.attempt == "last"
        candidates = [state for state in found if state.path == of_last] if by_last else list(found)
        order = {path: k for k, (path, _) in enumerate(self.notebooks)}
        best = max(candidates, key=lambda state: (*self._worth(state.report), order[state.path], -state.cell))
        paths = {state.path for state in found}
        if len(paths) > 1:
            rule = "the last with an answer" if by_last else "of those with most points the last"
            self._note(f"in {len(paths)} notebooks; {best.path.name} counts, {rule}")
        elif self._worth(best.report) > self._worth(found[-1].report):
            self._note(f"counted as it stood at cell {best.cell}; at the end there is another")
        return best

    def _worth(self, report: Report) -> tuple:
        share = report.share(1, self.settings.allow_torch, self.settings.detours)
        return share, report.passed, bool(report.mistakes)

    def _states(self, exercise: Exercise, probes, answers: Answers, path: Path) -> list["_State"]:
        """A report for each state; the same replies are judged once."""
        seen: dict[bytes, _State] = {}
        for cell, replies in answers.rounds:
            key = b"".join(map(pack_reply, replies))
            if key not in seen:
                seen[key] = _State(self._judged(exercise, probes, replies), path, cell, replies)
        return list(seen.values())

    def _judged(self, exercise: Exercise, probes, replies) -> Report:
        try:
            return exercise.judge(probes, replies)
        except Exception as error:  # replies may be anything; one of them must not cost the others their marks
            self._note(f"the check stumbled over the answers ({type(error).__name__})")
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
            self._note(said)
            return said
        return ""

    def _of_its_sheet(self, exercise: Exercise) -> list[tuple[Path, list[Cell]]]:
        """The notebooks in which an exercise of the same sheet is named."""
        sheet = next(sheet for sheet in SHEETS if exercise in sheet)
        return [(path, cells) for path, cells in self.notebooks if any(_is_named(one, cells) for one in sheet)]

    def _own_numbers(self, seed: int) -> None:
        """A note where the numbers to work with by hand are not those of the seed; none where the line is gone."""
        for _, cells in self.notebooks:
            found = NUMBERS.search("\n".join(cell.text for cell in cells if cell.kind == "code"))
            if found and found[0] != f"values = {numbers(random.Random(seed))}":
                self._note("other numbers in the notebook than the student should have")


@dataclass(frozen=True)
class _State:
    """A function as it stood after a cell of a notebook, and what the check says of it."""

    report: Report
    path: Path
    cell: int
    replies: Sequence[Reply] = ()


def _is_named(exercise: Exercise, cells: Sequence[Cell]) -> bool:
    return mentions(cells, exercise.function, exercise.check_name)


def as_text(exercise: Exercise, case: Sequence) -> str:
    """The arguments of a case as lines of Python; of a large tensor the shape, and how its numbers begin."""
    names = list(inspect.signature(exercise.right).parameters) if case else []
    names = ["dy", *names] if len(case) == len(names) + 1 else names
    lines = []
    for name, value in zip(names, case, strict=False):
        if isinstance(value, Tensor):
            shape, found = tuple(value.shape), value.flatten()[:MOST_SHOWN].tolist()
            few = [float(f"{number:.7g}") for number in found] if value.is_floating_point() else found
            if value.numel() <= MOST_SHOWN:
                lines.append(f"{name} = torch.tensor({few}, dtype={value.dtype}).reshape{shape}")
            else:
                lines.append(f"# {name}: shape {shape}, {value.dtype}, begins with {str(few)[1:-1]}")
        elif value is None or isinstance(value, (bool, int, float, str)):
            lines.append(f"{name} = {value!r}")
        else:
            lines.append(f"# {name}: {str(value)[:400]}")
    return "\n".join(lines)
