# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: global names (axes, ones, G) that the answers read get other values in later cells

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
axes = 0
keep = True

def normalize(x, eps=1e-5):
    d = x - x.mean(axes, keepdim=keep)
    return d / (d.pow(2).mean(axes, keepdim=keep) + eps).sqrt()

# %%
report = exercises.check_normalize(normalize)
report

# %%
axes = (2, 3, 4)  # channel of the group, row, column

def group_norm_4d(x, num_groups, eps=1e-5):
    t = x.reshape(x.shape[0], num_groups, -1, *x.shape[2:])
    d = t - t.mean(axes, keepdim=keep)
    return (d / (d.pow(2).mean(axes, keepdim=keep) + eps).sqrt()).reshape(x.shape)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
ones = (1, -1, 1, 1)

def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    return group_norm_4d(x, num_groups, eps) * weight.view(ones) + bias.view(ones)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
# how far is batch norm away from it?
axes = (0, 2, 3)
keep = False
x = torch.randn(4, 6, 8, 8)
print(x.mean(axes).shape, x.var(axes).shape)
ones = torch.ones(6)
x * ones[:, None, None] == x
