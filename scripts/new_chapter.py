"""Start a chapter: python -m scripts.new_chapter ch05_backward "The backward pass by hand"

Writes the notebook with its set-up cells, the module of its checks, and its line in _toc.yml.
"""

import re
import sys

import nbformat
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from scripts.paths import ROOT

LIKE = ROOT / "notebooks" / "ch02_batch_norm.ipynb"  # whose set-up cell is taken
OPENING = """# {}

What the reader can do after this chapter, in two sentences.

*You need: ... About ... minutes, no GPU.*"""

MODULE = '''"""Exercises of chapter {chapter}: ..."""

from gn_edu.exercises.exercise import Exercise

EXERCISES: tuple[Exercise, ...] = ()
'''


def main() -> None:
    if len(sys.argv) != 3 or not re.fullmatch(r"ch\d\d_[a-z0-9_]+", sys.argv[1]):
        sys.exit(__doc__)
    stem, title = sys.argv[1:]
    path = ROOT / "notebooks" / f"{stem}.ipynb"
    if path.exists():
        sys.exit(f"{path} is there already")
    set_up = next(cell for cell in nbformat.read(LIKE, as_version=4).cells if cell.cell_type == "code")
    cells = [
        new_markdown_cell(OPENING.format(title)),
        new_code_cell(set_up.source, metadata=set_up.metadata),
        new_code_cell("import torch\n\nfrom gn_edu import norms, show"),
        new_markdown_cell("## What you take away\n\n- ..."),
    ]
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"c{number:02d}"
    nbformat.write(new_notebook(cells=cells), path)
    (ROOT / "gn_edu" / "exercises" / f"{stem}.py").write_text(MODULE.format(chapter=int(stem[2:4])), encoding="utf-8")
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    chapters = toc["parts"][0]["chapters"]
    at = sum(chapter["file"].startswith("notebooks/") and chapter["file"] < f"notebooks/{stem}" for chapter in chapters)
    chapters.insert(at, {"file": f"notebooks/{stem}"})
    (ROOT / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False))
    print(f"{path.relative_to(ROOT)}, gn_edu/exercises/{stem}.py and a line in _toc.yml: now write, then make outputs")


if __name__ == "__main__":
    main()
