"""A class in one worker: nobody decides over another, the same notebook gets the same points, nothing vanishes."""

import hashlib
import json
import multiprocessing
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import venv
from pathlib import Path

import pytest
import torch
from classroom import (
    COUNT,
    FULL,
    NORMALIZE,
    PLAIN,
    RIGHT,
    ROOT,
    SHEET_2,
    can_sandbox,
    cells,
    graded,
    lines_of,
    notebook,
    save,
    sheet,
    write,
)

from gn_edu import cli
from gn_edu.exercises import EXERCISES
from gn_edu.exercises.asking import Reply, pack
from gn_edu.exercises.exercise import answered
from gn_edu.exercises.judge import fault_of
from gn_edu_grader.grade import Settings, grade
from gn_edu_grader.sandbox import Sandbox, understood
from scripts.class_of_thirty import HOSTILE, write_class

SHEET2 = ("ex04", "ex05", "ex06")


def points(rows) -> dict[str, dict]:
    return {name: row.points for name, row in rows.items()}


# ---- between students

FORGED = """import os, json, struct, torch
def normalize(x, eps=1e-5):
    whole = {"shape": [2], "stride": [1], "dtype": "float32"}
    head = json.dumps({"items": [{"is": None}, {"is": None}, whole, WHAT]}).encode()
    body = b"r" + struct.pack("<I", len(head)) + head + bytes(8)
    for fd in range(3, 64):
        try: os.write(fd, struct.pack("<I", len(body)) + body)
        except OSError: pass
    os._exit(0)
"""
SPOIL = {
    "chmod_400": "os.chmod(HOME, 0o400)",
    "chmod_500": "os.chmod(HOME, 0o500)",
    "chmod_place": "os.chmod('/answer', 0)",
    "to_empty_ro": "os.rmdir(HOME); os.symlink('/dev/shm', HOME)",
    "to_usr": "os.rmdir(HOME); os.symlink('/usr', HOME)",
    "a_file": "os.rmdir(HOME); open(HOME, 'w')",
    "a_pipe": "os.rmdir(HOME); os.mkfifo(HOME)",
    "deep": "for k in range(1200): os.mkdir('d'); os.chdir('d')",
    "full": "open('big', 'wb').write(bytes(2**23))\nfor k in range(20): open(str(k), 'wb').write(bytes(2**23))",
    "module": "open('math.py', 'w').write('1/0'); open('torch.py', 'w').write('1/0')",
}


@can_sandbox
@pytest.mark.parametrize("jobs", [1, 2])
def test_hostile_notebooks_change_no_right_ones_points(tmp_path, jobs):
    """Before, between and after right ones; who writes a file in a cell gets full points, too."""
    names = write_class(SHEET_2, tmp_path / "all")
    hostile = {name: json.loads((tmp_path / "all" / f"{name}.ipynb").read_text()) for name in names if name in HOSTILE}
    for name, what in SPOIL.items():
        hostile[name] = sheet(RIGHT | {"normalize": f"import os\nHOME = os.getcwd()\n{what}\n{NORMALIZE}"})
    for name, what in {"forged": '{"is": false}', "forged_too": '{"items": []}'}.items():
        hostile[name] = sheet(RIGHT | {"normalize": FORGED.replace("WHAT", what)})
    hostile["endless"] = notebook(*["while True: pass"] * 6, *RIGHT.values())
    writes = sheet(RIGHT | {"normalize": f"open('log.txt', 'w').write('x')\n{NORMALIZE}"})
    for k, (name, found) in enumerate(hostile.items()):
        save(tmp_path / "in" / f"m{k:02d}_{name}.ipynb", found)
        save(tmp_path / "in" / f"m{k:02d}_z_right.ipynb", writes if k % 2 else sheet())
    for name in ("a_right", "z_right"):
        save(tmp_path / "in" / f"{name}.ipynb", sheet())
    rows = graded(tmp_path, *SHEET2, jobs=jobs, seconds=1.0)
    right = {name: row.points for name, row in rows.items() if name.endswith("_right")}
    assert len(right) == len(hostile) + 2 and right == dict.fromkeys(right, FULL)
    assert all(rows[name].points["ex04"] == 0 for name in rows if "forged" in name)
    for name, row in rows.items():
        if any(name.endswith(f"_{what}") for what in SPOIL):
            assert row.points["ex05"] == 10, (name, row.points, row.notes)


SEARCH = """
import ctypes, hashlib
def found(marks):  # by their beginning, and a digest of the whole: the whole must not be in this process itself
    seen = set()
    for line in open("/proc/self/maps"):
        where, rights, *_ = line.split()
        first, last = (int(part, 16) for part in where.split("-"))
        if rights.startswith("rw") and last - first < 2**28 and "[v" not in line:
            data = ctypes.string_at(first, last - first)
            for name, (start, size, digest) in marks.items():
                at = data.find(start)
                while at >= 0:
                    if hashlib.sha256(data[at : at + size]).hexdigest() == digest:
                        seen.add(name)
                    at = data.find(start, at + 1)
    return sorted(seen)
def count_means(*args):
    return found(MARKS)
"""


@can_sandbox
def test_nothing_of_a_student_is_in_the_next_ones_memory():
    """Neither the notebook nor the replies."""
    exercise = EXERCISES["ex01"]
    probes, marks = exercise.probes(random.Random(1)), {"cell": "anna wrote this", "reply": "this was annas reply"}
    told = {k: (v[:6].encode(), len(v), hashlib.sha256(v.encode()).hexdigest()) for k, v in marks.items()}
    upside = marks["reply"][::-1]
    anna = f"# {marks['cell']}\ndef count_means(*args):\n    return {upside!r}[::-1]\n"
    look = SEARCH.replace("MARKS", repr(told))
    with Sandbox() as box:
        for texts, value in (((anna,), marks["reply"]), ((f"# {marks['cell']}", look), ["cell"]), ((look,), [])):
            assert box.answers(cells(*texts), exercise, probes[:1]).rounds[-1][1][0].value == value


LOOK = """
import os
seen = []
for at, _, names in os.walk(PLACE):
    seen += [os.path.join(at, n) for n in names if n.endswith(".ipynb") or "SECRET" in n or "/gn_edu" in at]
def count_means(*args):
    return " ".join(seen)
"""


@can_sandbox
@pytest.mark.parametrize(
    "at", [Path(sys.prefix, "lib"), Path(sys.prefix), Path(sys.base_prefix, "lib"), Path("/usr/lib")]
)
def test_a_class_under_the_interpreters_folders_is_out_of_sight(at):
    folder = at / f"class_{os.getpid()}"
    try:
        folder.mkdir()
    except OSError:
        pytest.skip(f"{at} can't be written to")
    try:
        save(folder / "in/anna.ipynb", notebook(COUNT))
        (folder / "in/SECRET").write_text("x")
        save(folder / "in/mallory.ipynb", notebook(LOOK.replace("PLACE", repr(str(at)))))
        rows = {r.student: r for r in grade(folder / "in", folder / "g.csv", Settings(("ex01",)), progress=False)}
        assert rows["anna"].total == 4 and "got  " not in rows["mallory"].feedback
        assert "class_" not in rows["mallory"].feedback and "SECRET" not in rows["mallory"].feedback
    finally:
        shutil.rmtree(folder)


@can_sandbox
@pytest.mark.skipif(not os.access("/usr/src", os.W_OK), reason="/usr/src can't be written to")
def test_a_clone_under_usr_is_out_of_sight(tmp_path):
    home = Path(f"/usr/src/gn_{os.getpid()}/app")
    try:
        for part in ("gn_edu", "gn_edu_grader", "notebooks/exercises"):
            shutil.copytree(ROOT / part, home / part, ignore=shutil.ignore_patterns("__pycache__"))
        save(home / "submitted/anna.ipynb", notebook(COUNT))
        save(home / "submitted/mallory.ipynb", notebook(LOOK.replace("PLACE", "'/usr/src'")))
        words = [sys.executable, "-m", "gn_edu.cli", "grade", "submitted", "--quiet", "--exercises", "ex01"]
        environment = os.environ | {"PYTHONPATH": str(home), "OMP_NUM_THREADS": "1"}
        subprocess.run(words, cwd=home, env=environment, check=True, capture_output=True)
        assert "anna,anna.ipynb,4.0" in lines_of(home / "grades.csv")
        assert "ipynb" not in (home / "grades_feedback/mallory.html").read_text()
    finally:
        shutil.rmtree(home.parent, ignore_errors=True)


@can_sandbox
@pytest.mark.parametrize("where", ["clone", "tmp"])
def test_an_environment_in_the_clone_or_under_tmp(tmp_path, where):
    """Nothing but its packages is seen, and nothing of what is written there stays."""
    home = tmp_path / "clone"
    for part in ("gn_edu", "gn_edu_grader", "notebooks/exercises"):
        shutil.copytree(ROOT / part, home / part, ignore=shutil.ignore_patterns("__pycache__"))
    place = home if where == "clone" else tmp_path / "env"
    venv.create(place, symlinks=True)
    (packages,) = place.glob("lib/python*/site-packages")
    (packages / "ours.pth").write_text("\n".join(p for p in sys.path if p.endswith("-packages")))
    save(home / "in/anna.ipynb", notebook(f"for p in ('/tmp/left', {str(place)!r} + '/left'): open(p, 'w')", COUNT))
    look = LOOK.replace("PLACE", repr(str(tmp_path))) + "import glob\nseen += glob.glob('/tmp/left*')\n"
    save(home / "in/mallory.ipynb", notebook(look))
    words = [
        str(place / "bin/python"),
        "-m",
        "gn_edu.cli",
        "grade",
        "in",
        "--quiet",
        "--exercises",
        "ex01",
        "--jobs",
        "1",
    ]
    environment = os.environ | {"PYTHONPATH": str(home), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(words, cwd=home, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "anna,anna.ipynb,4.0" in lines_of(home / "grades.csv")
    told = (home / "grades_feedback/mallory.html").read_text().partition("<main>")[2]
    assert "ex01" in told and "ipynb" not in told and "left" not in told


@can_sandbox
def test_one_students_helper_adds_no_exercise_for_all(tmp_path):
    save(tmp_path / "in/anna.ipynb", sheet())
    helper = PLAIN.replace("group_norm_4d", "group_norm") + "def convert(x):\n    return x\n"
    answer = (
        f"{helper}def group_norm_4d(x, num_groups, eps=1e-5):\n    return group_norm(convert(x), num_groups, eps)\n"
    )
    save(tmp_path / "in/cora.ipynb", sheet(RIGHT | {"group_norm_4d": answer}))
    assert points(graded(tmp_path)) == {"anna": FULL, "cora": FULL}


# ---- whatever comes back


def _odd(rng: random.Random, depth: int = 0):
    """A header as a forger would write it."""
    kinds = [
        lambda: {"is": rng.choice([True, False, None, 1, 0, [], "x", 1.5])},
        lambda: {
            "type": rng.choice(["int", "float", "str", "bool", 3]),
            "is": rng.choice(["1", "nan", "1e999", "9" * 400, 3, None]),
        },
        lambda: {
            "shape": rng.choice([[2], [], [0], [2, 0], [1, 1], [-1], [2**40], "ab", [True], [1.0]]),
            "stride": rng.choice([[1], [], [0], [0, 1], [1, 1], [9]]),
            "dtype": rng.choice(["float32", "bool", "int64", "float16", "complex64"]),
        },
        lambda: {"other": rng.choice(["a function", 3, None, {}])},
        lambda: rng.choice([None, [], 3, "x", {}, {"items": 3}, {"items": {}}]),
    ]
    if depth < 3 and rng.random() < 0.4:
        return {"items": [_odd(rng, depth + 1) for _ in range(rng.choice((0, 1, 2, 4, 4, 4)))]}
    return rng.choice(kinds)()


def _forged(rng: random.Random, good: bytes) -> bytes:
    way = rng.random()
    if way < 0.3:  # bytes of a good one turned
        data = bytearray(good)
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        return bytes(data)
    head = {"items": [_odd(rng), {"is": None}, {"is": False}, {"items": []}]}
    if way < 0.7:
        head["items"][rng.randrange(4)] = _odd(rng)
    elif way < 0.8:
        head = _odd(rng)
    text = json.dumps(head).encode()
    return struct.pack("<I", len(text)) + text + rng.randbytes(rng.choice((0, 2, 4, 8, 16)))


def test_a_hundred_thousand_forged_replies_end_no_run():
    exercise, rng = EXERCISES["ex01"], random.Random(7)
    probes = exercise.probes(random.Random(1))
    good = pack([torch.ones(2, 3), None, False, ["batch_norm"]])
    frames, read = 0, 0
    while frames < 100_000:
        said = [b"a" + struct.pack("<II", 1, 0)] + [b"r" + _forged(rng, good) for _ in probes]
        said += [
            rng.choice((b"d", b"z", b"m" + rng.randbytes(9), b"e" + rng.randbytes(9), b"t1", b"")) for _ in range(2)
        ]
        run = understood(b"".join(struct.pack("<I", len(frame)) + frame for frame in said), len(probes))
        (replies,) = run.rounds.values()
        frames += len(replies)
        read += sum(reply.error is None or reply.error[0] != "NoAnswer" for reply in replies)
        report = exercise.judge(probes, [*replies, *replies][: len(probes)]) if replies else None
        assert report is None or 0 <= report.passed <= report.total
    assert read > 2000  # these are well formed


# ---- the same notebook, the same points

WRONG = """import torch, math
def normalize(x, eps=1e-5):
    return (x - x.mean()) / (x.var(correction=0).sqrt() + eps)
def group_norm_4d(x, num_groups, eps=1e-5):
    rows = x.reshape(len(x), num_groups, -1)
    rows = rows - rows.mean(-1, keepdim=True)
    return (rows / rows.square().mean(-1, keepdim=True).sqrt()).view_as(x)
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    y = group_norm_4d(x, num_groups)
    return y * weight.view(1, -1, 1, 1)
def choose_groups(channels, group_size=None, most=32):
    return channels // group_size if group_size else math.gcd(channels, most)
def group_norm_dx(dy, x, num_groups, weight, bias, eps):
    rows = x.reshape(len(x), num_groups, -1)
    g = (dy * weight.view(1, -1, *[1] * (x.dim() - 2))).reshape(rows.shape)
    return ((g - g.mean(-1, keepdim=True)) / (rows.var(-1, correction=0, keepdim=True) + eps).sqrt()).view_as(x)
"""


def _spin(stop):
    while not stop.is_set():
        sum(range(1000))


@can_sandbox
def test_one_notebook_graded_eight_times(tmp_path):
    """Alone, among others, in another order, beside load, in one lane and two: other numbers, the same points."""
    names = ("ex05", "ex06", "ex10", "ex12")
    found = []
    for k in range(8):
        folder = tmp_path / str(k)
        save(folder / "in/mia.ipynb", notebook(WRONG))
        for other in range(0 if k < 2 else 3):
            save(
                folder / f"in/{'a' if k % 2 else 'z'}{other}.ipynb",
                sheet() if other % 2 else notebook("while True: pass", COUNT),
            )
        stop = multiprocessing.Event()
        load = [multiprocessing.Process(target=_spin, args=(stop,), daemon=True) for _ in range(3 if k > 5 else 0)]
        for process in load:
            process.start()
        rows = graded(folder, *names, jobs=1 + k % 2, seconds=0.7)
        stop.set()
        for process in load:
            process.join()
        found.append((rows["mia"].points, rows["mia"].mistakes))
    assert found == found[:1] * 8 and 0 < sum(found[0][0].values()) < 33
    tables = {lines_of(tmp_path / str(k) / "g.csv").splitlines()[1].rpartition(",")[2] for k in range(8)}
    assert len(tables) == 8  # eight seeds


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_a_mistake_gets_the_same_points_whatever_the_seed(exercise):
    """Each mistake alone fails the same cases for every draw, and one at least."""
    alone = [(names[0], answer) for names, answer in exercise.wrong() if len(names) == 1][:110]
    drawn = [exercise.probes(random.Random(seed)) for seed in range(4)]
    for name, answer in alone:
        passed = {tuple(_passes(exercise, answer, probe) for probe in probes) for probes in drawn}
        assert len(passed) == 1, name
        assert not all(min(passed)) or name == "memory-order", name  # which is right for what lies in order


def _passes(exercise, answer, probe) -> bool:
    try:
        reply = Reply(value=exercise.expected(probe, answer))
    except ValueError as error:
        reply = Reply(error=("RuntimeError", str(error)))
    table = exercise.table([probe])
    return fault_of(table, table.questions[0], answered(reply)) is None


@can_sandbox
def test_the_seed_stays_and_nobody_else_moves(tmp_path):
    for name, text in {"anna": WRONG, "bert": WRONG.replace("+ eps)", ")"), "cleo": WRONG}.items():
        save(tmp_path / f"in/{name}.ipynb", notebook(text))
    first = graded(tmp_path, "ex04", seed=5)
    assert lines_of(tmp_path / "g.csv").splitlines()[1].endswith(",5")
    save(tmp_path / "in/bert.ipynb", notebook("import torch", NORMALIZE))
    second = graded(tmp_path, "ex04")
    assert lines_of(tmp_path / "g.csv").splitlines()[1].endswith(",5")
    assert second["bert"].total == 6 and all(first[n].feedback == second[n].feedback for n in ("anna", "cleo"))
    graded(tmp_path, "ex04", seed=6)
    assert lines_of(tmp_path / "g.csv").splitlines()[1].endswith(",6")
    one, other = (EXERCISES["ex04"].probes(random.Random(seed))[2].args[0] for seed in (5, 6))
    assert not torch.equal(one, other)


# ---- nothing vanishes


def test_every_file_is_in_the_table_or_in_the_list(tmp_path, capsys):
    folder = tmp_path / "in"
    save(folder / "anna.ipynb", notebook(COUNT))
    odd = "bert.py", "cora.zip", "dora/work.zip", "emil/onlinetext.html", "notes.txt", ".DS_Store", "__MACOSX/a.ipynb"
    write(folder, odd, "x")
    (folder / "finn").mkdir()
    save(folder / "gina.IPYNB", notebook(COUNT))
    save(folder / "hans.ipynb.txt", notebook(COUNT))
    (folder / "ida.ipynb").write_text(json.dumps(notebook(COUNT)), encoding="utf-16")
    old = {
        "worksheets": [{"cells": [{"cell_type": "code", "input": [COUNT], "outputs": []}]}],
        "nbformat": 3,
        "metadata": {},
    }
    (folder / "jan.ipynb").write_text(json.dumps(old))
    big = notebook(COUNT)
    big["cells"][0]["outputs"] = ["x" * 30 * 2**20]
    save(folder / "kim.ipynb", big)
    (folder / "lea.ipynb").write_text("{")
    (folder / "max.ipynb").mkdir()
    words = [
        "grade",
        str(folder),
        "--out",
        str(tmp_path / "g.csv"),
        "--quiet",
        "--exercises",
        "ex01",
        "--jobs",
        "1",
        "--unsafe",
    ]
    assert cli.main(words) == 0
    said = capsys.readouterr().out
    table = lines_of(tmp_path / "g.csv")
    for name in ("anna", "gina", "hans", "ida", "jan", "kim"):
        assert re.search(rf"^{name},{name}\S*,4.0,4.0,4,,,", table, re.MULTILINE), (name, table)
    for name in ("bert", "cora", "dora", "emil", "finn", "lea", "max"):
        assert re.search(rf"^{name}[^,]*,[^,]*,,0.0,4,,\S", table, re.MULTILINE), (name, table)
        (page,) = (tmp_path / "g_feedback").glob(f"{name}*.html")
        assert len(page.read_text().splitlines()) > 3
    for name in ("notes.txt", ".DS_Store", "__MACOSX/a.ipynb"):
        assert f"not graded: {folder / name}" in said


def test_settings_that_leave_no_room_are_refused(tmp_path, capsys):
    save(tmp_path / "in/anna.ipynb", notebook(COUNT))
    for words, why in (
        (["--seconds", "0"], "more than 0"),
        (["--seconds", "-5"], "more than 0"),
        (["--detours", "2"], "share"),
    ):
        assert cli.main(["grade", str(tmp_path / "in"), "--out", str(tmp_path / "g.csv"), *words]) == 2
        assert why in capsys.readouterr().err
