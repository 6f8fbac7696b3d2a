"""Sheet 3: every input that a caller may bring: any rank, any memory, any number of groups."""

import random
from dataclasses import replace
from functools import partial

import torch

from gn_edu.exercises import tensors
from gn_edu.exercises.asking import ASK
from gn_edu.exercises.pictures import of_sets
from gn_edu.exercises.probes import FIRST, Exercise, Probe
from gn_edu.exercises.variants import FORWARD, candidates, group_norm
from gn_edu.messages import tr

_WRONG = partial(candidates, group_norm, FORWARD, most=3)


def _images(rng: random.Random, first: int) -> list[Probe]:
    """The first probes of sheet 2, and the one that shows where eps goes."""
    probes = tensors.affine(rng)
    return [*probes[:first], probes[4]]


EX07 = Exercise(
    "ex07", "Any rank", "medium", 10, "group_norm_any_rank", 8,
    lambda rng: [*_images(rng, 3), *tensors.ranks(rng)], group_norm, _WRONG, picture=of_sets,
)  # fmt: skip

EX08 = Exercise(
    "ex08", "Any memory", "medium", 12, "group_norm_any_memory", 8,
    lambda rng: [*_images(rng, 2), *tensors.layouts(rng)], group_norm, _WRONG, picture=of_sets,
)  # fmt: skip


def _checked(x, num_groups, weight=None, bias=None, eps=1e-5, **knobs):
    if x.shape[1] % num_groups:
        raise ValueError(
            tr(
                "{num_groups} groups do not divide {num_channels} channels",
                num_groups=num_groups,
                num_channels=x.shape[1],
            )
        )
    return group_norm(x, num_groups, weight, bias, eps, **knobs)


def _everything(rng: random.Random, strict: bool) -> list[Probe]:
    alone = [
        replace(
            p, where=tr("{where}, no weight", where=p.where), args=(*p.args[:2], None, None, p.args[2]),
            form="needs-weight", level=FIRST,
        )
        for p in tensors.plain(rng)[:6]
    ]  # fmt: skip
    refused = tensors.indivisible(rng) if strict else []
    x, one = tensors.mix(rng, 2, tensors.draw(1, 2, 4, 2, 3), tensors.draw(2, 4))
    half = [
        Probe(tr("weight alone"), (x, 2, one, None, 1e-5), form="needs-both", names=False),
        Probe(tr("bias alone"), (x, 2, None, one, 1e-5), form="needs-both", names=False),
    ]
    none = Probe(tr("an empty batch"), (x[:0], 2, one, one, 1e-5), names=False, beyond=True)
    last = [*half, *refused, tensors.large_mean(rng), tensors.gradient(rng, optional=not strict), none]
    return [*alone, *tensors.affine(rng), *tensors.ranks(rng), *tensors.layouts(rng), *last]


def _complete(strict: bool) -> Exercise:
    return Exercise(
        "ex09", "Every number of groups", "hard", 20, "group_norm", 12, partial(_everything, strict=strict), _checked,
        partial(candidates, _checked, FORWARD, most=3), of={"gradients": ASK["gradients"]}, picture=of_sets,
    )  # fmt: skip


EX09 = _complete(strict=True)
# The same, and what it does with groups that do not divide the channels is its own affair.
LENIENT = _complete(strict=False)


def _choose(channels, group_size=None, most=32):
    if group_size:
        if channels % group_size:
            raise ValueError(
                tr("groups of {group_size} do not fill {channels} channels", group_size=group_size, channels=channels)
            )
        return channels // group_size
    return max(g for g in range(1, most + 1) if channels % g == 0)


def _widths(rng: random.Random) -> list[Probe]:
    cases = [(32, 4, 32), (48, None, 32), (64, 16, 32), (24, 8, 32), (36, None, 10), (7, None, 3),
             (32, None, 32), (256, 4, 32)]  # fmt: skip
    cases += [_telling(rng) for _ in range(4)]
    said = {True: tr("{0} channels, {1} a group"), False: tr("{0} channels, at most {2} groups")}
    probes = [Probe(said[bool(case[1])].format(*case), case) for case in cases]
    return [*probes, Probe(said[True].format(30, 4), (30, 4, 32), names=False)]


def _telling(rng: random.Random) -> tuple:
    """A number of channels for which every rule that is not the right one gives something else."""
    while True:
        case = channels, _, most = rng.randrange(50, 400), None, rng.choice((8, 16, 32))
        twos = [g for g in (32, 16, 8, 4, 2, 1) if g <= most and channels % g == 0]
        if _choose(*case) not in (twos[0], *(_RULES[name](*case) for name in _RULES if name != "swapped-G")):
            return case


def _at_most(rule):
    return lambda c, size, most: c // size if size else rule(c, most)


_RULES = {
    "swapped-G": lambda c, size, most: size or _choose(c, None, most),
    "does-not-divide": _at_most(lambda c, most: min(c, most)),
    "not-the-largest": _at_most(lambda c, most: torch.gcd(torch.tensor(c), torch.tensor(most)).item()),
    "layer-norm": _at_most(lambda c, most: 1),
    "too-many-groups": _at_most(lambda c, most: c),
}

EX10 = Exercise(
    "ex10", "Choose the number of groups", "easy", 8, "choose_groups", 5, _widths, _choose,
    lambda: [([name], rule) for name, rule in _RULES.items()],
)  # fmt: skip

SHEET = (EX07, EX08, EX09, EX10)
