"""Checks of chapter 5: the backward pass of group norm, and what eps leaves along x_hat."""

from collections.abc import Callable

import torch

from gn_edu import exercises
from gn_edu.exercises._check import Report, answer, call, side_by_side
from gn_edu.exercises.exercise import Exercise
from gn_edu.messages import tr


def check_group_norm_backward(group_norm_backward: Callable) -> Report:
    """Check group_norm_backward(dy, x, num_groups, weight, bias, eps) -> (dx, dweight, dbias)."""
    return exercises.check_group_norm_backward(group_norm_backward)


def check_leftover(leftover: Callable) -> Report:
    """Check leftover(g, x, eps): the sum of dx * x_hat over one set, without computing dx."""
    generator = torch.Generator().manual_seed(6)
    for eps in (0.0, 1e-5, 0.1, 2.0):
        g, x = torch.randn(2, 6, generator=generator, dtype=torch.float64)
        got, failed = call(leftover, g, x, eps)
        if failed:
            return failed
        var = x.var(correction=0)
        sigma = (var + eps).sqrt()
        x_hat = (x - x.mean()) / sigma
        seen = (g * x_hat).sum()
        want = eps / (var + eps) * seen / sigma
        wrong = {
            "always-zero": (
                torch.zeros(()),
                tr(
                    "eps makes x_hat a little too short to carry the whole part away. "
                    "What is the mean of x_hat squared?"
                ),
            ),
            "no-sigma": (want * sigma, tr("by what is the whole of dx divided?")),
            "var-for-eps": (
                var / (var + eps) * seen / sigma,
                tr("that is the part that was taken away. What is left of 1?"),
            ),
            "mean-for-sum": (want / len(x), tr("you give the mean. What was asked?")),
        }
        if torch.allclose(torch.as_tensor(got, dtype=torch.float64), want, rtol=0, atol=1e-12):
            continue
        for name, (value, hint) in wrong.items():
            if torch.allclose(torch.as_tensor(got, dtype=torch.float64), value.double(), rtol=0, atol=1e-12):
                return answer(False, tr("Not yet, for eps = {eps}: {hint}", eps=eps, hint=hint), [name])
        right, yours = side_by_side(float(want), float(got))
        return answer(
            False, tr("Not yet, for eps = {eps}: expected {want}, got {got}.", eps=eps, want=right, got=yours)
        )
    return answer(True, tr("Right: what is left is eps / (var + eps) of the part along x_hat, over sigma."))


EXERCISES = (
    Exercise(
        name="5.1",
        title="all three gradients",
        level="medium",
        minutes=15,
        function="group_norm_backward",
        takes="group_norm_backward(dy, x, num_groups, weight, bias, eps) -> (dx, dweight, dbias).",
        own=check_group_norm_backward,
    ),
    Exercise(
        name="5.2",
        title="what ε leaves",
        level="medium",
        minutes=10,
        function="leftover",
        takes="leftover(g, x, eps): the sum of dx * x_hat over one set, without computing dx.",
        own=check_leftover,
    ),
)
