"""One loop: train(config) -> RunRecord. Seeded; a killed run goes on with the epoch it was in."""

import datetime
import math
import os
import platform
import time
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace
from functools import wraps
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gn_edu.augment import augment, to_input
from gn_edu.data import Cifar10
from gn_edu.layers import layer_statistics
from gn_edu.nets import SHAPE, build
from gn_edu.optim import optimizers, schedule
from gn_edu.recipes import TrainConfig
from gn_edu.records import RunRecord, current_commit, read_record, write_record


class Diverged(ArithmeticError):
    """The loss is no longer a finite number."""


def choose_device() -> torch.device:
    """A CUDA GPU, else Apple's, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def choose_precision(device: torch.device) -> torch.dtype:
    """bfloat16 on a device that multiplies it in hardware, else float32."""
    fast = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        fast = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
    return torch.bfloat16 if fast else torch.float32


def lower_precision(device: torch.device, precision: torch.dtype):
    """The context in which a network computes in `precision`."""
    return nullcontext() if precision == torch.float32 else torch.autocast(device.type, precision)


@torch.no_grad()
def evaluate(
    model: nn.Module, images: Tensor, labels: Tensor, batch: int = 1000, precision: torch.dtype = torch.float32
) -> float:
    """Accuracy in percent, in evaluation mode."""
    model.eval()
    device = next(model.parameters()).device
    right = 0
    with lower_precision(device, precision):
        for x, y in zip(images.split(batch), labels.split(batch), strict=True):
            right += int((model(to_input(x.to(device))).argmax(1) == y.to(device)).sum())
    return 100 * right / len(labels)


@contextmanager
def cpu_threads(count: int):
    """The context in which torch computes with `count` threads of the CPU; afterwards as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _on_its_threads(method):
    """A Trainer's method; on a CPU it computes with as many threads as the config says."""

    @wraps(method)
    def run(self, *args, **kwargs):
        with cpu_threads(self.config.threads) if self.device.type == "cpu" else nullcontext():
            return method(self, *args, **kwargs)

    return run


_compiled: dict[tuple, tuple[nn.Module, nn.Module]] = {}  # compiling takes a minute: once for each shape of network


class Trainer:
    """A model, its optimizers and where it stands; saved after every epoch, so that a kill costs one epoch at most."""

    KEPT = ("epoch", "error_by_epoch", "layers", "images", "cpu_s", "wall_s")

    def __init__(self, config: TrainConfig, data: Cifar10, device: torch.device | None = None):
        n_train = config.n_train or len(data.train_images)
        if n_train > len(data.train_images):
            raise ValueError(f"n_train must lie between 1 and {len(data.train_images)}, got {n_train}")
        self.config = replace(config, n_train=n_train)  # and checked once more, with the number of images
        self.data, self.device = data, device or choose_device()
        self._set_up()

    @_on_its_threads
    def _set_up(self) -> None:
        config, data = self.config, self.data
        self.cpu_s = self.wall_s = 0.0
        self._start_clock()
        auto = config.precision == "auto"
        self.precision = choose_precision(self.device) if auto else getattr(torch, config.precision)
        self.train_images, self.train_labels = data.train_images, data.train_labels
        if self.device.type == "cuda":
            self.train_images, self.train_labels = (t.to(self.device) for t in (self.train_images, self.train_labels))
        self.model = build(self.config)
        if hasattr(self.model, "fit_stem"):
            self.model.fit_stem(to_input(data.train_images[: min(config.n_train, 5000)]))
        self.model = self.forward = self.model.to(self.device, memory_format=torch.channels_last)
        if config.compile:
            key = (self.device, *(getattr(config, name) for name in SHAPE))
            self.model, self.forward = self._compiled(key)
        self.optimizers = optimizers(self.model, self.config)
        self.peaks = [[group["lr"] for group in o.param_groups] for o in self.optimizers]
        self.steps_per_epoch = config.n_train // config.batch
        self.epoch, self.error_by_epoch, self.layers, self.images = 0, [], [], 0
        self._stop_clock()

    def _compiled(self, key: tuple) -> tuple[nn.Module, nn.Module]:
        if key not in _compiled:
            _compiled[key] = self.model, torch.compile(self.model)
        _compiled[key][0].load_state_dict(self.model.state_dict())
        return _compiled[key]

    # ---- time: a CPU's own seconds, the clock's on a GPU; what is measured between epochs does not count

    def _start_clock(self) -> None:
        self._began = time.process_time() - self.cpu_s, time.perf_counter() - self.wall_s

    def _stop_clock(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        self.cpu_s, self.wall_s = time.process_time() - self._began[0], time.perf_counter() - self._began[1]

    def done(self, step: int) -> float:
        """The share of the run, 0 to 1, that is over at step `step` of this epoch."""
        if self.config.budget:
            used = time.perf_counter() - self._began[1] if self.device.type == "cuda" else None
            return (time.process_time() - self._began[0] if used is None else used) / self.config.budget
        return (self.epoch * self.steps_per_epoch + step) / (self.config.epochs * self.steps_per_epoch)

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or the budget is used up."""
        if self.config.budget:
            return (self.wall_s if self.device.type == "cuda" else self.cpu_s) >= self.config.budget
        return self.epoch >= self.config.epochs

    # ---- training

    def batches(self):
        """This epoch's batches; which images, in which order, depends on the seed and the epoch alone."""
        config = self.config
        generator = torch.Generator().manual_seed(1000 * config.seed + self.epoch)
        order = torch.randperm(config.n_train, generator=generator)
        for index in order.split(config.batch)[: self.steps_per_epoch]:
            index = index.to(self.train_images.device)
            x = to_input(self.train_images[index].to(self.device))
            yield augment(x, generator, config.shift, self.data.mirrors), self.train_labels[index].to(self.device)

    def step(self, x: Tensor, y: Tensor, done: float) -> Tensor:
        """One update when the share `done` of the run is over; returns the loss."""
        self.model.train()
        factor = schedule(done, self.config.schedule, self.config.warm_up)
        for optimizer, peaks in zip(self.optimizers, self.peaks, strict=True):
            for group, peak in zip(optimizer.param_groups, peaks, strict=True):
                group["lr"] = peak * factor
        with lower_precision(self.device, self.precision):
            loss = F.cross_entropy(self.forward(x).float(), y, label_smoothing=self.config.smoothing)
        self.model.zero_grad(set_to_none=True)
        loss.backward()
        for optimizer in self.optimizers:
            optimizer.step()
        return loss.detach()

    @_on_its_threads
    def run_epoch(self, on_step=lambda loss: None) -> None:
        """Train for one epoch, or until the budget is used up; then measure the test error and the layers.

        Raises:
            Diverged: the loss is not finite.
        """
        self._start_clock()
        for i, (x, y) in enumerate(self.batches()):
            if self.config.budget and self.done(i) >= 1:
                break
            # A half: the middle of the step. Then the first step moves, and so does the last.
            loss = self.step(x, y, self.done(i) if self.config.budget else self.done(i + 0.5))
            self.images += len(x)
            # To look at a number that a GPU has not computed yet is to wait for it.
            if self.device.type == "cpu" or i % 25 == 0 or i == self.steps_per_epoch - 1:
                if not math.isfinite(loss):
                    raise Diverged(f"the loss is {float(loss)} at step {i + 1} of epoch {self.epoch + 1}")
                on_step(float(loss))
        self._stop_clock()
        self.error_by_epoch.append(round(100 - self.accuracy(), 4))
        with lower_precision(self.device, self.precision):
            self.layers.append(layer_statistics(self.model, to_input(self.data.test_images[:250].to(self.device))))
        self.epoch += 1

    @_on_its_threads
    def accuracy(self) -> float:
        """Test accuracy in percent."""
        return evaluate(self.model, self.data.test_images, self.data.test_labels, precision=self.precision)

    @_on_its_threads
    @torch.no_grad()
    def reestimated_accuracy(self) -> float | None:
        """Test accuracy with running statistics measured anew, by the trained network; None without batch norm."""
        norms = [layer for layer in self.model.modules() if isinstance(layer, nn.BatchNorm2d)]
        if not norms or not self.config.reestimate:
            return None
        for layer in norms:
            layer.reset_running_stats()
        self.model.train()
        whole = self.config.batch * (self.config.reestimate // self.config.batch)
        for k, images in enumerate(self.train_images[:whole].split(self.config.batch), start=1):
            for layer in norms:
                layer.momentum = 1 / k  # a plain average
            self.model(to_input(images.to(self.device)))
        return round(self.accuracy(), 4)

    # ---- what is kept

    def save(self, path: Path) -> None:
        """Keep the state on disk, whole or not at all."""
        progress = {key: getattr(self, key) for key in self.KEPT}
        settings = {"config": asdict(self.config), "data": self.data.fingerprint}
        tensors = {"model": self.model.state_dict(), "optimizers": [o.state_dict() for o in self.optimizers]}
        _save(tensors | progress | settings, path)

    def resume(self, path: Path) -> None:
        """Take up a saved state.

        Raises:
            ValueError: it was made with other settings or other data.
        """
        state = torch.load(path, map_location=self.device, weights_only=True)
        if state["config"] != asdict(self.config) or state["data"] != self.data.fingerprint:
            raise ValueError(f"{path} belongs to a run with other settings or data; remove it to start afresh")
        self.model.load_state_dict(state["model"])
        for optimizer, kept in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)
        for key in self.KEPT:
            setattr(self, key, state[key])

    @_on_its_threads
    def record(self, stopped: str | None = None) -> RunRecord:
        """The finished run as a record, or one that was `stopped`, and why."""
        cuda = self.device.type == "cuda"
        settings = asdict(self.config) | {
            "epochs": len(self.error_by_epoch) if self.config.budget else self.config.epochs,
            "precision": str(self.precision).removeprefix("torch."),
        }
        return RunRecord(
            **settings,
            device=torch.cuda.get_device_name() if cuda else processor(),
            accuracy=round(self.accuracy() if stopped else 100 - self.error_by_epoch[-1], 4),
            error_by_epoch=self.error_by_epoch,
            images_per_s=round(self.images / max(self.wall_s, 1e-9), 1),
            cpu_s=round(self.cpu_s, 1),
            wall_s=round(self.wall_s, 3),
            torch=torch.__version__,
            python=platform.python_version(),
            commit=current_commit(),
            date=datetime.datetime.now(datetime.UTC).date().isoformat(),
            data=self.data.fingerprint,
            layers=self.layers,
            images=self.images,
            stopped=stopped,
            accuracy_reestimated=None if stopped else self.reestimated_accuracy(),
        )


def _save(value, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(f".{os.getpid()}.part")
    torch.save(value, scratch)
    os.replace(scratch, path)


def train(
    config: TrainConfig,
    data: Cifar10,
    folder: Path | str,
    progress: bool = True,
    weights: bool = False,
    track: bool = False,
    until: float = math.inf,
) -> RunRecord | None:
    """Train one network and write its record to `folder`; return the record at once if it is already there.

    While it runs, its state lies beside the record as a .state file. A run whose loss is no longer finite is stopped,
    and its record says so. With `weights`, the trained state_dict is kept beside the record as a .pt file; with
    `track`, the record's numbers are also written for TensorBoard, to the folder tensorboard/ there. When the clock
    (time.monotonic) passes `until`, the state is kept and None returned.

    Raises:
        MemoryError: the batch does not fit; the message names one to try.
        ValueError: the settings don't fit together or the data.
    """
    try:
        return _train(config, data, Path(folder), progress, weights, track, until)
    except (RuntimeError, MemoryError) as error:
        if not isinstance(error, (torch.cuda.OutOfMemoryError, MemoryError)) and "allocate memory" not in str(error):
            raise
        advice = f"try batch={config.batch // 2}" if config.batch > 1 else "try a smaller network"
        raise MemoryError(f"out of memory with batch={config.batch} on {choose_device()}: {advice}") from error


def _train(config, data, folder, progress, weights, track, until) -> RunRecord | None:
    trainer = Trainer(config, data)
    path = folder / f"{trainer.config.stem}.json"
    if path.exists():
        return read_record(path)
    for scratch in folder.glob(f"{path.stem}.*.part"):
        scratch.unlink()  # left by a run that was killed while it wrote
    state = path.with_suffix(".state")
    if state.exists():
        trainer.resume(state)
    log = _tensorboard(folder / "tensorboard" / path.stem, trainer.epoch) if track else None
    stopped = None
    total = None if config.budget else trainer.steps_per_epoch * config.batch * config.epochs
    with progress_bar(progress, total, "image", trainer.images) as bar:

        def on_step(loss):
            bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
            bar.update(trainer.images - bar.n)

        while not trainer.finished and not stopped:
            if time.monotonic() > until:
                return None
            try:
                trainer.run_epoch(on_step)
            except Diverged as error:
                stopped = str(error)
                break
            trainer.save(state)
            if log:
                log.add_scalar("test error (%)", trainer.error_by_epoch[-1], trainer.epoch)
    if log:
        log.close()
    if weights:
        _save(trainer.model.state_dict(), path.with_suffix(".pt"))
    record = trainer.record(stopped)
    write_record(record, path)
    state.unlink(missing_ok=True)
    return record


class _Silent:
    """Stands where no progress bar is wanted."""

    n = 0

    def set_postfix(self, *said, **more):
        pass

    def update(self, steps):
        pass


def progress_bar(shown: bool, total: int | None, unit: str, done: int = 0):
    """A progress bar of tqdm, or something as quiet as it is where none is wanted or tqdm is missing."""
    if not shown:
        return nullcontext(_Silent())
    try:
        from tqdm.auto import tqdm
    except ImportError:  # a machine with torch and numpy alone
        return nullcontext(_Silent())
    return tqdm(total=total, initial=done, unit=unit, unit_scale=True)


def _tensorboard(folder: Path, epoch: int):
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise ValueError("track needs the package tensorboard: pip install tensorboard") from error
    return SummaryWriter(folder, purge_step=epoch + 1)


def processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return f"{name}, {torch.get_num_threads()} threads"
