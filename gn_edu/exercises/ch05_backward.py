"""Checks of chapter 5: the backward pass of group norm, and what eps leaves along x_hat."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from gn_edu.exercises._check import Report, answer, call


def _rows(x: Tensor, groups: int) -> Tensor:
    return x.reshape(len(x), groups, -1)


def _variants(grad_output: Tensor, x: Tensor, groups: int, weight: Tensor, eps: float) -> dict[str, tuple]:
    """The right answer under "", and what each mistake computes."""
    per_channel = weight.view(1, -1, *[1] * (x.dim() - 2))
    rows = _rows(x, groups)
    sigma = (rows.var(-1, correction=0, keepdim=True) + eps).sqrt()
    x_hat = (rows - rows.mean(-1, keepdim=True)) / sigma
    over = (0, *range(2, x.dim()))
    dweight, dbias = (grad_output * x_hat.view_as(x)).sum(over), grad_output.sum(over)
    g, plain = _rows(grad_output * per_channel, groups), _rows(grad_output, groups)

    def dx(g, mean=1, along=1, sigma=sigma, total=1):
        m = g.shape[-1] if total == 1 else 1
        part = x_hat * (g * x_hat).sum(-1, keepdim=True) / m
        return ((g - mean * g.sum(-1, keepdim=True) / m - along * part) / sigma).view_as(x)

    right = dx(g)
    return {
        "": (right, dweight, dbias),
        "no-mean": (dx(g, mean=0), dweight, dbias),
        "no-projection": (dx(g, along=0), dweight, dbias),
        "only-scaled": (dx(g, mean=0, along=0), dweight, dbias),
        "no-sigma": (dx(g, sigma=1), dweight, dbias),
        "no-gamma": (dx(plain), dweight, dbias),
        "sum-for-mean": (dx(g, total=0), dweight, dbias),
        "gamma-from-x": (right, (grad_output * x).sum(over), dbias),
        "one-gamma": (right, dweight.sum(), dbias.sum()),
    }


_HINTS = {
    "no-mean": "dx keeps its part along 1. What does the layer do to a shift of all values?",
    "no-projection": "dx keeps its part along x_hat. What does the layer do to a stretch of all values?",
    "only-scaled": "mean and sigma depend on x too. Which two terms come from them?",
    "no-sigma": "the direction is right, the length is not. By what did the forward pass divide?",
    "no-gamma": "g is the gradient with respect to x_hat. What stands between x_hat and y?",
    "sum-for-mean": "you subtract sums. How many values share the mean?",
    "gamma-from-x": "gamma multiplies x_hat, not x. What is the derivative of y with respect to gamma then?",
    "one-gamma": "gamma and beta have one value a channel. Over which axes do their gradients sum?",
}


def _case(shape=(2, 4, 3, 2), groups=2, eps=1e-2):
    generator = torch.Generator().manual_seed(5)
    x, grad = torch.randn(2, *shape, generator=generator, dtype=torch.float64)
    return grad, x + 1, groups, torch.randn(shape[1], generator=generator, dtype=torch.float64), eps


def check_group_norm_backward(group_norm_backward: Callable) -> Report:
    """Check group_norm_backward(grad_output, x, num_groups, weight, eps) -> (dx, dweight, dbias)."""
    for args in (_case(), _case((3, 6), 3, 1e-5)):
        grad_output, x, groups, weight, eps = args
        got, failed = call(group_norm_backward, *args)
        if failed:
            return failed
        if not isinstance(got, tuple | list) or len(got) != 3:
            return answer(False, "Not yet: return three tensors, dx, dweight and dbias.", ["wrong-shape"])
        leaves = [t.clone().requires_grad_() for t in (x, weight, torch.zeros_like(weight))]
        want = torch.autograd.grad(F.group_norm(leaves[0], groups, leaves[1], leaves[2], eps), leaves, grad_output)

        def same(found, other):
            return all(
                a.shape == b.shape and torch.allclose(a, b, rtol=0, atol=1e-9)
                for a, b in zip(found, other, strict=True)
            )

        if same(got, want):
            continue
        for name, wrong in _variants(*args).items():
            if name and same(got, wrong):
                return answer(False, f"Not yet: {_HINTS[name]}", [name])
        for part, a, b in zip(("dx", "dweight", "dbias"), got, want, strict=True):
            if a.shape != b.shape:
                text = f"Not yet: {part} must have the shape {tuple(b.shape)}, got {tuple(a.shape)}."
                return answer(False, text, ["wrong-shape"])
            if not torch.allclose(a, b, rtol=0, atol=1e-9):
                gap = (a - b).abs().max()
                return answer(
                    False,
                    f"Not yet: {part} differs from autograd's by up to {gap:.2g}. Check it by hand on (2, 2, 6, 6).",
                )
    return answer(True, "Right: all three gradients are autograd's.")


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
                "eps makes x_hat a little too short to carry the whole part away. What is the mean of x_hat squared?",
            ),
            "no-sigma": (want * sigma, "by what is the whole of dx divided?"),
            "var-for-eps": (
                var / (var + eps) * seen / sigma,
                "that is the part that was taken away. What is left of 1?",
            ),
            "mean-for-sum": (want / len(x), "you give the mean. What was asked?"),
        }
        if torch.allclose(torch.as_tensor(got, dtype=torch.float64), want, rtol=0, atol=1e-12):
            continue
        for name, (value, hint) in wrong.items():
            if torch.allclose(torch.as_tensor(got, dtype=torch.float64), value.double(), rtol=0, atol=1e-12):
                return answer(False, f"Not yet, for eps = {eps}: {hint}", [name])
        return answer(False, f"Not yet, for eps = {eps}: expected {want:.6f}, got {float(got):.6f}.")
    return answer(True, "Right: what is left is eps / (var + eps) of the part along x_hat, over sigma.")
