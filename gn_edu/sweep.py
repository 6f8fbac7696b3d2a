"""A sweep: many runs from one small file. What is recorded is not run again, so that a killed sweep goes on."""

import math
from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import product
from pathlib import Path

from gn_edu.data import Cifar10
from gn_edu.optim import linear_rule
from gn_edu.recipes import RECIPES, TrainConfig, check_choice
from gn_edu.records import RunRecord
from gn_edu.train import progress_bar, train

_SETTINGS = [field.name for field in fields(TrainConfig) if field.name != "recipe"]


def read_sweep(path: Path | str) -> list[TrainConfig]:
    """The runs of a sweep file, in its order, seeds innermost.

    The file is TOML: `experiment` (the folder of the records), `recipe`, settings of TrainConfig that hold for all
    runs, and one table [[runs]] or more with settings of its own. A list of values stands for all of them, and
    several lists for all combinations. With `linear_rule = true` the learning rate follows the batch.

    Raises:
        ValueError: the file is not TOML, names a setting that does not exist, or a run that cannot be meant.
    """
    import tomllib  # Python 3.11; training alone runs on 3.10

    path = Path(path)
    try:
        text = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} is not a sweep file: {error}") from error
    tables = text.pop("runs", [{}])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError(f"{path}: runs must be tables, each under a line [[runs]]; got {tables!r}")
    name, rule = text.pop("recipe", "resnet"), text.pop("linear_rule", False)
    if not isinstance(rule, bool):
        raise ValueError(f"{path}: linear_rule must be true or false, got {rule!r}")
    experiment = text.pop("experiment", path.stem)
    found = []
    try:
        check_choice("recipe", name, tuple(RECIPES))
        recipe = replace(RECIPES[name], experiment=experiment)
        for table in tables:
            settings = {"seed": text.get("seed", 0)} | text | table
            settings["seed"] = settings.pop("seed")  # last, so that a point's seeds follow each other
            for key, value in settings.items():
                if key not in _SETTINGS:
                    raise ValueError(f"there is no setting {key!r}; the settings are {', '.join(_SETTINGS)}")
                settings[key] = value if isinstance(value, list) else [value]
            for values in product(*settings.values()):
                run = replace(recipe, **dict(zip(settings, values, strict=True)))
                found.append(replace(run, lr=linear_rule(run.lr, run.batch, recipe.batch)) if rule else run)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    return found


def shard(runs: Sequence[TrainConfig], part: str) -> list[TrainConfig]:
    """Every n-th run, from the i-th: part is "i/n", i from 1 to n."""
    try:
        i, n = map(int, part.split("/"))
        if not 1 <= i <= n:
            raise ValueError
    except ValueError:
        raise ValueError(f'a shard is "i/n" with i from 1 to n, such as "2/3"; got {part!r}') from None
    return list(runs[i - 1 :: n])


def sweep(
    runs: Sequence[TrainConfig], data: Cifar10, out: Path | str, progress: bool = True, until: float = math.inf
) -> list[RunRecord]:
    """Train what is not recorded yet in out/<experiment>; returns the records there are, in the order of the runs.

    When the clock (time.monotonic) passes `until`, the rest is left.
    """
    images = [run.epochs * (run.n_train or len(data.train_images)) for run in runs]
    records = []
    with progress_bar(progress, sum(images), "image") as bar:
        for run, count in zip(runs, images, strict=True):
            bar.set_postfix(run=run.stem, refresh=False)
            record = train(run, data, Path(out) / run.experiment, progress=False, until=until)
            if record is None:
                break
            records.append(record)
            bar.update(count)
    return records
