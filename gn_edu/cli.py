"""The gn-edu command. Thin: every subcommand calls one function of the package."""

import argparse
import sys
from dataclasses import fields, replace
from pathlib import Path

from gn_edu.data import load_cifar10
from gn_edu.nets import NORMS
from gn_edu.optim import linear_rule
from gn_edu.recipes import PRECISIONS, RECIPES, TrainConfig
from gn_edu.speedrun import speedrun, summary
from gn_edu.sweep import read_sweep, shard, sweep
from gn_edu.train import train
from gn_edu_grader.grade import Settings, grade
from gn_edu_grader.release import release
from gn_edu_grader.sandbox import UNPROTECTED
from gn_edu_grader.submissions import submissions
from gn_edu_grader.table import feedback_folder, seed_of
from gn_edu_grader.walls import SandboxError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gn-edu", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("train", help="train a CIFAR-10 network and write a record")
    run.add_argument("--recipe", choices=RECIPES, default="first", help="the settings to start from (%(default)s)")
    run.add_argument("--experiment", help="the folder under --out")
    run.add_argument("--norm", choices=NORMS)
    groups = run.add_mutually_exclusive_group()
    groups.add_argument("--groups", type=int, help="number of groups")
    groups.add_argument("--group-size", type=int, help="channels in a group instead (fast, speedrun)")
    run.add_argument("--ws", action=argparse.BooleanOptionalAction, help="weight standardization")
    run.add_argument("--width", type=int, help="channels of the first stage")
    run.add_argument("--batch", type=int, help="images an update")
    run.add_argument("--norm-batch", type=int, help="images that a batch norm averages over at a time")
    run.add_argument("--lr", type=float, help="peak learning rate")
    run.add_argument("--linear-rule", action="store_true", help="scale the recipe's --lr by --batch over its own batch")
    run.add_argument("--epochs", type=int)
    run.add_argument("--budget", type=float, help="seconds of training instead of epochs: CPU-seconds on a CPU")
    run.add_argument("--threads", type=int, help="threads of a CPU (1)")
    run.add_argument("--zero-gamma", action=argparse.BooleanOptionalAction, help="last gamma of a block starts at 0")
    run.add_argument("--weight-decay", type=float)
    run.add_argument("--decay-norm", action=argparse.BooleanOptionalAction, help="gamma, beta and biases decay too")
    run.add_argument("--precision", choices=PRECISIONS)
    run.add_argument("--compile", action=argparse.BooleanOptionalAction, help="use torch.compile")
    run.add_argument("--seed", type=int)
    run.add_argument("--n-train", type=int, help="first images to train on (0: all)")
    run.add_argument("--weights", action="store_true", help="keep the trained weights beside the record")
    run.add_argument("--track", action="store_true", help="write the record's numbers for TensorBoard too")
    pair = commands.add_parser("speedrun", help="batch norm and group norm to the same accuracy, turn about, on a GPU")
    pair.add_argument("--runs", type=int, default=20, help="runs of each (%(default)s)")
    many = commands.add_parser("sweep", help="all runs of a sweep file that are not recorded yet")
    many.add_argument("file", type=Path, help="TOML: experiment, recipe, settings, tables [[runs]]")
    many.add_argument("--shard", default="1/1", metavar="I/N", help="only every N-th run, from the I-th (%(default)s)")
    hand_out = commands.add_parser("release", help="the student version of a notebook or a folder of them")
    hand_out.add_argument("source", type=Path, help="written with nbgrader's markers, such as notebooks/exercises")
    hand_out.add_argument("dest", type=Path, help="a folder")
    hand_out.add_argument("--students", type=Path, help="a name a line: a folder for each")
    marks = commands.add_parser("grade", help="a table of grades for a folder of submissions")
    marks.add_argument("folder", type=Path, help="NAME.ipynb or NAME/sheet.ipynb")
    marks.add_argument("--out", type=Path, default=Path("grades.csv"), help="the table (%(default)s)")
    marks.add_argument(
        "--exercises", type=lambda text: tuple(text.replace(" ", "").split(",")), default=(), help="ex04,ex05,ex06"
    )
    marks.add_argument("--seconds", type=float, default=10.0, help="of its own time, for one answer (%(default)s)")
    marks.add_argument("--memory", type=int, default=1024, metavar="MB", help="for one answer (%(default)s)")
    marks.add_argument("--jobs", type=int, help="answers at a time (one a core)")
    marks.add_argument("--allow-torch", action="store_true", help="points for torch's own group norm, too")
    marks.add_argument(
        "--detours", type=float, default=1.0, metavar="SHARE",
        help="of the points, where torch's layer, instance or batch norm, or its autograd, did the work: 0 to 1 (1)",
    )  # fmt: skip
    marks.add_argument("--seed", type=int, help="of the numbers (that of the table which is there, else a new one)")
    marks.add_argument("--unsafe", action="store_true", help="without a sandbox; says what is not protected")
    marks.add_argument("--quiet", action="store_true", help="no progress bar")
    for command in (hand_out, marks):
        command.add_argument("--seed-by", choices=["student"], help="numbers to work with by hand: own ones for each")
    for command in (run, pair, many):
        command.add_argument("--out", type=Path, default=Path("results"), help="folder of records (%(default)s)")
        command.add_argument("--download", action="store_true", help="fetch CIFAR-10 where it is not found")
        command.add_argument("--synthetic", action="store_true", help="train on the made-up stripes")
        command.add_argument("--quiet", action="store_true", help="no progress bar")
    return parser


def _config(args: argparse.Namespace) -> TrainConfig:
    """The recipe with what the command line changes in it."""
    recipe = RECIPES[args.recipe]
    given = {field.name: getattr(args, field.name, None) for field in fields(TrainConfig)}
    if args.groups is not None:
        given["group_size"] = 0
    config = replace(recipe, **{key: value for key, value in given.items() if value is not None})
    return replace(config, lr=linear_rule(config.lr, config.batch, recipe.batch)) if args.linear_rule else config


def _in_class(args: argparse.Namespace) -> int:
    """release and grade; they need no pictures."""
    if args.command == "release":
        if bool(args.seed_by) != bool(args.students):
            raise ValueError("--seed-by student needs --students FILE, and the other way round: whose numbers?")
        students = args.students.read_text(encoding="utf-8-sig").split("\n") if args.students else []
        written = release(args.source, args.dest, [name.strip() for name in students if name.strip()])
        print(f"{len(written)} notebooks in {args.dest}")
        return 0
    if args.unsafe:
        print(f"gn-edu: {UNPROTECTED}", file=sys.stderr)
    settings = Settings(
        args.exercises, args.seconds, args.memory * 2**20, args.allow_torch, bool(args.seed_by), args.unsafe,
        args.seed, args.detours,
    )  # fmt: skip
    rows = grade(args.folder, args.out, settings, args.jobs, progress=not args.quiet)
    print(f"{len(rows)} students in {args.out}; feedback in {feedback_folder(args.out)}; seed {seed_of(args.out)}")
    print("handed in:", ", ".join(f"{e} {sum(r.points[e] is not None for r in rows)}" for e in rows[0].points))
    for path, why in submissions(args.folder)[1]:
        print(f"not graded: {path} ({why})")
    return 0


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand; errors in the input end with their message and status 2, a run that diverged with 1."""
    args = _parser().parse_args(argv)
    try:
        if args.command in ("release", "grade"):
            return _in_class(args)
        # The settings first: what cannot run must not wait for a download.
        config = _config(args) if args.command == "train" else None
        runs = shard(read_sweep(args.file), args.shard) if args.command == "sweep" else []
        data = load_cifar10(download=args.download, synthetic=args.synthetic)
        if args.command == "speedrun":
            for line in summary(speedrun(data, args.out / "speedrun", args.runs, progress=not args.quiet)):
                print(
                    "{norm}: {accuracy:.2f} % (± {half:.2f}, {runs} runs) in {wall_s:.2f} s, {ratio:.2f} times "
                    "batch norm's".format(**line)
                )
            return 0
        if args.command == "sweep":
            found = sweep(runs, data, args.out, progress=not args.quiet)
            print(f"{len(found)} of {len(runs)} runs recorded under {args.out}")
            return 0
        folder = args.out / config.experiment
        record = train(config, data, folder, not args.quiet, weights=args.weights, track=args.track)
    except (ValueError, OSError, MemoryError, SandboxError) as error:
        print(f"gn-edu: {error}", file=sys.stderr)
        return 2
    if record.stopped:
        print(f"gn-edu: stopped, {record.stopped}; its record says so. Try a smaller --lr", file=sys.stderr)
    print(f"data: {record.data}; {record.epochs} epochs in {record.cpu_s:.0f} CPU-seconds on {record.device}")
    print(f"test accuracy {record.accuracy:.2f} %")
    return 1 if record.stopped else 0


if __name__ == "__main__":
    sys.exit(main())
