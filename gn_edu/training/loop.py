"""One loop: train(config) -> RunRecord. Seeded; a killed run goes on with the epoch it was in."""

import math
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gn_edu.augment import augment, to_input
from gn_edu.config import RunConfig
from gn_edu.data import Cifar10
from gn_edu.nets import Airbench, build, with_fast_norms
from gn_edu.recipes import stem
from gn_edu.records import Provenance, Result, RunRecord, read_record, write_record
from gn_edu.training import checkpoint
from gn_edu.training.clock import Clock
from gn_edu.training.device import (
    choose_device,
    choose_precision,
    compiled,
    cpu_threads,
    forget_peak_memory,
    kept_near,
    lower_precision,
    peak_memory_mb,
    steps_a_look,
)
from gn_edu.training.evaluation import batch_norms, best_share, measure, own_statistics, reestimate
from gn_edu.training.filters import filter_correlations, packed
from gn_edu.training.layer_statistics import layer_statistics
from gn_edu.training.optim import optimizers, schedule
from gn_edu.training.progress import progress_bar, tensorboard
from gn_edu.training.provenance import device_name, provenance

CURVES = ("test_loss_by_epoch", "train_error_by_epoch", "train_loss_by_epoch")


class Diverged(ArithmeticError):
    """The loss is no longer a finite number."""


def train(
    config: RunConfig,
    data: Cifar10,
    folder: Path | str,
    progress: bool = True,
    weights: bool = False,
    track: bool = False,
    until: float = math.inf,
    watch: "Callable[[Trainer, float | None], None]" = lambda trainer, loss: None,
) -> RunRecord | None:
    """Train one network and write its record to `folder`; return the record at once if it is already there.

    While it runs, its state lies beside the record as a .state file. A run whose loss is no longer finite is stopped,
    and its record says so. With `weights`, the trained state_dict is kept beside the record as a .pt file; with
    `track`, the record's numbers are also written for TensorBoard, to the folder tensorboard/ there. When the clock
    (time.monotonic) passes `until`, the state is kept and None returned. `watch` is told of the loss, where a step
    looks at it, and of None after each epoch; what it raises ends the run, and the state of the last epoch stays.

    Raises:
        MemoryError: the batch does not fit; the message names one to try.
        ValueError: the settings don't fit together or the data.
    """
    with _advice_on_memory(config):
        trainer = Trainer(config, data)
        path = Path(folder) / f"{stem(trainer.config)}.json"
        if path.exists():
            return read_record(path)
        checkpoint.tidy(path)
        state = path.with_suffix(".state")
        if state.exists():
            trainer.resume(state)
        stopped = None
        with (
            progress_bar(progress, trainer.clock.in_all(config.data.batch), "image", trainer.images) as bar,
            tensorboard(track, path.parent / "tensorboard" / path.stem, trainer.epoch) as log,
        ):

            def on_step(loss: float) -> None:
                bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
                bar.update(trainer.images - bar.n)
                watch(trainer, loss)

            try:
                while not trainer.finished:
                    if time.monotonic() > until:
                        return None
                    trainer.run_epoch(on_step)
                    trainer.save(state)
                    log.add_scalar("test error (%)", trainer.error_by_epoch[-1], trainer.epoch)
                    watch(trainer, None)
            except Diverged as error:
                stopped = str(error)
        if weights:
            checkpoint.save(trainer.model.state_dict(), path.with_suffix(".pt"))
        record = trainer.record(stopped)
        write_record(record, path)
        state.unlink(missing_ok=True)
        return record


@contextmanager
def _advice_on_memory(config: RunConfig):
    """The context in which memory that runs out ends with a batch to try."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not isinstance(error, (torch.cuda.OutOfMemoryError, MemoryError)) and "allocate memory" not in str(error):
            raise
        batch = config.data.batch
        advice = f"try batch={batch // 2}" if batch > 1 else "try a smaller network"
        raise MemoryError(f"out of memory with batch={batch} on {choose_device()}: {advice}") from error


class Trainer:
    """A model, its optimizers and where it stands; saved after every epoch, so that a kill costs one epoch at most.

    Args:
        config: the settings; 0 training images become all that there are.
        data: the pictures.
        device: a GPU where there is one, if none is given.

    Raises:
        ValueError: the settings do not fit the data.
    """

    def __init__(self, config: RunConfig, data: Cifar10, device: torch.device | None = None):
        n_train, aside = config.data.n_train or len(data.train_images), config.data.held_aside
        if n_train + aside > len(data.train_images):
            and_aside = f" and held_aside={aside}" if aside else ""
            raise ValueError(f"n_train must lie between 1 and {len(data.train_images)}, got {n_train}{and_aside}")
        self.config = config = config.replace(n_train=n_train)  # and checked once more, with the number of images
        self.data, self.device = data, device or choose_device()
        if config.compute.fast_norm and self.device.type != "cpu":
            raise ValueError(f"fast_norm is a kernel for the CPU, and this run is on {self.device}; leave it out")
        self.precision = choose_precision(config.compute, self.device)
        self.clock = Clock(config.clock, self.device, steps=n_train // config.data.batch)
        self.epoch, self.images = 0, 0
        self.error_by_epoch: list[float] = []
        self.curves: dict[str, list[float]] = {name: [] for name in CURVES}
        self.layers: list[list[list[float]]] = []  # epoch by epoch, as layer_statistics gives them
        self.test_cpu_s = 0.0
        forget_peak_memory(self.device)
        with self._threads(), self.clock.running():
            self.train_images, self.train_labels = kept_near(self.device, data.train_images, data.train_labels)
            model = build(config.network, config.seed)
            if isinstance(model, Airbench):
                model.fit_stem(to_input(data.train_images[: min(n_train, 5000)]))
            # Any: torch's types do not know that a module takes a memory format.
            self.model: nn.Module = cast(Any, model).to(self.device, memory_format=torch.channels_last)
            self.forward: Callable[[Tensor], Tensor] = self.model
            if config.compute.compile:
                self.model, self.forward = compiled(model, config.network, self.device, self.precision)
            elif config.compute.fast_norm:
                self.forward = with_fast_norms(self.model)
            self.optimizers = optimizers(self.model, config.optim)
            self.peaks = [[group["lr"] for group in o.param_groups] for o in self.optimizers]

    def run_epoch(self, on_step: Callable[[float], None] = lambda loss: None) -> None:
        """Train for one epoch, or until the budget is used up; then measure the test error and the layers.

        Raises:
            Diverged: the loss is not finite.
        """
        with self._threads():
            with self.clock.running():
                for i, (x, y) in enumerate(self.batches()):
                    share = self.clock.share(self.epoch, i)
                    if share >= 1:
                        break
                    loss = self.step(x, y, share)
                    self.images += len(x)
                    if i % steps_a_look(self.device) == 0 or i == self.clock.steps - 1:
                        if not math.isfinite(loss):
                            raise Diverged(f"the loss is {float(loss)} at step {i + 1} of epoch {self.epoch + 1}")
                        on_step(float(loss))
            began = time.process_time()
            self.look()
            self.test_cpu_s += time.process_time() - began
        self.epoch += 1

    def look(self) -> None:
        """Error and loss on the test images, on training images where the settings ask for it, and the layers."""
        accuracy, loss = self.measured()
        self.error_by_epoch.append(round(100 - accuracy, 4))
        self.curves["test_loss_by_epoch"].append(round(loss, 4))
        if count := self.config.data.look_back:
            accuracy, loss = self.measured(self.data.train_images[:count], self.data.train_labels[:count])
            self.curves["train_error_by_epoch"].append(round(100 - accuracy, 4))
            self.curves["train_loss_by_epoch"].append(round(loss, 4))
        with lower_precision(self.device, self.precision):
            self.layers.append(layer_statistics(self.model, to_input(self.data.test_images[:250].to(self.device))))

    def batches(self):
        """This epoch's batches; which images, in which order, depends on the seed and the epoch alone."""
        data = self.config.data
        generator = torch.Generator().manual_seed(1000 * self.config.seed + self.epoch)
        order = torch.randperm(data.n_train, generator=generator)
        for index in order.split(data.batch)[: self.clock.steps]:
            index = index.to(self.train_images.device)
            x = to_input(self.train_images[index].to(self.device))
            yield augment(x, generator, data.shift, self.data.mirrors), self.train_labels[index].to(self.device)

    def step(self, x: Tensor, y: Tensor, share: float) -> Tensor:
        """One update when this share (0 to 1) of the run is over; returns the loss."""
        optim = self.config.optim
        self.model.train()
        if share >= self.config.network.frozen_after:
            for layer in batch_norms(self.model):
                layer.eval()
        factor = schedule(share, optim.schedule, optim.warm_up)
        for optimizer, peaks in zip(self.optimizers, self.peaks, strict=True):
            for group, peak in zip(optimizer.param_groups, peaks, strict=True):
                group["lr"] = peak * factor
        with lower_precision(self.device, self.precision):
            loss = F.cross_entropy(self.forward(x).float(), y, label_smoothing=optim.smoothing)
        self.model.zero_grad(set_to_none=True)
        loss.backward()
        for optimizer in self.optimizers:
            optimizer.step()
        return loss.detach()

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or the budget is used up."""
        return self.clock.finished(self.epoch)

    def measured(self, images: Tensor | None = None, labels: Tensor | None = None) -> tuple[float, float]:
        """Accuracy in percent and loss, on the test images if no others are given."""
        images = self.data.test_images if images is None else images
        labels = self.data.test_labels if labels is None else labels
        return measure(self.model, images, labels, precision=self.precision)

    def accuracy(self) -> float:
        """Test accuracy in percent."""
        return self.measured()[0]

    def record(self, stopped: str | None = None) -> RunRecord:
        """The finished run as a record, or one that was `stopped`, and why."""
        with self._threads():
            accuracy = self.accuracy() if stopped else 100 - self.error_by_epoch[-1]
            result = Result(
                accuracy=round(accuracy, 4),
                error_by_epoch=self.error_by_epoch,
                images=self.images,
                images_per_s=round(self.images / max(self.clock.wall_s, 1e-9), 1),
                cpu_s=round(self.clock.cpu_s, 1),
                wall_s=round(self.clock.wall_s, 3),
                layers=self.layers,
                stopped=stopped,
                test_cpu_s=round(self.test_cpu_s, 1),
                peak_memory_mb=peak_memory_mb(self.device),
                filters=[packed(m) for m in filter_correlations(self.model)] if self.config.data.look_back else None,
                **cast(Any, {name: curve or None for name, curve in self.curves.items()}),
                **cast(Any, {} if stopped else self._with_other_statistics()),
            )
            made_with = provenance(device_name(self.device), "torch")
        precision = str(self.precision).removeprefix("torch.")
        return RunRecord(self.config, result, Provenance(precision=precision, data=self.data.fingerprint, **made_with))

    def _with_other_statistics(self) -> dict[str, float]:
        """Accuracies of a batch norm network whose statistics are others than those that training left."""
        data = self.config.data
        images = self.data.train_images[: data.reestimate]
        found: dict[str, float] = {}
        if not data.reestimate or not reestimate(self.model, images, data.batch, self.precision):
            return found
        found["accuracy_reestimated"] = round(self.accuracy(), 4)
        if data.held_aside:
            reestimate(self.model, images, data.batch, self.precision, whole=True)
            found["accuracy_whole"] = round(self.accuracy(), 4)
            aside = slice(data.n_train, data.n_train + data.held_aside)
            chosen_on = self.data.train_images[aside], self.data.train_labels[aside]
            found["own_share"] = best_share(self.model, *chosen_on, self.precision)
            with own_statistics(self.model, found["own_share"]):
                found["accuracy_mixed"] = round(self.accuracy(), 4)
        return found

    def save(self, path: Path) -> None:
        """Keep the state on disk, whole or not at all."""
        checkpoint.save(
            {
                "config": asdict(self.config),
                "data": self.data.fingerprint,
                "model": self.model.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
                "clock": (self.clock.cpu_s, self.clock.wall_s),
                "progress": (self.epoch, self.error_by_epoch, self.curves, self.layers, self.images, self.test_cpu_s),
            },
            path,
        )

    def resume(self, path: Path) -> None:
        """Take up a saved state.

        Raises:
            ValueError: it was made with other settings or other data.
        """
        state = checkpoint.load(path, self.device)
        if state["config"] != asdict(self.config) or state["data"] != self.data.fingerprint:
            raise ValueError(f"{path} belongs to a run with other settings or data; remove it to start afresh")
        self.model.load_state_dict(state["model"])
        for optimizer, kept in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)
        self.clock.cpu_s, self.clock.wall_s = state["clock"]
        self.epoch, self.error_by_epoch, self.curves, self.layers, self.images, self.test_cpu_s = state["progress"]

    def _threads(self):
        return cpu_threads(self.config.compute, self.device)
