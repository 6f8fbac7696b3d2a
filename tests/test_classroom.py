"""Release and grades: the student version fails, the solution passes, attacks gain nothing, a killed run goes on."""

import contextlib
import csv
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from browser import HTML
from classroom import COUNT, GROUP_OF, RIGHT, ROOT, SHEET_2, SHEETS, can_sandbox, lines_of, save, submit, write
from classroom import sheet as typed
from test_live_progress import answers_notebook

from gn_edu import cli
from gn_edu.exercises import EXERCISES
from gn_edu.exercises import SHEETS as SHEETS_OF_EXERCISES
from gn_edu.exercises.sheet1_sets import numbers
from gn_edu_grader.grade import Settings, grade
from gn_edu_grader.kept import Kept
from gn_edu_grader.release import NUMBERS, release, student_notebook, student_seed, student_source
from gn_edu_grader.submissions import read, submissions
from gn_edu_site.sheets import _as_student
from scripts import exercise_records as RECORDS
from scripts.class_of_thirty import HOSTILE, OTHERS_RIGHT, WRONG, write_class

NBGRADER = os.environ.get("NBGRADER") or shutil.which("nbgrader")


def code(notebook):
    return ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]


def read_cells(path):
    return [cell.text for cell in read(path) if cell.kind == "code"]


def answered(cells):
    """The exercises whose function is defined in these cells."""
    return [name for name, e in EXERCISES.items() if re.search(rf"^(def|class) {e.function}\b", "\n".join(cells), re.M)]


def run(cells):
    """What the checks of a notebook's cells print."""
    scope, out = {"__name__": "__main__"}, io.StringIO()
    with contextlib.redirect_stdout(out):
        for cell in cells[1:]:  # the first is for Colab
            exec(cell, scope)
    return out.getvalue().strip().splitlines()


# ---- one source, three uses


@pytest.mark.parametrize("path", SHEETS, ids=lambda p: p.stem)
def test_the_solution_passes_and_the_student_version_fails_every_check(path):
    source = json.loads(path.read_text())
    asked = [name for name in EXERCISES if name in answered(code(source))]
    assert all(line.startswith("Right") for line in run(code(source)))
    assert run(code(student_notebook(source))) == ["Not attempted yet."] * len(asked)


@pytest.mark.parametrize("path", RECORDS.records(), ids=lambda p: p.stem)
def test_notebooks_say_what_the_records_of_their_exercises_say(path):
    exercises = RECORDS.records()[path]
    assert RECORDS.brought_up(path, exercises) == path.read_text(encoding="utf-8"), "run make exercises"
    harder = tuple(replace(e, minutes=99, points=e.points and 77) for e in exercises)
    assert RECORDS.brought_up(path, harder).count(", 99 minutes") == len(exercises)
    assert RECORDS.brought_up(path, harder).count("report.share(77)") == sum(e.points > 0 for e in exercises)
    with pytest.raises(ValueError, match=f"{path.name}: headings of the exercises"):
        RECORDS.brought_up(path, exercises[1:])


def test_a_notebook_without_an_exercises_cell_is_refused():
    notebook = nbformat.read(SHEET_2, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if "def normalize" not in cell.source]
    with pytest.raises(ValueError, match="no code cell with .*normalize"):
        RECORDS.bring_up(notebook, SHEETS_OF_EXERCISES[1])


def test_each_exercise_of_the_sheets_has_two_cells_and_a_hint():
    cells = [cell for path in SHEETS for cell in nbformat.read(path, as_version=4).cells]
    marks = [cell.metadata.nbgrader for cell in cells if "nbgrader" in cell.metadata]
    assert len({mark.grade_id for mark in marks}) == len(marks) == 2 * len(EXERCISES)
    assert [mark.grade_id for mark in marks if mark.grade] == list(EXERCISES)
    hints = [
        e.name for e in EXERCISES.values() for c in cells if f"Exercise {e.number}:" in c.source and "Hint" in c.source
    ]
    assert hints == list(EXERCISES)


def test_teachers_have_a_table_of_all():
    lines = RECORDS.table().splitlines()[2:]
    assert len(lines) == sum(map(len, RECORDS.records().values()))
    assert "| 3.1 | one mean per pixel | easy | 5 |  |" in lines
    assert "| 5 | The forward pass for images | medium | 15 | 10 |" in lines


def test_student_source():
    text = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\nf()\n"
    text += "### BEGIN HIDDEN TESTS\nx\n### END HIDDEN TESTS"
    assert student_source(text) == "def f():\n    # YOUR CODE HERE\n    raise NotImplementedError()\nf()"
    for bad in (
        "### BEGIN SOLUTION",
        "### END SOLUTION",
        "### BEGIN SOLUTION\n### BEGIN HIDDEN TESTS\n### END SOLUTION",
    ):
        with pytest.raises(ValueError, match="partner|has no END"):
            student_source(bad)


def test_release_writes_overwrites_nothing_and_explains(tmp_path):
    assert release(SHEET_2, tmp_path) == [tmp_path / SHEET_2.name] == release(SHEET_2, tmp_path)
    notebook = nbformat.read(tmp_path / SHEET_2.name, as_version=4)
    nbformat.validate(notebook)
    text = (tmp_path / SHEET_2.name).read_text()
    assert "BEGIN" not in text and "share(" not in text and all(not c.get("outputs") for c in notebook.cells)
    (tmp_path / SHEET_2.name).write_text(text + " ")
    with pytest.raises(ValueError, match="there and differs"):
        release(SHEET_2, tmp_path)
    with pytest.raises(ValueError, match="no source of exercises"):
        release(tmp_path / SHEET_2.name, tmp_path / "again")
    with pytest.raises(ValueError, match="found none"):
        release(tmp_path / "nothing", tmp_path / "x")
    with pytest.raises(ValueError, match="becomes a folder"):
        release(SHEET_2, tmp_path / "x", ["../../etc"])


def test_numbers_of_a_students_own(tmp_path):
    assert cli.main(["release", str(SHEETS[0]), str(tmp_path), "--seed-by", "student"]) == 2
    (tmp_path / "names").write_text("Anna\nBob\n")
    words = ["release", str(SHEETS[0]), str(tmp_path), "--students", str(tmp_path / "names"), "--seed-by", "student"]
    assert cli.main(words) == 0
    found = {}
    for student in ("Anna", "Bob"):
        text = "\n".join(read_cells(tmp_path / student / SHEETS[0].name))
        found[student] = NUMBERS.search(text)[0]
        assert found[student] == f"values = {numbers(random.Random(student_seed(student)))}"
    assert found["Anna"] != found["Bob"] and student_seed(" anna") == student_seed("Anna")
    assert NUMBERS.search("\n".join(read_cells(SHEETS[0])))[0] == f"values = {numbers(random.Random(0))}"


@pytest.mark.skipif(not NBGRADER, reason="nbgrader is missing: install it, or set NBGRADER to its path")
def test_the_same_cells_as_nbgrader(tmp_path):
    """Also that nbgrader grades a solution with all points and a student version with none.

    And what was written in the page as the same answers, typed into the notebook.
    """
    course = tmp_path / "course"
    for path in SHEETS:
        (course / "source" / path.stem).mkdir(parents=True)
        shutil.copy(path, course / "source" / path.stem)
    kernel = tmp_path / "jupyter/kernels/book"
    kernel.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "book", "language": "python"}))
    path_ = f"{Path(NBGRADER).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"JUPYTER_PATH": str(tmp_path / "jupyter"), "PYTHONPATH": str(ROOT), "PATH": path_}

    def call(*words):
        more = ["--CourseDirectory.root=" + str(course), "--ExecutePreprocessor.kernel_name=book"]
        done = subprocess.run([NBGRADER, *words, *more], cwd=course, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]

    for path in SHEETS:
        call("generate_assignment", path.stem)
        theirs = nbformat.read(course / "release" / path.stem / path.name, as_version=4)
        ours = student_notebook(json.loads(path.read_text()))
        assert [c.source for c in theirs.cells] == ["".join(c["source"]) for c in ours["cells"]]
    sheet = path.stem
    for student, text in (("right", path.read_text()), ("stub", json.dumps(ours))):
        folder = course / "submitted" / student / sheet
        folder.mkdir(parents=True)
        (folder / path.name).write_text(text)
    call("autograde", sheet)
    wrong = RIGHT | {"normalize": RIGHT["normalize"].replace(" + eps", "")}
    codes = dict(zip(("ex04", "ex05", "ex06"), wrong.values(), strict=True))
    for student, notebook in (("typed", typed(wrong)), ("in the page", answers_notebook(codes))):
        save(course / "submitted" / student / SHEET_2.stem / SHEET_2.name, notebook)
    call("autograde", SHEET_2.stem)
    import sqlite3

    with sqlite3.connect(course / "gradebook.db") as database:
        rows = database.execute(
            "select s.student_id, sum(g.auto_score) from grade g join submitted_notebook n on g.notebook_id = n.id "
            "join submitted_assignment s on n.assignment_id = s.id group by s.student_id"
        )
        scores = dict(rows.fetchall())
    assert 0 < scores.pop("typed") == scores.pop("in the page") < 24
    assert scores == {"right": sum(EXERCISES[name].points for name in answered(code(ours))), "stub": 0}


# ---- grades


@pytest.fixture(scope="module")
def demo_class(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    names = write_class(SHEET_2, folder / "submitted")
    began = time.monotonic()
    rows = grade(folder / "submitted", folder / "out" / "grades.csv", Settings(seconds=2.0), progress=False)
    assert [row.student for row in rows] == sorted(names) and len(names) == 30
    return {row.student: row for row in rows}, folder, time.monotonic() - began


@can_sandbox
def test_the_right_ones_get_all_points_and_each_mistake_is_named(demo_class):
    rows, _, _ = demo_class
    assert {rows[name].total for name in OTHERS_RIGHT} == {24.0}
    for student, (_, mistake) in WRONG.items():
        found = rows[student].mistakes
        assert any(mistake in names for names in found.values()), (student, found)
        assert all(len(names) <= 2 for names in found.values()) and rows[student].total < 24


@can_sandbox
def test_no_hostile_one_gets_more_than_its_honest_answers(demo_class):
    rows, folder, seconds = demo_class
    for student in HOSTILE:
        assert rows[student].points == {"ex04": 6.0, "ex05": 0.0, "ex06": 8.0}, student
    assert "torch's own group norm was called" in "; ".join(rows["torchs"].notes)
    assert any("took too long" in note for note in rows["loop"].notes)
    # None read or wrote a file outside of its own folder.
    assert {p.name for p in (folder / "submitted").iterdir()} == {f"{name}.ipynb" for name in rows}
    assert {p.name for p in folder.iterdir()} == {"submitted", "out"}
    beside = {"grades_feedback", "grades_by_hand.csv", "grades_state.jsonl", "grades_summary.html"}
    assert {p.name for p in (folder / "out").iterdir()} == {"grades.csv", *beside}
    places = json.loads((folder / "submitted/writer.ipynb").read_text())
    assert "new.txt" in json.dumps(places) and not (folder / "submitted/new.txt").exists()
    assert "I was here" not in "".join(p.read_text() for p in (ROOT / "gn_edu").glob("*.py"))
    assert seconds < 300  # an endless loop, not a measure of speed


@can_sandbox
def test_table_and_feedback(demo_class):
    rows, folder, _ = demo_class
    with (folder / "out/grades.csv").open(newline="", encoding="utf-8-sig") as file:
        table = list(csv.DictReader(file))
    assert [line["student"] for line in table] == sorted(rows) and table[0]["of"] == "24"
    line = next(line for line in table if line["student"] == "dan")
    assert "over-batch" in line["mistakes"] and float(line["total"]) == rows["dan"].total
    feedback = (folder / "out/grades_feedback/dan.html").read_text()
    assert "<h1>dan</h1>" in feedback and "Which images may a group hold?" in feedback
    assert "Traceback" not in feedback


@can_sandbox
def test_numbers_by_hand_are_the_students_own(tmp_path):
    def answers(values):
        mean = sum(values) / 4
        var = sum((v - mean) ** 2 for v in values) / 4
        found = (mean, var, [round((v - mean) / var**0.5, 2) for v in values])
        return f"def one_group():\n    return {found}\n"

    own = {name: answers(numbers(random.Random(student_seed(name)))) for name in ("anna", "bob")}
    submit(tmp_path / "in", anna=own["anna"], bob=own["bob"], copycat=own["anna"])
    settings = Settings(seed_by_student=True)
    rows = grade(tmp_path / "in", tmp_path / "g.csv", settings, progress=False)
    assert [row.total for row in rows] == [6.0, 6.0, 0.0]


@can_sandbox
def test_notes_say_what_a_teacher_should_look_at(tmp_path):
    by_hand = "def one_group():\n    return 1, 2, [3]\n"
    submit(
        tmp_path / "in",
        anna=f"values = [1, 3, 5, 7]  # your numbers\n{by_hand}",
        bob=f"values = {numbers(random.Random(0))}  # your numbers\n{by_hand}",
        carl=COUNT.replace("):", ")"),
    )
    submit(tmp_path / "in" / "dora", sheet=COUNT)
    submit(tmp_path / "in" / "dora", **{"sheet (1)": COUNT})
    rows = {row.student: row for row in grade(tmp_path / "in", tmp_path / "g.csv", progress=False)}
    missing = "ex01: no count_means in {}.ipynb"
    other = "ex03: other numbers in the notebook than the student should have"
    assert rows["anna"].notes == [missing.format("anna"), other] and rows["bob"].notes == [missing.format("bob")]
    assert "ex01: in 2 notebooks; sheet (1).ipynb counts" in rows["dora"].notes[0]
    assert rows["carl"].points == {"ex01": 0.0, "ex03": None}
    assert rows["carl"].notes[0] == "ex01: count_means was not defined"
    assert "cell 1, line 1: SyntaxError: expected ':'" in rows["carl"].notes
    assert "was not defined: cell 1, line 1: SyntaxError" in rows["carl"].feedback
    assert "carl,carl.ipynb,0.0,,0.0,10" in lines_of(tmp_path / "g.csv")


@can_sandbox
def test_a_killed_run_goes_on(tmp_path):
    slow = GROUP_OF + "    import time\n    time.sleep(0.03)\n    return channel // (num_channels // num_groups)\n"
    submit(tmp_path / "in", **{f"s{k:02d}": f"{COUNT}{slow}" for k in range(12)})
    out = tmp_path / "g.csv"
    words = [
        sys.executable,
        "-m",
        "gn_edu.cli",
        "grade",
        str(tmp_path / "in"),
        "--out",
        str(out),
        "--quiet",
        "--jobs",
        "1",
    ]
    part = tmp_path / "g_state.jsonl"
    process = subprocess.Popen(words, cwd=ROOT, start_new_session=True)
    while not part.exists() or len(part.read_text().splitlines()) < 6:
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not out.exists()
    settings = Settings()
    before = Kept(part, settings.how(), ("ex01", "ex02"))
    assert 2 <= len(before.rows) < 12
    submit(tmp_path / "in", s00=COUNT)  # handed in again: graded anew
    rows = grade(tmp_path / "in", out, settings, jobs=1, progress=False)
    assert [row.total for row in rows] == [4.0] + [7.5] * 11


def test_submissions_are_found_by_name(tmp_path):
    hidden = ".ipynb_checkpoints/a.ipynb", "c/.ipynb_checkpoints/z.ipynb"
    write(tmp_path, ("a.ipynb", "b/x.ipynb", "b/deep/y.ipynb", *hidden), "{}")
    found, nobodys = submissions(tmp_path)
    assert {s: sorted(one.files) for s, one in found.items()} == {"a": ["a.ipynb"], "b": ["x.ipynb", "y.ipynb"]} | {
        "c": []
    }
    assert found["c"].left_out and {why for _, why in nobodys} == {"hidden"}
    with pytest.raises(ValueError, match="found none"):
        submissions(tmp_path / "nothing")
    with pytest.raises(ValueError, match="there is no exercise 'ex99'"):
        grade(tmp_path, tmp_path / "g.csv", Settings(("ex99",)))


@pytest.mark.site
@pytest.mark.parametrize("path", SHEETS, ids=lambda p: p.stem)
def test_the_public_site_holds_no_solution(path):
    solutions = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", "\n".join(read_cells(path)), re.DOTALL)
    lines = {line.strip() for text in solutions for line in text.splitlines() if len(line.strip()) > 24}
    assert len(lines) >= 3
    page = unescape(re.sub(r"<[^>]+>", "", (HTML / f"notebooks/exercises/{path.stem}.html").read_text()))
    download = (HTML / f"_static/notebooks/exercises/{path.name}").read_text()
    assert not [line for line in lines if line in page or json.dumps(line)[1:-1] in download]
    assert page.count("Not attempted yet.") == len(re.findall("### BEGIN HIDDEN", "\n".join(read_cells(path))))


def test_a_teachers_site_shows_all():
    text = SHEET_2.read_text()
    for teacher in (True, False):
        source = [text]
        _as_student(SimpleNamespace(config=SimpleNamespace(gn_teacher=teacher)), "notebooks/exercises/x", source)
        assert ("BEGIN SOLUTION" in source[0]) == teacher
