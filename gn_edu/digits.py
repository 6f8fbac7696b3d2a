"""The recorded runs on scanned digits, of scripts/record_digits.py: error against how many values share a mean."""

from dataclasses import dataclass
from functools import cache

from gn_edu.intervals import interval, with_interval
from gn_edu.reading import structure
from gn_edu.records import measured

LINES = (("bn", 32), ("bn", 8), ("bn", 4), ("bn", 2), ("gn", 8), ("gn", 4), ("gn", 2))


@dataclass(frozen=True)
class DigitRun:
    """One run. Errors in per cent.

    Args:
        maps: side of the maps that the last norm sees: 2 or 1 pixels.
        norm: "bn" or "gn".
        size: images that Batch Norm averages over at a time, of 32; or channels in a group.
        seed: of the weights and of the order of the pictures.
        test_error: on 500 pictures, in evaluation mode.
        training_error: on the 1,297 pictures that it was trained with, in evaluation mode.
        error_while_training: on the pictures of the last 40 updates, in training mode.
    """

    maps: int
    norm: str
    size: int
    seed: int
    test_error: float
    training_error: float
    error_while_training: float


@cache
def digit_runs() -> tuple[DigitRun, ...]:
    """All runs of results/digits.json."""
    return tuple(structure(run, DigitRun) for run in measured("digits")["runs"])


def errors(maps: int, norm: str, size: int, measure: str = "test_error") -> dict[int, float]:
    """One error of the runs of a line, by seed.

    Raises:
        ValueError: there are no such runs.
    """
    line = (maps, norm, size)
    found = {run.seed: getattr(run, measure) for run in digit_runs() if (run.maps, run.norm, run.size) == line}
    if not found:
        raise ValueError(f"no runs with maps={maps}, norm={norm!r}, size={size}: maps are 2 or 1, lines are {LINES}")
    return found


def lines(maps: int) -> list[list[str]]:
    """For each norm on maps of that side: its name, values a set, test and training error in per cent."""
    found = []
    for norm, size in LINES:
        name = f"BN over {size} images" if norm == "bn" else f"GN, {size} channels a group"
        columns = [errors(maps, norm, size, measure) for measure in ("test_error", "training_error")]
        found.append([name, str(size * maps**2), *(with_interval(interval(column.values())) for column in columns)])
    return found
