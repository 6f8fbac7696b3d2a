# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 -
# why: he turned the answer cell of exercise 6 into markdown by mistake (key M), the check below it fails with a NameError
# note: group_norm_affine

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

from gn_edu import exercises

# %%
def normalize(x, eps=1e-5):
    """x: (m,), one group. Returns x_hat, (m,)."""
    m = len(x)
    mean = x.sum() / m
    var = ((x - mean) ** 2).sum() / m
    return (x - mean) / (var + eps).sqrt()

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    """x: (n, c, h, w). Returns a tensor like x."""
    rows = x.view(x.shape[0], num_groups, -1)
    mean = rows.mean(-1, keepdim=True)
    var = ((rows - mean) ** 2).mean(-1, keepdim=True)
    return ((rows - mean) / (var + eps).sqrt()).view(x.shape)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %% [markdown]
# def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
#     """x: (n, c, h, w); weight, bias: (c,). Returns a tensor like x."""
#     y = group_norm_4d(x, num_groups, eps)
#     return y * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report
