"""Checks of chapter 6: where float32 breaks, and a float16 group norm that does not."""

import math
import random
from collections.abc import Callable
from dataclasses import replace

import torch
from torch.nn import functional as F

from gn_edu.exercises import cases
from gn_edu.exercises.asking import ask
from gn_edu.exercises.compare import same
from gn_edu.exercises.exercise import Exercise, Probe, plain
from gn_edu.exercises.knobs import alone
from gn_edu.exercises.report import Report, answer, call
from gn_edu.exercises.sentences import said
from gn_edu.exercises.sheet2_forward import EX05
from gn_edu.messages import tr

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


def _formula(half_group_norm: Callable) -> Report | None:
    """What exercise 5 says, asked with numbers that float16 has no trouble with, where more than digits is wrong."""
    probes = [
        replace(p, args=(p.args[0].half(), *p.args[1:]), tolerance=ROUGH)
        for p in cases.plain(random.Random(0))
        if p.recognises and p.args[0].abs().max() > 0.1
    ]
    replies = [ask(half_group_norm, p.how, p.args) for p in probes]
    report = EX05.judge(probes, replies)
    nearly = all(
        same(plain(r.value), plain(EX05.expected(p)), 25 * ROUGH) for p, r in zip(probes, replies, strict=True)
    )
    return None if report.ok or nearly and not report.mistakes else report


def check_half_group_norm(half_group_norm: Callable) -> Report:
    """Check half_group_norm(x, num_groups, eps=1e-5) on float16 x: float16 out, right at scales 1e-4, 1 and 400."""
    generator = torch.Generator().manual_seed(0)
    draw = torch.randn(2, 8, 8, 8, generator=generator)
    for scale, eps in ((1.0, 1e-5), (400.0, 1e-5), (1e-4, 1e-10)):
        x = (draw * scale).half()
        got, failed = call(half_group_norm, x, 4, eps)
        if failed:
            return failed
        want = F.group_norm(x.float(), 4, eps=eps)
        where = tr("values around {scale:g}, eps = {eps:g}", scale=scale, eps=eps)
        if not isinstance(got, torch.Tensor) or got.shape != x.shape:
            return answer(False, tr("Not yet: return a tensor of the shape of x."), ["wrong-shape"])
        if got.dtype != torch.float16:
            hint = tr("the input is float16, the output {dtype}. What does the next layer expect?", dtype=got.dtype)
            return answer(False, tr("Not yet: {hint}", hint=hint), ["wrong-dtype"])
        if torch.allclose(got.float(), want, rtol=0, atol=2e-3):
            continue
        if not got.isfinite().all():
            hint = tr("the output is not finite. What is the square of 400, or eps, in float16?")
            return answer(False, tr("Not yet, for {where}: {hint}", where=where, hint=hint), ["not-finite"])
        wrong = _formula(half_group_norm)
        if wrong:
            text = tr("The formula itself is off, with easy numbers, too.")
            return answer(False, f"{text}\n{wrong.text}", wrong.mistakes)
        if got.abs().max() < 0.5:
            hint = tr("the output is all but zero, without an error. Which number became infinite?")
            return answer(False, tr("Not yet, for {where}: {hint}", where=where, hint=hint), ["silent-zeros"])
        gap = (got.float() - want).abs().max()
        hint = tr("differs from float32 by up to {gap:.2g}. In which type are mean and variance computed?", gap=gap)
        return answer(False, tr("Not yet, for {where}: {hint}", where=where, hint=hint), ["low-precision"])
    return answer(True, tr("Right: float16 in and out, and nothing is lost on the way."))


HALF_GROUP_NORM = Exercise(
    name="6.2",
    title="a float16 group norm",
    level="medium",
    minutes=15,
    function="half_group_norm",
    takes="half_group_norm(x, num_groups, eps=1e-5) on float16 x: float16 out, right at scales 1e-4, 1 and 400.",
    own=check_half_group_norm,
)
EXERCISES = (BREAKING_OFFSET, HALF_GROUP_NORM)
check_breaking_offset = BREAKING_OFFSET.checker()
