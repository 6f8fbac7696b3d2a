"""All GPU runs of the book, most telling first: python -m gn_edu.gpu_results   (make gpu-results)

Needs torch and numpy, and CIFAR-10 (GN_EDU_DATA, or the cache). Stops before --seconds are over and keeps what it
has; started again, it goes on. At the end it says what is still missing. --tiny tries every command on a CPU, at a size
that says nothing.
"""

import argparse
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

try:
    from gn_edu.config import RunConfig
    from gn_edu.data import Cifar10, load_cifar10
    from gn_edu.recipes import RECIPES, stem
    from gn_edu.training.device import choose_device
    from gn_edu.training.loop import train
    from gn_edu.training.optim import follow_batch
    from gn_edu.training.speedrun import PAIR, warm_up
except ModuleNotFoundError as error:
    if __name__ != "__main__" or error.name not in ("torch", "numpy"):
        raise
    sys.exit(
        f"gpu_results needs {error.name}, and {sys.executable} has none: pip install torch numpy, or take a Python "
        "that has both: make gpu-results PYTHON=.venv/bin/python (after make install)"
    )

NORMS = (("gn", True), ("bn", False), ("gn", False))
SEEDS = range(3)


@dataclass(frozen=True)
class Experiment:
    """Runs that belong together: the folder of their records, what they show, and their settings."""

    name: str
    shows: str
    runs: tuple[RunConfig, ...]


def _named(name: str, shows: str, runs) -> Experiment:
    return Experiment(name, shows, tuple(run.replace(experiment=name) for run in runs))


# The main run's network at airbench94's own widths, and in bfloat16 where the device has it.
WIDE = RECIPES["main"].replace(width=RECIPES["speedrun"].network.width, precision="auto")
ASIDE = WIDE.replace(n_train=45000, held_aside=5000, reestimate=10240)
GHOSTS = (32, 16, 8, 4, 2)


def _protocol(norms, batches) -> list[RunConfig]:
    """The paper's protocol: the batch changes, the learning rate with it, and the epochs stay."""
    at = RECIPES["resnet"]
    return [
        follow_batch(at.replace(norm=n, ws=ws, batch=b, epochs=5, reestimate=4000, seed=seed), at)
        for b in batches
        for n, ws in norms
        for seed in SEEDS
    ]


EXPERIMENTS = (
    _named(
        "gpu-main",
        "chapter 8's main run at airbench94's own widths",
        [
            WIDE.replace(norm=norm, ws=ws, epochs=epochs, seed=seed)
            for norm, ws, epochs in (
                ("bn", True, 8),
                ("gn", True, 8),
                ("bn", False, 8),
                ("gn", False, 8),
                ("gn", True, 12),
            )
            for seed in range(5)
        ],
    ),
    _named(
        "gpu-small-batch",
        "chapter 9's small batch in the same network",
        [
            ASIDE.replace(norm=norm, norm_batch=size, frozen_after=frozen, seed=seed)
            for norm, size, frozen in (*(("bn", size, 1) for size in (2, 32, 4, 8)), ("gn", 0, 1), ("bn", 2, 0.5))
            for seed in SEEDS
        ],
    ),
    _named(
        "speedrun",
        "batch norm and group norm to the same accuracy, turn about",
        [config.replace(seed=seed) for seed in range(20) for config in PAIR],
    ),
    _named(
        "gpu-vgg16", "the recipe `vgg16`, 10 epochs", [RECIPES["vgg16"].replace(norm=norm) for norm in ("gn", "bn")]
    ),
    _named(
        "gpu-resnet",
        "gamma that starts at 0, 10 epochs",
        [
            RECIPES["resnet"].replace(batch=128, lr=0.2, epochs=10, zero_gamma=zero, seed=seed)
            for zero in (False, True)
            for seed in SEEDS
        ],
    ),
    _named(
        "gpu-ghost",
        "chapter 9's main figure on all pictures, 5 epochs",
        [
            RECIPES["resnet"].replace(norm=norm, ws=ws, norm_batch=size, epochs=5, reestimate=4000, seed=seed)
            for norm, ws, sizes in (
                ("bn", False, GHOSTS),
                ("bn", True, GHOSTS),
                ("gn", True, (0,)),
                ("gn", False, (0,)),
            )
            for size in sizes
            for seed in SEEDS
        ],
    ),
    _named("gpu-equal-epochs", "the paper's protocol on all pictures, 5 epochs", _protocol(NORMS, (128, 32, 8, 2))),
    _named("gpu-ends", "the same for layer and instance norm", _protocol((("ln", False), ("in", False)), (32, 2))),
)


def shrunk(experiment: Experiment) -> Experiment:
    """The same commands at a size that a CPU runs in seconds: one seed, one epoch, 40 pictures."""
    small = {
        "batch": 20,
        "n_train": 40,
        "epochs": 1,
        "width": 8,
        "group_size": 0,
        "groups": 2,
        "compile": False,
    }

    def smaller(run: RunConfig) -> RunConfig:
        data = run.data
        return run.replace(
            seed=0,
            norm_batch=run.network.norm_batch and 10,
            reestimate=data.reestimate and 40,
            held_aside=data.held_aside and 40,
            look_back=data.look_back and 40,
            **small,
        )

    seen = {smaller(run) for run in experiment.runs}
    return replace(experiment, runs=tuple(sorted(seen, key=stem)))


def missing(experiment: Experiment, data: Cifar10, out: Path) -> list[RunConfig]:
    """The runs whose record is not in out yet."""

    def recorded(run):
        whole = run.replace(n_train=run.data.n_train or len(data.train_images))
        return (out / experiment.name / f"{stem(whole)}.json").exists()

    return [run for run in experiment.runs if not recorded(run)]


def main(argv: list[str] | None = None) -> int:
    """Run what is missing; returns 2 where there is no GPU and --tiny was not given."""
    parser = argparse.ArgumentParser(prog="python -m gn_edu.gpu_results", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    parser.add_argument("--seconds", type=float, default=400, help="stop starting epochs after this (%(default)s)")
    parser.add_argument("--tiny", action="store_true")
    args = parser.parse_args(argv)
    if choose_device().type != "cuda" and not args.tiny:
        print("no CUDA GPU here; --tiny tries the commands on a CPU", file=sys.stderr)
        return 2
    until = time.monotonic() + args.seconds
    data = load_cifar10(synthetic=True) if args.tiny else load_cifar10(synthetic=False)
    experiments = [shrunk(e) if args.tiny else e for e in EXPERIMENTS]
    for experiment in experiments:
        left = missing(experiment, data, args.out)
        if left and any(run.compute.compile for run in left):
            for run in {run.replace(seed=0) for run in left}:
                warm_up(run, data)
        for run in left:
            record = train(run, data, args.out / experiment.name, progress=False, until=until)
            if record is None:
                break
            result = record.result
            outcome = result.stopped or f"{result.accuracy:.2f} % in {result.wall_s:.2f} s"
            print(f"{experiment.name}: {stem(run)}: {outcome}", flush=True)
    for experiment in experiments:
        left = missing(experiment, data, args.out)
        print(f"{experiment.name} ({experiment.shows}): {len(left) or 'none'} of {len(experiment.runs)} missing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
