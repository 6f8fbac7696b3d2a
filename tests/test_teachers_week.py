"""What happens around the marks: once more, late, by hand, in a spreadsheet, on a page, and at a glance."""

import csv
import io
import os
import re
from datetime import datetime, timedelta
from html import unescape

import pytest
import torch
from bs4 import BeautifulSoup
from classroom import COUNT, NORMALIZE, PLAIN, RIGHT, can_sandbox, notebook, save, sheet

from gn_edu import cli
from gn_edu.exercises.exercise import mistakes
from gn_edu_grader.alike import alike, shape, source_of
from gn_edu_grader.by_hand import HEAD, Late
from gn_edu_grader.grade import Settings, grade
from gn_edu_grader.handing_back import Course
from gn_edu_grader.lessons import LESSONS
from gn_edu_grader.pages import SAME, file_names, page, summary
from gn_edu_grader.results import Result, Row
from gn_edu_grader.table import cell, table

NO_EPS = NORMALIZE.replace(" + eps", "")
WRONG = COUNT.replace("n * num_groups", "num_groups")


def run(tmp_path, *words, ok=0):
    """gn-edu grade, of the notebooks in tmp_path/in; the table's lines by student."""
    found = cli.main(["grade", str(tmp_path / "in"), "--out", str(tmp_path / "g.csv"), "--quiet", *words])
    assert found == ok
    return lines(tmp_path / "g.csv") if not ok else {}


def lines(path):
    rows = path.read_text(encoding="utf-8-sig").splitlines()
    return {row.split(",")[0].strip('"'): row for row in rows[1:]}


def cells_of(line):
    return next(csv.reader(io.StringIO(line)))


@pytest.fixture
def three(tmp_path):
    """Anna right, Bert without eps, Cleo with one exercise of two."""
    save(tmp_path / "in/anna.ipynb", notebook("import torch", COUNT, NORMALIZE))
    save(tmp_path / "in/bert.ipynb", notebook("import torch", COUNT, NO_EPS))
    save(tmp_path / "in/cleo.ipynb", notebook("import torch", COUNT))
    return tmp_path


# ---- once more


@can_sandbox
def test_one_student_or_one_exercise_again(three, capsys):
    first = run(three, "--exercises", "ex01,ex04")
    save(three / "in/bert.ipynb", notebook("import torch", WRONG, NORMALIZE))
    save(three / "in/dora.ipynb", notebook("import torch", COUNT))
    again = run(three, "--exercises", "ex01,ex04", "--again", "anna")
    assert again == first and "not graded yet: dora" in capsys.readouterr().out
    again = run(three, "--exercises", "ex01,ex04", "--again", "Bert", "ex01")
    assert {s: again[s] for s in ("anna", "cleo")} == {s: first[s] for s in ("anna", "cleo")}
    assert cells_of(again["bert"])[2:4] == ["0.57", cells_of(first["bert"])[3]]
    last = run(three, "--exercises", "ex01,ex04")
    assert {s: last[s] for s in ("anna", "cleo")} == {s: first[s] for s in ("anna", "cleo")}
    assert cells_of(last["bert"])[2:4] == ["0.57", "6.0"] and cells_of(last["dora"])[2] == "4.0"


@can_sandbox
def test_what_is_graded_is_not_graded_twice(three):
    settings = Settings(("ex01", "ex04"))
    first = grade(three / "in", three / "g.csv", settings, progress=False)
    second = grade(three / "in", three / "g.csv", settings, progress=False)
    times = [[result.seconds for result in row.results.values()] for row in first]
    assert times == [[result.seconds for result in row.results.values()] for row in second]


REFUSED = [
    (["--exercises", "ex04"], "has ex01, too, and would lose it"),
    (["--exercises", "ex01,ex04", "--again", "ana"], "is it anna?"),
    (["--exercises", "ex01,ex04", "--again", "ex05"], "one student, or one of ex01, ex04; got 'ex05'"),
    (["--exercises", "ex01,ex04", "--again", "anna", "--detours", "0"], "detours 1.0, not 0.0"),
    (["--free-days", "2"], "need --due"),
    (["--due", "2026-12-01", "--late", "0.1"], "1 to 100 percent"),
    (
        ["--moodle", "canvas.csv"],
        "no column 'Identifier', but Student, ID, Section, S (1): it looks like a table of C",
    ),
    (["--due", "soon"], "no time can be read"),
    (["--due", "2026-12-01", "--late", "-5"], "1 to 100 percent"),
    (["--roster", "nowhere.csv"], "nowhere.csv"),
    (["--seconds", "0"], "more than 0"),
    (["--seconds", "nan"], "more than 0"),
    (["--memory", "0"], "more than 0"),
]


@can_sandbox
def test_what_can_not_be_is_refused_and_nothing_is_lost(three, capsys):
    first = run(three, "--exercises", "ex01,ex04")
    (three / "canvas.csv").write_text("Student,ID,Section,S (1)\nanna,1,,\n")
    for words, said in REFUSED:
        run(three, *[str(three / word) if word.endswith(".csv") else word for word in words], ok=2)
        assert said in capsys.readouterr().err and lines(three / "g.csv") == first, words


# ---- by hand


@can_sandbox
def test_marks_and_comments_by_hand_stay(three, capsys):
    first = run(three, "--exercises", "ex01,ex04")
    by_hand = three / "g_by_hand.csv"
    assert by_hand.read_text(encoding="utf-8-sig") == HEAD
    text = HEAD + "Bert,ex04,5,the idea is right\nanna,,-1.5,\ncleo,ex04,+2,asked at the board\nanna,,,see me\n"
    by_hand.write_text(text, encoding="utf-8-sig")
    for words in ((), (), ("--again", "anna"), ("--again", "ex04")):
        found = run(three, "--exercises", "ex01,ex04", *words)
        totals = {s: cells_of(line)[4] for s, line in found.items()}
        assert totals == {"anna": "8.5", "bert": "9.0", "cleo": "6.0"}
        assert by_hand.read_text(encoding="utf-8-sig") == text
    assert "the idea is right" in found["bert"] and "see me" in found["anna"] and first["anna"] != found["anna"]
    assert "5 of 6 points, set by your teacher" in (three / "g_feedback/bert.html").read_text()
    by_hand.unlink()
    assert run(three, "--exercises", "ex01,ex04") == first


MEANINGLESS = [
    ("ana,ex01,3,", "line 2: nobody in the table is called 'ana'; is it anna?"),
    ("anna,ex05,3,", "the table has no 'ex05'; it has ex01, ex04"),
    ("anna,ex01,three,", "points are a number"),
    ("anna,,3,", r"3 points of what\? Name an exercise, or write \+3"),
]


@can_sandbox
def test_a_line_by_hand_that_means_nothing_is_refused(three):
    settings = Settings(("ex01", "ex04"))
    grade(three / "in", three / "g.csv", settings, progress=False)
    before = (three / "g.csv").read_bytes()
    for text, said in [
        *((f"{HEAD}{line}\n", said) for line, said in MEANINGLESS),
        ("name;points\n", "needs the columns"),
    ]:
        (three / "g_by_hand.csv").write_text(text)
        with pytest.raises(ValueError, match=said):
            grade(three / "in", three / "g.csv", settings, progress=False)
        assert (three / "g.csv").read_bytes() == before


@can_sandbox
def test_what_was_written_into_the_table_is_kept(three, capsys):
    run(three, "--exercises", "ex01,ex04")
    changed = (three / "g.csv").read_text(encoding="utf-8-sig").replace("4.0", "3.0")
    (three / "g.csv").write_text(changed, encoding="utf-8-sig")
    run(three, "--exercises", "ex01,ex04")
    assert (three / "g_changed_1.csv").read_text(encoding="utf-8-sig") == changed
    assert "it is now g_changed_1.csv; marks by hand go to g_by_hand.csv" in capsys.readouterr().out


@can_sandbox
def test_pages_of_students_who_are_gone_go_and_others_files_stay(three):
    run(three, "--exercises", "ex01")
    (three / "g_feedback/mine.html").write_text("the teacher's own")
    (three / "in/cleo.ipynb").unlink()
    run(three, "--exercises", "ex01")
    assert {p.name for p in (three / "g_feedback").iterdir()} == {"anna.html", "bert.html", "mine.html"}


# ---- late


def test_a_day_without_a_time_lasts_until_its_end():
    assert Late("2026-12-01").time == Late("2026-12-01 23:59").time


def test_what_late_days_cost():
    rule = Late("2026-12-01 23:59", percent=10, free=1)
    due = datetime(2026, 12, 1, 23, 59).astimezone()
    for over, days, costs in (
        (-timedelta(minutes=1), 0, 0),
        (timedelta(0), 0, 0),
        (timedelta(seconds=1), 1, 0),
        (timedelta(days=1), 1, 0),
        (timedelta(days=1, seconds=1), 2, -2.0),
        (timedelta(days=30), 30, -20.0),
    ):
        assert rule.days(due + over) == days and rule.costs(days, 20) == pytest.approx(costs)


@can_sandbox
def test_late_days_come_from_files_or_from_the_list(three, capsys):
    for k, name in enumerate(("anna", "bert", "cleo")):
        when = datetime(2026, 12, 1, 12).timestamp() + k * 36 * 3600  # Cleo's three days later
        os.utime(three / f"in/{name}.ipynb", (when, when))
    due = ["--exercises", "ex01", "--due", "2026-12-02 12:00", "--late", "25"]
    found = run(three, *due)
    assert [cells_of(line)[3] for line in found.values()] == ["4.0", "3.0", "2.0"]
    assert "2 late days: -2 points" in (three / "g_feedback/cleo.html").read_text()
    assert "2026-12-04 12:00" in found["cleo"]
    assert "due 2026-12-02 12:00; late: bert (-1); cleo (-2)" in capsys.readouterr().out
    (three / "class.csv").write_text("name,handed in\nanna,2026-12-05 11:00\nbert,\ncleo,\ndora,\n")
    (three / "more.csv").write_text("name;due\nBert;2026-12-09 12:00\n")
    more = ["--roster", str(three / "class.csv"), "--extensions", str(three / "more.csv")]
    found = run(three, *due, *more)
    assert {s: cells_of(line)[3] for s, line in found.items()} == {
        "anna": "1.0",
        "bert": "4.0",
        "cleo": "2.0",
        "dora": "0.0",
    }
    for words in ((), ("--again", "bert"), ("--again", "EX01")):  # what was told holds
        assert run(three, "--exercises", "ex01", *words) == found
    (three / "more.csv").rename(three / "elsewhere.csv")
    run(three, "--exercises", "ex01", ok=2)
    assert "told to an earlier run, is gone: name another, or say --forget" in capsys.readouterr().err
    found = run(three, "--exercises", "ex01", "--forget")
    assert [cells_of(line)[3] for line in found.values()] == ["4.0"] * 3
    for name in ("anna", "bert", "cleo"):
        os.utime(three / f"in/{name}.ipynb", (1.8e9, 1.8e9))
    run(three, *due, ok=2)
    assert "when they were unpacked: give the times in --roster" in capsys.readouterr().err


# ---- in a spreadsheet


@pytest.mark.parametrize(
    "text", ["=1+1", "x;=cmd|' /C calc'!A0", " =1", "a\t+1", "a\n-1", "@x", "\uff1d1", "a|=1", "a, -b"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_no_spreadsheet_finds_a_formula(text, separator):
    row = Row(text, [text], {"ex01": Result(1.0)}, [text], comments=[text])
    for field in csv.reader(io.StringIO(table([row], ["ex01"], 7)), delimiter=separator, quoting=csv.QUOTE_NONE):
        for part in field[1:] if field[0].startswith("'") else field:
            for bare in (part.strip().strip('"').strip(), part):
                assert not re.match(r"\s*[=+@\uff1d]", bare) and not re.match(r"\s*-(?!\d)", bare), (field, part)


def test_numbers_stay_numbers_and_letters_stay():
    assert cell("-2.5") == "-2.5" and cell("Müller") == "Müller" and cell("-2 for x") == "'-2 for x"
    assert cell("\x1b[2Ja\u202eb").count("\N{REPLACEMENT CHARACTER}") == 2


@can_sandbox
def test_excel_is_told_that_it_is_unicode(three):
    run(three, "--exercises", "ex01")
    assert (three / "g.csv").read_bytes().startswith(b"\xef\xbb\xbf") and (three / "g_by_hand.csv").read_bytes()[:3]


# ---- pages


def test_two_students_never_share_a_page():
    names = ["x:y", "x_y-86e27412", "x/y", "Anna", "anna", "ANNA ", "José", "a" * 300, "a" * 301, "..", "con", "\n# 24"]
    found = file_names([Row(name, []) for name in names])
    assert len({unescape(name).casefold() for name in found.values()}) == len(names)
    assert all(len(name) < 120 and "/" not in name and "\n" not in name for name in found.values())


def test_a_page_takes_nothing_for_markup():
    evil = "<script>alert(1)</script>\x1b[2J"
    row = Row(evil, [evil], {"ex05": Result(0.0, 1, 9, [], evil, evil, [evil])}, [evil], comments=[evil])
    for text in (page(row), summary(evil, [row, row], [])):
        assert "<script" not in text and "\x1b" not in text and text.count("&lt;script") >= 3


@can_sandbox
def test_a_page_shows_the_case_that_failed_with_its_numbers(tmp_path):
    save(tmp_path / "in/bert.ipynb", sheet(RIGHT | {"group_norm_4d": PLAIN.replace("unbiased=False", "unbiased=True")}))
    (row,) = grade(tmp_path / "in", tmp_path / "g.csv", Settings(("ex05",), seed=3), progress=False)
    soup = BeautifulSoup((tmp_path / "g_feedback/bert.html").read_text(), "html.parser")
    case = soup.select_one("details pre").text
    scope = {"torch": torch}
    exec(case, scope)  # a student pastes it into a cell
    exec(PLAIN, scope)
    exec(PLAIN.replace("unbiased=False", "unbiased=True").replace("group_norm_4d", "theirs"), scope)
    right, theirs = (scope[f](scope["x"], scope["num_groups"], scope["eps"]) for f in ("group_norm_4d", "theirs"))
    assert not torch.allclose(right, theirs) and "right in 0 of" not in soup.text


# ---- the class at a glance


def test_a_mistake_without_a_lesson_of_its_own_has_its_question_and_the_lesson_of_all():
    assert set(LESSONS) <= {name.rpartition("/")[2] for name in mistakes()} - {"in-place"}
    row = Row("anna", ["anna.ipynb"], {"ex05": Result(0.0, 1, 9, ["in-place"])})
    text = " ".join(BeautifulSoup(summary("g.csv", [row], []), "html.parser").text.split())
    assert f"ask: {mistakes()['in-place']['hint']} {SAME}." in text


@can_sandbox
def test_the_class_at_a_glance(tmp_path):
    for k in range(6):
        save(tmp_path / f"in/s{k}.ipynb", notebook("import torch", COUNT, NO_EPS if k < 4 else NORMALIZE))
    save(tmp_path / "in/t.ipynb", notebook("import torch", COUNT))
    (tmp_path / "class").write_text("\n".join([*(f"s{k}" for k in range(6)), "t", "nobody"]))
    course = Course(roster=tmp_path / "class")
    grade(tmp_path / "in", tmp_path / "g.csv", Settings(("ex01", "ex04")), None, False, course)
    soup = BeautifulSoup((tmp_path / "g_summary.html").read_text(), "html.parser")
    parts = {h.text: h.find_next(["table", "ul"]).get_text(" | ", strip=True) for h in soup.select("h2")}
    assert "7 of 8 handed something in; nothing came from nobody" in " ".join(soup.text.split())
    assert "ex04: Where eps goes | 6 | 2 |" in parts["Points by exercise"]
    assert "4 students: no-eps | (ex04).\neps is not used; ask: " in parts["Mistakes, and the next lesson"]
    assert "Chapter 6" in parts["Mistakes, and the next lesson"] and "ex04 | t" in parts["Left out"]


COPIED = '''def group_norm_4d(inputs: torch.Tensor, groups, epsilon=1e-5):
    """Mine."""
    r = inputs.reshape(inputs.shape[0], groups, -1)  # rows
    m, v = r.mean(-1, keepdim=True), r.var(-1, unbiased=False, keepdim=True)
    out = ((r - m) / torch.sqrt(v + epsilon)).reshape(
        inputs.shape)
    return out
'''


def test_code_is_compared_without_its_names():
    assert shape(PLAIN)[0] == shape(COPIED)[0] and shape(PLAIN)[1] >= 40
    assert shape(PLAIN)[0] != shape(PLAIN.replace("r.var", "r.std"))[0] or "r.var" not in PLAIN
    assert shape(PLAIN.replace("(var + eps)", "(var) + eps"))[0] != shape(PLAIN)[0]
    assert shape("def f(") == ("", 0)
    cells = [(1, "x = 1"), (2, COUNT), (3, "def broken("), (4, WRONG)]
    assert source_of(cells, "count_means", 3) == COUNT.strip() and source_of(cells, "count_means", 9) == WRONG.strip()


@can_sandbox
def test_the_same_answers_are_shown(tmp_path):
    numbers = "def one_group():\n    return 1.25, 2.5, [0.5, 0.5, 0.5, 0.5]\n"
    other = "def one_group():\n    return 1.5, 2.5, [0.5, 0.5, 0.5, 0.5]\n"
    for name, norm, by_hand in (
        ("anna", PLAIN, numbers),
        ("bert", COPIED, numbers),
        ("cleo", PLAIN.replace("x.shape[0]", "len(x)"), other),
        *((f"s{k}", f"def group_norm_4d(x, num_groups, eps=1e-5):\n    return x * {k}\n", "") for k in range(9)),
    ):
        save(tmp_path / f"in/{name}.ipynb", notebook("import torch", norm, by_hand))
    rows = grade(tmp_path / "in", tmp_path / "g.csv", Settings(("ex03", "ex05")), progress=False)
    found = {(one.exercise, one.students, bool(one.size)) for one in alike(rows)}
    assert found == {("ex05", ("anna", "bert"), True), ("ex03", ("anna", "bert"), False)}
    assert "anna; bert" in (tmp_path / "g_summary.html").read_text()


def test_where_nothing_was_graded_no_points_are_told():
    row = Row("anna", ["a.pdf"], {"ex01": Result()}, ["no notebook: a.pdf"])
    for text in (page(row), row.feedback):
        assert "nothing was graded" in text and "0 of" not in text and "ex01: How many means?, not graded" in text
    row.by_hand = 2.0
    assert "2 of 4 points" in page(row)
