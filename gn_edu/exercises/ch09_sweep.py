"""Checks of chapter 9: what else changes with the batch, and batch norm in slices."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from gn_edu.exercises._check import Report, answer, call
from gn_edu.exercises.exercise import Exercise
from gn_edu.messages import N_, tr


def check_plan(plan: Callable) -> Report:
    """Check plan(batch, images, epochs, lr, reference), the learning rate and the number of updates of a run."""
    for batch, images, epochs, lr, reference in (
        (2, 9_600, 1, 0.05, 32),
        (8, 48_000, 3, 0.1, 32),
        (32, 640, 2, 0.2, 32),
    ):
        got, failed = call(plan, batch, images, epochs, lr, reference)
        if failed:
            return failed
        try:
            rate, updates = (float(v) for v in got)
        except (TypeError, ValueError):
            return answer(
                False, tr("Not yet: return two numbers, the learning rate and the updates."), ["not-two-numbers"]
            )
        where = tr(
            "Not yet, for {images} images, {epochs} epochs and a batch of {batch}: ",
            images=images,
            epochs=epochs,
            batch=batch,
        )
        ratio = batch / reference
        if abs(updates - lr * ratio) < 1e-9:
            return answer(False, where + tr("the updates stand first. What should?"), ["swapped"])
        if abs(rate - lr * ratio) > 1e-9:
            wrong = {"no-rule": lr, "square-root-rule": lr * ratio**0.5, "upside-down": lr / ratio}
            named = [name for name, value in wrong.items() if abs(rate - value) < 1e-9]
            hint = tr(
                "the rate is {rate:g}. At {reference} images it is {lr:g}: what does the linear rule say at {batch}?",
                rate=rate,
                reference=reference,
                lr=lr,
                batch=batch,
            )
            return answer(False, where + hint, named)
        if updates != images // batch * epochs:
            wrong = {
                "one-epoch": images // batch,
                "images-for-updates": images * epochs,
                "reference-batch": images * epochs // reference,
            }
            named = [name for name, value in wrong.items() if updates == value]
            return answer(
                False,
                tr(
                    "{where}you count {updates:g} updates. How many batches are in an epoch?",
                    where=where,
                    updates=updates,
                ),
                named,
            )
    return answer(
        True,
        tr("Right: at equal epochs a batch of 2 takes 16 times the updates of 32, each with a sixteenth of the rate."),
    )


def _slices(x: Tensor, norm_batch: int, norm: Callable) -> Tensor:
    return torch.cat([norm(part) for part in x.split(norm_batch)])


def _batch_norm(x: Tensor) -> Tensor:
    return F.batch_norm(x, None, None, training=True)


def _over(axes: tuple[int, ...], correction: int = 0, eps: float = 1e-5, outside: float = 0.0) -> Callable:
    """An answer with mean and variance over axes of (slice, image of the slice, channel, row, column)."""

    def answer(x: Tensor, norm_batch: int) -> Tensor:
        slices = x.unflatten(0, (-1, norm_batch))
        variance, mean = torch.var_mean(slices, axes, correction=correction, keepdim=True)
        return ((slices - mean) / ((variance + eps).sqrt() + outside)).flatten(0, 1)

    return answer


def _rows_as_they_lie(x: Tensor) -> Tensor:
    """Batch norm of the columns of reshape(-1, C), which cuts the numbers as memory holds them."""
    return _batch_norm(x.reshape(-1, x.shape[1])).view_as(x)


def _every_other(x: Tensor, norm_batch: int) -> Tensor:
    """Slices of every k-th image."""
    order = torch.arange(len(x)).view(norm_batch, -1).T.flatten()
    y = torch.empty_like(x)
    y[order] = _slices(x[order], norm_batch, _batch_norm)
    return y


# What a wrong answer equals, and what to ask then.
_GHOSTS = {
    "whole-batch": (_over((0, 1, 3, 4)), N_("that is one slice. Which images stand in the first?")),
    "instance-norm": (_over((3, 4)), N_("each image is alone. How many share a mean?")),
    "interleaved": (_every_other, N_("your slices take every k-th image. Which images lie side by side?")),
    "slices-for-size": (
        lambda x, k: _slices(x, len(x) // k, _batch_norm),
        N_("you have norm_batch slices. How many images should each hold?"),
    ),
    "layer-norm": (_over((1, 2, 3, 4)), N_("all channels share a mean. Does batch norm mix them?")),
    "across-samples": (_over((1,)), N_("each pixel has a mean of its own. What shares a mean in batch norm?")),
    "channel-only": (_over((2,)), N_("the channels of a pixel share a mean. Does batch norm mix them?")),
    "over-channels": (
        _over((1, 2)),
        N_("each pixel has a mean of its own, over images and channels. What shares a mean in batch norm?"),
    ),
    "memory-order": (
        lambda x, k: _slices(x, k, _rows_as_they_lie),
        N_("your rows are cut as memory holds the numbers. Which axis must be the last before reshape(-1, C)?"),
    ),
    "memory-order-of-batch": (
        lambda x, k: _rows_as_they_lie(x),
        N_("your rows are cut as memory holds the numbers, whatever the slice. Which axis must be the last?"),
    ),
    "unbiased-var": (
        _over((1, 3, 4), correction=1),
        N_("a little too small. By what do you divide the squares?"),
    ),
    "no-eps": (_over((1, 3, 4), eps=0.0), N_("eps is not used. What keeps the root away from zero?")),
    "eps-outside-sqrt": (
        _over((1, 3, 4), eps=0.0, outside=1e-5),
        N_("eps is added to the standard deviation. To what does the formula add it?"),
    ),
}


def check_ghost_batch_norm(ghost_batch_norm: Callable) -> Report:
    """Check ghost_batch_norm(x, norm_batch, eps=1e-5): batch norm in training mode, slice by slice; x: (n, c, h, w)."""
    for n, norm_batch in ((8, 2), (6, 3), (4, 4)):
        generator = torch.Generator().manual_seed(n)
        x = 2 * torch.randn(n, 3, 4, 2, generator=generator, dtype=torch.float64) + torch.arange(n).view(-1, 1, 1, 1)
        before = x.clone()
        got, failed = call(ghost_batch_norm, x, norm_batch)
        if failed:
            return failed
        if not torch.equal(x, before):
            return answer(False, tr("Not yet: your function changed x itself."), ["in-place"])
        if not isinstance(got, Tensor) or got.shape != x.shape:
            shape = tuple(got.shape) if isinstance(got, Tensor) else type(got).__name__
            return answer(
                False, tr("Not yet: expected {want}, got {shape}.", want=tuple(x.shape), shape=shape), ["wrong-shape"]
            )
        gap = (got.double() - _slices(x, norm_batch, _batch_norm)).abs().max()
        if gap < 1e-6:
            continue
        where = tr("Not yet, for {n} images in slices of {norm_batch}: ", n=n, norm_batch=norm_batch)
        for name, (wrong, hint) in _GHOSTS.items():
            if torch.allclose(got.double(), wrong(x, norm_batch), rtol=0, atol=1e-6):
                return answer(False, where + tr(hint), [name])
        return answer(False, tr("{where}largest difference {gap:.2g}.", where=where, gap=float(gap)))
    return answer(True, tr("Right: every slice has its own statistics, as on devices that do not talk to each other."))


EXERCISES = (
    Exercise(
        name="9.1",
        title="what else changes?",
        level="easy",
        minutes=8,
        function="plan",
        takes="plan(batch, images, epochs, lr, reference), the learning rate and the number of updates of a run.",
        own=check_plan,
    ),
    Exercise(
        name="9.2",
        title="batch norm in slices",
        level="medium",
        minutes=12,
        function="ghost_batch_norm",
        takes="ghost_batch_norm(x, norm_batch, eps=1e-5): batch norm in training, slice by slice; x: (n, c, h, w).",
        own=check_ghost_batch_norm,
    ),
)
