"""The settings of a run, in the parts that they belong to. Each part refuses what cannot run or does not fit the rest.

A setting is one field here and one line in its part's docstring. The command's flags, the keys of a sweep file and
those of a record are made from the fields; by its name alone, `RunConfig.replace` finds a setting in its part.
"""

import dataclasses
import math
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Literal, cast, get_args, get_origin

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Recipe = Literal["first", "neighbours", "vgg16", "resnet", "main", "speedrun"]
Net = Literal["small", "vgg16", "resnet", "airbench"]
Norm = Literal["bn", "gn", "ln", "in", "none"]
Optimizer = Literal["sgd", "adam", "muon"]
Schedule = Literal["linear", "cosine", "constant"]
Precision = Literal["float32", "bfloat16", "auto"]
NORMS: tuple[str, ...] = get_args(Norm)
SCHEDULES: tuple[str, ...] = get_args(Schedule)


def number(default: float, meaning: str, least: float = 0, below: float = math.inf):
    """A field that holds a number, at least `least` and below `below`; `meaning` says what it counts."""
    return dataclasses.field(default=default, metadata={"least": least, "below": below, "meaning": meaning})


def check_type(name: str, value, kind: type) -> None:
    """Refuse a value that is not of the type; an int may stand for a float, and True is no number."""
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise ValueError(f"{name} must be {kind.__name__}, got {value!r}")


def check_setting(part: "type[DataclassInstance]", name: str, value) -> None:
    """Refuse a value that the field `name` of a part cannot have.

    Raises:
        ValueError: it is none of the field's choices, not of its type, or out of its range.
    """
    field = part.__dataclass_fields__[name]
    if get_origin(field.type) is Literal:
        if value not in get_args(field.type):
            raise ValueError(f"{name} must be one of {', '.join(get_args(field.type))}; got {value!r}")
        return
    check_type(name, value, cast(type, field.type))  # it would be a str only where annotations are not evaluated
    if field.metadata:
        least, below, meaning = (field.metadata[key] for key in ("least", "below", "meaning"))
        if not least <= value < below:
            rule = f"at least {least}" + (f" and below {below}" if below < math.inf else ", and finite")
            raise ValueError(f"{name} must be {rule}, got {value} ({meaning})")


class Part:
    """Settings that belong together: each field is checked by itself, then `check` sees how they fit."""

    def __post_init__(self):
        for field in fields(self):
            check_setting(type(self), field.name, getattr(self, field.name))
        self.check()

    def check(self) -> None:
        """Refuse what does not fit together."""


@dataclass(frozen=True)
class NetConfig(Part):
    """The network, but for its weights: networks that agree in these settings differ in their weights only.

    Args:
        net: "small", "vgg16", "resnet" or "airbench".
        norm: "bn", "gn", "ln", "in" or "none"; nothing else changes with it.
        groups: number of groups, used by "gn" only.
        group_size: where it is not 0, channels in a group instead of groups ("airbench" only).
        ws: weight standardization.
        width: channels of the first stage.
        zero_gamma: the last norm of each residual block starts with gamma 0 ("resnet" only).
        norm_batch: how many images a batch norm averages over at a time, a divisor of batch; 0 for the whole batch.
        frozen_after: the share of the run after which a batch norm uses its running statistics in training too.
        stages: residual stages, each at half the side of the one before ("resnet" only; it has four).
    """

    net: Net = "small"
    norm: Norm = "gn"
    groups: int = 16
    group_size: int = number(0, "channels in a group; 0 takes groups")
    ws: bool = True
    width: int = number(32, "channels", least=1)
    zero_gamma: bool = False
    norm_batch: int = number(0, "images; 0 takes the whole batch")
    frozen_after: float = number(1.0, "a share of the run; 1 for never", below=1.000001)
    stages: int = number(4, "residual stages", least=1, below=5)

    def check(self) -> None:
        if self.norm_batch and self.norm != "bn":
            raise ValueError(
                f"norm_batch is for norm='bn': no other norm averages over images; got norm_batch={self.norm_batch} "
                f"with norm={self.norm!r}. Leave it out"
            )
        if self.frozen_after < 1 and self.norm != "bn":
            raise ValueError(
                f"frozen_after is for norm='bn': no other norm has running statistics; "
                f"got frozen_after={self.frozen_after} with norm={self.norm!r}"
            )
        if self.stages != 4 and self.net != "resnet":
            raise ValueError(f"stages is for net='resnet': {self.net!r} has its own; got stages={self.stages}")
        if self.zero_gamma and self.net != "resnet":
            raise ValueError(f"zero_gamma needs residual blocks: net='resnet', got {self.net!r}")
        if self.zero_gamma and self.norm == "none":
            raise ValueError("zero_gamma needs a norm that has a gamma, got norm='none'")
        if self.group_size and self.net != "airbench":
            raise ValueError(f"group_size is for net='airbench'; {self.net!r} takes groups")
        if self.norm == "gn" and self.group_size and self.width % self.group_size:
            raise ValueError(f"group_size must divide width={self.width}, got {self.group_size}")
        if self.norm == "gn" and not self.group_size:
            from gn_edu.refusals import check_groups  # here: a command's help can do without torch

            try:
                check_groups(self.groups, self.width)
            except ValueError as error:
                raise ValueError(f"groups={self.groups} with width={self.width}: {error}") from None


@dataclass(frozen=True)
class OptimConfig(Part):
    """How a network learns from a batch.

    Args:
        optimizer: "sgd" (Nesterov momentum 0.9), "adam", or "muon" (lr for filters, lr_head and lr_norm else).
        lr: peak learning rate.
        lr_head: with "muon", that of the last layer.
        lr_norm: with "muon", that of gammas and betas.
        schedule: "linear", "cosine" or "constant", after a rise over the share `warm_up` of the run.
        warm_up: the share of the run over which the learning rate rises.
        weight_decay: of weights; of gammas, betas and biases too if decay_norm.
        decay_norm: gammas, betas and biases decay as well.
        smoothing: label smoothing.
    """

    optimizer: Optimizer = "sgd"
    lr: float = 0.15
    lr_head: float = number(0.0, "a learning rate")
    lr_norm: float = number(0.0, "a learning rate")
    schedule: Schedule = "linear"
    warm_up: float = number(0.2, "a share of the run: the rate must have time to fall", below=1)
    weight_decay: float = number(5e-4, "0 for none")
    decay_norm: bool = False
    smoothing: float = number(0.1, "a share of the label; 0 for none", below=1)

    def check(self) -> None:
        if not 0 < self.lr < math.inf:
            raise ValueError(f"lr must be above 0, and finite, got {self.lr}: without a step nothing is learned")
        if self.optimizer == "muon" and not (self.lr_head and self.lr_norm):
            rates = f"lr_head={self.lr_head} and lr_norm={self.lr_norm}"
            raise ValueError(
                f"muon steps filters only, and needs lr_head and lr_norm above 0 for the rest; got {rates}"
            )
        if self.optimizer == "muon" and self.weight_decay:
            raise ValueError(f"muon does not decay weights, got weight_decay={self.weight_decay}; set it to 0")


@dataclass(frozen=True)
class DataConfig(Part):
    """Which images a network sees, and how many at once.

    Args:
        batch: images an update.
        n_train: how many training images are used, all when it is 0.
        shift: pixels by which training images are moved at most.
        reestimate: after training, measure a batch norm network once more with running statistics that are the plain
            average over this many training images, in batches as in training; 0 for no such measurement.
        held_aside: that many training images after the first n_train are not trained on. With them a batch norm network
            is measured in two more ways, with statistics of whole batches, and with a share of each picture's own.
        look_back: after each epoch, measure error and loss on this many training images too, as they are, neither
            mirrored nor shifted, and keep the correlations of the filters at the end; 0 for neither.
    """

    batch: int = number(128, "images an update", least=1)
    n_train: int = number(0, "images; 0 takes all")
    shift: int = number(2, "pixels of a picture that is 32 wide", below=32)
    reestimate: int = number(0, "images; 0 for no such measurement")
    held_aside: int = number(0, "images; 0 for none")
    look_back: int = number(0, "images; 0 for no look back")

    def check(self) -> None:
        if self.held_aside and not (self.n_train and self.reestimate):
            raise ValueError(
                f"held_aside={self.held_aside} needs n_train, after which they lie, and reestimate, the images whose "
                f"statistics are mixed in; got n_train={self.n_train} and reestimate={self.reestimate}"
            )
        if self.n_train and self.look_back > self.n_train:
            raise ValueError(f"look_back must be at most n_train={self.n_train}, got {self.look_back}")
        if self.n_train and self.batch > self.n_train:
            raise ValueError(f"batch must lie between 1 and n_train={self.n_train}, got {self.batch}")
        if self.reestimate and not self.batch <= self.reestimate <= (self.n_train or math.inf):
            most = f" and at most n_train={self.n_train}" if self.n_train else ""
            raise ValueError(f"reestimate must be at least batch={self.batch}{most}, or 0; got {self.reestimate}")


@dataclass(frozen=True)
class ClockConfig(Part):
    """How long a run takes.

    Args:
        epochs: passes over the data; with a budget, as many as it allows.
        budget: seconds of initialisation and training after which the run ends, 0 for none; CPU-seconds on a CPU, so
            that waiting for other programs does not count, seconds of the clock on a GPU. Needs threads=1.
    """

    epochs: int = number(3, "passes over the data", least=1)
    budget: float = number(0.0, "seconds; 0 for none")


@dataclass(frozen=True)
class ComputeConfig(Part):
    """How the machine computes.

    Args:
        precision: "float32", "bfloat16", or "auto": bfloat16 where the device multiplies it in hardware.
        compile: use torch.compile.
        fast_norm: on a CPU, gn_edu.fast's kernel for each group norm and the activation behind it.
        threads: on a CPU, how many of its threads the run takes. More than one pays where nothing else runs; where
            something does, they wait for each other most of the time, and waiting takes CPU-seconds as well.
    """

    precision: Precision = "float32"
    compile: bool = False
    fast_norm: bool = False
    threads: int = number(1, "threads of a CPU", least=1)

    def check(self) -> None:
        if self.fast_norm and self.compile:
            raise ValueError("torch.compile cannot see into fast_norm's kernel: take compile or fast_norm, not both")


@dataclass(frozen=True)
class RunConfig(Part):
    """All settings of one run.

    Args:
        experiment: the folder of its record.
        recipe: the recipe that the settings started from.
        seed: where the random numbers start.
        network: the network.
        optim: how it learns from a batch.
        data: the images that it sees.
        clock: how long it learns.
        compute: how the machine computes.

    Raises:
        ValueError: a setting is none of its choices or out of its range, or does not fit another.
    """

    experiment: str = "first"
    recipe: Recipe = "first"
    seed: int = number(0, "where the random numbers start", below=2**32)
    network: NetConfig = dataclasses.field(default_factory=NetConfig)
    optim: OptimConfig = dataclasses.field(default_factory=OptimConfig)
    data: DataConfig = dataclasses.field(default_factory=DataConfig)
    clock: ClockConfig = dataclasses.field(default_factory=ClockConfig)
    compute: ComputeConfig = dataclasses.field(default_factory=ComputeConfig)

    def check(self) -> None:
        if self.experiment in ("", ".", "..") or set("/\\") & set(self.experiment):
            raise ValueError(f"experiment must be the name of a folder, without slashes; got {self.experiment!r}")
        if self.network.norm_batch and self.data.batch % self.network.norm_batch:
            raise ValueError(f"norm_batch must divide batch={self.data.batch}, got {self.network.norm_batch}")
        if self.compute.fast_norm and self.network.norm not in ("gn", "ln", "in"):
            raise ValueError(
                f"fast_norm computes group norm, and its two ends, layer and instance norm; "
                f"got norm={self.network.norm!r}. Leave it out"
            )
        if self.clock.budget and self.compute.threads > 1:
            raise ValueError(
                f"a budget counts CPU-seconds, and threads use them up while they wait for each other; "
                f"got threads={self.compute.threads} with budget={self.clock.budget}. Set threads to 1"
            )

    def settings(self) -> dict[str, object]:
        """Every setting by its name, part by part."""
        return {name: getattr(getattr(self, part) if part else self, name) for name, part in SETTINGS.items()}

    def replace(self, **settings) -> "RunConfig":
        """These settings with some of them changed, each by its name alone: config.replace(norm="bn", batch=64).

        A number of groups takes the place of a group size that was there.

        Raises:
            ValueError: there is no such setting, or the settings do not fit together.
        """
        for name in settings:
            if name not in SETTINGS:
                raise ValueError(f"there is no setting {name!r}; the settings are {', '.join(SETTINGS)}")
        if "groups" in settings:
            settings = {"group_size": 0} | settings
        changes = {name: value for name, value in settings.items() if not SETTINGS[name]}
        for part in PARTS:
            inside = {name: value for name, value in settings.items() if SETTINGS[name] == part}
            if inside:
                changes[part] = dataclasses.replace(getattr(self, part), **inside)
        return dataclasses.replace(self, **changes)


PARTS = {field.name: field.type for field in fields(RunConfig) if is_dataclass(field.type)}
# Every setting's name, and the part that it belongs to: "" for those of the run as a whole.
SETTINGS = {field.name: "" for field in fields(RunConfig) if field.name not in PARTS}
SETTINGS |= {field.name: part for part, kind in PARTS.items() for field in fields(kind)}
