"""Eleven broken group norms, each with one mistake that people make. All take (x, num_groups, weight, bias, eps)."""

import torch
from torch import Tensor


def _rows(x: Tensor, num_groups: int) -> Tensor:
    return x.reshape(len(x), num_groups, -1)


def _channels(x: Tensor, values: Tensor) -> Tensor:
    return values.view(1, -1, *[1] * (x.dim() - 2))


def _normalized(rows: Tensor, eps: float, dim=(-1,), correction: int = 0) -> Tensor:
    mean = rows.mean(dim, keepdim=True)
    return (rows - mean) / (rows.var(dim, correction=correction, keepdim=True) + eps).sqrt()


def _affine(x: Tensor, x_hat: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    x_hat = x_hat.reshape(x.shape)
    return x_hat * _channels(x, weight) + _channels(x, bias)


def no_eps(x, num_groups, weight, bias, eps=1e-5):
    return _affine(x, _normalized(_rows(x, num_groups), 0.0), weight, bias)


def interleaved(x, num_groups, weight, bias, eps=1e-5):
    rows = x.reshape(len(x), -1, num_groups, x[0, 0].numel()).transpose(1, 2)
    x_hat = _normalized(rows.flatten(2), eps).view_as(rows).transpose(1, 2)
    return _affine(x, x_hat, weight, bias)


def batch_statistics(x, num_groups, weight, bias, eps=1e-5):
    return _affine(x, _normalized(_rows(x, num_groups), eps, dim=(0, -1)), weight, bias)


def unbiased(x, num_groups, weight, bias, eps=1e-5):
    return _affine(x, _normalized(_rows(x, num_groups), eps, correction=1), weight, bias)


def eps_outside(x, num_groups, weight, bias, eps=1e-5):
    rows = _rows(x, num_groups)
    std = rows.var(-1, correction=0, keepdim=True).sqrt() + eps
    return _affine(x, (rows - rows.mean(-1, keepdim=True)) / std, weight, bias)


def affine_per_group(x, num_groups, weight, bias, eps=1e-5):
    first = torch.arange(len(weight)) // (len(weight) // num_groups) * (len(weight) // num_groups)
    return _affine(x, _normalized(_rows(x, num_groups), eps), weight[first], bias[first])


def no_bias(x, num_groups, weight, bias, eps=1e-5):
    return _affine(x, _normalized(_rows(x, num_groups), eps), weight, bias * 0)


def affine_first(x, num_groups, weight, bias, eps=1e-5):
    scaled = x * _channels(x, weight) + _channels(x, bias)
    return _normalized(_rows(scaled, num_groups), eps).reshape(x.shape)


def cancelling(x, num_groups, weight, bias, eps=1e-5):
    rows = _rows(x, num_groups)
    mean = rows.mean(-1, keepdim=True)
    var = rows.square().mean(-1, keepdim=True) - mean.square()
    return _affine(x, (rows - mean) / (var + eps).sqrt(), weight, bias)


def viewed(x, num_groups, weight, bias, eps=1e-5):
    return _affine(x, _normalized(x.view(len(x), num_groups, -1), eps), weight, bias)


def detached(x, num_groups, weight, bias, eps=1e-5):
    rows = _rows(x, num_groups)
    mean, var = rows.mean(-1, keepdim=True).detach(), rows.var(-1, correction=0, keepdim=True).detach()
    return _affine(x, (rows - mean) / (var + eps).sqrt(), weight, bias)


# Name of the mistake (exercises/mistakes.json) -> the broken layer.
MUTANTS = {
    "no-eps": no_eps,
    "interleaved": interleaved,
    "over-batch": batch_statistics,
    "unbiased-var": unbiased,
    "eps-outside-sqrt": eps_outside,
    "affine-per-group": affine_per_group,
    "no-bias": no_bias,
    "affine-before-norm": affine_first,
    "one-pass-variance": cancelling,
    "view-error": viewed,
    "detached-statistics": detached,
}
