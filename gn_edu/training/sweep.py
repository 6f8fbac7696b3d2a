"""A sweep: many runs from one small file. What is recorded is not run again, so that a killed sweep goes on."""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import product
from pathlib import Path
from typing import Any

from gn_edu.config import SETTINGS, Recipe, RunConfig, check_setting
from gn_edu.data import Cifar10
from gn_edu.reading import structure
from gn_edu.recipes import RECIPES, stem
from gn_edu.records import RunRecord
from gn_edu.training.loop import train
from gn_edu.training.optim import follow_batch
from gn_edu.training.progress import progress_bar


@dataclass(frozen=True)
class Sweep:
    """What a sweep file holds.

    Args:
        experiment: the folder of the records.
        settings: settings of gn_edu.config, by name, that hold for all runs; a list stands for all of its values.
        runs: the same for some of the runs, table by table.
        recipe: the recipe that all runs start from.
        linear_rule: the learning rate follows the batch.
    """

    experiment: str
    settings: dict[str, Any]
    runs: list[dict[str, Any]]
    recipe: Recipe = "resnet"
    linear_rule: bool = False

    def __post_init__(self):
        check_setting(RunConfig, "recipe", self.recipe)
        for name in (name for table in (self.settings, *self.runs) for name in table):
            if name not in SETTINGS or name in ("experiment", "recipe"):
                names = [name for name in SETTINGS if name not in ("experiment", "recipe")]
                raise ValueError(f"there is no setting {name!r}; the settings are {', '.join(names)}")

    def configs(self) -> list[RunConfig]:
        """All runs, in the file's order, seeds innermost; several lists stand for all combinations."""
        recipe = RECIPES[self.recipe].replace(experiment=self.experiment)
        configs = []
        for table in self.runs:
            settings = {"seed": 0} | self.settings | table
            settings["seed"] = settings.pop("seed")  # last, so that a point's seeds follow each other
            choices = [value if isinstance(value, list) else [value] for value in settings.values()]
            for values in product(*choices):
                config = recipe.replace(**dict(zip(settings, values, strict=True)))
                configs.append(follow_batch(config, recipe) if self.linear_rule else config)
        return configs


def read_sweep(path: Path | str) -> list[RunConfig]:
    """The runs of a sweep file, in its order, seeds innermost.

    The file is TOML: `experiment` (the folder of the records), `recipe`, settings of gn_edu.config that hold for all
    runs, and one table [[runs]] or more with settings of its own. A list of values stands for all of them, and
    several lists for all combinations. With `linear_rule = true` the learning rate follows the batch.

    Raises:
        ValueError: the file is not TOML, names a setting that does not exist, or a run that cannot be meant.
    """
    path = Path(path)
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} is not a sweep file: {error}") from error
    tables = settings.get("runs", [{}])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError(f"{path}: runs must be tables, each under a line [[runs]]; got {tables!r}")
    own = {field.name for field in fields(Sweep)} - {"settings"}
    given = {name: settings.pop(name) for name in own & settings.keys()}
    try:
        return structure({"experiment": path.stem, "runs": tables} | given | {"settings": settings}, Sweep).configs()
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def shard(runs: Sequence[RunConfig], part: str) -> list[RunConfig]:
    """Every n-th run, from the i-th: part is "i/n", i from 1 to n."""
    try:
        i, n = map(int, part.split("/"))
        if not 1 <= i <= n:
            raise ValueError
    except ValueError:
        raise ValueError(f'a shard is "i/n" with i from 1 to n, such as "2/3"; got {part!r}') from None
    return list(runs[i - 1 :: n])


def sweep(
    runs: Sequence[RunConfig], data: Cifar10, out: Path | str, progress: bool = True, until: float = math.inf
) -> list[RunRecord]:
    """Train what is not recorded yet in out/<experiment>; returns the records there are, in the order of the runs.

    When the clock (time.monotonic) passes `until`, the rest is left.
    """
    images = [run.clock.epochs * (run.data.n_train or len(data.train_images)) for run in runs]
    records = []
    with progress_bar(progress, sum(images), "image") as bar:
        for run, count in zip(runs, images, strict=True):
            bar.set_postfix(run=stem(run), refresh=False)
            record = train(run, data, Path(out) / run.experiment, progress=False, until=until)
            if record is None:
                break
            records.append(record)
            bar.update(count)
    return records
