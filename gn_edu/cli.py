"""The gn-edu command: train a network, sweep over many, hand out and grade exercises, count what was learned."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import docstring_parser
import tyro

from gn_edu.config import PARTS, SETTINGS, RunConfig

if TYPE_CHECKING:
    from gn_edu.data import Cifar10

GRADER = ("release", "grade", "gain")
Flag = tyro.conf.FlagCreatePairsOff[bool]  # --quiet, without a --no-quiet; settings have both
NO_GRADER = 'this command comes with the grader: pip install "gn-edu[grader]", or as README says from the repository'


def _settings() -> type:
    """The type of the settings that a command line gives, each with its help from the docstring of its part."""
    either = tyro.conf.create_mutex_group(required=False)
    options: dict[str, Any] = {}
    for name, part in SETTINGS.items():
        kind = PARTS.get(part, RunConfig)
        (text,) = [p.description or "" for p in docstring_parser.parse(kind.__doc__ or "").params if p.arg_name == name]
        default = "first" if name == "recipe" else "the recipe's"
        option = tyro.conf.arg(help=" ".join(text.split()), help_behavior_hint=f"({default})")
        annotation: Any = Annotated[kind.__dataclass_fields__[name].type, option]
        options[name] = Annotated[annotation, either] if name in ("groups", "group_size") else annotation
    return TypedDict("Settings", options, total=False)  # type: ignore[operator]  # its keys come from the fields


# A command's options are its fields. Torch is imported where one runs: a help text can do without it.


@dataclass(frozen=True, kw_only=True)
class _Training:
    """What all that trains is told.

    Args:
        out: folder of records.
        download: fetch CIFAR-10 where it is not found.
        synthetic: train on the made-up stripes.
        quiet: no progress bar.
    """

    out: Path = Path("results")
    download: Flag = False
    synthetic: Flag = False
    quiet: Flag = False

    def pictures(self) -> "Cifar10":
        from gn_edu import data

        return data.load_cifar10(download=self.download, synthetic=self.synthetic)


@dataclass(frozen=True, kw_only=True)
class Train(_Training):
    """Train a CIFAR-10 network and write a record.

    Args:
        settings: what changes in the recipe.
        linear_rule: scale the recipe's --lr by --batch over its own batch.
        weights: keep the trained weights beside the record.
        track: write the record's numbers for TensorBoard too.
    """

    # A type that is made where the module is loaded is none to mypy.
    settings: tyro.conf.OmitArgPrefixes[_settings()] = field(default_factory=dict)  # type: ignore[valid-type]
    linear_rule: Flag = False
    weights: Flag = False
    track: Flag = False

    def config(self) -> RunConfig:
        """The recipe with what the command line changes in it."""
        from gn_edu.recipes import RECIPES
        from gn_edu.training.optim import follow_batch

        settings: dict[str, Any] = dict(self.settings)
        recipe = RECIPES[settings.pop("recipe", "first")]
        config = recipe.replace(**settings)
        return follow_batch(config, recipe) if self.linear_rule else config

    def run(self) -> int:
        from gn_edu.training.loop import train

        config = self.config()  # first: what cannot run must not wait for a download
        folder = self.out / config.experiment
        record = train(config, self.pictures(), folder, not self.quiet, weights=self.weights, track=self.track)
        assert record is not None, "only a run with a time to end by may end without a record"
        result, provenance = record.result, record.provenance
        if result.stopped:
            print(f"gn-edu: stopped, {result.stopped}; its record says so. Try a smaller --lr", file=sys.stderr)
        seconds = f"{result.epochs} epochs in {result.cpu_s:.0f} CPU-seconds on {provenance.device}"
        print(f"data: {provenance.data}; {seconds}")
        print(f"test accuracy {result.accuracy:.2f} %")
        return 1 if result.stopped else 0


@dataclass(frozen=True, kw_only=True)
class Speedrun(_Training):
    """Batch norm and group norm to the same accuracy, turn about, on a GPU.

    Args:
        runs: runs of each.
    """

    runs: int = 20

    def run(self) -> int:
        from gn_edu.training.speedrun import speedrun, summary

        line = "{norm}: {accuracy:.2f} % (± {half:.2f}, {runs} runs) in {wall_s:.2f} s, {ratio:.2f} times batch norm's"
        for values in summary(speedrun(self.pictures(), self.out / "speedrun", self.runs, progress=not self.quiet)):
            print(line.format(**values))
        return 0


@dataclass(frozen=True, kw_only=True)
class Sweep(_Training):
    """All runs of a sweep file that are not recorded yet.

    Args:
        file: TOML: experiment, recipe, settings, tables [[runs]].
        shard: only every N-th run, from the I-th.
    """

    file: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="FILE")]
    shard: Annotated[str, tyro.conf.arg(metavar="I/N")] = "1/1"

    def run(self) -> int:
        from gn_edu.training.sweep import read_sweep, shard, sweep

        runs = shard(read_sweep(self.file), self.shard)
        records = sweep(runs, self.pictures(), self.out, progress=not self.quiet)
        print(f"{len(records)} of {len(runs)} runs recorded under {self.out}")
        return 0


@dataclass(frozen=True)
class _NoGrader:
    __doc__ = NO_GRADER

    def run(self) -> int:
        raise ValueError(NO_GRADER)


def parse(words: list[str] | None = None):
    """The command that the words of a command line give; its `run` does it. Help and wrong words end in SystemExit."""
    commands: dict[str, Callable[..., Any]] = {"train": Train, "speedrun": Speedrun, "sweep": Sweep}
    if find_spec("gn_edu_grader"):
        from gn_edu_grader.cli import Gain, Grade, Release

        commands |= {"release": Release, "grade": Grade, "gain": Gain}
    else:
        commands |= dict.fromkeys(GRADER, _NoGrader)
        words = words[:1] if words and words[0] in GRADER else words
    return tyro.extras.subcommand_cli_from_dict(
        commands,
        prog="gn-edu",
        description=__doc__,
        args=words,
        config=(tyro.conf.DisallowNone,),
    )


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand; errors in the input end with their message and status 2, a run that diverged with 1."""
    command = parse(sys.argv[1:] if argv is None else argv)
    try:
        return command.run()
    except (ValueError, OSError, MemoryError) as error:
        print(f"gn-edu: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
