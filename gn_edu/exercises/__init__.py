"""Checks that say which mistake was made: for the sixteen exercises of notebooks/exercises, and for the chapters.

Every check takes the reader's function, prints what it found and returns a Report. They come from sheets.py when they
are asked for: the judge (judge.py) can be had without torch.
"""

from importlib import import_module


def __getattr__(name: str):
    if name in ("EXERCISES", "SHEETS"):
        return getattr(_sheets(), name)
    if name.startswith("check_") and name in _sheets().CHECKS:
        return _sheets().CHECKS[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), "EXERCISES", "SHEETS", *_sheets().CHECKS]


def _sheets():
    return import_module("gn_edu.exercises.sheets")
