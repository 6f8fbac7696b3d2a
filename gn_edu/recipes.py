"""The recipes: settings by name; and the file name that says how a run differs from its recipe."""

from gn_edu.config import Recipe, RunConfig

_AIRBENCH = dict(
    net="airbench",
    width=32,
    group_size=16,
    batch=512,
    optimizer="muon",
    lr=0.12,
    lr_head=2.0,
    lr_norm=0.05,
    epochs=8,
    warm_up=0.15,
    weight_decay=0.0,
    precision="auto",
)
_CHANGES: dict[Recipe, dict] = {
    # Chapter 8's network.
    "first": {},
    # The two networks that run inside the landing page.
    "neighbours": dict(groups=8, width=16, epochs=8),
    # The network of the page that this book grew from.
    "vgg16": dict(
        net="vgg16",
        ws=False,
        width=64,
        batch=64,
        optimizer="adam",
        lr=2.5e-4,
        epochs=10,
        schedule="constant",
        warm_up=0.0,
        weight_decay=0.0,
        smoothing=0.0,
        shift=4,
        precision="auto",
    ),
    # A small residual network, for many runs.
    "resnet": dict(
        net="resnet",
        groups=4,
        width=16,
        batch=32,
        lr=0.05,
        epochs=1,
        schedule="cosine",
        warm_up=0.05,
        weight_decay=1e-4,
        smoothing=0.0,
        shift=0,
    ),
    # Trained to the end: airbench94's kind of network at half its widths, and for a GPU at its own.
    "main": _AIRBENCH | dict(precision="float32", look_back=5000),
    "speedrun": _AIRBENCH | dict(width=64, batch=2000, lr=0.24, smoothing=0.2, compile=True),
}
RECIPES = {name: RunConfig(experiment=name, recipe=name).replace(**changes) for name, changes in _CHANGES.items()}
# What the first part of a file name says, or its folder.
_SAID = {"experiment", "recipe", "norm", "groups", "group_size", "ws", "batch", "norm_batch", "lr", "epochs", "budget"}
_SAID |= {"seed", "n_train", "reestimate", "held_aside"}


def stem(config: RunConfig) -> str:
    """The file name of a run's record: the usual settings, and whatever else differs from the recipe."""
    network, data, clock = config.network, config.data, config.clock
    length = f"t{clock.budget:g}" if clock.budget else f"e{clock.epochs}"
    groups = f"{network.group_size}each" if network.group_size else network.groups
    ws = "_ws" if network.ws else ""
    name = f"{network.norm}{groups}{ws}_b{data.batch}_lr{config.optim.lr:g}_{length}"
    name += f"_nb{network.norm_batch}" if network.norm_batch else ""
    name += f"_n{data.n_train}" if data.n_train else ""
    usual = RECIPES[config.recipe].settings()
    for setting, value in config.settings().items():
        if setting not in _SAID and value != usual[setting]:
            name += f"_{setting}-{value:g}" if isinstance(value, float) else f"_{setting}-{value}"
    return f"{name}_s{config.seed}"
