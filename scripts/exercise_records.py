"""Bring the notebooks' exercises up to their records: python -m scripts.exercise_records [--table]

An exercise is an Exercise in gn_edu/exercises. From it come its heading, its level, minutes and points in the notebook,
and for the sheets nbgrader's metadata and the line of points. --table prints all of them, for teachers.
"""

import re
import sys
from importlib import import_module
from pathlib import Path

import nbformat

from gn_edu.exercises.exercise import Exercise
from gn_edu.exercises.sheets import SHEETS
from scripts.paths import ROOT

NOTEBOOKS = ROOT / "notebooks"
HEADING = re.compile(r"^## Exercise ([\dM.]+): .*\n\n\*[^*\n]+\*", re.MULTILINE)
SHARE = re.compile(r"\breport\.share\([\d.]+\)")


def records() -> dict[Path, tuple[Exercise, ...]]:
    """The exercises of each notebook that has some."""
    stems = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
    modules = {stem: import_module(f"gn_edu.exercises.{stem}") for stem in stems}
    found = {NOTEBOOKS / f"{stem}.ipynb": module.EXERCISES for stem, module in modules.items()}
    sheets = sorted((NOTEBOOKS / "exercises").glob("*.ipynb"))
    return found | dict(zip(sheets, SHEETS, strict=True))


def heading(exercise: Exercise) -> str:
    """Title and facts as they open an exercise's cell."""
    facts = [exercise.level.capitalize(), f"{exercise.minutes} minutes"]
    facts += [f"{exercise.points} points"] if exercise.points else []
    return f"## Exercise {exercise.number}: {exercise.title}\n\n*{', '.join(facts)}.*"


def metadata(exercise: Exercise, grade: bool) -> dict:
    """nbgrader's, of the cell with the check, or of the answer's."""
    name = exercise.name if grade else f"{exercise.name}-answer"
    found = {"grade": grade, "grade_id": name, "locked": grade, "schema_version": 3, "solution": not grade}
    return found | {"task": False} | ({"points": exercise.points} if grade else {})


def bring_up(notebook, exercises: tuple[Exercise, ...]) -> None:
    """Write the records into a notebook.

    Raises:
        ValueError: an exercise has no heading or no cell, or a heading has no exercise.
    """
    by_number = {exercise.number: exercise for exercise in exercises}
    headings = [m[1] for cell in notebook.cells for m in HEADING.finditer(cell.source)]
    if headings != list(by_number):
        raise ValueError(f"headings of the exercises {headings}, records of {list(by_number)}")
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = HEADING.sub(lambda match: heading(by_number[match[1]]), cell.source)
    for exercise in exercises:
        if exercise.points:
            answer = _cell(notebook, rf"^(def|class) {exercise.function}\b")
            check = _cell(notebook, rf"\b{exercise.check_name}\(")
            answer.metadata["nbgrader"] = metadata(exercise, grade=False)
            check.metadata["nbgrader"] = metadata(exercise, grade=True)
            check.source = SHARE.sub(f"report.share({exercise.points})", check.source)


def _cell(notebook, pattern: str):
    for cell in notebook.cells:
        if cell.cell_type == "code" and re.search(pattern, cell.source, re.MULTILINE):
            return cell
    raise ValueError(f"no code cell with {pattern}")


def brought_up(path: Path, exercises: tuple[Exercise, ...]) -> str:
    """The text of a notebook with its records written in.

    Raises:
        ValueError: as bring_up says, with the notebook's name.
    """
    notebook = nbformat.read(path, as_version=4)
    try:
        bring_up(notebook, exercises)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error
    return nbformat.writes(notebook) + "\n"


def table() -> str:
    """All exercises, a line each, in Markdown."""
    lines = ["| Exercise | Title | Level | Minutes | Points |", "|---|---|---|---|---|"]
    for exercises in records().values():
        lines += [f"| {e.number} | {e.title} | {e.level} | {e.minutes} | {e.points or ''} |" for e in exercises]
    return "\n".join(lines)


def main() -> None:
    if sys.argv[1:] == ["--table"]:
        print(table())
        return
    if sys.argv[1:]:
        sys.exit(__doc__)
    for path, exercises in records().items():
        text = brought_up(path, exercises)
        if text != path.read_text(encoding="utf-8"):
            path.write_text(text, encoding="utf-8")
            print(f"{path.relative_to(ROOT)} brought up to its records")


if __name__ == "__main__":
    main()
