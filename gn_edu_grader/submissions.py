"""What students handed in: whose files there are, and what is in a notebook."""

import contextlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gn_edu.exercises.exercise import Exercise
from gn_edu_grader.sandbox import Notebook

MOST_BYTES = 100 * 2**20  # of a notebook
MOST_BESIDE = 4 * 2**20  # of all files beside notebooks
NOTEBOOK = re.compile(r"\.ipynb(\.txt)?$", re.IGNORECASE)
# Kinds of files in which students hand in what is not graded, at the top of the folder; a row says so.
HANDED_IN = (".py", ".zip", ".7z", ".rar", ".gz", ".tar", ".html", ".htm", ".pdf", ".doc", ".docx", ".odt")
_ADVICE = {
    ".py": "a script: hand in the notebook",
    **dict.fromkeys((".zip", ".7z", ".rar", ".gz", ".tar"), "unpack it"),
}


@dataclass
class Submission:
    """One student's files: notebooks, small files beside them, and what is not graded, each with the reason."""

    student: str
    notebooks: list[Path] = field(default_factory=list)
    beside: list[Path] = field(default_factory=list)
    left_out: list[tuple[Path, str]] = field(default_factory=list)

    @property
    def files(self) -> list[str]:
        """Names of all files of the row."""
        return [p.name for p in (*self.notebooks, *self.beside)]


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook: which one, counted from 1 as a reader counts, its kind and its text."""

    number: int
    kind: str
    text: str


def submissions(folder: Path) -> tuple[dict[str, Submission], list[tuple[Path, str]]]:
    """Submissions by student, NAME.ipynb or NAME/.../sheet.ipynb, and what belongs to nobody, each with the reason.

    Raises:
        ValueError: there is no notebook.
    """
    found: dict[str, Submission] = {}
    nobodys: list[tuple[Path, str]] = []
    for at, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files + [f for f in folders if Path(at, f).is_symlink()]):
            path = Path(at, name)
            inside = path.relative_to(folder).parts
            kind = "" if NOTEBOOK.search(name) else path.suffix.lower()
            if any(part.startswith(".") or part == "__MACOSX" for part in inside):
                nobodys.append((path, "hidden"))
            elif path.is_symlink():
                nobodys.append((path, "a link"))
            elif not path.is_file():
                nobodys.append((path, "not a file"))
            elif len(inside) == 1 and kind and kind not in HANDED_IN:
                nobodys.append((path, "not a notebook"))
            else:
                student = inside[0] if len(inside) > 1 else NOTEBOOK.sub("", name) if not kind else path.stem
                _add(found.setdefault(student, Submission(student)), path, kind, alone=len(inside) == 1)
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and not path.is_symlink() and not path.name.startswith((".", "__MACOSX")):
            found.setdefault(path.name, Submission(path.name, left_out=[(path, "no file in it")]))
    if not any(one.notebooks for one in found.values()):
        raise ValueError(f"grade needs a folder with notebooks, NAME.ipynb or NAME/sheet.ipynb; found none in {folder}")
    return dict(sorted(found.items())), nobodys


def _add(to: Submission, path: Path, kind: str, alone: bool) -> None:
    beside = sum(p.stat().st_size for p in to.beside)
    if not kind:
        to.notebooks.append(path)
    elif kind in _ADVICE and (alone or kind != ".py"):
        to.left_out.append((path, _ADVICE[kind]))
    elif not alone and beside + path.stat().st_size <= MOST_BESIDE:
        to.beside.append(path)
    else:
        to.left_out.append((path, "not a notebook" if alone else "too large"))


def read(path: Path) -> list[Cell]:
    """The cells of a notebook, of any version of the format.

    Raises:
        ValueError: it is no notebook, or can't be read.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"{path.name} is larger than {MOST_BYTES // 2**20} MB")
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path.name} can't be read: {error.strerror}") from error
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        whole = json.loads(text)
        cells = whole["cells"] if "cells" in whole else [c for sheet in whole["worksheets"] for c in sheet["cells"]]
        found = []
        for k, cell in enumerate(cells, 1):
            source = cell["source"] if "source" in cell else cell.get("input", "")  # format 3 has input
            found.append(Cell(k, cell["cell_type"], "".join(source)))
        return found
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, MemoryError) as error:
        raise ValueError(f"{path.name} is not a notebook") from error


def notebook(cells: Sequence[Cell], at: Path, beside: Sequence[Path]) -> Notebook:
    """What of a submission is run: the code of the notebook `at`, and the files as they lie around it."""
    code = tuple((cell.number, cell.text) for cell in cells if cell.kind == "code")
    files = {}
    for path in beside:
        inside = at.parent in path.parents
        with contextlib.suppress(OSError):
            files[str(path.relative_to(at.parent)) if inside else path.name] = path.read_bytes()
    return Notebook(code, files)


def mentions(cells: Sequence[Cell], *names: str) -> bool:
    """Whether one of the names stands in a code cell."""
    name = re.compile(rf"\b({'|'.join(names)})\b")
    return any(cell.kind == "code" and name.search(cell.text) for cell in cells)


def defines(cells: Sequence[Cell], exercise: Exercise, kinds: Sequence[str] = ("code",)) -> Cell | None:
    """The first cell of these kinds that defines the exercise's function, as far as its text tells."""
    name = re.compile(rf"^[ \t]*((async )?def|class)\s+{exercise.function}\b|^{exercise.function}\s*=", re.MULTILINE)
    return next((cell for cell in cells if cell.kind in kinds and name.search(cell.text)), None)
