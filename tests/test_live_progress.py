"""What was solved is kept in this browser, and the answers become a notebook that a teacher grades."""

import json
import re

import nbformat
import pytest
from browser import run_module, until
from classroom import FULL, RIGHT, can_sandbox, save, sheet
from live_page import page, write_page

from gn_edu_grader.grade import grade
from gn_edu_site import live_pack
from gn_edu_site.live_progress import progress, tick
from gn_edu_site.pack import POLICY
from scripts.paths import ROOT
from scripts.serve import served

ANSWERS = ROOT / "gn_edu_site/live_page/answers.js"
NAMES = dict(zip(("ex04", "ex05", "ex06"), RIGHT, strict=True))  # exercise -> its function
SHEET = json.loads(json.dumps(live_pack.notebooks(ROOT)["sheet2_forward"]))


def answers_notebook(codes):
    return run_module(ANSWERS, "w.answersNotebook(d.sheet, d.codes)", sheet=SHEET, codes=codes)


# ---- the notebook


def test_a_sheets_exercises():
    assert run_module(ANSWERS, "w.exercisesOf(d.sheet)", sheet=SHEET) == ["ex04", "ex05", "ex06"]


def test_answers_stand_in_their_cells_and_all_else_stays():
    code = 'def normalize(x, eps):\n    return x  # ඇ "quoted" \\n\n\n'
    found = answers_notebook({"ex04": code, "ex05": None, "ex06": "", "ex99": "nowhere"})
    nbformat.validate(found)
    changed = [(a, b) for a, b in zip(SHEET["cells"], found["cells"], strict=True) if a != b]
    assert {**found, "cells": 0} == {**SHEET, "cells": 0} and len(changed) == 1
    before, after = changed[0]
    assert before["metadata"]["nbgrader"]["grade_id"] == "ex04-answer"
    assert after == before | {"source": code.rstrip("\n")}


@can_sandbox
def test_it_gets_the_points_of_the_same_answers_typed_in(tmp_path):
    wrong = RIGHT | {"normalize": RIGHT["normalize"].replace(" + eps", "")}
    partly = {name: text for name, text in RIGHT.items() if name != "group_norm_4d"}
    for student, answers in {"right": RIGHT, "wrong": wrong, "partly": partly}.items():
        codes = {exercise: answers.get(function) for exercise, function in NAMES.items()}
        save(tmp_path / "typed" / f"{student}.ipynb", sheet(answers))
        save(tmp_path / "copied" / f"{student}.ipynb", answers_notebook(codes))
    graded = [
        {row.student: (row.points, row.notes) for row in grade(tmp_path / way, tmp_path / f"{way}.csv", progress=False)}
        for way in ("typed", "copied")
    ]
    assert graded[0] == graded[1] and graded[0]["right"][0] == FULL and graded[0]["wrong"][0] != FULL


# ---- in a page


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """A page like a sheet's: headings with ticks, the line under the title, the script of progress."""
    folder = tmp_path_factory.mktemp("progress")
    write_page(folder)
    script = (ROOT / "book/_static/gn-progress.js").read_text(encoding="utf-8")
    style = (ROOT / "book/_static/gn-cells.css").read_text(encoding="utf-8")
    (folder / "_static/gn-progress.js").write_text(script, encoding="utf-8")
    (folder / "_static/gn-cells.css").write_text(style, encoding="utf-8")
    names = ("ex04", "ex05", "ex06")
    cells = "".join(f'<h2>{name} {tick(name)}</h2><div data-gn-exercise="{name}"></div>' for name in names)
    head = '<link rel="stylesheet" href="_static/gn-cells.css"><script defer src="_static/gn-progress.js"></script>'
    text = page(POLICY).replace("</head>", f"{head}</head>")
    body = f"<h1>Sheet</h1>{progress('sheet2_forward', len(names))}{cells}"
    (folder / "sheet.html").write_text(text.replace("<p>Python</p>", body), encoding="utf-8")
    (folder / "chapter.html").write_text(text.replace("<p>Python</p>", f"<h2>{tick('4.1')}</h2>"), encoding="utf-8")
    with served(folder) as address:
        yield folder, address


@pytest.fixture
def visit_sheet(browser, host):
    """visit_sheet(name, context) -> a page; fails where a script fails."""
    contexts, errors = [], []

    def visit_sheet(name="sheet.html", context=None, start="", address=host[1]):
        if context is None:
            context = browser.new_context(accept_downloads=True)
            contexts.append(context)
        opened = context.new_page()
        opened.on("pageerror", lambda e: errors.append(str(e)))
        if start:
            opened.add_init_script(start)
        opened.goto(address + name)
        return opened

    yield visit_sheet
    for context in contexts:
        context.close()
    assert errors == []


def solve(opened, name):
    opened.evaluate(
        "(name) => document.querySelector('h2').dispatchEvent("
        "new CustomEvent('gn-solved', { bubbles: true, detail: name }))",
        name,
    )


def seen(opened):
    """The ticks that are seen, and what the line says."""
    ticks = [e.get_attribute("data-gn-tick") for e in opened.locator(".gn-tick:visible").all()]
    line = opened.locator(".gn-progress:visible > span:visible")
    return ticks, line.inner_text() if line.count() else None


def test_what_is_solved_stays_in_this_browser(visit_sheet):
    first = visit_sheet()
    assert seen(first) == ([], "Solved in this browser: 0 of 3.")
    solve(first, "ex05")
    solve(first, "ex05")
    assert seen(first) == (["ex05"], "Solved in this browser: 1 of 3.")
    beside = visit_sheet("chapter.html", first.context)
    assert seen(beside) == ([], None)
    solve(beside, "4.1")
    assert seen(beside) == (["4.1"], None)
    solve(first, "ex04")  # neither page undoes what the other kept
    for opened, ticks in ((first, ["ex04", "ex05"]), (beside, ["4.1"])):
        opened.reload()
        assert seen(opened)[0] == ticks
    assert seen(first)[1] == "Solved in this browser: 2 of 3." and seen(visit_sheet())[0] == []  # of another browser


BROKEN = {
    "refused": "Object.defineProperty(globalThis, 'localStorage', { get() { throw Error('refused') } })",
    "full": "Storage.prototype.setItem = () => { throw Error('full') }",
    "other": "localStorage.setItem('gn-solved', '7 }')",
}


@pytest.mark.parametrize("how", BROKEN)
def test_without_storage_it_counts_until_the_page_is_left(visit_sheet, how):
    opened = visit_sheet(start=BROKEN[how])
    solve(opened, "ex06")
    assert seen(opened) == (["ex06"], "Solved in this browser: 1 of 3.")
    with opened.expect_download() as saved:
        opened.locator("[data-gn-answers]").click()
    assert json.loads(saved.value.path().read_text(encoding="utf-8")) == SHEET


@pytest.mark.parametrize("where", ["http", "file"])
def test_answers_are_copied_into_a_notebook(visit_sheet, host, where):
    folder, address = host
    opened = visit_sheet(address=address if where == "http" else f"{folder.as_uri()}/")
    opened.evaluate(
        "([kept, open]) => { localStorage.setItem('gn-code:ex04', kept); localStorage.setItem('gn-code:ex05', 'old');"
        " const editor = document.createElement('textarea'); editor.value = open;"
        " document.querySelector('[data-gn-exercise=ex05]').append(editor) }",
        [RIGHT["normalize"], RIGHT["group_norm_4d"]],
    )
    for _ in range(2):
        with opened.expect_download() as saved:
            opened.locator("[data-gn-answers]").click()
        assert saved.value.suggested_filename == "sheet2_forward.ipynb"
        found = json.loads(saved.value.path().read_text(encoding="utf-8"))
        assert found == answers_notebook({"ex04": RIGHT["normalize"], "ex05": RIGHT["group_norm_4d"]})
    opened.evaluate("localStorage.clear()")


def test_a_notebook_that_does_not_load_says_so(visit_sheet):
    opened = visit_sheet()
    for late in ("copy_answers", "sheet2_forward"):
        opened.route(f"**/{late}.js*", lambda route: route.abort())
        opened.locator("[data-gn-answers]").click()
        until(opened, "!document.querySelector('.gn-progress [role=alert]').hidden")
        opened.unroute(f"**/{late}.js*")
    with opened.expect_download():
        opened.locator("[data-gn-answers]").click()
    assert opened.locator(".gn-progress [role=alert]").is_hidden()


# ---- in the book


@pytest.mark.site
def test_pages_have_a_tick_for_each_exercise_that_runs_there():
    from browser import HTML

    from gn_edu_site.live_tables import IN_PAGE

    found = {}
    for path in sorted((HTML / "notebooks").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        ticks = re.findall(r'data-gn-tick="([^"]+)"', text)
        found |= dict.fromkeys(ticks, path.stem)
        is_sheet = path.parent.name == "exercises"
        assert text.count('class="gn-progress"') == (is_sheet and bool(ticks))
        assert not is_sheet or not ticks or f"</b> of {len(ticks)}." in text
    assert set(found) == set(IN_PAGE)
