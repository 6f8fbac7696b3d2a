"""Students for the tests of the grader: submissions, and a sandbox where one can be had."""

import json
import subprocess
from pathlib import Path

import pytest

from gn_edu_grader import fences, walls
from gn_edu_grader.grade import Settings, grade
from gn_edu_grader.sandbox import Notebook
from scripts.class_of_thirty import filled
from scripts.paths import ROOT

SHEETS = sorted((ROOT / "notebooks/exercises").glob("*.ipynb"))
SHEET_2 = ROOT / "notebooks/exercises/sheet2_forward.ipynb"
COUNT = "def count_means(n, c, h, w, num_groups):\n    return n * num_groups\n"
GROUP_OF = "def group_of(channel, num_channels, num_groups):\n"
NORMALIZE = """def normalize(x, eps=1e-5):
    mean = x.mean()
    return (x - mean) / torch.sqrt(((x - mean) ** 2).mean() + eps)
"""
ROWS = """    rows = x.reshape(x.shape[0], num_groups, -1)
    mean, var = rows.mean(-1, keepdim=True), rows.var(-1, unbiased=False, keepdim=True)
    y = ((rows - mean) / torch.sqrt(var + eps)).reshape(x.shape)
"""
PLAIN = f"def group_norm_4d(x, num_groups, eps=1e-5):\n{ROWS}    return y\n"
AFFINE = f"""def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
{ROWS}    return y * weight[None, :, None, None] + bias[None, :, None, None]
"""
RIGHT = {"normalize": NORMALIZE, "group_norm_4d": PLAIN, "group_norm_affine": AFFINE}
FULL = {"ex04": 6.0, "ex05": 10.0, "ex06": 8.0}


def no_sandbox() -> str:
    """Why there is no sandbox here, or ""."""
    try:
        words = [*walls.command()[:-1], "-c", "pass"]
    except walls.SandboxError as error:
        return str(error)
    done = subprocess.run(words, capture_output=True, text=True)
    return f"no sandbox: {done.stderr.strip()}" if done.returncode else ""


NO_SANDBOX = no_sandbox() or fences.lacking()
can_sandbox = pytest.mark.skipif(bool(NO_SANDBOX), reason=NO_SANDBOX)


def code(text: str) -> dict:
    return {"cell_type": "code", "source": text, "metadata": {}, "outputs": [], "execution_count": None}


def notebook(*cells) -> dict:
    """Cells as text or as dictionaries."""
    cells = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def sheet(answers: dict[str, str] = RIGHT, path: Path = SHEET_2) -> dict:
    """A released sheet with answers written into it."""
    return filled(json.loads(path.read_text(encoding="utf-8")), answers)


def save(path: Path, found: dict) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found), encoding="utf-8")
    return path


def write(folder: Path, names, text: str) -> None:
    """Files, all with the same text."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def submit(folder: Path, **answers: str) -> None:
    """Notebooks by student; a line #--- stands between cells."""
    for student, text in answers.items():
        save(folder / f"{student}.ipynb", notebook(*text.split("\n#---\n")))


def graded(folder: Path, *names: str, jobs: int | None = None, **settings):
    """Rows by student, of the notebooks in folder/in."""
    rows = grade(folder / "in", folder / "g.csv", Settings(names, **settings), jobs, progress=False)
    return {row.student: row for row in rows}


def lines_of(table: Path) -> str:
    """A table's text without quotes."""
    return table.read_text(encoding="utf-8-sig").replace('"', "")


def cells(*texts: str) -> Notebook:
    """What the sandbox is given."""
    return Notebook(tuple(enumerate(texts, 1)))
