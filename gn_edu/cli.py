"""The gn-edu command. Thin: every subcommand calls one function of the package."""

import argparse
import sys
from dataclasses import fields, replace
from pathlib import Path

from gn_edu.data import load_cifar10
from gn_edu.nets import NORMS
from gn_edu.train import RECIPES, TrainConfig, train


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gn-edu", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("train", help="train the small CIFAR-10 network and write a record")
    run.add_argument("--recipe", choices=RECIPES, default="first", help="the settings to start from (%(default)s)")
    run.add_argument("--experiment", help="the folder under --out")
    run.add_argument("--norm", choices=NORMS)
    run.add_argument("--groups", type=int, help="number of groups")
    run.add_argument("--ws", action=argparse.BooleanOptionalAction, help="weight standardization")
    run.add_argument("--width", type=int, help="channels of the first stage")
    run.add_argument("--batch", type=int, help="images an update")
    run.add_argument("--lr", type=float, help="peak learning rate")
    run.add_argument("--epochs", type=int)
    run.add_argument("--seed", type=int)
    run.add_argument("--n-train", type=int, help="first images to train on (0: all)")
    run.add_argument("--out", type=Path, default=Path("results"), help="folder of records (default: %(default)s)")
    run.add_argument("--weights", action="store_true", help="keep the trained weights beside the record")
    run.add_argument("--download", action="store_true", help="fetch CIFAR-10 where it is not found")
    run.add_argument("--synthetic", action="store_true", help="train on the made-up stripes")
    run.add_argument("--quiet", action="store_true", help="no progress bar")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand; errors in the input end with their message and status 2."""
    args = _parser().parse_args(argv)
    try:
        data = load_cifar10(download=args.download, synthetic=args.synthetic)
        given = {field.name: getattr(args, field.name) for field in fields(TrainConfig)}
        config = replace(RECIPES[args.recipe], **{key: value for key, value in given.items() if value is not None})
        record = train(config, data, args.out / config.experiment, progress=not args.quiet, weights=args.weights)
    except (ValueError, FileNotFoundError) as error:
        print(f"gn-edu: {error}", file=sys.stderr)
        return 2
    print(f"data: {record.data}; {record.epochs} epochs in {record.cpu_s:.0f} CPU-seconds on {record.device}")
    print(f"test accuracy {record.accuracy:.2f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
