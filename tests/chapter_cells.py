"""The cells of a chapter, as its tests run them."""

import json

from scripts.paths import ROOT


def cells_of_chapter(stem: str) -> dict[str, str]:
    """The sources of a notebook's cells, by their ids."""
    notebook = json.loads((ROOT / "notebooks" / f"{stem}.ipynb").read_text(encoding="utf-8"))
    return {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}


def left_by(cells: dict[str, str], *names: str) -> dict:
    """What the chapter's imports, c03, and the named cells leave behind, run one after the other."""
    found: dict = {}
    for name in ("c03", *names):
        exec(cells[name], found)
    return found
