"""Checks of chapter 4: a complete group norm, and a test that no broken one passes."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from gn_edu.exercises._check import Report, answer, call
from gn_edu.exercises.mutants import MUTANTS
from gn_edu.norms import group_norm as ours


def _case(shape, groups, scale=1.0, offset=0.0, dtype=torch.float64, channels_last=False):
    generator = torch.Generator().manual_seed(sum(shape) + groups)
    x = (torch.randn(shape, generator=generator, dtype=torch.float64) * scale + offset).to(dtype)
    if channels_last:
        x = x.contiguous(memory_format=torch.channels_last)
    weight, bias = torch.randn(2, shape[1], generator=generator, dtype=torch.float64).to(dtype)
    return x, groups, weight, bias


# What is tried, in this order: name, arguments, tolerance on the outputs.
_CASES = [
    ("a small tensor", _case((2, 4, 1, 2), 2, scale=0.01), 1e-9),
    ("a tensor without pixels, (N, C)", _case((3, 6), 2), 1e-9),
    ("a batch of videos, (N, C, T, H, W)", _case((2, 4, 2, 3, 2), 2), 1e-9),
    ("a constant group", (torch.full((1, 2, 2, 2), 7.0), 1, torch.ones(2), torch.zeros(2)), 1e-2),
    ("a channels_last tensor", _case((2, 4, 3, 3), 2, channels_last=True), 1e-9),
    ("float32 values around 300", _case((2, 4, 8, 8), 2, offset=300.0, dtype=torch.float32), 2e-4),
]


def _gradients(group_norm: Callable, x: Tensor, groups: int, weight: Tensor, bias: Tensor) -> list[Tensor]:
    leaves = [t.clone().requires_grad_() for t in (x, weight, bias)]
    y = group_norm(leaves[0], groups, leaves[1], leaves[2])
    seen = torch.randn(y.shape, generator=torch.Generator().manual_seed(1), dtype=y.dtype)
    return list(torch.autograd.grad((y * seen).sum(), leaves, allow_unused=True))


def _same(a: Tensor | None, b: Tensor, tolerance: float) -> bool:
    return a is not None and a.shape == b.shape and torch.allclose(a.to(b.dtype), b, rtol=0, atol=tolerance)


def _recognise(got: Callable[[Callable], object]) -> list[str]:
    """Names of the mutants for which `got(mutant)` is true."""
    found = []
    for name, (mutant, _) in MUTANTS.items():
        try:
            if got(mutant):
                found.append(name)
        except RuntimeError:
            continue
    return found


def _verdict(where: str, mistakes: list[str], otherwise: str) -> Report:
    hint = MUTANTS[mistakes[0]][1] if mistakes else otherwise
    return answer(False, f"Not yet, for {where}: {hint}", mistakes[:1])


class _ViewError(BaseException):
    """Passes through `call`, which reports every Exception as it is."""


def _passing_view_errors(group_norm: Callable) -> Callable:
    def wrapped(*args):
        try:
            return group_norm(*args)
        except RuntimeError as error:
            if "view size is not compatible" in str(error):
                raise _ViewError from error
            raise

    return wrapped


def check_group_norm(group_norm: Callable) -> Report:
    """Check group_norm(x, num_groups, weight, bias, eps=1e-5) for x of shape (n, c, *)."""
    for where, args, tolerance in _CASES:
        before = args[0].clone()
        try:
            got, failed = call(_passing_view_errors(group_norm), *args)
        except _ViewError:
            return _verdict(where, ["view-on-channels-last"], "")
        if failed:
            return failed
        if not torch.equal(before, args[0]):
            text = "Not yet: your function changed x itself. Which operations end in an underscore?"
            return answer(False, text, ["in-place"])
        if not isinstance(got, Tensor) or got.shape != before.shape:
            shape = tuple(got.shape) if isinstance(got, Tensor) else type(got).__name__
            return answer(False, f"Not yet, for {where}: expected {tuple(before.shape)}, got {shape}.", ["wrong-shape"])
        want = F.group_norm(*args)
        if not _same(got, want, tolerance):
            close = partial(torch.allclose, rtol=0, atol=1e-9, equal_nan=True)
            equal = _recognise(lambda mutant, a=args, g=got, close=close: close(mutant(*a), g))
            gap = (got - want).abs().max()
            return _verdict(where, equal, f"largest difference {gap:.2g}. Check it by hand on (2, 2, 6, 6).")
    args = _case((2, 4, 2, 2), 2)
    want, (got, failed) = _gradients(F.group_norm, *args), call(_gradients, group_norm, *args)
    if failed:
        return failed
    if not all(_same(a, b, 1e-9) for a, b in zip(got, want, strict=True)):
        same = lambda m: all(_same(a, b, 1e-9) for a, b in zip(got, _gradients(m, *args), strict=True))  # noqa: E731
        hint = "they differ from torch's. Is anything cut off with detach or no_grad?"
        return _verdict("the gradients", _recognise(same), hint)
    x, _, weight, bias = _case((2, 4, 3, 3), 2)
    try:
        group_norm(x, 3, weight, bias)
    except (ValueError, RuntimeError):
        return answer(True, "Right: outputs and gradients are those of torch, in every memory format.")
    hint = "4 channels went into 3 groups, and you returned numbers. What should the caller hear?"
    return answer(False, f"Not yet: {hint}", ["no-divisibility-check"])


def check_accepts(accepts: Callable) -> Report:
    """Check a test accepts(group_norm) -> bool: true for a right group norm, false for each of the eleven mutants."""

    def takes(layer):
        try:
            return bool(accepts(layer)), None
        except NotImplementedError:
            raise
        except Exception as error:  # a test may fail by an error
            return False, error

    try:
        for name, right in (("torch's group norm", F.group_norm), ("this book's group norm", ours)):
            passed, error = takes(right)
            if not passed:
                why = f" It raised {type(error).__name__}: {error}" if error else " Is a tolerance too small?"
                text = f"Not yet: your test refuses {name}, which is right.{why}"
                return answer(False, text, ["refuses-the-right-one"])
    except NotImplementedError:
        return answer(False, "Not attempted yet.")
    alive = [name for name, (mutant, _) in MUTANTS.items() if takes(mutant)[0]]
    caught = len(MUTANTS) - len(alive)
    if alive:
        hints = {
            "cancellation": "What does it get wrong when the values lie around 300, in float32?",
            "view-on-channels-last": "Which memory format does it refuse?",
            "detached-statistics": "Its outputs are right. What else can you compare?",
        }
        hint = hints.get(alive[0], "Use small maps, values near 0.01, random weight and bias.")
        text = f"Not yet: your test catches {caught} of {len(MUTANTS)}. Still alive: {', '.join(alive)}. {hint}"
        return answer(False, text, alive)
    return answer(True, f"Right: your test catches all {len(MUTANTS)} and lets the right ones pass.")
