"""What is graded so far, in a file beside the table: a run that was killed goes on, and the next does what is new."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from gn_edu.exercises import asking
from gn_edu_grader.results import Result, Row
from gn_edu_grader.submissions import Submission
from gn_edu_grader.table import write_whole


def code() -> str:
    """A fingerprint of the checks and the grader: what was graded by others is graded anew."""
    folders = (Path(asking.__file__).parent, Path(__file__).parent)
    files = [path for folder in folders for path in sorted(folder.glob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def digest(one: Submission) -> str:
    """A fingerprint of what a student handed in."""

    def of(path: Path) -> bytes:
        try:
            return hashlib.sha256(path.read_bytes()).digest()
        except OSError:
            return b"?"

    names = [*one.files, *(f"{path.name}: {why}" for path, why in one.left_out)]
    parts = [json.dumps(names).encode(), *map(of, (*one.notebooks, *one.beside))]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def as_row(data: dict) -> Row:
    """A row as it was before it was written."""
    return Row(**data | {"results": {name: Result(**found) for name, found in data["results"].items()}})


def head_of(path: Path) -> dict:
    """How the rows of a file were graded; {} where there is none."""
    try:
        with path.open(encoding="utf-8") as file:
            head = json.loads(file.readline())
    except (OSError, ValueError):
        return {}
    return head if isinstance(head, dict) else {}


class Kept:
    """Rows by student, and the fingerprints of what they are of; one line a student, the first line says how.

    Args:
        path: the file.
        how: the settings by which rows are graded, as JSON.
        names: the exercises.
        seed: of the numbers, if one is given.
        again: rows are kept whatever the checks have become; settings have to be the same.

    Raises:
        ValueError: `again`, and there is nothing that was graded with these settings.
    """

    def __init__(self, path: Path, how: dict, names: Sequence[str], seed: int | None = None, again: bool = False):
        self.path = path
        self.rows: dict[str, Row] = {}
        self.digests: dict[str, str] = {}
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        head = head_of(path)
        mine = {"how": how, "names": list(names), "code": code()}
        if again:
            self._refuse_other(head, how)
            mine = {key: head[key] for key in mine}
        if any(head.get(key) != value for key, value in mine.items()):
            taken = next((s for s in (seed, head.get("seed")) if s is not None), None)
            self._refuse_to_drop(head, mine)
            head, lines = head | mine | {"seed": secrets.randbits(32) if taken is None else taken}, []
        elif seed is not None and seed != head["seed"]:
            head, lines = head | {"seed": seed}, []
        self.head, self.seed = head, head["seed"]
        for line in lines[1:]:
            try:
                kept = json.loads(line)
                self._put(as_row(kept["row"]), kept["digest"])
            except (ValueError, KeyError, TypeError):
                continue  # the line that was being written when it was killed
        self.save()

    def _refuse_to_drop(self, head: dict, mine: dict) -> None:
        if gone := [name for name in head.get("names", []) if name not in mine["names"]]:
            raise ValueError(
                f"the table that is there has {', '.join(gone)}, too, and would lose it: name all exercises, or "
                f"another --out; to grade a part of it anew, say --again {' '.join(mine['names'])}"
            )

    def _refuse_other(self, head: dict, how: dict) -> None:
        if not head:
            raise ValueError("again grades a part of a table that is there; there is none, or not what made it")
        old = head["how"]
        other = [f"{name} {old.get(name)!r}, not {value!r}" for name, value in how.items() if old.get(name) != value]
        if other:
            raise ValueError(f"again grades a part of a table with its own settings: {', '.join(other)}")

    def _put(self, row: Row, found: str) -> None:
        self.rows[row.student], self.digests[row.student] = row, found

    def add(self, row: Row, found: str) -> None:
        """Keep a row, at once."""
        self._put(row, found)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"\n{self._line(row.student)}")

    def save(self, table: str | None = None) -> None:
        """All of it, each row once; `table` is the text of the table that is written by it."""
        if table is not None:
            self.head["table"] = hashlib.sha256(table.encode()).hexdigest()
        lines = [json.dumps(self.head), *map(self._line, self.rows)]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self.path, "\n".join(lines))

    def _line(self, student: str) -> str:
        return json.dumps({"digest": self.digests[student], "row": asdict(self.rows[student])})

    def is_own(self, table: str) -> bool:
        """Whether a table that is there is what was written last, so that nothing of somebody else's is lost."""
        return self.head.get("table") in (None, hashlib.sha256(table.encode()).hexdigest())
