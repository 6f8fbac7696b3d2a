"""RunRecord: the settings and the numbers of one training run, to and from one JSON file."""

import json
import os
import subprocess
from dataclasses import asdict, dataclass, fields
from importlib.resources import files
from pathlib import Path


def check_types(settings, where: str = "") -> None:
    """Refuse a value that is not of its field's type; an int may stand for a float, and True is no number."""
    for field in fields(settings):
        value, kind = getattr(settings, field.name), field.type
        if kind not in (bool, int, float, str):
            continue
        fits = isinstance(value, (int, float) if kind is float else kind)
        if not fits or (isinstance(value, bool) and kind is not bool):
            raise ValueError(f"{where}{field.name} must be {kind.__name__}, got {value!r}")


@dataclass(frozen=True)
class RunRecord:
    """One run. Errors and accuracies are in percent, on the whole test set; times in seconds.

    The settings are those of gn_edu.recipes.TrainConfig. `images` is how many were trained on, repetitions counted;
    `layers` holds gn_edu.layers.layer_statistics after each epoch; `stopped` says why a run ended before its time;
    `accuracy_reestimated` is that of a batch norm network after its running statistics were measured anew;
    `accuracy_rounded` belongs to runs whose weights were rounded for use in a page.
    """

    experiment: str
    norm: str
    groups: int
    ws: bool
    width: int
    batch: int
    lr: float
    epochs: int
    seed: int
    n_train: int
    device: str
    precision: str
    accuracy: float
    error_by_epoch: list[float]
    images_per_s: float
    cpu_s: float
    wall_s: float
    torch: str
    python: str
    commit: str
    date: str
    data: str
    accuracy_rounded: float | None = None
    # Keys that came later, at the values that earlier runs had.
    recipe: str = ""
    net: str = "small"
    optimizer: str = "sgd"
    lr_head: float = 0.0
    lr_norm: float = 0.0
    schedule: str = "linear"
    warm_up: float = 0.2
    weight_decay: float = 5e-4
    decay_norm: bool = False
    smoothing: float = 0.1
    shift: int = 2
    zero_gamma: bool = False
    budget: float = 0.0
    compile: bool = False
    group_size: int = 0
    norm_batch: int = 0
    reestimate: int = 0
    accuracy_reestimated: float | None = None
    images: int = 0
    layers: list | None = None
    stopped: str | None = None
    threads: int = 1

    def __post_init__(self):
        check_types(self, "record: ")
        if len(self.error_by_epoch) != self.epochs and not self.stopped:
            raise ValueError(f"record: {self.epochs} epochs but {len(self.error_by_epoch)} entries in error_by_epoch")
        if not 0 <= self.accuracy <= 100:
            raise ValueError(f"record: accuracy must lie between 0 and 100 percent, got {self.accuracy}")


def write_record(record: RunRecord, path: Path | str) -> None:
    """Write the record whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(f".{os.getpid()}.part")
    scratch.write_text(json.dumps(asdict(record), indent=1) + "\n")
    os.replace(scratch, path)


def read_record(path: Path | str) -> RunRecord:
    """Read one record.

    Raises:
        ValueError: the file is not JSON, or its keys or values do not fit the schema; the message names the file.
    """
    try:
        return RunRecord(**json.loads(Path(path).read_text()))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} is not a run record: {error}") from error


def read_records(folder: Path | str) -> list[RunRecord]:
    """All records in a folder, in the order of their file names."""
    paths = sorted(Path(folder).glob("*.json"))
    if not paths:
        raise FileNotFoundError(f"no run records in {folder}: each is one .json file written by gn-edu train")
    return [read_record(path) for path in paths]


def _results(name: str) -> Path:
    """A file or folder of the book's own results, which come with the package."""
    return Path(str(files("gn_edu"))) / "results" / name


def published(experiment: str, required: bool = True) -> list[RunRecord]:
    """The book's own records of an experiment; an empty list where there are none and none are required."""
    folder = _results(experiment)
    return read_records(folder) if required or folder.is_dir() else []


def measured(name: str) -> dict:
    """The book's own measurement results/<name>.json: not a training run, but with device, versions and date."""
    return json.loads(_results(f"{name}.json").read_text(encoding="utf-8"))


def current_commit() -> str:
    """The commit of the working tree, "+" behind it where files differ from it; "unknown" outside a checkout."""
    folder = Path(__file__).parent

    def git(*words):
        return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()

    try:
        return git("rev-parse", "--short=12", "HEAD") + ("+" if git("status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
