"""Checks of chapter 7: a number of groups for every width, and the bias that wakes every channel."""

import math
from collections.abc import Callable

import torch
from torch.nn import functional as F

from gn_edu.exercises._check import Report, answer, call
from gn_edu.exercises.exercise import Exercise
from gn_edu.messages import tr


def _largest(channels: int, most: int) -> int:
    return max(g for g in range(1, most + 1) if channels % g == 0)


def check_num_groups_for(num_groups_for: Callable) -> Report:
    """Check num_groups_for(channels, most=32) for every width up to 4096, and for other limits."""
    asked = [(c, 32) for c in (64, 48, *range(1, 4097))] + [(c, 8) for c in range(1, 200)]
    for channels, most in asked:
        got, failed = call(num_groups_for, channels, most)
        if failed:
            return failed
        want, where = (
            _largest(channels, most),
            tr("{channels} channels, at most {most} groups", channels=channels, most=most),
        )
        if got == want and isinstance(got, int):
            continue
        if got == want:
            return answer(
                False,
                tr("Not yet, for {where}: a number of groups must be an int, got {got!r}.", where=where, got=got),
                ["not-int"],
            )
        if not isinstance(got, int | float) or got < 1 or channels % got:
            hint = tr(
                "{got} does not divide {channels}. What does nn.GroupNorm({got}, {channels}) say?",
                got=got,
                channels=channels,
            )
            return answer(False, tr("Not yet, for {where}: {hint}", where=where, hint=hint), ["does-not-divide"])
        if got > most:
            return answer(
                False,
                tr("Not yet, for {where}: {got} are more. Where do your candidates start?", where=where, got=got),
                ["too-many"],
            )
        wrong = {
            "gcd": (math.gcd(most, channels), tr("a common divisor divides both. Must the groups divide the limit?")),
            "one-group": (1, tr("one group always fits, and is layer norm. Are there more that fit?")),
        }
        for name, (value, hint) in wrong.items():
            if got == value:
                return answer(
                    False, tr("Not yet, for {where}: you give {got}; {hint}", where=where, got=got, hint=hint), [name]
                )
        return answer(
            False,
            tr(
                "Not yet, for {where}: {want} groups fit too, and are more than {got}.", where=where, want=want, got=got
            ),
        )
    return answer(True, tr("Right: for every width up to 4096."))


def check_waking_bias(waking_bias: Callable) -> Report:
    """Check waking_bias(x, num_groups, eps=1e-5): with it, every channel of group norm's output has mean 0."""
    generator = torch.Generator().manual_seed(9)
    x = torch.randn(4, 8, 5, 5, generator=generator, dtype=torch.float64)
    level = torch.tensor([0, 0, 0, -8.0, 3, 0, 1, 0]).double().view(1, -1, 1, 1)
    for num_groups in (4, 1, 2):
        got, failed = call(waking_bias, x + level, num_groups)
        if failed:
            return failed
        if not isinstance(got, torch.Tensor) or got.shape != (8,):
            shape = tuple(got.shape) if isinstance(got, torch.Tensor) else type(got).__name__
            return answer(
                False,
                tr("Not yet: beta has one value a channel, the shape (8,); got {shape}.", shape=shape),
                ["wrong-shape"],
            )
        x_hat = F.group_norm(x + level, num_groups)
        means = x_hat.mean((0, 2, 3))
        if torch.allclose(got.double(), -means, rtol=0, atol=1e-6):
            continue
        wrong = {
            "wrong-sign": (means, tr("that is the mean itself. What must be added to it?")),
            "from-x": (-(x + level).mean((0, 2, 3)), tr("that is the mean of x. To what is beta added?")),
            "zeros": (torch.zeros(8).double(), tr("with beta = 0 the dead channel stays dead. What is its mean?")),
            "first-image": (
                -x_hat[0].mean((1, 2)),
                tr("that is the first image's mean. Over which axes is a channel's mean?"),
            ),
        }
        for name, (value, hint) in wrong.items():
            if torch.allclose(got.double(), value, rtol=0, atol=1e-6):
                return answer(
                    False, tr("Not yet, for G = {num_groups}: {hint}", num_groups=num_groups, hint=hint), [name]
                )
        worst = int((got.double() + means).abs().argmax())
        text = tr(
            "channel {channel} keeps a mean of {mean:.2g}.",
            channel=worst + 1,
            mean=float((got.double() + means)[worst]),
        )
        return answer(False, tr("Not yet, for G = {num_groups}: {text}", num_groups=num_groups, text=text))
    return answer(True, tr("Right: every channel has mean 0, so each has values on both sides of the ReLU's step."))


EXERCISES = (
    Exercise(
        name="7.1",
        title="a rule for every width",
        level="easy",
        minutes=10,
        function="num_groups_for",
        takes="num_groups_for(channels, most=32) for every width up to 4096, and for other limits.",
        own=check_num_groups_for,
    ),
    Exercise(
        name="7.2",
        title="wake every channel",
        level="medium",
        minutes=15,
        function="waking_bias",
        takes="waking_bias(x, num_groups, eps=1e-5): with it, every channel of group norm's output has mean 0.",
        own=check_waking_bias,
    ),
)
