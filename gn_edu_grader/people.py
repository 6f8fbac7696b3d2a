"""The class: who belongs to it, and whose a name is, however it is written."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

from dateutil import parser as dates

# Titles of columns, as teachers and platforms write them, in small letters.
NAME = ("student", "name", "full name", "fullname")
FIRST = ("first name", "firstname", "given name", "vorname")
LAST = ("last name", "surname", "lastname", "family name", "nachname")
ID = ("id", "identifier", "participant", "user id")
NOBODY = ("Points Possible", "Student, Test")  # rows of Canvas
HANDED_IN = ("handed in", "handed_in", "last modified (submission)")
DUE = ("due", "due date")


def plain(text: str) -> str:
    """A name in Unicode's form C, without spaces around it."""
    return unicodedata.normalize("NFC", text).strip()


def canonical(name: str) -> str:
    """The same for every way to write a name: Müller, Anna; anna müller; in either form of Unicode."""
    words = re.split(r"[\s,]+", plain(name).casefold())
    return " ".join(sorted(word for word in words if word))


def _run_together(name: str) -> set[str]:
    """A name as Canvas writes it, family name first: mülleranna; where no comma tells which that is, each way."""
    last, _, first = plain(name).partition(",")
    words = plain(name).split()
    ways = [last + first] if first else ["".join(words), "".join(words[-1:] + words[:-1])]
    return {re.sub(r"\W", "", way).casefold() for way in ways}


class Called:
    """Labels by the names that they have, however these are written: (label, name) each."""

    def __init__(self, named: Iterable[tuple[str, str]]):
        self.labels: dict[str, list[str]] = {}
        for label, name in named:
            for key in dict.fromkeys((canonical(label), canonical(name))):
                self.labels.setdefault(key, []).append(label)

    def named(self, name: str) -> list[str]:
        """All that are called so."""
        return self.labels.get(canonical(name), [])

    def close(self, name: str) -> list[str]:
        """Those whose name is most like this one."""
        return [label for key in get_close_matches(canonical(name), self.labels, 1) for label in self.labels[key]]


@dataclass
class Person:
    """One of the class. Times are what a platform or the teacher says; `line` is that of the file."""

    name: str
    id: str = ""
    handed_in: datetime | None = None
    due: datetime | None = None
    line: int = 0


@dataclass
class Roster:
    """The class by name. Two of the same name are told apart by their number, as in Anna Müller (12345)."""

    people: list[Person] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.by_number: dict[str, list[Person]] = {}
        self.by_name: dict[str, list[Person]] = {}
        self.by_run_together: dict[str, list[Person]] = {}
        for p in self.people:
            self.by_number.setdefault(p.id, []).append(p)
            self.by_name.setdefault(canonical(p.name), []).append(p)
            for way in _run_together(p.name):
                self.by_run_together.setdefault(way, []).append(p)
        self.labels = {id(p): _label(p, len(self.by_name[canonical(p.name)]) > 1) for p in self.people}

    def label(self, person: Person) -> str:
        """The name in the table."""
        return self.labels[id(person)]

    def find(self, name: str, number: str = "") -> Person | None:
        """The one with this number, or else the only one with this name."""
        by_number = self.by_number.get(number, []) if number else []
        by_name = [p for p in self.by_name.get(canonical(name), []) if not (number and p.id)]
        by_name = by_name or self.by_run_together.get(plain(name).casefold(), [])
        for found in (by_number, by_name):
            if len(found) == 1:
                return found[0]
        return None

    def close(self, name: str) -> str:
        """The name that is most like this one, or ""."""
        return next(iter(Called((p.name, p.name) for p in self.people).close(name)), "")


def _label(person: Person, shared: bool) -> str:
    return f"{plain(person.name)} ({person.id})" if shared and person.id else plain(person.name)


def read_text(path: Path) -> str:
    """A text file in UTF-8 or UTF-16, with a mark in front or without.

    Raises:
        ValueError: in another encoding.
    """
    data = path.read_bytes()
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not in UTF-8: save it as CSV UTF-8, or as Unicode text") from error


def read_table(path: Path) -> tuple[list[str], list[list[str]]]:
    """Titles and rows of a CSV file, with commas, semicolons or tabs between the fields.

    Raises:
        ValueError: nothing is in it.
    """
    text = read_text(path)
    head = text.partition("\n")[0]
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count)))
    if not rows:
        raise ValueError(f"{path} is empty")
    return rows[0], rows[1:]


def column(titles: Iterable[str], *names: str) -> int | None:
    """Where a column with one of these titles stands."""
    places = {plain(title).lower(): k for k, title in enumerate(titles)}
    return next((places[name] for name in names if name in places), None)


def namer(titles: Sequence[str]) -> Callable[[Sequence[str]], str] | None:
    """What gives the name of a row, in one column or in two; None where the table has no such columns."""
    whole, first, last = (column(titles, *names) for names in (NAME, FIRST, LAST))

    def field_of(row: Sequence[str], k: int | None) -> str:
        return row[k].strip() if k is not None and k < len(row) else ""

    if whole is None and (first is None or last is None):
        return None
    return lambda row: field_of(row, whole) or f"{field_of(row, first)} {field_of(row, last)}".strip()


def number_of(text: str) -> str:
    """A platform's number of a student: that of "Participant 12345" is 12345."""
    found = re.fullmatch(r"(?:\D*\s)?(\d+)", text.strip())
    return found[1] if found else text.strip()


def moment(text: str, where: str) -> datetime | None:
    """A time as people and platforms write it, here where no zone is named; None for an empty field or a dash.

    Raises:
        ValueError: it can't be read.
    """
    if not text.strip(" -–"):
        return None
    try:
        if found := re.search(r"\b(\d{1,2})/(\d{1,2})/\d{2,4}", text):
            if max(int(found[1]), int(found[2])) <= 12 and found[1] != found[2]:
                raise ValueError("a day or a month")
        return dates.parse(text, dayfirst=bool(re.search(r"\d\.\d{1,2}\.\d", text))).astimezone()
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{where}: no time can be read in {text!r}; write it as 2026-12-01 23:59") from error


def read_roster(path: Path) -> Roster:
    """A name a line; or a table with a column of names, and others such as id, handed in and due.

    Moodle's grading worksheet and Canvas's table of grades are such tables.

    Raises:
        ValueError: no names are in it, or a time can't be read.
    """
    titles, rows = read_table(path)
    at = {"id": column(titles, *ID), "handed_in": column(titles, *HANDED_IN), "due": column(titles, *DUE)}
    name_of = namer(titles)

    def field_of(row: list[str], what: str) -> str:
        k = at[what]
        return row[k].strip() if k is not None and k < len(row) else ""

    people = []
    if name_of is None:
        lines = read_text(path).splitlines()
        first_line = lines[0] if lines else ""
        if len(titles) > 2 or ";" in first_line or "\t" in first_line or column(titles, *ID, *DUE) is not None:
            raise ValueError(f"{path} has no column of names: call it {' or '.join(NAME[:3])}; got {', '.join(titles)}")
        people = [Person(line.strip(), line=k) for k, line in enumerate(lines, 1) if line.strip()]
    else:
        for line, row in enumerate(rows, 2):
            name = name_of(row)
            if not name or name in NOBODY:
                continue
            times = {key: moment(field_of(row, key), f"{path}, line {line}") for key in ("handed_in", "due")}
            people.append(Person(name, number_of(field_of(row, "id")), **times, line=line))
    if not people:
        raise ValueError(f"{path} names nobody")
    return Roster(people)
