"""Sheet 4: numbers that break, and the backward pass."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from gn_edu.exercises import cases
from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu.exercises.knobs import candidates
from gn_edu.exercises.sentences import said
from gn_edu.exercises.wrong_gradients import BACKWARD, PARAMETERS, gradients_of, group_norm_dparams, group_norm_dx
from gn_edu.exercises.wrong_norms import DIVISION, EPS, FORWARD, group_norm
from gn_edu.messages import N_


def _stats(x: Tensor, num_groups: int, var: str = "biased", rows: str = "group", give: str = "both") -> list[Tensor]:
    n, c = x.shape[:2]
    shape = {"group": (n, num_groups, -1), "instance": (n, c, -1), "layer": (n, 1, -1)}[rows]
    sets = x.double().reshape(shape)
    mean, variance = sets.mean(-1), sets.var(-1, correction=1 if var == "unbiased" else 0)
    return {"root": [mean, variance.sqrt()], "swapped": [variance, mean]}.get(give, [mean, variance])


def _spreads(rng: random.Random) -> list[Probe]:
    def case(where, scale, offset, dtype, tolerance, about="", size=8, tiles=1):
        (x,) = cases.mix(rng, 2, cases.draw(1, 2, 4, size, size, scale=scale, offset=offset))
        x = x.repeat(1, 1, tiles, tiles)
        return Probe(where, (x.to(dtype), 2), about=about, recognises=not about, tolerance=tolerance)

    half = torch.float16
    return [
        case("float64", 1, 0, torch.float64, 1e-6, size=2),
        case(said("float32 around 3"), 2, 3, torch.float32, 1e-4, size=3),
        case(said("float32 around 4096"), 1, 4096, torch.float32, 2e-3, "one-pass-variance"),
        case(said("float32 around 100000"), 1, 1e5, torch.float32, 2e-3, "one-pass-variance"),
        case(said("float16 around 30"), 1, 30, half, 2e-3, "sums-in-float16"),
        case(said("float16, values of 400"), 400, 0, half, 2e-3, "sums-in-float16", tiles=3),
    ]


_STATS: dict[str, tuple[dict, ...]] = {
    "unbiased-var": ({"var": "unbiased"},),
    "instance-norm": ({"rows": "instance"},),
    "layer-norm": ({"rows": "layer"},),
    "root-for-variance": ({"give": "root"},),
    "swapped-answers": ({"give": "swapped"},),
}

EX11 = Exercise(
    name="ex11",
    title="Statistics that survive",
    level="medium",
    minutes=15,
    points=8,
    function="group_stats",
    takes="f(x, num_groups) -> (mean, variance), each (n, num_groups), for x in any float type.",
    probes=_spreads,
    right=_stats,
    wrong=partial(candidates, _stats, _STATS),
    parts=("mean", "variance"),
)


def _wrong_dx() -> Iterator[tuple[list[str], Callable]]:
    for names, forward in candidates(group_norm, DIVISION | EPS, most=1):
        backward = gradients_of(forward)
        yield names, lambda *args, backward=backward: backward(*args)[0]
    yield from candidates(group_norm_dx, BACKWARD, most_rare=1)


EX12 = Exercise(
    name="ex12",
    title="Backward to x",
    level="hard",
    minutes=20,
    points=10,
    function="group_norm_dx",
    takes="f(dy, x, num_groups, weight, bias, eps) -> dx.",
    probes=cases.backward,
    right=group_norm_dx,
    wrong=_wrong_dx,
    by_hand=True,
)

EX13 = Exercise(
    name="ex13",
    title="Backward to weight and bias",
    level="medium",
    minutes=12,
    points=8,
    function="group_norm_dparams",
    takes="f(dy, x, num_groups, weight, bias, eps) -> (dweight, dbias).",
    probes=cases.backward,
    right=group_norm_dparams,
    wrong=partial(candidates, group_norm_dparams, PARAMETERS, most_rare=1),
    parts=("dweight", "dbias"),
    by_hand=True,
)


def _all_three(dy, x, num_groups, weight, bias, eps):
    args = dy, x, num_groups, weight, bias, eps
    return [group_norm_dx(*args), *group_norm_dparams(*args)]


BACKWARD_PASS = Exercise(
    name="backward",
    title="The backward pass",
    level="hard",
    minutes=25,
    points=12,
    function="group_norm_backward",
    takes="f(dy, x, num_groups, weight, bias, eps) -> (dx, dweight, dbias), x of shape (n, c, *).",
    probes=cases.backward,
    right=_all_three,
    parts=("dx", "dweight", "dbias"),
    sections=((slice(0, 1), EX12), (slice(1, 3), EX13)),
)


def _function_probes(rng: random.Random) -> list[Probe]:
    return [replace(p, how="function") for p in cases.backward(rng)]


def _output(dy, *args, **knobs):
    return group_norm(*args, **knobs)


def _with_output(dy, x, num_groups, weight, bias, eps):
    args = x, num_groups, weight, bias, eps
    return [group_norm(*args), *_all_three(dy, *args)]


_OUTPUT = replace(EX12, right=_output, wrong=partial(candidates, _output, FORWARD))
EX14 = Exercise(
    name="ex14",
    title="An autograd function",
    level="hard",
    minutes=20,
    points=10,
    function="GroupNormFunction",
    takes="a torch.autograd.Function whose apply takes (x, num_groups, weight, bias, eps).",
    probes=_function_probes,
    right=_with_output,
    parts=(N_("the output"), "dx", "dweight", "dbias"),
    checked_by="check_autograd_function",
    sections=((slice(0, 1), _OUTPUT), (slice(1, 2), EX12), (slice(2, 4), EX13)),
    needs="autograd",
)

SHEET = (EX11, EX12, EX13, EX14)
