"""What Moodle and Canvas hand over goes in, whole; grades and feedback go back as those two read them."""

import json
import os
import time
import unicodedata
from pathlib import Path

import pytest
from classroom import COUNT, can_sandbox, notebook, save, write
from platforms import (
    canvas_grades,
    canvas_name,
    canvas_reads,
    canvas_takes,
    forms,
    moodle_folder,
    moodle_reads,
    moodle_takes,
    moodle_worksheet,
    students,
    zipped,
)

from gn_edu_grader import unpack
from gn_edu_grader.grade import Settings, grade
from gn_edu_grader.gradebooks import canvas as fill
from gn_edu_grader.handing_back import Course
from gn_edu_grader.people import canonical, read_roster
from gn_edu_grader.platforms import whose
from gn_edu_grader.results import ABSENT
from gn_edu_grader.submissions import submissions

WRONG = COUNT.replace("n * num_groups", "num_groups")
FORMS = forms(COUNT, WRONG)
CLASS = students(202)


def accounted(folder: Path, rows, told) -> set[str]:
    """The files under a folder that stand nowhere: not in a row, its notes, or the list of what is nobody's."""
    said = " ".join([*(" ".join([*row.files, *row.notes]) for row in rows), *told])
    return {p.name for p in folder.rglob("*") if p.is_file() and p.name not in said and p.suffix != ".zip"}


def graded(home: Path, course: Course):
    """The rows, and what was said."""
    told: list[str] = []
    how = Settings(("ex01",), seconds=2.0)
    return grade(home / "in", home / "g.csv", how, progress=False, course=course, say=told.append), told


@pytest.fixture(scope="module")
def moodle(tmp_path_factory):
    """200 students: each third an old name of the folder; the last ten handed in nothing."""
    home = tmp_path_factory.mktemp("moodle")
    expected = {}
    for k, s in enumerate(CLASS[:-10]):
        files, becomes = FORMS[k % len(FORMS)]
        for name, data in files.items():
            path = home / "in" / moodle_folder(s, old=k % 3 == 0) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        expected[s.number] = becomes
    text = home / "in" / moodle_folder(CLASS[0], "onlinetext", old=True) / "onlinetext.html"
    write(text.parent, [text.name], "<p>see my file</p>")
    write(home / "in", ["readme.txt"], "x")
    when = {s.number: "Monday, 30 November 2026, 8:15 PM" for s in CLASS[:-10]}
    (home / "worksheet.csv").write_text(moodle_worksheet(CLASS, when), encoding="utf-8-sig")
    return home, *graded(home, Course(moodle=home / "worksheet.csv")), expected


@can_sandbox
def test_moodles_folder_of_two_hundred(moodle):
    home, rows, told, expected = moodle
    by_number = {int(row.id): row for row in rows}
    assert len(rows) == len(CLASS) and by_number.keys() == {s.number for s in CLASS}
    for number, becomes in expected.items():
        row = by_number[number]
        if becomes == "right":
            assert row.points == {"ex01": 4.0}, (row.files, row.notes)
        else:
            assert row.points == {"ex01": None} and becomes in "; ".join(row.notes), row.notes
    assert [row.student for row in rows[-10:]] != [] and sum(ABSENT in row.notes for row in rows) == 10
    assert any("typed into the platform" in note for note in by_number[900].notes)
    assert {row.student for row in rows if row.name == "Sam Lee"} == {"Sam Lee (900)", "Sam Lee (901)"}
    assert accounted(home / "in", rows, told) == set() and any("readme.txt" in line for line in told)


@can_sandbox
def test_grades_and_feedback_go_back_to_moodle(moodle):
    home, rows, _, expected = moodle
    numbers = [s.number for s in CLASS]
    taken = moodle_reads((home / "g_moodle.csv").read_text(encoding="utf-8"), numbers, 100.0)
    right = {n for n, becomes in expected.items() if becomes == "right"}  # of the others nothing could be graded
    assert {n: grade for n, (grade, _) in taken.items()} == dict.fromkeys(right, 100.0)
    assert all("ex01" in comment and "<script" not in comment for _, comment in taken.values())
    before = (home / "worksheet.csv").read_text(encoding="utf-8-sig").splitlines()
    after = (home / "g_moodle.csv").read_text(encoding="utf-8-sig")
    assert after.splitlines()[0] == before[0] and all(line in after for line in before[-10:])
    files = moodle_takes(home / "g_moodle_feedback.zip", numbers)
    assert files.keys() == expected.keys() and set(map(tuple, files.values())) == {("feedback.html",)}


@can_sandbox
def test_the_zip_file_as_it_comes(tmp_path):
    """Not unpacked, or unpacked into a folder more; names in either form of Unicode."""
    jose = unicodedata.normalize("NFD", "José García")
    good, other = (json.dumps(notebook(text)).encode() for text in (COUNT, WRONG))
    files = {f"{jose}_77_assignsubmission_file/a.ipynb": good, "Ann Lee_78_assignsubmission_file/b.ipynb": other}
    (tmp_path / "Course-Sheet 1-9.zip").write_bytes(zipped(files))
    for name, data in files.items():
        path = tmp_path / "wrapped/Course-Sheet 1-9" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    (tmp_path / "packed").mkdir()
    (tmp_path / "packed/Course-Sheet 1-9.zip").write_bytes(zipped(files))
    for k, place in enumerate(("Course-Sheet 1-9.zip", "wrapped", "packed")):
        rows = grade(tmp_path / place, tmp_path / f"{k}.csv", Settings(("ex01",)), progress=False)
        assert {row.student: (row.id, row.total) for row in rows} == {
            "Ann Lee": ("78", 0.57),
            "José García": ("77", 4.0),
        }


def test_a_zip_file_that_swells_is_left_packed(tmp_path, monkeypatch):
    """A student's, that is; a class may have more."""
    monkeypatch.setattr(unpack, "MOST_UNPACKED", 10_000)
    big = json.dumps(notebook(COUNT + "#" * 20_000)).encode()
    save(tmp_path / "in/anna.ipynb", notebook(COUNT))
    (tmp_path / "in/bert.zip").write_bytes(zipped({"a.ipynb": big}))
    (tmp_path / "all.zip").write_bytes(zipped({"bert.ipynb": big, "in/../../cleo.ipynb": big}))
    for place, notes in (("in", 0), ("all.zip", 1)):
        scratch = tmp_path / f"scratch_{place}"
        scratch.mkdir()
        bert = submissions(tmp_path / place, scratch)[0]["bert"]
        assert len(bert.notebooks) == notes and ("may hold" in str(bert.left_out)) == (not notes)
    assert all(tmp_path / "scratch_all.zip" in path.parents for path in tmp_path.rglob("cleo.ipynb"))


@pytest.fixture(scope="module")
def canvas(tmp_path_factory):
    home = tmp_path_factory.mktemp("canvas")
    (home / "in").mkdir()
    expected, attachment = {}, 5000
    for k, s in enumerate(CLASS[:-10]):
        files, becomes = FORMS[k % len(FORMS)]
        for name, data in files.items():
            attachment += 1
            (home / "in" / canvas_name(s, attachment, name, late=k % 50 == 0)).write_bytes(data)
        expected[s.number] = becomes
    write(home / "in", [f"{canvas_name(CLASS[-1], 1, 'x').rpartition('_1_')[0]}_text.html"], "typed")
    titles = ["Sheet 1 (678)", "Sheet 2 (679)"]
    for name, separator in (("grades", ","), ("semicolons", ";")):
        text = canvas_grades(CLASS, titles, "8.00", separator)
        (home / f"{name}.csv").write_text(text, encoding="utf-8-sig")
    return home, *graded(home, Course(canvas=home / "grades.csv", assignment="Sheet 1")), expected


@can_sandbox
def test_canvas_flat_names_of_two_hundred(canvas):
    home, rows, told, expected = canvas
    by_number = {int(row.id): row for row in rows}
    assert by_number.keys() == {s.number for s in CLASS} and len(rows) == len(CLASS)
    for number, becomes in expected.items():
        row = by_number[number]
        assert row.points == {"ex01": 4.0 if becomes == "right" else None}, (row.files, row.notes)
        assert becomes == "right" or becomes in "; ".join(row.notes)
    assert by_number[900].student == "Lee, Sam (900)"
    assert any("Canvas calls it late" in note for note in by_number[900].notes)
    assert any("typed into the platform" in note for note in by_number[CLASS[-1].number].notes)
    assert accounted(home / "in", rows, told) == set()


@can_sandbox
def test_grades_go_back_to_canvas(canvas):
    home, rows, _, expected = canvas
    assert canvas_takes(home / "g_canvas_feedback.zip").keys() == expected.keys()
    taken = canvas_reads((home / "g_canvas.csv").read_text(encoding="utf-8"))
    assert list(taken) == ["Sheet 1 (678)"]
    scores = {n: score for n, score in taken["Sheet 1 (678)"].items() if score}
    assert scores == {n: "8.00" for n, becomes in expected.items() if becomes == "right"}
    text, missing = fill(home / "semicolons.csv", rows, "Sheet 1")
    assert canvas_reads(text) == taken and missing == []
    for wrong, said in (("", "which assignment"), ("Sheet", "which assignment"), ("Quiz", "there are Sheet 1")):
        with pytest.raises(ValueError, match=said):
            fill(home / "grades.csv", rows, wrong)
    with pytest.raises(ValueError, match="no column 'Section'"):
        (home / "cut.csv").write_text("Student,ID,Sheet 1 (678)\nA,1,\n")
        fill(home / "cut.csv", rows)


@pytest.mark.parametrize(
    "name, platform, who, number, rest",
    [
        ("Anna Müller_123_assignsubmission_file_", "moodle", "Anna Müller", "123", ""),
        ("Anna Müller_123_assignsubmission_file_s.ipynb", "moodle", "Anna Müller", "123", "s.ipynb"),
        ("Lab 1-Anna_9_assignsubmission_file", "moodle", "Lab 1-Anna", "9", ""),
        ("Default group_assignsubmission_file", "moodle", "Default group", "", ""),
        ("mülleranna_LATE_12_34_a_b.ipynb", "canvas", "mülleranna", "12", "a_b.ipynb"),
        ("anon_1aB2c_34_s.ipynb", "canvas", "anon_1aB2c", "anon_1aB2c", "s.ipynb"),
        ("LATE_anon_1aB2c_34_s.ipynb", "canvas", "anon_1aB2c", "anon_1aB2c", "s.ipynb"),
        ("anna.ipynb", "", "anna.ipynb", "", ""),
        ("group_3_2_sheet.ipynb", "", "group_3_2_sheet.ipynb", "", ""),
        ("Anna_12_34_s.ipynb", "", "Anna_12_34_s.ipynb", "", ""),
    ],
)
def test_whose_a_name_is(name, platform, who, number, rest):
    found = whose(name)
    assert (found.platform, found.name, found.id) == (platform, who, number) and found.rest in (rest, name)


def test_nobody_takes_anothers_name_from_within(tmp_path):
    """A platform's name counts where the platform writes it, not in what a student packed."""
    inner = "Ann Lee_78_assignsubmission_file/a.ipynb"
    save(tmp_path / "in/Eve_66_assignsubmission_file" / inner, notebook(WRONG))
    save(tmp_path / "in/Ann Lee_78_assignsubmission_file/a.ipynb", notebook(COUNT))
    found, _ = submissions(tmp_path / "in")
    assert {s: len(one.notebooks) for s, one in found.items()} == {"Ann Lee": 1, "Eve": 1}


def test_attempts_come_by_time_and_by_name_where_times_are_one(tmp_path):
    now = time.time()
    for names, times, order in (
        (("b.ipynb", "a.ipynb"), (now - 900, now), ["b.ipynb", "a.ipynb"]),
        (("s (1).ipynb", "s.ipynb"), (now - 900, now), ["s (1).ipynb", "s.ipynb"]),
        (("s (1).ipynb", "s.ipynb", "s (10).ipynb", "s (9).ipynb"), (now,) * 4, None),
        (("Copy of s.ipynb", "s.ipynb"), (now, now + 1), ["s.ipynb", "Copy of s.ipynb"]),
        (("attempt10/s.ipynb", "attempt9/t.ipynb"), (now, now), ["t.ipynb", "s.ipynb"]),
    ):
        folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        for name, when in zip(names, times, strict=True):
            os.utime(save(folder / "anna" / name, notebook(COUNT)), (when, when))
        wanted = order or ["s.ipynb", "s (1).ipynb", "s (9).ipynb", "s (10).ipynb"]
        assert [p.name for p in submissions(folder)[0]["anna"].notebooks] == wanted


@can_sandbox
def test_the_best_attempt_counts_or_the_last(tmp_path):
    for k, text in enumerate((WRONG, COUNT, WRONG, "x = 1")):
        path = save(tmp_path / f"in/anna/{'dbca'[k]}.ipynb", notebook(text))
        os.utime(path, (1e9 + 1000 * k,) * 2)
    for rule, points, name in (("best", 4.0, "b"), ("last", 0.57, "c")):
        (row,) = grade(tmp_path / "in", tmp_path / f"{rule}.csv", Settings(("ex01",), attempt=rule), progress=False)
        assert row.points["ex01"] == points and f"in 3 notebooks; {name}.ipynb counts" in row.notes[0], row.notes


@pytest.mark.parametrize(
    "one, other",
    [("Müller, Anna", "anna müller"), (unicodedata.normalize("NFD", "José"), "José"), ("A  B", "B A"), ("Ö", "ö")],
)
def test_ways_to_write_one_name(one, other):
    assert canonical(one) == canonical(other)


def test_a_roster_is_a_list_or_a_table(tmp_path):
    path = tmp_path / "roster"
    for text, names in (
        ("Anna Müller\n\nBob\n", ["Anna Müller", "Bob"]),
        ("Müller, Anna\nLee, Bob\n", ["Müller, Anna", "Lee, Bob"]),
        ("First name;Surname;Email\nAnna;Müller;a@x\n", ["Anna Müller"]),
        ("student\tid\nAnna\t7\n", ["Anna"]),
    ):
        for encoding in ("utf-8", "utf-8-sig", "utf-16"):
            path.write_text(text, encoding=encoding)
            assert [p.name for p in read_roster(path).people] == names
    for text, said in (
        ("a,b,c\n1,2,3\n", "no column of names"),
        ("name,due\nAnna,soon\n", "line 2: no time can be read"),
        ("name,due\nAnna,3/4/2026\n", "no time can be read"),
        ("name\n", "names nobody"),
        ("", "empty"),
    ):
        path.write_text(text)
        with pytest.raises(ValueError, match=said):
            read_roster(path)
    path.write_bytes("Jos\xe9\n".encode("latin-1"))
    with pytest.raises(ValueError, match="not in UTF-8"):
        read_roster(path)


@can_sandbox
def test_who_is_not_in_the_list_is_told_and_loses_nothing(tmp_path):
    for name in ("anna muller", "José"):
        save(tmp_path / f"in/{name}.ipynb", notebook(COUNT))
    (tmp_path / "roster.csv").write_text("name,id\nAnna Müller,1\nJosé,2\nKim,3\n")
    course = Course(roster=tmp_path / "roster.csv")
    rows = {r.student: r for r in grade(tmp_path / "in", tmp_path / "g.csv", Settings(("ex01",)), None, False, course)}
    assert {s: row.total for s, row in rows.items()} == {"Anna Müller": 0, "José": 4.0, "Kim": 0, "anna muller": 4.0}
    assert "not in the class's list; is it Anna Müller?" in rows["anna muller"].notes[0]
    assert [s for s, row in rows.items() if ABSENT in row.notes] == ["Anna Müller", "Kim"]
