"""The settings of a run, and the recipes: settings by name."""

from dataclasses import dataclass, fields

PRECISIONS = ("float32", "bfloat16", "auto")


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
        budget: seconds of initialisation and training after which the run ends, 0 for none; CPU-seconds on a CPU, so
            that waiting for other programs does not count, seconds of the clock on a GPU.
        compile: use torch.compile.
        norm_batch: how many images a batch norm averages over at a time, a divisor of batch; 0 for the whole batch.
        reestimate: after training, measure a batch norm network once more with running statistics that are the plain
            average over this many training images, in batches as in training; 0 for no such measurement.
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
