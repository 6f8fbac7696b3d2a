"""The student version of a notebook that is written with nbgrader's markers; the same cells as nbgrader makes."""

import hashlib
import json
import random
import re
from collections import Counter
from pathlib import Path

from gn_edu.exercises.sheet1_sets import numbers
from gn_edu_grader.people import canonical, plain

STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
NUMBERS = re.compile(r"^values = .*(?=  # your numbers$)", re.MULTILINE)
_MARK = re.compile(r"^\s*### (BEGIN|END) (SOLUTION|HIDDEN TESTS)\s*$")


def student_seed(student: str) -> int:
    """The seed of a student's numbers: the same on every machine, however the name is written (people.canonical)."""
    return int.from_bytes(hashlib.sha256(canonical(student).encode(errors="surrogateescape")).digest()[:4], "little")


def student_source(source: str) -> str:
    """A cell's text without what stands between the markers: solutions leave a stub, hidden tests nothing.

    Raises:
        ValueError: a marker without its partner.
    """
    kept, inside = [], None
    for line in source.split("\n"):
        mark = _MARK.match(line)
        if mark and mark[1] == "BEGIN" and inside is None:
            inside = mark[2]
            if inside == "SOLUTION":
                indent = line[: len(line) - len(line.lstrip())]
                kept += [indent + part for part in STUB]
        elif mark and mark[1] == "END" and inside == mark[2]:
            inside = None
        elif mark:
            raise ValueError(
                f"'{line.strip()}' has no partner; each BEGIN needs an END of its own kind, none inside another"
            )
        elif inside is None:
            kept.append(line)
    if inside:
        raise ValueError(f"'### BEGIN {inside}' has no END")
    return "\n".join(kept)


def student_notebook(notebook: dict, student: str = "") -> dict:
    """The student version of a notebook (as JSON gives it); with a student's name, that student's numbers."""
    cells = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            source = student_source("".join(cell["source"]))
            if student:
                source = NUMBERS.sub(f"values = {numbers(random.Random(student_seed(student)))}", source)
            cell = cell | {"source": source, "outputs": [], "execution_count": None}
        cells.append(cell)
    return notebook | {"cells": cells}


def release(source: Path | str, dest: Path | str, students: list[str] | None = None) -> list[Path]:
    """Write the student version of a notebook, or of all in a folder, to the folder dest; returns what was written.

    With students, each gets a folder of that name and numbers of their own. Nothing that is there is overwritten by
    something else than the same text.

    Raises:
        ValueError: no notebook, a marker without its partner, no exercise in it, or another file in the way.
    """
    source, dest = Path(source), Path(dest)
    students = [plain(student) for student in students or []]
    for student in students:
        if not re.fullmatch(r"[^\W_][\w.,@'+() -]*", student):
            said = "letters, digits, spaces and . , @ ' + ( ) _ - only"
            raise ValueError(f"a student's name becomes a folder: {said}; got {student!r}")
    seeds = Counter(map(canonical, students))
    if twice := [student for student in students if seeds[canonical(student)] > 1]:
        raise ValueError(f"two students have one name: {', '.join(twice)}; tell them apart, as in {twice[0]} 2")
    paths = sorted(source.glob("*.ipynb")) if source.is_dir() else [source]
    if not paths or not all(path.is_file() for path in paths):
        raise ValueError(f"release needs a notebook, or a folder with notebooks; found none at {source}")
    written = []
    for path in paths:
        try:
            notebook = json.loads(path.read_text(encoding="utf-8"))
            texts = {student: _text(student_notebook(notebook, student)) for student in students or [""]}
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise ValueError(f"{path} is not a notebook: {error}") from error
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
        if "### BEGIN SOLUTION" not in path.read_text(encoding="utf-8"):
            raise ValueError(f"{path} has no '### BEGIN SOLUTION': it is no source of exercises, or already released")
        for student, text in texts.items():
            written.append(_write(dest / student / path.name, text))
    return written


def _text(notebook: dict) -> str:
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _write(path: Path, text: str) -> Path:
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise ValueError(f"{path} is there and differs: move it away first, it may hold somebody's answers")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
