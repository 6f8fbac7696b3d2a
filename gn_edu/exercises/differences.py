"""Whether an answer is the right one, and where it is not: the place, both numbers, the arguments."""

import inspect
import math
from collections.abc import Callable, Sequence

from torch import Tensor, allclose, unravel_index

from gn_edu.exercises._check import number, side_by_side
from gn_edu.exercises.asking import Other
from gn_edu.messages import tr

FEW = 8  # numbers of a tensor that are shown
LINE = 24  # numbers that are shown of all arguments


def same(got, want, tolerance: float) -> bool:
    """Whether an answer is `want`: numbers within the tolerance, tensors of the same shape, lists part by part."""
    got, want = (t.detach() if isinstance(t, Tensor) else t for t in (got, want))
    if isinstance(want, (tuple, list)):
        if isinstance(got, Tensor) and got.dim() == 1 and all(isinstance(w, (int, float)) for w in want):
            got = got.tolist()
        if not isinstance(got, (tuple, list)) or len(got) != len(want):
            return False
        return all(same(g, w, tolerance) for g, w in zip(got, want, strict=True))
    if isinstance(want, Tensor) and not want.dim():
        want = want.item()
    if isinstance(want, bool) or want is None or isinstance(want, str):
        return type(got) is type(want) and got == want
    if isinstance(want, int) and isinstance(got, float) and not got.is_integer():
        return False
    if isinstance(want, (int, float)):
        if isinstance(got, Tensor):
            got = got.item() if got.numel() == 1 else None
        if isinstance(got, bool) or not isinstance(got, (int, float)):
            return False
        return abs(got) < 1e300 and abs(got - want) <= tolerance * max(1.0, abs(want))
    if not isinstance(got, Tensor) or got.shape != want.shape or got.is_complex():
        return False
    if not want.numel():
        return True
    got, want = got.double(), want.double()
    largest = float(want.abs().max())
    if math.isfinite(largest):
        return bool(((got - want).abs() <= tolerance * max(1.0, largest)).all())
    finite = want[want.isfinite()].abs()
    scale = max(1.0, float(finite.max()) if finite.numel() else 1.0)
    return allclose(got, want, rtol=0, atol=tolerance * scale, equal_nan=True)


def alike(got, want) -> bool:
    """Whether an answer holds as many numbers as another, part by part."""
    if isinstance(want, (tuple, list)):
        return isinstance(got, (tuple, list)) and len(got) == len(want) and all(map(alike, got, want))
    return not isinstance(want, Tensor) or isinstance(got, Tensor) and got.numel() == want.numel()


def in_shape(got, want):
    """An answer in the shape of another, where it holds as many numbers."""
    if isinstance(want, (tuple, list)) and isinstance(got, (tuple, list)) and len(got) == len(want):
        return [in_shape(g, w) for g, w in zip(got, want, strict=True)]
    if isinstance(want, Tensor) and isinstance(got, Tensor) and got.numel() == want.numel():
        return got.reshape(want.shape)
    return got


def difference(probe, got, want, parts: Sequence[str], right: Callable) -> tuple[str, str]:
    """Name of the mistake, if it lies in the form of the answer, and a sentence with numbers.

    Args:
        probe: what was asked.
        got, want: the answer, and the right one.
        parts: the names of their parts, where they are lists.
        right: the function that is asked for; its parameters are the arguments' names.
    """
    given = _given(probe, right)
    if not isinstance(want, (tuple, list)):
        return _one(given, probe, got, want, "")
    if not isinstance(got, (tuple, list)) or len(got) != len(want):
        return "wrong-shape", tr("expected {n} parts, got {got}.", n=len(want), got=kind(got))
    k = next(k for k, (g, w) in enumerate(zip(got, want, strict=True)) if not same(g, w, probe.tolerance))
    if got[k] is None and probe.how in ("gradients", "function"):
        names = [name for name, value in arguments(probe, right) if isinstance(value, Tensor)]
        name = names[k - len(want)]  # an output may stand before the gradients
        return "no-gradient", tr("the gradient of {name} is None: was it detached?", name=name)
    part = f"{tr(parts[k])}: " if k < len(parts) else tr("number {n}", n=k + 1) + ": " if len(want) > 1 else ""
    if got[k] is None:
        return "missing-part", part + tr("expected an answer, got None.")
    return _one(given, probe, got[k], want[k], part)


def _one(given: str, probe, got, want, part: str) -> tuple[str, str]:
    if not isinstance(want, Tensor) or not want.dim():
        want, got = (v.item() if isinstance(v, Tensor) and not v.dim() else v for v in (want, got))
        both = side_by_side(want, got) if isinstance(got, (int, float)) else (number(want), kind(got))
        return "", given + part + _sides(*both)
    if not isinstance(got, Tensor) or got.shape != want.shape:
        return "wrong-shape", part + tr(
            "expected the shape {shape}, got {got}.", shape=tuple(want.shape), got=kind(got)
        )
    if want.numel() <= FEW:
        near = probe.tolerance * max(1.0, float(want.abs().max()))
        pairs = [side_by_side(w, g, near) for w, g in zip(want.flatten().tolist(), got.flatten().tolist(), strict=True)]
        return "", given + part + _sides(*(f"[{', '.join(row)}]" for row in zip(*pairs, strict=True)))
    gap = (got.double() - want.double()).abs().nan_to_num(nan=float("inf"))
    at = tuple(int(i) for i in unravel_index(gap.argmax(), gap.shape))
    place, rest = tr("at index {at}:", at=list(at)), tr("Its arguments: {name}", name="report.case")
    return "", f"{part}{place} {_sides(*side_by_side(want[at].item(), got[at].item()))} {rest}"


def _sides(right: str, yours: str) -> str:
    return tr("right is {right}, you give {yours}.", right=right, yours=yours)


def arguments(probe, right: Callable) -> list[tuple[str, object]]:
    """Names and values of a probe's arguments; `right` has the names."""
    names = list(inspect.signature(right).parameters)
    return list(zip(["dy", *names] if probe.how == "gradients" else names, probe.args, strict=False))


def _given(probe, right: Callable) -> str:
    """The arguments, as much of them as fits, where the probe's name does not say them."""
    if probe.how not in ("call", "gradients", "function") or not any(isinstance(a, Tensor) for a in probe.args):
        return ""
    shown, left = [], LINE
    for name, value in arguments(probe, right):
        if isinstance(value, Tensor):
            fits = value.numel() <= min(FEW, left)
            left -= value.numel() if fits else 0
            row = f" = [{', '.join(map(number, value.flatten().tolist()))}]" if fits else ""
            shape = tr(" of shape {shape}", shape=tuple(value.shape)) if value.dim() > 1 or not row else ""
            shown.append(f"{name}{row}{shape}")
        elif value is not None:
            shown.append(f"{name} = {number(value)}")
    return f"{', '.join(shown)}: "


def kind(got) -> str:
    """What an answer is, in a few words."""
    if isinstance(got, Tensor):
        return tr("a tensor of shape {shape}", shape=tuple(got.shape)) if got.dim() else number(got.item())
    if isinstance(got, Other):
        return got
    if isinstance(got, (tuple, list)):
        return tr("a list of {n}", n=len(got))
    return number(got)
