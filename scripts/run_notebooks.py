"""Run notebooks and store their outputs: python -m scripts.run_notebooks [NOTEBOOK ...]   (all chapters by default)

What is stored is the same on every machine: one thread, the made-up pictures, no execution times, no widget state
(its ids are random; the book makes it afresh), the numbers that gn_edu.show refuses near a rounding boundary.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from scripts.paths import ROOT

WIDGET = "application/vnd.jupyter.widget-view+json"
SETTINGS = {"GN_EDU_AUTHORING": "1", "GN_EDU_DATA": "synthetic", "OMP_NUM_THREADS": "1"}
METADATA = "tags", "mystnb", "nbgrader", "gn_given", "gn_draw"  # of a cell, that the book reads


def normalise(notebook: nbformat.NotebookNode) -> None:
    """Leave out what differs from run to run."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in METADATA}
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)


def run(path: Path) -> None:
    """Run one notebook in its folder and write it back; an error leaves the file as it was."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    ).execute()
    normalise(notebook)
    nbformat.write(notebook, path)
    print(path.relative_to(ROOT))


def main() -> None:
    os.environ.update(SETTINGS)
    for path in [Path(p).resolve() for p in sys.argv[1:]] or sorted((ROOT / "notebooks").rglob("*.ipynb")):
        run(path)


if __name__ == "__main__":
    main()
