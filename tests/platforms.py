"""Classes as Moodle and Canvas hand them over, and those two as readers of what goes back: written after their rules.

Moodle: mod/assign/classes/downloader.php, feedback/offline/importgradeslib.php, feedback/file/importziplib.php.
Canvas: lib/content_zipper.rb, lib/gradebook_importer.rb.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from classroom import notebook

FIRST = (
    "Anna Ben Çağla Dmitri Élise Fatou Gülşen Håkon Íris José Kenji Łukasz Mária Nguyễn Ọlá Paweł Quỳnh Renée".split()
)
LAST = "Müller Smith O'Neill Yılmaz Nowák Østergård Dubois García-López Fernando Ruwan Tan".split()


@dataclass(frozen=True)
class Student:
    """One of the class, by the platform's number, with names as the platform knows them."""

    number: int
    first: str
    last: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


def students(count: int) -> list[Student]:
    """A class; the first two have one name."""
    found = [Student(1000 + 7 * k, FIRST[k % len(FIRST)], LAST[(k // 2) % len(LAST)]) for k in range(count)]
    twins = [Student(900, "Sam", "Lee"), Student(901, "Sam", "Lee")]
    known = set()
    return [s for s in twins + found[: count - 2] if s.number < 1000 or not (s.name in known or known.add(s.name))]


def as_bytes(found: dict) -> bytes:
    return json.dumps(found).encode()


def zipped(files: dict[str, bytes], when=(2026, 11, 30, 20, 15, 0)) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, when), text)
    return data.getvalue()


def exported(*cells: str) -> bytes:
    """A notebook as nbconvert writes it as a script."""
    return "".join(f"# In[{k}]:\n\n\n{cell}\n\n\n" for k, cell in enumerate(cells, 1)).encode()


def forms(right: str, wrong: str) -> list[tuple[dict[str, bytes], str]]:
    """Files of one student by name, and what becomes of them: "right", or a note."""
    good, bad = as_bytes(notebook("import torch", right)), as_bytes(notebook("import torch", wrong))
    return [
        ({"sheet1.ipynb": good}, "right"),
        ({"sheet1.IPYNB": good}, "right"),
        ({"sheet1.ipynb.txt": good}, "right"),
        ({"sheet1.ipynb": as_bytes(notebook(right)).decode().encode("utf-16")}, "right"),
        ({"work.zip": zipped({"deep/sheet1.ipynb": good, "__MACOSX/._sheet1.ipynb": b"x"})}, "right"),
        ({"sheet1.py": exported("import torch", "!pip install torch", right)}, "right"),
        ({"sheet1.ipynb": bad, "sheet1 (1).ipynb": good}, "right"),
        ({"sheet1.ipynb": bad, "Copy of sheet1.ipynb": good}, "right"),
        ({"attempt9.ipynb": bad, "attempt10.ipynb": good}, "right"),
        ({"sheet1.ipynb": good, "helpers.py": b"x = 1", "data.csv": b"1"}, "right"),
        ({"sheet1.ipynb": b"{"}, "not a notebook"),
        ({"sheet1.ipynb": b""}, "not a notebook"),
        ({"work.zip": b"PK\x03\x04"}, "can't be unpacked"),
        ({"sheet1.rar": b"Rar!"}, "pack it as zip"),
        ({"sheet1.pdf": b"%PDF"}, ""),
    ]


# ---- Moodle


def moodle_folder(student: Student, kind: str = "file", old: bool = False) -> str:
    """The folder of one student; `old` as versions before 4.1 wrote it."""
    return f"{student.name.replace('_', ' ')}_{student.number}_assignsubmission_{kind}{'_' if old else ''}"


def moodle_worksheet(class_: Iterable[Student], when: dict[int, str], most: str = "100.00") -> str:
    """The grading worksheet before there are grades; `when` each handed in, by number."""
    file = io.StringIO(newline="")
    out = csv.writer(file)
    head = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade", "Grade can be changed"]
    out.writerow([*head, "Last modified (submission)", "Last modified (grade)", "Feedback comments"])
    for s in class_:
        status = "Submitted for grading - " if s.number in when else "No submission - "
        row = [f"Participant {s.number}", s.name, f"s{s.number}@uni.example", status, "", most, "Yes"]
        out.writerow([*row, when.get(s.number, "-"), "-", ""])
    return file.getvalue()


def moodle_reads(text: str, numbers: Iterable[int], most: float) -> dict[int, tuple[float, str]]:
    """Grade and comment by number, as the import of the worksheet takes them."""
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    at = {title: k for k, title in enumerate(rows[0])}
    assert {"Identifier", "Grade", "Last modified (grade)"} <= at.keys()
    taken = {}
    for row in rows[1:]:
        number = row[at["Identifier"]][len("Participant") :].strip()
        grade = row[at["Grade"]].replace(" ", "")
        if number.isdigit() and int(number) in set(numbers) and grade and 0 <= float(grade) <= most:
            taken[int(number)] = (float(grade), row[at["Feedback comments"]])
    return taken


def moodle_takes(data: Path, numbers: Iterable[int]) -> dict[int, list[str]]:
    """Files of feedback by number, as the import of a zip file finds them."""
    found: dict[int, list[str]] = {}
    with zipfile.ZipFile(data) as archive:
        for path in archive.namelist():
            parts = path.split("/")
            while parts:
                info = parts.pop(0).split("_", 4)
                if len(info) < 4 or not info[1].isdigit() or int(info[1]) not in set(numbers):
                    continue
                assert (info[2], info[3]) == ("assignsubmission", "file")
                rest = "/".join([*(info[4:] or [""]), *parts])
                found.setdefault(int(info[1]), []).append(rest.removeprefix("/"))
                break
    return found


# ---- Canvas


def canvas_name(student: Student, attachment: int, file: str, late: bool = False) -> str:
    """A file of one student, as it lies in the zip file of an assignment."""
    called = f"{student.last}, {student.first}".lower()
    stem = re.sub(r"[^\w]", "", "_".join([called, *(["LATE"] if late else []), str(student.number)]))
    return f"{stem}_{attachment}_{file}"


def canvas_grades(class_: Iterable[Student], assignments: list[str], most: str, separator: str = ",") -> str:
    """The table of grades as it is exported."""
    file = io.StringIO(newline="")
    out = csv.writer(file, delimiter=separator)
    sums = ["Assignments Current Score", "Final Grade"]
    out.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *assignments, *sums])
    out.writerow(["", "", "", "", "", *["Manual Posting"] * len(assignments), *["(read only)"] * 2])
    out.writerow(["    Points Possible", "", "", "", "", *[most] * len(assignments), *["(read only)"] * 2])
    for s in class_:
        scores = ["3.00"] * (len(assignments) - 1)
        row = [f"{s.last}, {s.first}", s.number, f"u{s.number}", f"s{s.number}", "Lab 1", "", *scores]
        out.writerow([*row, "12.3", "F"])
    out.writerow(["Student, Test", 1, "", "t", "Lab 1", *[""] * len(assignments), "", ""])
    return file.getvalue()


def canvas_reads(text: str) -> dict[str, dict[int, str]]:
    """Scores by assignment and number, as the import takes them."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    head = rows[0]
    assert "Student" in head[0] and "ID" in head[1] and head[2] == "SIS User ID" and head[3] == "SIS Login ID"
    assert "Section" in head[4]
    taken: dict[str, dict[int, str]] = {title: {} for title in head[5:] if re.search(r"\(\d+\)$", title)}
    assert len(taken) == len(head) - 5, "columns that Canvas would take for new assignments"
    for row in rows[1:]:
        is_head = "Points Possible" in row[0] or all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", c) for c in row)
        if not is_head and row[0] != "Student, Test":
            for k, title in enumerate(taken, 5):
                taken[title][int(row[1])] = row[k].strip()
    return taken


def canvas_takes(data: Path) -> dict[int, int]:
    """The attachment by the student's number, as the upload of files infers both from their names."""
    found = {}
    with zipfile.ZipFile(data) as archive:
        for name in archive.namelist():
            assert "/" not in name and name.endswith("_feedback.html")
            number, attachment = [int(part) for part in name.split("_") if part.isdigit()][:2]
            assert number not in found
            found[number] = attachment
    return found
