"""Checks that say which mistake was made: for the sixteen exercises of notebooks/exercises, and for the chapters.

Every check takes the reader's function, prints what it found and returns a Report. They come from sheets.py when they
are asked for: the judge (judge.py) can be had without torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gn_edu.exercises.sheets import *  # noqa: F403


def __getattr__(name: str):
    if name in ("EXERCISES", "SHEETS") or name.startswith("check_"):
        return getattr(import_module("gn_edu.exercises.sheets"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *import_module("gn_edu.exercises.sheets").__all__]
