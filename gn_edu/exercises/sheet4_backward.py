"""Sheet 4: numbers that break, and the backward pass."""

import random
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

import torch
from torch import Tensor

from gn_edu.exercises import tensors
from gn_edu.exercises.probes import Exercise, Probe
from gn_edu.exercises.variants import BACKWARD, PARAMETERS, candidates, group_norm, group_norm_dparams, group_norm_dx
from gn_edu.messages import N_, tr


def _stats(x: Tensor, num_groups: int, var: str = "biased", rows: str = "group", give: str = "both") -> list[Tensor]:
    n, c = x.shape[:2]
    shape = {"group": (n, num_groups, -1), "instance": (n, c, -1), "layer": (n, 1, -1)}[rows]
    sets = x.double().reshape(shape)
    mean, variance = sets.mean(-1), sets.var(-1, correction=1 if var == "unbiased" else 0)
    return {"root": [mean, variance.sqrt()], "swapped": [variance, mean]}.get(give, [mean, variance])


def _spreads(rng: random.Random) -> list[Probe]:
    def case(where, scale, offset, dtype, tolerance, about="", size=8):
        x = tensors.draw(rng, 2, 4, size, size, scale=scale, offset=offset, dtype=dtype)
        return Probe(where, (x, 2), about=about, names=not about, tolerance=tolerance)

    half = torch.float16
    return [
        case("float64", 1, 0, torch.float64, 1e-6, size=2),
        case(tr("float32 around 3"), 2, 3, torch.float32, 1e-4, size=3),
        case(tr("float32 around 4096"), 1, 4096, torch.float32, 2e-3, "one-pass-variance"),
        case(tr("float32 around 100000"), 1, 1e5, torch.float32, 2e-3, "one-pass-variance"),
        case(tr("float16 around 30"), 1, 30, half, 2e-3, "sums-in-float16"),
        case(tr("float16, values of 400"), 400, 0, half, 2e-3, "sums-in-float16", 24),
    ]


EX11 = Exercise(
    "ex11", "Statistics that survive", "medium", 15, "group_stats", 8, _spreads, _stats,
    partial(candidates, _stats, {
        "unbiased-var": ({"var": "unbiased"},), "instance-norm": ({"rows": "instance"},),
        "layer-norm": ({"rows": "layer"},), "root-for-variance": ({"give": "root"},),
        "swapped-answers": ({"give": "swapped"},),
    }),
    parts=("mean", "variance"),
)  # fmt: skip

EX12 = Exercise(
    "ex12", "Backward to x", "hard", 20, "group_norm_dx", 10, tensors.backward, group_norm_dx,
    partial(candidates, group_norm_dx, BACKWARD),
)  # fmt: skip

EX13 = Exercise(
    "ex13", "Backward to weight and bias", "medium", 12, "group_norm_dparams", 8, tensors.backward,
    group_norm_dparams, partial(candidates, group_norm_dparams, PARAMETERS), parts=("dweight", "dbias"),
)  # fmt: skip


def _all_three(dx: Callable = group_norm_dx, dparams: Callable = group_norm_dparams) -> Callable:
    return lambda *args: [dx(*args), *dparams(*args)]


def _wrong_backward() -> Iterator[tuple[list[str], Callable]]:
    to_x, to_parameters = list(candidates(group_norm_dx, BACKWARD)), list(candidates(group_norm_dparams, PARAMETERS))
    for (name,), a in (c for c in to_x if len(c[0]) == 1):  # the same slip in both: one mistake
        for (other,), b in (c for c in to_parameters if len(c[0]) == 1):
            if name == other:
                yield [name], _all_three(a, b)
    yield from ((names, _all_three(dx=answer)) for names, answer in to_x)
    yield from ((names, _all_three(dparams=answer)) for names, answer in to_parameters)
    for ((a,), one), ((b,), two) in product(
        (c for c in to_x if len(c[0]) == 1), (c for c in to_parameters if len(c[0]) == 1)
    ):
        yield [a, b], _all_three(one, two)


BACKWARD_PASS = Exercise(
    "backward", "The backward pass", "hard", 25, "group_norm_backward", 12, tensors.backward, _all_three(),
    _wrong_backward, parts=("dx", "dweight", "dbias"),
)  # fmt: skip


def _function_probes(rng: random.Random) -> list[Probe]:
    return [Probe(p.where, p.args, "function") for p in tensors.backward(rng)]


def _with_output(backward: Callable) -> Callable:
    return lambda dy, *args: [group_norm(*args), *backward(dy, *args)]


EX14 = Exercise(
    "ex14", "An autograd function", "hard", 20, "GroupNormFunction", 10, _function_probes, _with_output(_all_three()),
    lambda: ((names, _with_output(answer)) for names, answer in _wrong_backward()),
    parts=(N_("the output"), "dx", "dweight", "dbias"),
)  # fmt: skip

SHEET = (EX11, EX12, EX13, EX14)
