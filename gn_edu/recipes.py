"""The settings of a run, and the recipes: settings by name."""

import math
from dataclasses import dataclass, fields

from gn_edu.records import check_types
from gn_edu.refusals import check_groups

NORMS = ("bn", "gn", "ln", "in", "none")
NETS = ("small", "vgg16", "resnet", "fast")
OPTIMIZERS = ("sgd", "adam", "muon")
SCHEDULES = ("linear", "cosine", "constant")
PRECISIONS = ("float32", "bfloat16", "auto")
# What a number may be: at least the first, below the second; and what it counts.
_RANGES = {
    "width": (1, math.inf, "channels"),
    "batch": (1, math.inf, "images an update"),
    "epochs": (1, math.inf, "passes over the data"),
    "n_train": (0, math.inf, "images; 0 takes all"),
    "seed": (0, 2**32, "where the random numbers start"),
    "lr_head": (0, math.inf, "a learning rate"),
    "lr_norm": (0, math.inf, "a learning rate"),
    "warm_up": (0, 1, "a share of the run: the rate must have time to fall"),
    "weight_decay": (0, math.inf, "0 for none"),
    "smoothing": (0, 1, "a share of the label; 0 for none"),
    "shift": (0, 32, "pixels of a picture that is 32 wide"),
    "threads": (1, math.inf, "threads of a CPU"),
    "budget": (0, math.inf, "seconds; 0 for none"),
    "group_size": (0, math.inf, "channels in a group; 0 takes groups"),
    "norm_batch": (0, math.inf, "images; 0 takes the whole batch"),
    "reestimate": (0, math.inf, "images; 0 for no such measurement"),
}


def check_choice(name: str, value: str, choices) -> None:
    """Refuse a value that is none of the choices."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}; got {value!r}")


def check_range(name: str, value: float) -> None:
    """Refuse a number outside the range of the setting `name`, and what is no number."""
    least, bound, meaning = _RANGES[name]
    if not least <= value < bound:
        rule = f"at least {least}" + (f" and below {bound}" if bound < math.inf else ", and finite")
        raise ValueError(f"{name} must be {rule}, got {value} ({meaning})")


@dataclass(frozen=True)
class TrainConfig:
    """The settings of one run.

    Args:
        experiment: the folder of its record.
        recipe: the recipe that the settings started from.
        norm: "bn", "gn", "ln", "in" or "none"; nothing else changes with it.
        groups: number of groups, used by "gn" only.
        group_size: where it is not 0, channels in a group instead of groups ("fast" only).
        ws: weight standardization.
        width: channels of the first stage.
        batch: images an update.
        lr: peak learning rate.
        epochs: passes over the data; with a budget, as many as it allows.
        n_train: how many training images are used, all when it is 0.
        net: "small", "vgg16", "resnet" or "fast".
        optimizer: "sgd" (Nesterov momentum 0.9), "adam", or "muon" (lr for filters, lr_head and lr_norm else).
        schedule: "linear", "cosine" or "constant", after a rise over the share `warm_up` of the run.
        weight_decay: of weights; of gammas, betas and biases too if decay_norm.
        smoothing: label smoothing.
        shift: pixels by which training images are moved at most.
        zero_gamma: the last norm of each residual block starts with gamma 0 ("resnet" only).
        precision: "auto" takes bfloat16 where the device multiplies it in hardware.
        threads: on a CPU, how many of its threads the run takes. More than one pays where nothing else runs; where
            something does, they wait for each other most of the time, and waiting takes CPU-seconds as well.
        budget: seconds of initialisation and training after which the run ends, 0 for none; CPU-seconds on a CPU, so
            that waiting for other programs does not count, seconds of the clock on a GPU. Needs threads=1.
        compile: use torch.compile.
        norm_batch: how many images a batch norm averages over at a time, a divisor of batch; 0 for the whole batch.
        reestimate: after training, measure a batch norm network once more with running statistics that are the plain
            average over this many training images, in batches as in training; 0 for no such measurement.

    Raises:
        ValueError: a setting is none of its choices or out of its range, does not fit another, or would have no
            effect.
    """

    experiment: str = "first"
    recipe: str = "first"
    norm: str = "gn"
    groups: int = 16
    ws: bool = True
    width: int = 32
    batch: int = 128
    lr: float = 0.15
    epochs: int = 3
    seed: int = 0
    n_train: int = 0
    net: str = "small"
    optimizer: str = "sgd"
    lr_head: float = 0.0
    lr_norm: float = 0.0
    schedule: str = "linear"
    warm_up: float = 0.2
    weight_decay: float = 5e-4
    decay_norm: bool = False
    smoothing: float = 0.1
    shift: int = 2
    zero_gamma: bool = False
    precision: str = "float32"
    budget: float = 0.0
    compile: bool = False
    group_size: int = 0
    norm_batch: int = 0
    reestimate: int = 0
    threads: int = 1

    def __post_init__(self):
        check_types(self)
        known = {"norm": NORMS, "net": NETS, "optimizer": OPTIMIZERS, "schedule": SCHEDULES, "precision": PRECISIONS}
        for name, choices in {"recipe": tuple(_CHANGES), **known}.items():
            check_choice(name, getattr(self, name), choices)
        for name in _RANGES:
            check_range(name, getattr(self, name))
        if self.experiment in ("", ".", "..") or set("/\\") & set(self.experiment):
            raise ValueError(f"experiment must be the name of a folder, without slashes; got {self.experiment!r}")
        if not 0 < self.lr < math.inf:
            raise ValueError(f"lr must be above 0, and finite, got {self.lr}: without a step nothing is learned")
        self._check_batches()
        self._check_network()
        if self.budget and self.threads > 1:
            raise ValueError(
                f"a budget counts CPU-seconds, and threads use them up while they wait for each other; "
                f"got threads={self.threads} with budget={self.budget}. Set threads to 1"
            )
        if self.optimizer == "muon" and not (self.lr_head and self.lr_norm):
            rates = f"lr_head={self.lr_head} and lr_norm={self.lr_norm}"
            raise ValueError(
                f"muon steps filters only, and needs lr_head and lr_norm above 0 for the rest; got {rates}"
            )
        if self.optimizer == "muon" and self.weight_decay:
            raise ValueError(f"muon does not decay weights, got weight_decay={self.weight_decay}; set it to 0")

    def _check_batches(self) -> None:
        if self.n_train and self.batch > self.n_train:
            raise ValueError(f"batch must lie between 1 and n_train={self.n_train}, got {self.batch}")
        if self.norm_batch and self.norm != "bn":
            raise ValueError(
                f"norm_batch is for norm='bn': no other norm averages over images; got norm_batch={self.norm_batch} "
                f"with norm={self.norm!r}. Leave it out"
            )
        if self.norm_batch and self.batch % self.norm_batch:
            raise ValueError(f"norm_batch must divide batch={self.batch}, got {self.norm_batch}")
        if self.reestimate and not self.batch <= self.reestimate <= (self.n_train or math.inf):
            most = f" and at most n_train={self.n_train}" if self.n_train else ""
            raise ValueError(f"reestimate must be at least batch={self.batch}{most}, or 0; got {self.reestimate}")

    def _check_network(self) -> None:
        if self.zero_gamma and self.net != "resnet":
            raise ValueError(f"zero_gamma needs residual blocks: net='resnet', got {self.net!r}")
        if self.zero_gamma and self.norm == "none":
            raise ValueError("zero_gamma needs a norm that has a gamma, got norm='none'")
        if self.group_size and self.net != "fast":
            raise ValueError(f"group_size is for net='fast'; {self.net!r} takes groups")
        if self.norm == "gn" and self.group_size and self.width % self.group_size:
            raise ValueError(f"group_size must divide width={self.width}, got {self.group_size}")
        if self.norm == "gn" and not self.group_size:
            try:
                check_groups(self.groups, self.width)
            except ValueError as error:
                raise ValueError(f"groups={self.groups} with width={self.width}: {error}") from None

    @property
    def stem(self) -> str:
        """The file name of this run's record: the usual settings, and whatever else differs from the recipe."""
        length = f"t{self.budget:g}" if self.budget else f"e{self.epochs}"
        groups = f"{self.group_size}each" if self.group_size else self.groups
        named = f"{self.norm}{groups}{'_ws' if self.ws else ''}_b{self.batch}_lr{self.lr:g}_{length}"
        named += f"_nb{self.norm_batch}" if self.norm_batch else ""
        named += f"_n{self.n_train}" if self.n_train else ""
        said = "experiment recipe norm groups group_size ws batch norm_batch lr epochs budget seed n_train reestimate"
        recipe = RECIPES[self.recipe]
        for name in (field.name for field in fields(self) if field.name not in said.split()):
            value = getattr(self, name)
            if value != getattr(recipe, name):
                named += f"_{name}-{value:g}" if isinstance(value, float) else f"_{name}-{value}"
        return f"{named}_s{self.seed}"


_FAST = dict(
    net="fast", width=32, group_size=16, batch=512, optimizer="muon", lr=0.12, lr_head=2.0, lr_norm=0.05, epochs=10,
    warm_up=0.15, weight_decay=0.0, precision="auto",
)  # fmt: skip
# fmt: off
_CHANGES = {
    # Chapter 8's network.
    "first": {},
    # The two networks that run inside the landing page.
    "neighbours": dict(groups=8, width=16, epochs=8),
    # The network of the page that this book grew from.
    "vgg16": dict(
        net="vgg16", ws=False, width=64, batch=64, optimizer="adam", lr=2.5e-4, epochs=10, schedule="constant",
        warm_up=0.0, weight_decay=0.0, smoothing=0.0, shift=4, precision="auto",
    ),
    # A small residual network, for many runs.
    "resnet": dict(
        net="resnet", groups=4, width=16, batch=32, lr=0.05, epochs=1, schedule="cosine", warm_up=0.05,
        weight_decay=1e-4, smoothing=0.0, shift=0,
    ),
    # The best for its time on a CPU, and on a GPU.
    "fast": _FAST,
    "speedrun": _FAST | dict(width=64, batch=2000, lr=0.24, smoothing=0.2, compile=True),
}
# fmt: on
RECIPES = {name: TrainConfig(experiment=name, recipe=name, **changes) for name, changes in _CHANGES.items()}
