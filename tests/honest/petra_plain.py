# sheet: sheet4_backward
# fair: ex11 8, ex12 10, ex13 8, ex14 10
# why: plain answers, the autograd function calls those of exercises 12 and 13

# %% [markdown]
# # Sheet 4: lost digits, and the way back
#
# Numbers that break, as in chapter 6, and the gradients of chapter 5, by hand. Each exercise has a check below it: run it as often as you like. It says what it saw and asks a question back.

# %% {"tags": ["remove-cell"]}
import sys
from importlib.util import find_spec

if "google.colab" in sys.modules:
    %pip install -q "gn-edu @ git+https://github.com/OWNER/REPO@v0.1.0"
if find_spec("gn_edu") is None:
    raise ModuleNotFoundError(
        "The package gn_edu is missing. Run this in a cell, then restart the kernel: "
        '%pip install "gn-edu @ git+https://github.com/OWNER/REPO@v0.1.0". Where that '
        "fails, download the book's repository and run pip install . in its folder."
    )

# %%
import torch
from torch.autograd.function import once_differentiable

from gn_edu import exercises

# %%
def group_stats(x, num_groups):
    """x: (n, c, *), any float type. Returns mean and variance, each (n, num_groups)."""
    rows = x.to(torch.float64).reshape(x.shape[0], num_groups, -1)
    mean = rows.mean(dim=2)
    var = ((rows - mean.unsqueeze(2)) ** 2).mean(dim=2)
    return mean, var

# %%
report = exercises.check_group_stats(group_stats)
report

# %%
def group_norm_dx(dy, x, num_groups, weight, bias, eps):
    """dy, x: (n, c, *); weight, bias: (c,). Returns dx, like x."""
    n, c = x.shape[:2]
    w = weight.view(1, c, *[1] * (x.dim() - 2))
    rows = x.reshape(n, num_groups, -1)
    g = (dy * w).reshape(n, num_groups, -1)
    mu = rows.mean(2, keepdim=True)
    sigma = (((rows - mu) ** 2).mean(2, keepdim=True) + eps).sqrt()
    x_hat = (rows - mu) / sigma
    dx = (g - g.mean(2, keepdim=True) - x_hat * (g * x_hat).mean(2, keepdim=True)) / sigma
    return dx.reshape(x.shape)

# %%
report = exercises.check_group_norm_dx(group_norm_dx)
report

# %%
def group_norm_dparams(dy, x, num_groups, weight, bias, eps):
    """dy, x: (n, c, *); weight, bias: (c,). Returns dweight and dbias, each (c,)."""
    n, c = x.shape[:2]
    rows = x.reshape(n, num_groups, -1)
    mu = rows.mean(2, keepdim=True)
    x_hat = (rows - mu) / (((rows - mu) ** 2).mean(2, keepdim=True) + eps).sqrt()
    dy = dy.reshape(n, c, -1)
    return (dy * x_hat.reshape(n, c, -1)).sum(dim=(0, 2)), dy.sum(dim=(0, 2))

# %%
report = exercises.check_group_norm_dparams(group_norm_dparams)
report

# %%
class GroupNormFunction(torch.autograd.Function):
    """apply(x, num_groups, weight, bias, eps) -> y, with its own backward pass."""

    @staticmethod
    def forward(ctx, x, num_groups, weight, bias, eps):
        ctx.save_for_backward(x, weight, bias)
        ctx.num_groups, ctx.eps = num_groups, eps
        rows = x.reshape(x.shape[0], num_groups, -1)
        rows = rows - rows.mean(2, keepdim=True)
        y = (rows / ((rows**2).mean(2, keepdim=True) + eps).sqrt()).reshape(x.shape)
        shape = [1, -1] + [1] * (x.dim() - 2)
        return y * weight.view(shape) + bias.view(shape)

    @staticmethod
    @once_differentiable
    def backward(ctx, dy):
        x, weight, bias = ctx.saved_tensors
        dx = group_norm_dx(dy, x, ctx.num_groups, weight, bias, ctx.eps)
        dweight, dbias = group_norm_dparams(dy, x, ctx.num_groups, weight, bias, ctx.eps)
        return dx, None, dweight, dbias, None

# %%
report = exercises.check_autograd_function(GroupNormFunction)
report
