"""What nbval does not see: cells that were never run, widget state, pictures without words, the set-up cell."""

import re
import sys

import nbformat
import pytest

from scripts.address import present
from scripts.paths import ROOT
from scripts.run_notebooks import normalise

NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
CHAPTERS = [path for path in NOTEBOOKS if path.stem.startswith("ch")]


@pytest.fixture(params=NOTEBOOKS, ids=lambda p: p.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_every_code_cell_was_run_once_in_order(notebook):
    assert [cell.execution_count for cell in code(notebook)] == list(range(1, len(code(notebook)) + 1))


def test_stored_outputs_are_normalised(notebook):
    before = nbformat.writes(notebook)
    normalise(notebook)
    assert nbformat.writes(notebook) == before
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


def test_no_error_no_warning_and_no_skipped_cell(notebook):
    for cell in code(notebook):
        assert not {"nbval-skip", "nbval-ignore-output", "skip-execution"} & set(cell.metadata.get("tags", []))
        for output in cell.outputs:
            assert output.output_type != "error" and output.get("name") != "stderr"


def test_every_picture_has_words_and_a_caption(notebook):
    for k, cell in enumerate(notebook.cells):
        outputs = cell.get("outputs", [])
        if any("image/png" in output.get("data", {}) for output in outputs):
            texts = [o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in outputs]
            assert any(len(text) > 40 and not text.startswith("<Figure") for text in texts)
            assert notebook.cells[k + 1].source.startswith("*Figure ")


def test_the_set_up_cell_installs_the_tagged_package_or_says_what_to_do(notebook, monkeypatch):
    address, tag = present()
    cell = code(notebook)[0]
    assert f'%pip install -q "gn-edu @ git+{address}@{tag}"' in cell.source
    assert cell.source.startswith("import sys\n") and cell.metadata.tags == ["remove-cell"]
    # As on a machine without the package, and after an installation in Colab that failed.
    source = re.sub(r"^( +)%pip.*", r"\1pass", cell.source, flags=re.MULTILINE)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for modules in ({}, {"google.colab": object()}):
        with monkeypatch.context() as patch:
            for name, module in modules.items():
                patch.setitem(sys.modules, name, module)
            with pytest.raises(ModuleNotFoundError, match=re.escape(f'%pip install "gn-edu @ git+{address}@{tag}"')):
                exec(source, {})


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_cells_are_short(path):
    notebook = nbformat.read(path, as_version=4)
    shown = [cell for cell in code(notebook) if "remove-cell" not in cell.metadata.get("tags", [])]
    sizes = [len([line for line in cell.source.splitlines() if line.strip()]) for cell in shown]
    assert max(sizes) <= 25 and sorted(sizes)[len(sizes) // 2] <= 6


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_three_quick_questions(path):
    """What survives? asks one itself: its answer is covered until it is guessed."""
    asking = ("QuickQuestion(", "WhatSurvives(")
    notebook = nbformat.read(path, as_version=4)
    assert sum(cell.source.startswith(asking) for cell in code(notebook)) == 3
