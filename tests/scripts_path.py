"""Import a script by its name. Scripts import one another, so their folder is on the path."""

import importlib
import sys
from pathlib import Path

FOLDER = str(Path(__file__).parents[1] / "scripts")


def scripts(name: str):
    if FOLDER not in sys.path:
        sys.path.append(FOLDER)
    return importlib.import_module(name)
