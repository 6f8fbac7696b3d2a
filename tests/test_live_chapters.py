"""The cells of chapters that run in the page: they print and draw there what they do with torch."""

import contextlib
import io
import json
import re

import pytest
import torch
import yaml
from test_live_programs import in_micropython

from scripts.paths import ROOT

# The page's print goes to whoever listens; here the program keeps what it prints, and its last line says it.
KEPT = "said = []\ndef print(*words):\n    said.append(' '.join(map(str, words)))\n{given}\n{source}\nsaid\n"


def live_cells():
    """Name -> (code that runs before, code, what is drawn, what is stored)."""
    found = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            told = cell["metadata"]
            if "live" in told.get("tags", ()):
                stored = "".join("".join(out["text"]) for out in cell["outputs"])
                code = told.get("gn_given", ""), "".join(cell["source"]), told.get("gn_draw", [])
                found[f"{path.stem}.{cell['id']}"] = *code, stored
    for path in sorted((ROOT / "book").glob("*.md")):
        cells = re.findall(r"```\{code-cell\}[^\n]*\n---\n(.*?)\n---\n(.*?)```", path.read_text(encoding="utf-8"), re.S)
        for k, (head, source) in enumerate(cells):
            told = yaml.safe_load(head)
            if "live" in told.get("tags", ()):
                found[f"{path.stem}.{k}"] = told.get("gn_given", ""), source, told.get("gn_draw", []), None
    return found


CELLS = live_cells()


def test_the_landing_page_and_two_chapters_have_one():
    assert {name.split(".")[0] for name in CELLS} >= {"index", "ch03_one_formula", "ch04_build"}


@pytest.fixture(scope="module")
def in_page():
    """What the page answers to each cell."""
    programs = []
    for given, source, draw, _ in CELLS.values():
        program = KEPT.format(given=given, source=source)
        programs.append(f"from live import page\nanswer = page.run({program!r}, {' '.join(draw)!r})")
    return dict(zip(CELLS, map(json.loads, in_micropython(programs)), strict=True))


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_prints_and_draws_what_it_does_with_torch(in_page, name):
    given, source, draw, stored = CELLS[name]
    scope, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(f"{given}\n{source}", scope)
    if stored is not None:
        assert printed.getvalue() == stored
    found = in_page[name]
    assert found["error"] is None
    assert "".join(f"{line}\n" for line in eval(found["value"]["text"])) == printed.getvalue()
    assert list(found["drawn"]) == draw and draw
    for text, array in found["drawn"].items():
        want = eval(text, scope)
        assert array["shape"] == list(want.shape) and want.numel() <= 64
        torch.testing.assert_close(torch.tensor(array["values"]).view(want.shape), want, rtol=1e-5, atol=1e-6)


def test_what_runs_before_is_the_chapters_own():
    cells = json.loads((ROOT / "notebooks/ch03_one_formula.ipynb").read_text(encoding="utf-8"))["cells"]
    sources = {cell["id"]: "".join(cell["source"]) for cell in cells}
    given = CELLS["ch03_one_formula.c25"][0]
    for text in (sources["c13"][sources["c13"].index("def normalize") :], sources["c15"]):
        assert text in given


@pytest.mark.site
def test_on_the_landing_page_the_means_follow_the_number_of_groups(visit):
    page = visit("book/index.html", width=390)
    cell = page.locator("[data-gn-cell]")
    cell.locator(".cell_input .highlight").click()
    code = cell.locator("textarea")
    for groups in (2, 4):
        code.fill(code.input_value().replace("groups = 2", f"groups = {groups}"))
        code.press("Control+Enter")
        means = cell.locator(".gn-drawn-block").nth(1).locator("[data-cell]")
        means.nth(2 * groups - 1).wait_for()
        assert means.count() == 2 * groups
    cell.locator(".gn-drawn-block").last.locator("[data-cell='0']").click()
    assert "Its mean, 2, is over 2 numbers of x." in cell.locator(".gn-live-text").inner_text()
