"""RunRecord: settings, result and provenance of one training run, to and from one JSON file."""

import json
import os
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

from gn_edu.config import RunConfig


@dataclass(frozen=True)
class Result:
    """What came out. Errors and accuracies are in percent, on the whole test set; times in seconds.

    Args:
        accuracy: after the last epoch.
        error_by_epoch: after each epoch; with a budget, the last one may be a part of an epoch.
        images: how many were trained on, repetitions counted; 0 where that was not counted yet.
        images_per_s: of them, a second of wall time.
        cpu_s: CPU-seconds of initialisation and training.
        wall_s: the same by the clock on the wall.
        layers: gn_edu.training.layer_statistics after each epoch.
        stopped: why a run ended before its time.
        accuracy_reestimated: of a batch norm network after its running statistics were measured anew.
        accuracy_rounded: of a network whose weights were rounded for use in a page.
        test_loss_by_epoch: mean cross-entropy in nats, without smoothing, beside error_by_epoch.
        train_error_by_epoch, train_loss_by_epoch: the same on training images, as they are, in evaluation mode.
        accuracy_whole: of a batch norm network with statistics of whole batches, measured anew.
        accuracy_mixed: of the same, with own_share of each picture's own statistics mixed in.
        own_share: the share, chosen on training images that were held aside.
        test_cpu_s: CPU-seconds of all that was measured between epochs.
        peak_memory_mb: the most memory in use, in MiB: of a GPU's tensors, else of the process.
        filters: gn_edu.training.filters, one text a layer, after the last epoch.
    """

    accuracy: float
    error_by_epoch: list[float]
    images: int
    images_per_s: float
    cpu_s: float
    wall_s: float
    layers: list[list[list[float]]] | None = None
    stopped: str | None = None
    accuracy_reestimated: float | None = None
    accuracy_rounded: float | None = None
    test_loss_by_epoch: list[float] | None = None
    train_error_by_epoch: list[float] | None = None
    train_loss_by_epoch: list[float] | None = None
    accuracy_whole: float | None = None
    accuracy_mixed: float | None = None
    own_share: float | None = None
    test_cpu_s: float | None = None
    peak_memory_mb: float | None = None
    filters: list[str] | None = None

    def __post_init__(self):
        if not 0 <= self.accuracy <= 100:
            raise ValueError(f"accuracy must lie between 0 and 100 percent, got {self.accuracy}")

    @property
    def epochs(self) -> int:
        """How many epochs were trained and tested."""
        return len(self.error_by_epoch)


@dataclass(frozen=True)
class Provenance:
    """What a run was made with, and when.

    Args:
        device: name of the GPU, or of the CPU and how many of its threads.
        precision: in which the network computed.
        torch: version.
        python: version.
        commit: of the code; "+" behind it where files differed from it.
        date: day (UTC).
        data: fingerprint of the pictures.
    """

    device: str
    precision: str
    torch: str
    python: str
    commit: str
    date: str
    data: str


@dataclass(frozen=True)
class RunRecord:
    """One run: the settings that it was asked for, what came out, and what it was made with."""

    config: RunConfig
    result: Result
    provenance: Provenance

    def __post_init__(self):
        asked, found = self.config.clock, self.result.epochs
        if found != asked.epochs and not asked.budget and not self.result.stopped:
            raise ValueError(f"{asked.epochs} epochs but {found} entries in error_by_epoch")


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
    from gn_edu.reading import structure  # here: a GPU machine that only writes records can do without cattrs

    try:
        return structure(json.loads(Path(path).read_text()), RunRecord)
    except ValueError as error:
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
