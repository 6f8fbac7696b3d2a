"""Batch Norm and Group Norm with few values in a set, on scanned digits: python -m scripts.record_digits

Trains a small convolutional network on scikit-learn's load_digits, 1,797 pictures of 8 x 8 pixels, and writes every
run to gn_edu/results/digits.json, which gn_edu.digits reads. The last norm sees maps of 2 x 2 pixels; the second kind
of network has one more convolution and norm, on maps of 1 x 1. An update has 32 pictures throughout. Batch Norm
averages over all of them or over slices; Group Norm has as many channels a group as its size says. Runs of one seed
draw the same weights and the same pictures. A killed recording goes on where it stopped. Needs scikit-learn, which
nothing else does.
"""

import hashlib
import json
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gn_edu.nets import Conv3x3, GhostBatchNorm2d
from gn_edu.training.provenance import processor, provenance
from scripts.paths import BUILD, ROOT

TARGET = ROOT / "gn_edu" / "results" / "digits.json"
SCRATCH = BUILD / "digits.part.json"


@dataclass(frozen=True)
class Settings:
    """Of all runs; the fourth width is the second kind's alone, and the learning rate falls along a line to 0."""

    widths: tuple[int, ...] = (16, 32, 32, 32)
    train: int = 1297
    test: int = 500
    batch: int = 32
    updates: int = 400
    lr: float = 0.05
    momentum: float = 0.9
    tail: int = 40  # the last updates, over which error_while_training is the mean


SETTINGS = Settings()
MAPS = (2, 1)
SIZES = {"bn": (32, 8, 4, 2), "gn": (8, 4, 2)}
SEEDS = range(20)
CHECKED_UPDATES = 20


def load_pictures() -> tuple[Tensor, Tensor, str]:
    """Pictures (1797, 1, 8, 8) with mean 0 and variance 1, their labels, and the fingerprint of both."""
    from sklearn.datasets import load_digits

    found = load_digits()
    raw = found.images.astype("uint8").tobytes() + found.target.astype("uint8").tobytes()
    x = torch.tensor(found.images, dtype=torch.float32)[:, None]
    return (x - x.mean()) / x.std(), torch.tensor(found.target), hashlib.sha256(raw).hexdigest()


def make_net(maps: int, norm: str, size: int, seed: int) -> nn.Sequential:
    """Convolutions with a norm and a ReLU each, at 8 x 8, 4 x 4 and 2 x 2 pixels and, with maps=1, at 1 x 1; a layer.

    Args:
        maps: side of the maps that the last norm sees, 2 or 1.
        norm: "bn", over `size` images at a time, or "gn", with `size` channels a group.
    """
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    before = 1
    for k, width in enumerate(SETTINGS.widths[: 5 - maps]):
        layers.append(Conv3x3(before, width, ws=False, stride=2 if k else 1))
        layers.append(GhostBatchNorm2d(width, size) if norm == "bn" else nn.GroupNorm(width // size, width))
        layers.append(nn.ReLU())
        before = width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(before * maps**2, 10))


def train(net: nn.Sequential, x: Tensor, y: Tensor, seed: int, updates: int) -> tuple[list[float], list[float]]:
    """Loss and share of wrong answers at each of the first `updates` updates, both in training mode."""
    optimizer = torch.optim.SGD(net.parameters(), SETTINGS.lr, momentum=SETTINGS.momentum)
    draw = torch.Generator().manual_seed(seed)
    losses, wrong = [], []
    for k in range(updates):
        optimizer.param_groups[0]["lr"] = SETTINGS.lr * (1 - k / SETTINGS.updates)
        at = torch.randperm(len(x), generator=draw)[: SETTINGS.batch]
        out = net(x[at])
        loss = F.cross_entropy(out, y[at])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        wrong.append((out.argmax(1) != y[at]).float().mean().item())
    return losses, wrong


@torch.no_grad()
def error(net: nn.Sequential, x: Tensor, y: Tensor) -> float:
    """In per cent, in evaluation mode."""
    return round(100 * (net.eval()(x).argmax(1) != y).float().mean().item(), 4)


def split(x: Tensor, y: Tensor) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Pictures to train with and to test with: the same for all seeds."""
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
    first, last = order[: SETTINGS.train], order[-SETTINGS.test :]
    return (x[first], y[first]), (x[last], y[last])


def one_run(x: Tensor, y: Tensor, maps: int, norm: str, size: int, seed: int) -> dict:
    """Train one network to the end; errors in per cent."""
    (train_x, train_y), (test_x, test_y) = split(x, y)
    net = make_net(maps, norm, size, seed)
    _, wrong = train(net, train_x, train_y, seed, SETTINGS.updates)
    tail = wrong[-SETTINGS.tail :]
    return {
        "maps": maps,
        "norm": norm,
        "size": size,
        "seed": seed,
        "test_error": error(net, test_x, test_y),
        "training_error": error(net, train_x, train_y),
        "error_while_training": round(100 * sum(tail) / len(tail), 4),
    }


def first_losses(x: Tensor, y: Tensor, maps: int, norm: str, size: int) -> list[float]:
    """Losses of the first updates with seed 0 in float64, which other machines find again."""
    (train_x, train_y), _ = split(x, y)
    return train(make_net(maps, norm, size, 0).double(), train_x.double(), train_y, 0, CHECKED_UPDATES)[0]


def kept_runs(made_with: dict) -> list[dict]:
    """The runs of a killed recording, if it was made with the same."""
    kept = json.loads(SCRATCH.read_text()) if SCRATCH.exists() else {"runs": []}
    runs = kept.pop("runs")
    return runs if kept == json.loads(json.dumps(made_with)) else []


def main() -> None:
    torch.set_num_threads(1)
    x, y, fingerprint = load_pictures()
    made_with = {"settings": asdict(SETTINGS), **provenance(processor(), "torch", "sklearn"), "data": fingerprint}
    runs = kept_runs(made_with)
    done = {tuple(run[key] for key in ("maps", "norm", "size", "seed")) for run in runs}
    lines = [(maps, norm, size) for maps in MAPS for norm, sizes in SIZES.items() for size in sizes]
    for seed in SEEDS:
        for line in lines:
            if (*line, seed) not in done:
                runs.append(one_run(x, y, *line, seed))
                print(runs[-1], flush=True)
        SCRATCH.parent.mkdir(exist_ok=True)
        SCRATCH.write_text(json.dumps({**made_with, "runs": runs}))
    checks = [
        {"maps": maps, "norm": norm, "size": size, "losses": first_losses(x, y, maps, norm, size)}
        for maps, norm, size in lines
    ]
    text = json.dumps({**made_with, "runs": runs, "checks": checks}, separators=(",", ":"))
    TARGET.write_text(text.replace("},{", "},\n{") + "\n")
    SCRATCH.unlink()


if __name__ == "__main__":
    main()
