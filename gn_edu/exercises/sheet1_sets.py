"""Sheet 1: which values share a mean, and one group by hand."""

import random

from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu.exercises.knobs import alone
from gn_edu.exercises.sentences import said
from gn_edu.exercises.values import Refusal
from gn_edu.messages import N_


def _count(n, c, h, w, num_groups):
    return n * num_groups


_COUNTS = {
    "over-batch": lambda n, c, h, w, g: g,
    "instance-norm": lambda n, c, h, w, g: n * c,
    "layer-norm": lambda n, c, h, w, g: n,
    "group-size": lambda n, c, h, w, g: c // g * h * w,
    "swapped-G": lambda n, c, h, w, g: n * (c // g),
    "channel-only": lambda n, c, h, w, g: n * g * h * w,
    "batch-norm": lambda n, c, h, w, g: c,
}


def _shapes(rng: random.Random) -> list[Probe]:
    shapes = [(2, 6, 3, 3, 3), (1, 32, 7, 5, 32), (5, 12, 1, 2, 1)]
    while len(shapes) < 7:
        size, g = rng.choice((3, 5, 7)), rng.choice((2, 3, 4, 8))
        shape = (rng.randrange(3, 40), size * g, rng.randrange(2, 30), rng.randrange(2, 30), g)
        if _count(*shape) not in [wrong(*shape) for wrong in _COUNTS.values()]:  # each mistake shows
            shapes.append(shape)
    return [Probe("(N, C, H, W), G = ({}, {}, {}, {}), {}".format(*s), s) for s in shapes]


EX01 = Exercise(
    name="ex01",
    title="How many means?",
    level="easy",
    minutes=4,
    points=4,
    function="count_means",
    takes="f(n, c, h, w, num_groups) -> int, how many means group norm computes.",
    probes=_shapes,
    right=_count,
    wrong=alone(_COUNTS),
)


def indivisible(num_groups: int, num_channels: int) -> Refusal:
    """The error of groups that do not divide the channels."""
    message = N_("{num_groups} groups do not divide {num_channels} channels")
    return Refusal(said(message, num_groups=num_groups, num_channels=num_channels))


def _group_of(channel, num_channels, num_groups):
    if num_channels % num_groups:
        raise indivisible(num_groups, num_channels)
    return channel // (num_channels // num_groups)


def _channels(rng: random.Random) -> list[Probe]:
    cases = [(5, 6, 2), (4, 12, 2), (7, 12, 6), (0, 8, 4)]
    for c, g in ((48, 16), (40, 8), (30, 10)):
        cases.append(rng.choice([(i, c, g) for i in range(c) if _group_of(i, c, g) not in (i % g, i // g, i, 0)]))
    probes = [Probe(said("channel {0} of {1}, {2} groups", *case), case) for case in cases]
    return [*probes, Probe(said("6 channels into 4 groups"), (1, 6, 4), recognises=False)]


_PLACES = {
    "interleaved": lambda i, c, g: i % g,
    "swapped-G": lambda i, c, g: i // g,
    "instance-norm": lambda i, c, g: i,
    "layer-norm": lambda i, c, g: 0,
}

EX02 = Exercise(
    name="ex02",
    title="Which group?",
    level="easy",
    minutes=5,
    points=4,
    function="group_of",
    takes="f(channel, num_channels, num_groups) -> int, all counted from 0.",
    probes=_channels,
    right=_group_of,
    wrong=alone(_PLACES),
)


def numbers(rng: random.Random) -> list[int]:
    """Four numbers with a whole mean and a whole standard deviation."""
    middle, stretch = rng.randrange(-9, 10) or 9, rng.choice((1, 2))  # with a mean of 0, centring would not show
    found = [middle + stretch * step for step in (-7, -1, 1, 7)]
    rng.shuffle(found)
    return found


def _one_group(values, var="biased", centre=True, root=0.5, shown=1.0):
    m = len(values)
    mean = sum(values) / m
    variance = sum((v - mean) ** 2 for v in values) / {"unbiased": m - 1, "sum": 1}.get(var, m)
    return [mean, variance**shown, [(v - mean if centre else v) / variance**root for v in values]]


def parts_of(values: list[int]) -> list[Probe]:
    """Mean, variance and x_hat of these values, a probe each."""
    return [
        Probe(
            said("the {name} of {values}", name=said(name), values=", ".join(map(str, values))),
            (k, list(values)),
            "item",
            tolerance=6e-3,
        )
        for k, name in enumerate((N_("mean"), N_("variance"), "x_hat"))
    ]


def _wrong_groups():
    ways = {
        "unbiased-var": {"var": "unbiased"},
        "no-centre": {"centre": False},
        "divide-by-var": {"root": 1.0},
        "no-division": {"root": 0.0},
        "root-for-variance": {"shown": 0.5},
        "sum-not-divided": {"var": "sum"},
    }
    for name, knobs in ways.items():
        yield [name], lambda values, knobs=knobs: _one_group(values, **knobs)
    for name in ("no-centre", "divide-by-var", "no-division"):
        both = ways[name] | ways["unbiased-var"]
        yield ["unbiased-var", name], lambda values, both=both: _one_group(values, **both)


EX03 = Exercise(
    name="ex03",
    title="One group by hand",
    level="easy",
    minutes=6,
    points=6,
    function="one_group",
    takes="f() -> (mean, variance, list of x_hat) of the numbers `values`, two decimals are enough.",
    probes=lambda rng: parts_of(numbers(rng)),
    right=_one_group,
    wrong=_wrong_groups,
    ways={"item": lambda answer, k, values: answer(values)[k]},
    asks_numbers=True,
)

SHEET = (EX01, EX02, EX03)
