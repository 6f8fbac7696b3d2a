"""A sweep: many runs from one small file. What is recorded is not run again, so that a killed sweep goes on."""

import math
from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import product
from pathlib import Path

from gn_edu.data import Cifar10
from gn_edu.optim import linear_rule
from gn_edu.recipes import RECIPES, TrainConfig
from gn_edu.records import RunRecord
from gn_edu.train import progress_bar, train

_KINDS = {field.name: field.type for field in fields(TrainConfig)}


def read_sweep(path: Path | str) -> list[TrainConfig]:
    """The runs of a sweep file, in its order, seeds innermost.

    The file is TOML: `experiment` (the folder of the records), `recipe`, settings of TrainConfig that hold for all
    runs, and one table [[runs]] or more with settings of its own. A list of values stands for all of them, and
    several lists for all combinations. With `linear_rule = true` the learning rate follows the batch.

    Raises:
        ValueError: the file is not TOML, or names a recipe or a setting that does not exist.
    """
    import tomllib  # Python 3.11; training alone runs on 3.10

    path = Path(path)
    try:
        text = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} is not a sweep file: {error}") from error
    tables = text.pop("runs", [{}])
    name, rule = text.pop("recipe", "resnet"), text.pop("linear_rule", False)
    if name not in RECIPES:
        raise ValueError(f"{path}: recipe must be one of {', '.join(RECIPES)}; got {name!r}")
    recipe = replace(RECIPES[name], experiment=text.pop("experiment", path.stem))
    found = []
    for table in tables:
        settings = {"seed": text.get("seed", 0)} | text | table
        settings["seed"] = settings.pop("seed")  # last, so that a point's seeds follow each other
        for key, value in settings.items():
            if key not in _KINDS:
                raise ValueError(f"{path}: there is no setting {key!r}; the settings are {', '.join(_KINDS)}")
            settings[key] = [_fitting(path, key, v) for v in (value if isinstance(value, list) else [value])]
        for values in product(*settings.values()):
            run = replace(recipe, **dict(zip(settings, values, strict=True)))
            found.append(replace(run, lr=linear_rule(run.lr, run.batch, recipe.batch)) if rule else run)
    return found


def _fitting(path: Path, key: str, value):
    kind = _KINDS[key]
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise ValueError(f"{path}: {key} must be {kind.__name__}, got {value!r}")
    return value


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
