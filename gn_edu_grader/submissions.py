"""What students handed in: whose files there are, in which order they came, and what is in a notebook."""

import contextlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gn_edu.exercises.exercise import Exercise
from gn_edu_grader.people import plain, read_text
from gn_edu_grader.platforms import Named, whose
from gn_edu_grader.sandbox import Notebook
from gn_edu_grader.unpack import cells_of, is_export, unzip

MOST_BYTES = 100 * 2**20  # of a notebook
MOST_BESIDE = 4 * 2**20  # of all files beside notebooks
MOST_DEEP = 3  # zip files in zip files
AT_ONCE = 3.0  # seconds: files that lie nearer together in time came together
NOTEBOOK = re.compile(r"\.ipynb(\.txt)?$", re.IGNORECASE)
# Kinds of files in which students hand in what is not graded, at the top of the folder; a row says so.
HANDED_IN = (".py", ".zip", ".7z", ".rar", ".gz", ".tar", ".html", ".htm", ".pdf", ".doc", ".docx", ".odt")
PACKED = (".7z", ".rar", ".gz", ".tar")
TYPED = "text typed into the platform: hand in the notebook"
COPY = re.compile(r"^(?:copy of |kopie von )?(?P<name>.+?)(?: ?\(\d+\)| - copy| copy)?$", re.IGNORECASE)


@dataclass
class Submission:
    """One student's files: notebooks in the order in which they came, small files beside them, what is not graded.

    `student` names the row. Where a platform handed the files over, `id` is its number of the student, `folder` how it
    wants names of files to begin, and `late` says that Canvas called it so.
    """

    student: str
    notebooks: list[Path] = field(default_factory=list)
    beside: list[Path] = field(default_factory=list)
    left_out: list[tuple[Path, str]] = field(default_factory=list)
    id: str = ""
    folder: str = ""
    late: bool = False
    name: str = ""  # without the number that tells two of the same name apart
    named: dict[Path, Named] = field(default_factory=dict)  # what the name of each file says

    def __post_init__(self):
        self.name = self.name or self.student

    @property
    def files(self) -> list[str]:
        """Names of all files of the row."""
        return [p.name for p in (*self.notebooks, *self.beside)]

    def handed_in(self, names: Sequence[str]) -> datetime | None:
        """When the last of these notebooks was written, as far as its file tells."""
        times = [path.stat().st_mtime for path in self.notebooks if path.name in names and path.exists()]
        return datetime.fromtimestamp(max(times)).astimezone() if times else None


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook: which one, counted from 1 as a reader counts, its kind and its text."""

    number: int
    kind: str
    text: str


@dataclass(frozen=True)
class _Found:
    """A file: where it lies, and where it was handed in, from the folder on; why it can't be taken, or ""."""

    path: Path
    inside: tuple[str, ...]
    why: str = ""


def submissions(folder: Path, scratch: Path | None = None) -> tuple[dict[str, Submission], list[tuple[Path, str]]]:
    """Submissions by student, and what belongs to nobody, each with the reason.

    The folder holds NAME.ipynb or NAME/.../sheet.ipynb, or is what Moodle or Canvas hands over, as a zip file, too.
    Zip files are unpacked in the folder `scratch`; without one they are not.

    Raises:
        ValueError: there is no notebook.
    """
    files = _files(folder, scratch)
    shift = _wrapped(files)
    found: dict[str, Submission] = {}
    nobodys: list[tuple[Path, str]] = []
    for file in files:
        inside = file.inside[shift:] or file.inside
        kind = "" if NOTEBOOK.search(inside[-1]) else file.path.suffix.lower()
        named, place = whose(inside[0]), folder.joinpath(*file.inside)
        if _is_hidden(file):
            nobodys.append((place, "hidden"))
        elif file.why and kind != ".zip":
            nobodys.append((place, file.why))
        elif len(inside) == 1 and kind and kind not in HANDED_IN and not named.platform:
            nobodys.append((place, "not a notebook"))
        else:
            one = _owner(found, named, inside, kind)
            _add(one, file, kind, named, alone=len(inside) == 1 and not named.platform)
    top = folder / next(iter(_tops(files))) if shift else folder
    if top.is_dir():
        _empty(top, found)
    _merge_copies(found)
    for one in found.values():
        _in_order(one)
    if not any(one.notebooks for one in found.values()):
        raise ValueError(f"grade needs a folder with notebooks, NAME.ipynb or NAME/sheet.ipynb; found none in {folder}")
    return {one.student: one for one in sorted(found.values(), key=lambda one: one.student)}, nobodys


# ---- whose a file is


def _files(folder: Path, scratch: Path | None) -> list[_Found]:
    """All files, those in zip files too."""
    if folder.is_dir():
        return list(_walk(folder, (), scratch, 0))
    if folder.suffix.lower() == ".zip" and folder.is_file() and scratch:
        return list(_unpacked(_Found(folder, ()), scratch, 0))
    there = "it is something else" if folder.exists() else "found none: it is not there"
    raise ValueError(f"grade needs a folder with notebooks, or the zip file of a platform; {folder}: {there}")


def _walk(folder: Path, at: tuple[str, ...], scratch: Path | None, depth: int) -> Iterator[_Found]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names + [f for f in folders if Path(place, f).is_symlink()]):
            path = Path(place, name)
            file = _Found(path, (*at, *map(plain, path.relative_to(folder).parts)), _no_file(path))
            packed = path.suffix.lower() == ".zip" and not file.why and not _is_hidden(file)
            if packed and scratch:
                yield from _unpacked(file, scratch, depth)
            else:
                yield _Found(path, file.inside, "unpack it") if packed else file


def _unpacked(file: _Found, scratch: Path, depth: int) -> Iterator[_Found]:
    """What is in a zip file, as if it lay in a folder of that name."""
    dest = scratch / f"{len(list(scratch.iterdir()))}"
    at = (*file.inside[:-1], file.path.stem) if file.inside else ()
    try:
        if depth >= MOST_DEEP:
            raise ValueError("lies too deep in other zip files")
        dest.mkdir()
        unzip(file.path, dest, of_class=not file.inside)
    except ValueError as error:
        if not file.inside:
            raise ValueError(f"{file.path} {error}") from error
        yield _Found(file.path, file.inside, str(error))
        return
    found = list(_walk(dest, at, scratch, depth + 1))
    yield from found or [_Found(file.path, file.inside, "nothing is in it")]


def _no_file(path: Path) -> str:
    return "a link" if path.is_symlink() else "" if path.is_file() else "not a file"


def _is_hidden(file: _Found) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in file.inside)


def _tops(files: Sequence[_Found]) -> set[str]:
    return {file.inside[0] for file in files if not _is_hidden(file)}


def _wrapped(files: Sequence[_Found]) -> int:
    """1 where all that a platform handed over lies in one folder more, else 0."""
    tops = _tops(files)
    if len(tops) != 1 or whose(next(iter(tops))).platform:
        return 0
    inner = [file.inside[1] for file in files if len(file.inside) > 1 and not _is_hidden(file)]
    return int(bool(inner) and all(whose(part).platform for part in inner))


def _owner(found: dict[str, Submission], named: Named, inside: Sequence[str], kind: str) -> Submission:
    """The submission that a file is of, by number where a platform gives one, else by name."""
    flat = len(inside) == 1 and not named.platform
    name = (NOTEBOOK.sub("", named.name) if not kind else Path(named.name).stem) if flat else named.name
    name = plain(name)
    key = _key(named, name)
    if key not in found:
        shared = named.id and any(one.name == name for one in found.values())
        found[key] = Submission(f"{name} ({named.id})" if shared else name, id=named.id, name=name)
    one = found[key]
    one.folder, one.late = named.folder if not named.typed and named.folder else one.folder, one.late or named.late
    return one


def _key(named: Named, name: str) -> str:
    return f"{named.platform} {named.id}" if named.id else name


def _empty(folder: Path, found: dict[str, Submission]) -> None:
    """Rows for folders in which there is no file, or hidden ones alone."""
    for path in sorted(folder.iterdir()):
        named = whose(plain(path.name))
        if (
            not path.is_dir()
            or path.is_symlink()
            or path.name.startswith((".", "__MACOSX"))
            or _key(named, named.name) in found
        ):
            continue
        one = _owner(found, named, (path.name, ""), "")
        one.left_out.append((path, "no file in it"))


def _merge_copies(found: dict[str, Submission]) -> None:
    """anna (1).ipynb and Copy of anna.ipynb are anna's, where there is an anna."""
    for key, one in list(found.items()):
        match = COPY.match(one.student)
        base = match["name"] if match else key
        if base != key and base in found and not one.id:
            whole = found[base]
            for name in ("notebooks", "beside", "left_out"):
                getattr(whole, name).extend(getattr(one, name))
            whole.named |= one.named
            del found[key]


def _add(to: Submission, file: _Found, kind: str, named: Named, alone: bool) -> None:
    path, beside = file.path, sum(p.stat().st_size for p in to.beside)
    to.named[path] = named
    if file.why:
        to.left_out.append((path, file.why))
    elif named.typed:
        to.left_out.append((path, TYPED))
    elif not kind or (kind == ".py" and _is_exported(path)):
        to.notebooks.append(path)
    elif kind in PACKED:
        to.left_out.append((path, "pack it as zip, or unpack it"))
    elif kind == ".py" and alone:
        to.left_out.append((path, "a script: hand in the notebook"))
    elif not alone and beside + path.stat().st_size <= MOST_BESIDE:
        to.beside.append(path)
    else:
        to.left_out.append((path, "not a notebook" if alone else "too large"))


def _is_exported(path: Path) -> bool:
    try:
        return path.stat().st_size <= MOST_BESIDE and is_export(read_text(path))
    except (OSError, ValueError):
        return False


# ---- which came last


def _in_order(one: Submission) -> None:
    """Notebooks by the time at which they came; by their names where that is the same, (1) and attempt10 at the end."""

    def natural(path: Path) -> tuple:
        parts = re.split(r"(\d+)", re.sub(r"^copy of (.*)", r"\1 (copy)", path.name, flags=re.IGNORECASE).lower())
        folder = re.split(r"(\d+)", str(path.parent).lower())
        return [(int(p), "") if p.isdigit() else (-1, p) for p in folder], len(parts), parts[0], _numbers(parts), parts

    def _numbers(parts):
        return [int(part) for part in parts[1::2]]

    def order(path: Path) -> int:
        return one.named[path].order

    by_time = sorted(one.notebooks, key=lambda path: (order(path), path.stat().st_mtime))
    ordered: list[Path] = []
    together: list[Path] = []
    for path in by_time:
        last = together[-1] if together else path
        if not (order(path) == order(last) and path.stat().st_mtime - last.stat().st_mtime <= AT_ONCE):
            ordered += sorted(together, key=natural)
            together = []
        together.append(path)
    one.notebooks = ordered + sorted(together, key=natural)


# ---- what is in a notebook


def read(path: Path) -> list[Cell]:
    """The cells of a notebook, of any version of the format, or of one that was exported as a script.

    Raises:
        ValueError: it is no notebook, or can't be read.
    """
    try:
        size = path.stat().st_size
        text = read_text(path) if size <= MOST_BYTES else ""
    except OSError as error:
        raise ValueError(f"{path.name} can't be read: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"{path.name} is not a notebook") from error
    if size > MOST_BYTES:
        raise ValueError(f"{path.name} is larger than {MOST_BYTES // 2**20} MB")
    if path.suffix.lower() == ".py":
        return [Cell(k, "code", cell) for k, cell in enumerate(cells_of(text), 1)]
    try:
        whole = json.loads(text)
        cells = whole["cells"] if "cells" in whole else [c for sheet in whole["worksheets"] for c in sheet["cells"]]
        found = []
        for k, cell in enumerate(cells, 1):
            source = cell["source"] if "source" in cell else cell.get("input", "")  # format 3 has input
            found.append(Cell(k, cell["cell_type"], "".join(source)))
        return found
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, MemoryError) as error:
        raise ValueError(f"{path.name} is not a notebook") from error


def notebook(cells: Sequence[Cell], at: Path, one: Submission) -> Notebook:
    """What of a submission is run: the code of the notebook `at`, and the files as they lie around it."""
    code = tuple((cell.number, cell.text) for cell in cells if cell.kind == "code")
    files = {}
    for path in one.beside:
        inside = at.parent in path.parents
        own = one.named[path].rest if whose(path.name).platform else ""
        with contextlib.suppress(OSError):
            files[own or (str(path.relative_to(at.parent)) if inside else path.name)] = path.read_bytes()
    return Notebook(code, files)


def mentions(cells: Sequence[Cell], *names: str) -> bool:
    """Whether one of the names stands in a code cell."""
    name = re.compile(rf"\b({'|'.join(names)})\b")
    return any(cell.kind == "code" and name.search(cell.text) for cell in cells)


def defines(cells: Sequence[Cell], exercise: Exercise, kinds: Sequence[str] = ("code",)) -> Cell | None:
    """The first cell of these kinds that defines the exercise's function, as far as its text tells."""
    name = re.compile(rf"^[ \t]*((async )?def|class)\s+{exercise.function}\b|^{exercise.function}\s*=", re.MULTILINE)
    return next((cell for cell in cells if cell.kind in kinds and name.search(cell.text)), None)
