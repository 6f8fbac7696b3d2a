"""The GroupNorm speedrun: batch norm and group norm to the same accuracy on one GPU, turn about in one process."""

import math
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from gn_edu.config import RunConfig
from gn_edu.data import Cifar10
from gn_edu.intervals import interval
from gn_edu.recipes import RECIPES
from gn_edu.records import RunRecord
from gn_edu.training.loop import Trainer, train

# The same network and recipe. Without the noise of a batch's statistics, group norm takes more epochs.
PAIR = (
    RECIPES["speedrun"].replace(norm="bn", ws=False, epochs=8),
    RECIPES["speedrun"].replace(norm="gn", ws=True, epochs=12),
)


def warm_up(config: RunConfig, data: Cifar10) -> None:
    """Three steps that are not recorded: compilation and the first use of a GPU take their time here."""
    trainer = Trainer(config, data)
    for _, (x, y) in zip(range(3), trainer.batches(), strict=False):
        trainer.step(x, y, 0.1)


def speedrun(
    data: Cifar10,
    folder: Path | str,
    runs: int = 20,
    pair: Sequence[RunConfig] = PAIR,
    progress: bool = True,
    until: float = math.inf,
) -> list[RunRecord]:
    """Train each of the pair with the seeds 0 to runs - 1, one after the other in turn; returns the records there are.

    What is recorded already is not trained again. When the clock (time.monotonic) passes `until`, the rest is left.

    Raises:
        ValueError: runs is less than 1.
    """
    if runs < 1:
        raise ValueError(f"runs must be at least 1, got {runs}")
    records: list[RunRecord] = []
    for config in pair:
        warm_up(config, data)
    for seed in range(runs):
        for config in pair:
            record = train(config.replace(seed=seed), data, folder, progress, until=until)
            if record is None:
                return records
            records.append(record)
    return records


def summary(records: Sequence[RunRecord]) -> list[dict]:
    """For each norm: runs, mean accuracy (%) and half its 95 % interval, mean seconds, their ratio to batch norm's."""
    lines: list[dict[str, Any]] = []
    for norm in ("bn", "gn"):
        runs = [r.result for r in records if r.config.network.norm == norm and not r.result.stopped]
        if runs:
            accuracy, seconds = [r.accuracy for r in runs], mean(r.wall_s for r in runs)
            middle, half = interval(accuracy) if len(runs) > 1 else (accuracy[0], math.nan)
            lines.append({"norm": norm, "runs": len(runs), "accuracy": middle, "half": half, "wall_s": seconds})
    for line in lines:
        line["ratio"] = line["wall_s"] / lines[0]["wall_s"]
    return lines
