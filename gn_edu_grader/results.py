"""What grading finds: a result for each student and exercise, and a row for each student."""

import re
from dataclasses import dataclass, field

from gn_edu.exercises import EXERCISES

ABSENT = "handed in nothing"
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def seen(text: str) -> str:
    """Text without characters that steer a terminal or turn the direction of writing."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)


@dataclass
class Result:
    """One exercise of one student.

    `points` is None where nothing was handed in, or could be graded; `passed` of `total` cases are right. `said` is
    what the check says, `case` the arguments of the smallest case that failed. `notes` are for the teacher. `file` is
    the notebook that counts, `source` the function's text in it, `wrong_numbers` an answer worked out by hand that is
    not right; by them answers are compared. `seconds` is how long the grader took.
    """

    points: float | None = None
    passed: int = 0
    total: int = 0
    mistakes: list[str] = field(default_factory=list)
    said: str = ""
    case: str = ""
    notes: list[str] = field(default_factory=list)
    file: str = ""
    source: str = ""
    wrong_numbers: str = ""
    seconds: float = 0.0


@dataclass
class Row:
    """One student: results by exercise, notes on files, errors of cells, and what the teacher changed.

    `file_notes` are told to the student, too, `for_teacher` are not. `folder` is how the platform wants the name of a
    file for this student to begin. `handed_in` is a time as 2026-12-01 23:59, or "". `late` and `by_hand` are added to
    the points of the exercises; `changed` holds the exercises whose points were set by hand, as they are.
    """

    student: str
    files: list[str]
    results: dict[str, Result] = field(default_factory=dict)
    file_notes: list[str] = field(default_factory=list)
    for_teacher: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    id: str = ""
    folder: str = ""
    name: str = ""
    handed_in: str = ""
    late: float = 0.0
    late_said: str = ""
    by_hand: float = 0.0
    changed: dict[str, float] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)

    @property
    def points(self) -> dict[str, float | None]:
        """Points by exercise; None: not handed in, or not graded."""
        return {name: self.changed.get(name, result.points) for name, result in self.results.items()}

    @property
    def mistakes(self) -> dict[str, list[str]]:
        """Names of mistakes by exercise."""
        return {name: result.mistakes for name, result in self.results.items() if result.mistakes}

    @property
    def notes(self) -> list[str]:
        """For the teacher, each once."""
        of_exercises = [f"{name}: {note}" for name, result in self.results.items() for note in result.notes]
        return list(dict.fromkeys([*self.file_notes, *self.for_teacher, *of_exercises, *self.errors[:5]]))

    @property
    def total(self) -> float:
        points = sum(points or 0.0 for points in self.points.values())
        return round(max(0.0, points + self.late + self.by_hand), 2)

    @property
    def most(self) -> int:
        """Points that can be had."""
        return sum(EXERCISES[name].points for name in self.results)

    def title(self, name: str) -> str:
        """ "ex05: The forward pass for images, 6.4 of 10 points"."""
        points, exercise = self.points[name], EXERCISES[name]
        why = "not graded" if self.results[name].notes or self.file_notes else "not handed in"
        said = why if points is None else f"{points:g} of {exercise.points} points"
        return f"{name}: {exercise.title}, {said}{', set by your teacher' if name in self.changed else ''}"

    @property
    def graded(self) -> bool:
        """Whether anything was graded, here or by hand."""
        return bool(self.by_hand) or any(points is not None for points in self.points.values())

    @property
    def sum(self) -> str:
        """The total in words."""
        return f"{self.total:g} of {self.most} points" if self.graded else "No points: nothing was graded."

    @property
    def added(self) -> list[str]:
        """What is added to the points of the exercises, in words."""
        by_hand = [f"{self.by_hand:+g} points by your teacher"] if self.by_hand else []
        return [*([self.late_said] if self.late_said else []), *by_hand]

    @property
    def feedback(self) -> str:
        """What the student is told, as text."""
        told = [self.sum, *self.added, *self.comments, *self.file_notes, ""]
        for name, result in self.results.items():
            told += [self.title(name), *("    " + line for line in result.said.splitlines()), ""]
        return "\n".join(told)
