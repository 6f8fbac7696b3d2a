"""The museum of bugs: each card names its report, and its test catches the broken code and lets the repaired pass."""

import re

import nbformat
import pytest

from scripts.paths import ROOT

NOTEBOOK = nbformat.read(ROOT / "notebooks" / "museum.ipynb", as_version=4)
MARK = re.compile(r'<div id="bug-([\w-]+)" data-gn-bug="\1"></div>')


def cards():
    """The cells of each card by its name."""
    found, name = {}, None
    for cell in NOTEBOOK.cells:
        if mark := MARK.search(cell.source):
            name = mark[1]
        elif cell.source.startswith("## "):
            name = None
        if name:
            found.setdefault(name, []).append(cell)
    return found


CARDS = cards()


def printed(cell):
    return "".join(output.get("text", "") for output in cell.get("outputs", []))


def test_there_are_sixteen_and_eight_are_guessed_first():
    assert len(CARDS) >= 16
    asked = [name for name, cells in CARDS.items() if any(c.source.startswith("QuickQuestion(") for c in cells)]
    assert asked == list(CARDS)[: len(asked)] and len(asked) >= 8


@pytest.mark.parametrize("name", CARDS)
def test_the_test_of_a_card_catches_the_broken_and_passes_the_repaired(name):
    last = CARDS[name][-1]
    assert "on_trial(" in last.source
    *_, broken, repaired = printed(last).splitlines()
    assert (broken, repaired) == ("broken: caught", "repaired: passes")


@pytest.mark.parametrize("name", CARDS)
def test_a_card_names_its_report_and_its_cause(name):
    text = "\n".join(cell.source for cell in CARDS[name] if cell.cell_type == "markdown")
    links = re.findall(r"\[([\w.-]+/[\w.-]+)#(\d+)\]\(https://github\.com/([^/]+/[^/]+)/(?:issues|pull)/(\d+)\)", text)
    assert all((shown, number) == (repository, to) for shown, number, repository, to in links)
    assert links or name == "last-axis"  # a trap that needs no report
    assert "**Cause" in text and "**The test**" in text or "**a test**" in text
