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
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from browser import HTML, site_is_built

from gn_edu import cli, exercises
from gn_edu.classroom import demo, sandbox
from gn_edu.classroom.grade import Settings, _Kept, answered, grade, read_cells, submissions
from gn_edu.classroom.release import NUMBERS, release, student_notebook, student_seed, student_source
from gn_edu.exercises import EXERCISES
from gn_edu.exercises.asking import Reply, pack, unpack, unpack_reply
from gn_edu.exercises.sheet1_sets import numbers
from gn_edu.site.sheets import _as_student

ROOT = Path(__file__).parents[1]
SHEETS = sorted((ROOT / "notebooks/exercises").glob("*.ipynb"))
SHEET_2 = ROOT / "notebooks/exercises/sheet2_forward.ipynb"


def no_sandbox() -> str:
    """Why there is no sandbox here, or ""."""
    try:
        words = [*sandbox.command()[:-1], "-c", "pass"]
    except sandbox.SandboxError as error:
        return str(error)
    done = subprocess.run(words, capture_output=True, text=True)
    return f"no sandbox: {done.stderr.strip()}" if done.returncode else ""


NO_SANDBOX = no_sandbox()
NBGRADER = os.environ.get("NBGRADER") or shutil.which("nbgrader")
can_sandbox = pytest.mark.skipif(bool(NO_SANDBOX), reason=NO_SANDBOX)


def code(notebook):
    return ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]


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


def test_sixteen_exercises_in_the_sheets_with_their_metadata():
    seen = {}
    for path in SHEETS:
        notebook = nbformat.read(path, as_version=4)
        headings = re.findall(
            r"## Exercise (\d+): (.*)\n\n\*(\w+), (\d+) minutes, (\d+) points",
            "\n".join(c.source for c in notebook.cells),
        )
        ids = [c.metadata.nbgrader for c in notebook.cells if "nbgrader" in c.metadata]
        assert len({m.grade_id for m in ids}) == len(ids)
        points = {m.grade_id: m.points for m in ids if m.grade}
        for number, title, level, minutes, worth in headings:
            e = EXERCISES[f"ex{int(number):02d}"]
            assert (title, level.lower(), int(minutes), int(worth)) == (e.title, e.level, e.minutes, e.points)
            assert points[e.name] == e.points
            seen[e.name] = "<summary>Hint" in "\n".join(
                c.source for c in notebook.cells if f"Exercise {number}:" in c.source
            )
    assert list(seen) == list(EXERCISES) and all(seen.values())


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
    """Also that nbgrader grades a solution with all points and a student version with none."""
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
    import sqlite3

    with sqlite3.connect(course / "gradebook.db") as database:
        rows = database.execute(
            "select s.student_id, sum(g.auto_score) from grade g join submitted_notebook n on g.notebook_id = n.id "
            "join submitted_assignment s on n.assignment_id = s.id group by s.student_id"
        )
        scores = dict(rows.fetchall())
    assert scores == {"right": sum(EXERCISES[name].points for name in answered(code(ours))), "stub": 0}


# ---- what comes back from a student's process


def test_packed_values_come_back_as_they_were():
    import torch

    last = torch.randn(2, 4, 3, 5).contiguous(memory_format=torch.channels_last)
    tensors = [last, last.transpose(2, 3), torch.ones(2, dtype=torch.bfloat16), torch.empty(0, 3)]
    value = [*tensors, 3, -1.5, True, None, "a", [1, [2]], float("nan"), torch.tensor(7)]
    back = unpack(pack(value))
    for a, b in zip(value, back, strict=True):
        if isinstance(a, torch.Tensor):
            assert torch.equal(a, b) and a.stride() == b.stride() and a.dtype == b.dtype
        elif a == a:
            assert a == b and type(a) is type(b)
    assert back[10] != back[10]
    assert "function" in unpack(pack(len))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"abc", b"\xff\xff\xff\xff{}", pack([1, 2]), pack(1), pack([1, "x", 1, 1]), pack([1, None, 1, 1]) + b"x",
        b"\x02\x00\x00\x00{}", b"\x04\x00\x00\x00null", b"\x02\x00\x00\x00[]", b"\x09\x00\x00\x00{\"is\": 2}",
        b'\x35\x00\x00\x00{"shape": [1000000000], "stride": [1], "dtype": "int8"}',
        b'\x38\x00\x00\x00{"shape": [99999999], "stride": [1], "dtype": "float64"}',
        b'\x37\x00\x00\x00{"shape": [-1, 2], "stride": [1, 1], "dtype": "int32"}',
        b"\x20\x4e\x00\x00" + b'{"items":[' * 2000,
    ],
)  # fmt: skip
def test_replies_that_are_none_are_refused(data):
    with pytest.raises(ValueError):
        unpack_reply(data)


# ---- grades


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    names = demo.write_class(SHEET_2, folder / "submitted")
    began = time.monotonic()
    rows = grade(folder / "submitted", folder / "out" / "grades.csv", Settings(seconds=2.0), progress=False)
    assert [row.student for row in rows] == sorted(names) and len(names) == 30
    return {row.student: row for row in rows}, folder, time.monotonic() - began


@can_sandbox
def test_the_right_ones_get_all_points_and_each_mistake_is_named(graded):
    rows, _, _ = graded
    assert {rows[name].total for name in demo.OTHERS_RIGHT} == {24.0}
    for student, (_, mistake) in demo.WRONG.items():
        found = rows[student].mistakes
        assert any(mistake in names for names in found.values()), (student, found)
        assert all(len(names) <= 2 for names in found.values()) and rows[student].total < 24


@can_sandbox
def test_no_hostile_one_gets_more_than_its_honest_answers(graded):
    rows, folder, seconds = graded
    for student in demo.HOSTILE:
        assert rows[student].points == {"ex04": 6.0, "ex05": 0.0, "ex06": 8.0}, student
    assert "torch's own group norm was called" in "; ".join(rows["torchs"].notes)
    assert any("took too long" in note for note in rows["loop"].notes)
    # None read or wrote a file outside of its own folder.
    assert {p.name for p in (folder / "submitted").iterdir()} == {f"{name}.ipynb" for name in rows}
    assert {p.name for p in folder.iterdir()} == {"submitted", "out"}
    assert {p.name for p in (folder / "out").iterdir()} == {"grades.csv", "grades_feedback"}
    places = json.loads((folder / "submitted/writer.ipynb").read_text())
    assert "new.txt" in json.dumps(places) and not (folder / "submitted/new.txt").exists()
    assert "I was here" not in "".join(p.read_text() for p in (ROOT / "gn_edu").glob("*.py"))
    assert seconds < 300  # an endless loop, not a measure of speed


@can_sandbox
def test_table_and_feedback(graded):
    rows, folder, _ = graded
    with (folder / "out/grades.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [line["student"] for line in table] == sorted(rows) and table[0]["of"] == "24"
    line = next(line for line in table if line["student"] == "dan")
    assert "over-batch" in line["mistakes"] and float(line["total"]) == rows["dan"].total
    feedback = (folder / "out/grades_feedback/dan.md").read_text()
    assert feedback.startswith("# dan") and "Which images may a group hold?" in feedback
    assert "Traceback" not in feedback


def submit(folder, **answers):
    """Notebooks by student: one cell each."""
    folder.mkdir(exist_ok=True)
    for student, text in answers.items():
        cells = [
            {"cell_type": "code", "source": part, "metadata": {}, "outputs": []} for part in text.split("\n#---\n")
        ]
        (folder / f"{student}.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}))


COUNT = "def count_means(n, c, h, w, num_groups):\n    return n * num_groups\n"
GROUP_OF = "def group_of(channel, num_channels, num_groups):\n"


@can_sandbox
def test_one_bad_cell_costs_one_answer(tmp_path):
    tail = f"\n#---\n{COUNT}"
    submit(
        tmp_path / "in",
        loop=f"while True:\n    pass{tail}",
        exit=f"import os\nos._exit(0){tail}",
        syntax=f"def f(:{tail}",
        magic=f"%matplotlib inline\n!ls\nimport gn_edu.show, matplotlib.pyplot as plt\nplt.plot(1){tail}",
        bomb=f"import os\nwhile True:\n    os.fork(){tail}",
        asks=f"input('name?'){tail}",
        floods=f"while True:\n    print('x' * 100){tail}",
        forks="import os\nos.fork()\nraise SystemExit" + tail,
        limits="import resource\nresource.prlimit(1, resource.RLIMIT_FSIZE, (0, 0))" + tail,
        execs="import os, sys\nos.execv(sys.executable, ['python', '-c', 'pass'])" + tail,
        socket="import socket\nsocket.socket(40, socket.SOCK_STREAM)" + tail,
        locked="import os\nos.mkdir('/tmp/a')\nopen('/tmp/a/b', 'w')\nos.chmod('/tmp/a', 0)" + tail,
        deep="import os\nfor k in range(1500):\n    os.mkdir('d')\n    os.chdir('d')" + tail,
        surrogate="raise ValueError('\\ud800')" + tail,
        huge=GROUP_OF + "    return 10 ** 390\n#---\n" + COUNT,
        daemon="import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(99)" + tail,
        late=GROUP_OF + "    import os\n    os.kill(os.getppid(), 9)\n    os._exit(1)\n#---\n" + COUNT,
    )
    (tmp_path / "in" / "broken.ipynb").write_text("{")
    (tmp_path / "in" / "=cmd.ipynb").write_text(json.dumps({"cells": []}))
    os.symlink(SHEETS[0], tmp_path / "in" / "link.ipynb")
    names = ("ex01", "ex02")
    rows = grade(tmp_path / "in", tmp_path / "g.csv", Settings(names, seconds=1.5), progress=False)
    found = {row.student: row for row in rows}
    assert "link" not in found
    for student in set(found) - {"broken", "=cmd"}:
        second = 0.0 if student in ("late", "huge") else None  # None: not handed in
        assert found[student].points == {"ex01": 4.0, "ex02": second}, (student, found[student])
    assert "SyntaxError" not in "".join(found["syntax"].notes)  # another cell's
    assert "not a notebook" in found["broken"].notes[0] and found["broken"].total == 0
    assert "cell 1 took too long; left out" in found["loop"].notes[0]
    with (tmp_path / "g.csv").open(newline="") as file:
        assert "'=cmd" in {line["student"] for line in csv.DictReader(file)}


@can_sandbox
def test_memory_of_one_student_does_not_reach_the_next(tmp_path):
    """One worker, two students: what the first leaves in memory or in /tmp is not there for the second."""
    mark = """
import torch, builtins, os, ctypes
builtins.stolen = torch.stolen = 1
open("/tmp/left", "w").write("x")
for place in ("/left", "/grader/einops.py", "/dev/shm/left", "/usr/left"):
    try:
        open(place, "w").write("x")
    except OSError:
        pass
lib = ctypes.CDLL(None)
lib.shmget(4711, 64, 0o1777)
lib.syscall(248, b"user", b"left", b"x", 1, -4)  # add_key
"""
    look = """
import torch, builtins, os, ctypes
places = ("/left", "/grader/einops.py", "/dev/shm/left", "/usr/left")
lib = ctypes.CDLL(None)
found = [hasattr(builtins, "stolen"), hasattr(torch, "stolen"), os.path.exists("/tmp/left")]
found += [any(map(os.path.exists, places)), lib.shmget(4711, 64, 0) >= 0]
found += [lib.syscall(249, b"user", b"left", 0, -4) >= 0]
"""
    probe = EXERCISES["ex01"].probes(random.Random(1))[:1]
    tell = "def count_means(*args):\n    return found\n"
    with sandbox.Sandbox() as box:
        first = box.answers([mark + look + tell], "count_means", probe).replies[0].value
        second = box.answers([look + tell], "count_means", probe).replies[0].value
    assert first == [True] * 3 + [False] * 3 and second == [False] * 6


@can_sandbox
def test_the_sandbox_shows_no_network_no_files_and_no_root():
    look = """
import os, socket
def count_means(*args):
    try:
        socket.create_connection(("127.0.0.1", PORT), 1)
        net = "open"
    except OSError:
        net = "shut"
    home = [p for p in ("/home", "/root", "/work", "/tmp") if os.path.isdir(p)]
    seen = [f"{at}/{f}" for p in home for at, _, files in os.walk(p) for f in files if f.endswith((".ipynb", ".py"))]
    pids = [p for p in os.listdir("/proc") if p.isdigit()]
    return [net, os.getuid() != 0, [f for f in seen if "gn_edu/" in f or "/sheet" in f], len(pids) <= 2,
            open("/proc/self/status").read().split("CapEff:")[1].split()[0]]
"""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server, sandbox.Sandbox() as box:
        cell = look.replace("PORT", str(server.getsockname()[1]))
        (reply,) = box.answers([cell], "count_means", EXERCISES["ex01"].probes(random.Random(1))[:1]).replies
    assert reply.value == ["shut", True, [], True, "0" * 16], reply


def test_without_a_sandbox_it_refuses_and_unsafe_says_what_is_open(tmp_path, monkeypatch, capsys):
    submit(tmp_path / "in", anna=COUNT)
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    words = ["grade", str(tmp_path / "in"), "--out", str(tmp_path / "g.csv"), "--quiet", "--jobs", "1"]
    assert cli.main(words) == 2
    assert "bubblewrap is not installed" in capsys.readouterr().err and not (tmp_path / "g.csv").exists()
    assert cli.main([*words, "--unsafe"]) == 0
    assert "can read and write your files" in capsys.readouterr().err
    assert "anna,anna.ipynb,4.0,4.0,4" in (tmp_path / "g.csv").read_text()


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
    assert rows["anna"].notes == ["ex03: other numbers in the notebook than the student should have"]
    assert not rows["bob"].notes and rows["dora"].notes == ["ex01 is in 2 notebooks; the last by name counts"]
    assert rows["carl"].points == {"ex01": 0.0, "ex03": None}
    assert rows["carl"].notes == ["cell 1 raised SyntaxError: expected ':', line 1"]
    assert "was not defined: cell 1 raised SyntaxError" in rows["carl"].feedback
    assert "carl,carl.ipynb,0.0,,0.0,10" in (tmp_path / "g.csv").read_text()


AROUND = {
    "dispatcher": "op = getattr(torch.ops.aten, 'native_group' + '_norm').default\n"
    "    call = lambda *a: op._op_dk(torch._C.DispatchKey.CompositeExplicitAutograd, *a)\n",
    "decomposition": "import torch._decomp as d\n"
    "    call = next(f for k, f in d.decomposition_table.items() if 'native_group' + '_norm.default' in str(k))\n",
    "refs": "import torch._refs as r\n    call = getattr(r, 'native_group' + '_norm')\n",
    "compiled": "call = torch.jit.script(lambda *a: torch.native_group_norm(*a))\n",
    "process": "import subprocess, sys\n    subprocess.run([sys.executable, '-c', ''], check=True)\n    call = None\n",
    "library": "import gc\n    [o._destroy() for o in gc.get_objects() if type(o).__name__ == 'Library']\n"
    "    call = getattr(torch, 'native_group' + '_norm')\n",
}


@can_sandbox
def test_torchs_own_by_a_way_around(tmp_path):
    text = "import torch\ndef group_norm_4d(x, g, eps=1e-5):\n    {}    n, c = x.shape[:2]\n"
    text += "    return call(x.contiguous(), None, None, n, c, x[0, 0].numel(), g, eps)[0]\n"
    submit(tmp_path / "in", **{name: text.format(way) for name, way in AROUND.items()})
    rows = grade(tmp_path / "in", tmp_path / "g.csv", progress=False)
    assert {row.student: row.total for row in rows} == dict.fromkeys(sorted(AROUND), 0.0)


@can_sandbox
def test_torchs_own_when_it_is_allowed(tmp_path):
    text = (
        "import torch\ndef group_norm_4d(x, g, eps=1e-5):\n    return torch.nn.functional.group_norm(x, g, eps=eps)\n"
    )
    submit(tmp_path / "in", anna=text)
    (row,) = grade(tmp_path / "in", tmp_path / "g.csv", Settings(allow_torch=True), progress=False)
    assert row.total == 10 and "torch's own group norm was called" in row.notes[0]


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
    part = tmp_path / "g.csv.part"
    process = subprocess.Popen(words, cwd=ROOT, start_new_session=True)
    while not part.exists() or len(part.read_text().splitlines()) < 6:
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not out.exists()
    settings = Settings()
    before = _Kept(part, settings, ("ex01", "ex02"))
    assert 2 <= len(before.rows) < 12
    submit(tmp_path / "in", s00=COUNT)  # handed in again: graded anew
    rows = grade(tmp_path / "in", out, settings, jobs=1, progress=False)
    assert [row.total for row in rows] == [4.0] + [7.5] * 11 and not part.exists()


def test_submissions_are_found_by_name(tmp_path):
    for name in (
        "a.ipynb",
        "b/x.ipynb",
        "b/deep/y.ipynb",
        ".ipynb_checkpoints/a.ipynb",
        "c/.ipynb_checkpoints/z.ipynb",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    found = submissions(tmp_path)
    assert {s: [p.name for p in paths] for s, paths in found.items()} == {"a": ["a.ipynb"], "b": ["y.ipynb", "x.ipynb"]}
    with pytest.raises(ValueError, match="found none"):
        submissions(tmp_path / "nothing")
    with pytest.raises(ValueError, match="there is no exercise 'ex99'"):
        grade(tmp_path, tmp_path / "g.csv", Settings(("ex99",)))


def test_a_score_is_no_more_than_the_probes_say():
    """Replies of a forger: of other shapes, other types, other counts of parts."""
    import torch

    e = EXERCISES["ex13"]
    probes = e.probes(random.Random(3))
    for value in (None, True, "1", [torch.ones(2)] * 2, [1, 2, 3], torch.full((2,), float("nan")), [None, None]):
        report = e.judge(probes, [Reply(value=value)] * len(probes))
        assert not report.ok and report.passed == 0
    assert exercises.check_group_norm.__doc__


@pytest.mark.site
@site_is_built
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
