# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: the helper of exercises 5 and 6 is written to a file with %%writefile, then imported and reloaded

# %%
import torch

from gn_edu import exercises

# %%
%%writefile gn_helpers.py
"""My helpers."""
import torch


def rows_of(x, num_groups):
    return x.reshape(x.shape[0], num_groups, -1)


def standardize(rows, eps):
    rows = rows - rows.mean(-1, keepdim=True)
    return rows / torch.sqrt(rows.square().mean(-1, keepdim=True) + eps)

# %%
import importlib
import gn_helpers
importlib.reload(gn_helpers)
from gn_helpers import rows_of, standardize

# %%
def normalize(x, eps=1e-5):
    """x: (m,), one group. Returns x_hat, (m,)."""
    return standardize(x, eps)

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    """x: (n, c, h, w). Returns a tensor like x."""
    return standardize(rows_of(x, num_groups), eps).reshape(x.shape)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    """x: (n, c, h, w); weight, bias: (c,). Returns a tensor like x."""
    y = gn_helpers.standardize(gn_helpers.rows_of(x, num_groups), eps).reshape(x.shape)
    return y * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
!cat gn_helpers.py
