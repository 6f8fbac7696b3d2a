"""One loop: train(config) -> RunRecord. Seeded; a killed run goes on with the epoch it was in."""

import datetime
import os
import platform
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gn_edu.data import Cifar10
from gn_edu.nets import seeded
from gn_edu.records import RunRecord, current_commit, read_record, write_record

# Per-channel mean and standard deviation of CIFAR-10's training pixels, of 255.
PIXEL_MEAN = torch.tensor([125.3, 123.0, 113.9]).view(1, 3, 1, 1)
PIXEL_STD = torch.tensor([63.0, 62.1, 66.7]).view(1, 3, 1, 1)


@dataclass(frozen=True)
class TrainConfig:
    """The settings of one run.

    `width` is the number of channels of the first stage, `lr` the peak learning rate; `n_train` images are used, all
    when it is 0.
    """

    experiment: str = "first"
    norm: str = "gn"
    groups: int = 16
    ws: bool = True
    width: int = 32
    batch: int = 128
    lr: float = 0.15
    epochs: int = 3
    seed: int = 0
    n_train: int = 0

    @property
    def stem(self) -> str:
        """The file name that holds this run's record."""
        ws = "_ws" if self.ws else ""
        width = f"_w{self.width}" if self.width != TrainConfig.width else ""
        size = f"_n{self.n_train}" if self.n_train else ""
        return f"{self.norm}{self.groups}{ws}{width}_b{self.batch}_lr{self.lr:g}_e{self.epochs}{size}_s{self.seed}"


# Settings by name. `neighbours` trains the two networks that run inside the landing page.
RECIPES = {
    "first": TrainConfig(),
    "neighbours": TrainConfig(experiment="neighbours", groups=8, width=16, epochs=8),
}


def choose_device() -> torch.device:
    """A CUDA GPU, else Apple's, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def choose_precision(device: torch.device) -> torch.dtype:
    """bfloat16 on a GPU that multiplies it in hardware, else float32."""
    fast = device.type == "cuda" and torch.cuda.is_bf16_supported()
    return torch.bfloat16 if fast else torch.float32


def to_input(images: Tensor) -> Tensor:
    """uint8 (n, 3, 32, 32) to float32 in channels_last order, mean near 0 and standard deviation near 1."""
    x = (images.float() - PIXEL_MEAN.to(images.device)) / PIXEL_STD.to(images.device)
    return x.contiguous(memory_format=torch.channels_last)


def augment(x: Tensor, generator: torch.Generator, pad: int = 2) -> Tensor:
    """Mirror half of the images and shift each by up to `pad` pixels, edges reflected."""
    n, device = len(x), x.device
    flip = torch.rand(n, generator=generator).lt(0.5).to(device)
    shift = torch.randint(0, 2 * pad + 1, (2, n), generator=generator).to(device)
    x = torch.where(flip[:, None, None, None], x.flip(3), x)
    windows = F.pad(x, (pad,) * 4, mode="reflect").unfold(2, 32, 1).unfold(3, 32, 1)
    x = windows[torch.arange(n, device=device), :, shift[0], shift[1]]
    return x.contiguous(memory_format=torch.channels_last)


def learning_rate(step: int, steps: int, peak: float, warm_up: float = 0.2) -> float:
    """Linear warm-up to `peak` over the first fifth of the steps, then linear to zero."""
    done = (step + 1) / steps
    return peak * min(done / warm_up, (1 - done) / (1 - warm_up) + 1 / steps)


@torch.no_grad()
def evaluate(model: nn.Module, images: Tensor, labels: Tensor, batch: int = 1000) -> float:
    """Accuracy in percent, in evaluation mode."""
    model.eval()
    device = next(model.parameters()).device
    right = 0
    with torch.autocast(device.type, choose_precision(device), enabled=choose_precision(device) != torch.float32):
        for x, y in zip(images.split(batch), labels.split(batch), strict=True):
            right += int((model(to_input(x.to(device))).argmax(1) == y.to(device)).sum())
    return 100 * right / len(labels)


class Trainer:
    """A model, its optimizer and where it stands; saved after every epoch, so that a kill costs one epoch at most."""

    def __init__(self, config: TrainConfig, data: Cifar10, device: torch.device | None = None):
        n_train = config.n_train or len(data.train_images)
        if not 0 < n_train <= len(data.train_images):
            raise ValueError(f"n_train must lie between 1 and {len(data.train_images)}, got {n_train}")
        if config.batch < 1 or config.batch > n_train:
            raise ValueError(f"batch must lie between 1 and n_train={n_train}, got {config.batch}")
        if config.epochs < 1:
            raise ValueError(f"epochs must be at least 1, got {config.epochs}")
        self.config = replace(config, n_train=n_train)
        self.data, self.device = data, device or choose_device()
        self.precision = choose_precision(self.device)
        self.model = seeded(config.seed, config.norm, config.groups, config.ws, config.width).to(
            self.device, memory_format=torch.channels_last
        )
        weights = [p for p in self.model.parameters() if p.dim() > 1]
        others = [p for p in self.model.parameters() if p.dim() == 1]
        self.optimizer = torch.optim.SGD(
            [{"params": weights, "weight_decay": 5e-4}, {"params": others, "weight_decay": 0.0}],
            lr=config.lr,
            momentum=0.9,
            nesterov=True,
        )
        self.steps_per_epoch = n_train // config.batch
        self.epoch, self.error_by_epoch, self.cpu_s, self.wall_s = 0, [], 0.0, 0.0

    def batches(self):
        """This epoch's batches; which images, in which order, depends on the seed and the epoch alone."""
        config = self.config
        generator = torch.Generator().manual_seed(1000 * config.seed + self.epoch)
        order = torch.randperm(config.n_train, generator=generator)
        for index in order.split(config.batch)[: self.steps_per_epoch]:
            x = to_input(self.data.train_images[index].to(self.device))
            yield augment(x, generator), self.data.train_labels[index].to(self.device)

    def step(self, x: Tensor, y: Tensor, number: int) -> float:
        """One update; returns the loss. `number` counts the steps of the whole run."""
        self.model.train()
        total = self.steps_per_epoch * self.config.epochs
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(number, total, self.config.lr)
        with torch.autocast(self.device.type, self.precision, enabled=self.precision != torch.float32):
            loss = F.cross_entropy(self.model(x), y, label_smoothing=0.1)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def run_epoch(self, on_step=lambda loss: None) -> None:
        """Train for one epoch, then measure the test error."""
        cpu, wall = time.process_time(), time.perf_counter()
        for i, (x, y) in enumerate(self.batches()):
            on_step(self.step(x, y, self.epoch * self.steps_per_epoch + i))
        accuracy = evaluate(self.model, self.data.test_images, self.data.test_labels)
        self.error_by_epoch.append(round(100 - accuracy, 4))
        self.epoch += 1
        self.cpu_s += time.process_time() - cpu
        self.wall_s += time.perf_counter() - wall

    def save(self, path: Path) -> None:
        """Keep the state on disk, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(f".{os.getpid()}.part")
        progress = {key: getattr(self, key) for key in ("epoch", "error_by_epoch", "cpu_s", "wall_s")}
        settings = {"config": asdict(self.config), "data": self.data.fingerprint}
        tensors = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        torch.save(tensors | progress | settings, scratch)
        os.replace(scratch, path)

    def resume(self, path: Path) -> None:
        """Take up a saved state.

        Raises:
            ValueError: it was made with other settings or other data.
        """
        state = torch.load(path, map_location=self.device, weights_only=True)
        if state["config"] != asdict(self.config) or state["data"] != self.data.fingerprint:
            raise ValueError(f"{path} belongs to a run with other settings or data; remove it to start afresh")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        for key in ("epoch", "error_by_epoch", "cpu_s", "wall_s"):
            setattr(self, key, state[key])

    def record(self) -> RunRecord:
        """The finished run as a record."""
        images = self.steps_per_epoch * self.config.batch * self.config.epochs
        return RunRecord(
            **asdict(self.config),
            device=torch.cuda.get_device_name() if self.device.type == "cuda" else processor(),
            precision=str(self.precision).removeprefix("torch."),
            accuracy=round(100 - self.error_by_epoch[-1], 4),
            error_by_epoch=self.error_by_epoch,
            images_per_s=round(images / self.wall_s, 1),
            cpu_s=round(self.cpu_s, 1),
            wall_s=round(self.wall_s, 1),
            torch=torch.__version__,
            python=platform.python_version(),
            commit=current_commit(),
            date=datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
            data=self.data.fingerprint,
        )


def train(
    config: TrainConfig, data: Cifar10, folder: Path | str, progress: bool = True, weights: bool = False
) -> RunRecord:
    """Train one network and write its record to `folder`; return the record at once if it is already there.

    While it runs, its state lies beside the record as a .state file. With `weights`, the trained state_dict is kept
    beside the record as a .pt file.
    """
    from tqdm.auto import tqdm

    trainer = Trainer(config, data)
    path = Path(folder) / f"{trainer.config.stem}.json"
    if path.exists():
        return read_record(path)
    state = path.with_suffix(".state")
    if state.exists():
        trainer.resume(state)
    steps = trainer.steps_per_epoch
    with tqdm(total=steps * config.epochs, initial=steps * trainer.epoch, disable=not progress, unit="step") as bar:

        def on_step(loss):
            bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
            bar.update()

        while trainer.epoch < config.epochs:
            trainer.run_epoch(on_step)
            trainer.save(state)
    if weights:
        torch.save(trainer.model.state_dict(), path.with_suffix(".pt"))
    record = trainer.record()
    write_record(record, path)
    state.unlink()
    return record


def processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return f"{name}, {torch.get_num_threads()} threads"
