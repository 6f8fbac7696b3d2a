"""Sheet 3: every input that a caller may bring: any rank, any memory, any number of groups."""

import random
from dataclasses import replace
from functools import partial

import torch

from gn_edu.exercises import cases
from gn_edu.exercises.asking import ASK
from gn_edu.exercises.exercise import FIRST, Exercise, Probe
from gn_edu.exercises.knobs import alone, candidates
from gn_edu.exercises.sentences import said
from gn_edu.exercises.set_picture import of_sets
from gn_edu.exercises.sheet1_sets import indivisible
from gn_edu.exercises.values import Refusal
from gn_edu.exercises.wrong_norms import FORWARD, group_norm
from gn_edu.messages import N_

_WRONG = partial(candidates, group_norm, FORWARD, most=3)


def _images(rng: random.Random, first: int) -> list[Probe]:
    """The first probes of sheet 2, and the one that shows where eps goes."""
    probes = cases.affine(rng)
    return [*probes[:first], probes[4]]


EX07 = Exercise(
    name="ex07",
    title="Any rank",
    level="medium",
    minutes=10,
    points=8,
    function="group_norm_any_rank",
    takes="f(x, num_groups, weight, bias, eps) for x of shape (n, c, *).",
    probes=lambda rng: [*_images(rng, 3), *cases.ranks(rng)],
    right=group_norm,
    wrong=_WRONG,
    picture=of_sets,
)

EX08 = Exercise(
    name="ex08",
    title="Any memory",
    level="medium",
    minutes=12,
    points=8,
    function="group_norm_any_memory",
    takes="f(x, num_groups, weight, bias, eps) for x of shape (n, c, h, w) that need not lie in order in memory.",
    probes=lambda rng: [*_images(rng, 2), *cases.layouts(rng)],
    right=group_norm,
    wrong=_WRONG,
    picture=of_sets,
)


def _checked(x, num_groups, weight=None, bias=None, eps=1e-5, **knobs):
    if x.shape[1] % num_groups:
        raise indivisible(num_groups, x.shape[1])
    return group_norm(x, num_groups, weight, bias, eps, **knobs)


def _everything(rng: random.Random, strict: bool) -> list[Probe]:
    alone = [
        replace(
            p,
            where=said("{where}, no weight", where=p.where),
            args=(*p.args[:2], None, None, p.args[2]),
            form="needs-weight",
            level=FIRST,
        )
        for p in cases.plain(rng)[:6]
    ]
    refused = cases.indivisible(rng) if strict else []
    x, one = cases.mix(rng, 2, cases.draw(1, 2, 4, 2, 3), cases.draw(2, 4))
    half = [
        Probe(said("weight alone"), (x, 2, one, None, 1e-5), form="needs-both", recognises=False),
        Probe(said("bias alone"), (x, 2, None, one, 1e-5), form="needs-both", recognises=False),
    ]
    none = Probe(said("an empty batch"), (x[:0], 2, one, one, 1e-5), recognises=False, beyond=True)
    last = [*half, *refused, cases.large_mean(rng), cases.gradient(rng, optional=not strict), none]
    return [*alone, *cases.affine(rng), *cases.ranks(rng), *cases.layouts(rng), *last]


def _complete(strict: bool) -> Exercise:
    return Exercise(
        name="ex09",
        title="Every number of groups",
        level="hard",
        minutes=20,
        points=12,
        function="group_norm",
        takes="f(x, num_groups, weight=None, bias=None, eps=1e-5) against what torch's group norm can do.",
        probes=partial(_everything, strict=strict),
        right=_checked,
        wrong=partial(candidates, _checked, FORWARD, most=3),
        ways={"gradients": ASK["gradients"]},
        picture=of_sets,
    )


EX09 = _complete(strict=True)
# The same, and what it does with groups that do not divide the channels is its own affair.
LENIENT = _complete(strict=False)


def largest_divisor(channels: int, most: int) -> int:
    """The largest number of groups, up to most, that divides the channels."""
    return max(g for g in range(1, most + 1) if channels % g == 0)


def _choose(channels, group_size=None, most=32):
    if group_size:
        if channels % group_size:
            message = N_("groups of {group_size} do not fill {channels} channels")
            raise Refusal(said(message, group_size=group_size, channels=channels))
        return channels // group_size
    return largest_divisor(channels, most)


def _widths(rng: random.Random) -> list[Probe]:
    widths = [
        (32, 4, 32),
        (48, None, 32),
        (64, 16, 32),
        (24, 8, 32),
        (36, None, 10),
        (7, None, 3),
        (32, None, 32),
        (256, 4, 32),
    ]
    widths += [_telling(rng) for _ in range(4)]
    where = {True: N_("{0} channels, {1} a group"), False: N_("{0} channels, at most {2} groups")}
    probes = [Probe(said(where[bool(case[1])], *case), case) for case in widths]
    return [*probes, Probe(said(where[True], 30, 4), (30, 4, 32), recognises=False)]


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
    name="ex10",
    title="Choose the number of groups",
    level="easy",
    minutes=8,
    points=5,
    function="choose_groups",
    takes="f(channels, group_size, most) -> int; group_size may be None.",
    probes=_widths,
    right=_choose,
    wrong=alone(_RULES),
)

SHEET = (EX07, EX08, EX09, EX10)
