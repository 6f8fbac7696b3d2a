"""Checks of chapter 2: the variance that a small batch misses, and a gradient in pieces."""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

from gn_edu.exercises._check import Report, answer, call, side_by_side
from gn_edu.exercises.exercise import Exercise
from gn_edu.messages import tr


def check_expected_variance(expected_variance: Callable) -> Report:
    """Check expected_variance(n, pixels, correlation): the mean biased variance of a batch whose true variance is 1."""
    for n, pixels, rho in ((2, 64, 0.0), (2, 64, 0.3), (4, 16, 0.5), (8, 9, 1.0), (1, 64, 0.3)):
        got, failed = call(expected_variance, n, pixels, rho)
        if failed:
            return failed
        of_image_mean = (1 + (pixels - 1) * rho) / pixels
        want = 1 - of_image_mean / n
        if abs(float(got) - want) < 1e-9:
            continue
        wrong = {
            "independent-values": (
                1 - 1 / (n * pixels),
                tr("that holds when all values are independent. What do two pixels of one image have in common?"),
            ),
            "one-value-an-image": (
                1 - 1 / n,
                tr("that holds when an image brings one value. How many do its pixels bring?"),
            ),
            "one-image": (1 - of_image_mean, tr("that is one image. By what does the mean of n images scatter less?")),
            "variance-of-mean": (of_image_mean / n, tr("that is what is missing. What is left?")),
            "wrong-pairs": (
                1 - (1 + pixels * rho) / (n * pixels),
                tr("count the pairs again: with how many other pixels of its image is a pixel related?"),
            ),
            "unbiased": (1.0, tr("that is the mean of the unbiased variance of independent values. What was asked?")),
        }
        where = tr("n = {n}, pixels = {pixels}, correlation = {rho:g}", n=n, pixels=pixels, rho=rho)
        for name, (value, hint) in wrong.items():
            if abs(float(got) - value) < 1e-9:
                return answer(False, tr("Not yet, for {where}: {hint}", where=where, hint=hint), [name])
        right, yours = side_by_side(want, float(got))
        return answer(
            False, tr("Not yet, for {where}: expected {want}, got {got}.", where=where, want=right, got=yours)
        )
    return answer(True, tr("Right: 1 minus the variance of the batch's mean."))


def _network(norm: Callable) -> nn.Module:
    torch.manual_seed(7)
    return nn.Sequential(nn.Conv2d(3, 8, 3), norm(8), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 16, 5)).double()


def _gradient(model: nn.Module) -> torch.Tensor:
    return torch.cat(
        [torch.zeros(p.numel()).double() if p.grad is None else p.grad.flatten() for p in model.parameters()]
    )


def check_accumulate(accumulate: Callable) -> Report:
    """Check accumulate(model, loss_of, x, y, pieces) on a network with GroupNorm; says what BatchNorm makes of it."""
    generator = torch.Generator().manual_seed(8)
    x = torch.randn(32, 3, 6, 6, generator=generator, dtype=torch.float64)
    y = torch.randint(5, (32,), generator=generator)
    apart = {}
    for kind, norm in (("GroupNorm", lambda c: nn.GroupNorm(4, c)), ("BatchNorm", nn.BatchNorm2d)):
        for pieces in (1, 4, 8):
            model = _network(norm)
            F.cross_entropy(model(x), y).backward()
            want = _gradient(model)  # and left there: gradients of an earlier step
            seen = []
            handle = model.register_forward_pre_hook(lambda module, args, seen=seen: seen.append(len(args[0])))
            _, failed = call(lambda *args: (accumulate(*args), True), model, F.cross_entropy, x, y, pieces)
            handle.remove()
            if failed:
                return failed
            got = _gradient(model)
            apart[kind] = float((got - want).norm() / want.norm())
            if kind == "BatchNorm" or apart[kind] < 1e-12 and seen == [32 // pieces] * pieces:
                continue
            wrong = {
                "nothing-new": (not seen, tr("the model was never called. Which loss did you go back from?")),
                "whole-batch": (
                    max(seen, default=0) > 32 // pieces,
                    tr("the model saw more than one piece at once. How large may an input be?"),
                ),
                "old-gradients": (
                    torch.allclose(got, 2 * want) or torch.allclose(got, (pieces + 1) * want),
                    tr("the gradient of an earlier step is still in it. What does backward do with what is there?"),
                ),
                "not-a-mean": (
                    torch.allclose(got, pieces * want),
                    tr("the gradient is too large by the number of pieces. Whose mean is asked?"),
                ),
            }
            for name, (holds, hint) in wrong.items():
                if holds:
                    return answer(False, tr("Not yet, in {pieces} pieces: {hint}", pieces=pieces, hint=hint), [name])
            hint = tr("Are the gradients of all pieces still there at the end?")
            return answer(
                False,
                tr(
                    "Not yet, in {pieces} pieces: the gradient is off by {off:.2g}, relatively. {hint}",
                    pieces=pieces,
                    off=apart[kind],
                    hint=hint,
                ),
                ["last-piece"],
            )
    percent = 100 * apart["BatchNorm"]
    if percent > 1e-9:
        text = tr("With Batch Norm this loop is off by {percent:.2g} %.", percent=percent)
    else:
        text = tr("With Batch Norm this loop is right, too.")
    text += " " + tr("No loop can be right with Batch Norm in which each piece uses statistics of its own.")
    return answer(True, tr("Right: with Group Norm the gradient is the whole batch's. {text}", text=text))


EXERCISES = (
    Exercise(
        name="2.1",
        title="how much is missing?",
        level="medium",
        minutes=10,
        function="expected_variance",
        takes="expected_variance(n, pixels, correlation): the mean biased variance where the true variance is 1.",
        own=check_expected_variance,
    ),
    Exercise(
        name="2.2",
        title="a gradient in pieces",
        level="medium",
        minutes=15,
        function="accumulate",
        takes="accumulate(model, loss_of, x, y, pieces) on a network with GroupNorm; says what BatchNorm makes of it.",
        own=check_accumulate,
    ),
)
