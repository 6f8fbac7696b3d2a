"""Checks of chapter 6: where float32 breaks, and a float16 group norm that does not."""

import math
import random
from dataclasses import replace
from functools import partial

from gn_edu.exercises import cases
from gn_edu.exercises.exercise import FORMS, Exercise, Probe
from gn_edu.exercises.knobs import alone, candidates
from gn_edu.exercises.sentences import said
from gn_edu.exercises.set_picture import of_sets
from gn_edu.exercises.sheet2_forward import EX05
from gn_edu.exercises.wrong_norms import DIVISION, EPS, SETS

ROUGH = 4e-3  # what rounding to float16 may cost


# ---- 6.1


def _breaking_offset(std):
    return std * 2**12


_OFFSETS = {
    "no-root": lambda std: std**2 * 2**24,
    "float64": lambda std: std * 2**26.5,
    "std-for-variance": lambda std: math.sqrt(std) * 2**12,
    "constant": lambda std: 2**12,
}

BREAKING_OFFSET = Exercise(
    name="6.1",
    title="where does float32 break?",
    level="easy",
    minutes=5,
    function="breaking_offset",
    takes="breaking_offset(std): the mean at which a step of float32 at mean squared is as large as the variance.",
    probes=lambda rng: [Probe(f"std = {std:g}", (std,), tolerance=0.5) for std in (1.0, 0.01, 30.0)],
    right=_breaking_offset,
    wrong=alone(_OFFSETS),
    closing=said("Right: around 4096 standard deviations from zero."),
)

# ---- 6.2


def _halves(rng: random.Random) -> list[Probe]:
    """Group norm's own probes, whose numbers float16 holds, and two where its squares leave float16."""

    def scaled(where, key, scale, eps, about):
        (x,) = cases.mix(rng, 2, cases.draw(key, 2, 4, 2, 4))
        return Probe(where, ((x * scale).half(), 2, eps), about=about, level=FORMS, tolerance=ROUGH)

    easy = [p for p in cases.plain(rng) if p.recognises and p.args[0].abs().max() > 0.1]
    return [
        *(replace(p, args=(p.args[0].half(), *p.args[1:]), tolerance=ROUGH) for p in easy),
        scaled(said("values around 400"), 91, 400.0, 1e-5, "float16-overflow"),
        scaled(said("values near 0.0001, eps = 1e-10"), 93, 1e-4, 1e-10, "float16-underflow"),
    ]


HALF_GROUP_NORM = Exercise(
    name="6.2",
    title="a float16 group norm",
    level="medium",
    minutes=15,
    function="half_group_norm",
    takes="half_group_norm(x, num_groups, eps=1e-5) on float16 x: float16 out, right at scales 1e-4, 1 and 400.",
    probes=_halves,
    right=EX05.right,
    wrong=partial(candidates, EX05.right, SETS | DIVISION | EPS),
    typed=True,
    picture=of_sets,
    closing=said("Right: float16 in and out, and nothing is lost on the way."),
)
EXERCISES = (BREAKING_OFFSET, HALF_GROUP_NORM)
check_breaking_offset, check_half_group_norm = (exercise.checker() for exercise in EXERCISES)
