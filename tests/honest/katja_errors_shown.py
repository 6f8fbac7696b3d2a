# sheet: sheet3_inputs
# fair: ex07 8, ex08 8, ex09 12, ex10 5
# why: demo cells show the errors that exercises 9 and 10 demand, uncaught, by try and by pytest.raises; German messages broken before %

# %%
import torch

from gn_edu import exercises

# %% [markdown]
# ## Exercise 7: Any rank
#
# *Medium, 10 minutes, 8 points.* The same function for (N, C), (N, C, L), (N, C, H, W) and (N, C, D, H, W). No rank may be written down.

# %%
def group_norm_any_rank(x, num_groups, weight, bias, eps=1e-5):
    """x: (n, c, *); weight, bias: (c,). Returns a tensor like x."""
    zeilen = x.reshape(x.shape[0], num_groups, -1)
    zeilen = zeilen - zeilen.mean(-1, keepdim=True)
    zeilen = zeilen / (zeilen.square().mean(-1, keepdim=True) + eps).sqrt()
    y = zeilen.reshape(x.shape).transpose(1, -1)  # Kanäle nach hinten
    return (y * weight + bias).transpose(1, -1)

# %%
report = exercises.check_group_norm_any_rank(group_norm_any_rank)
report

# %%
def group_norm_any_memory(x, num_groups, weight, bias, eps=1e-5):
    return group_norm_any_rank(x.contiguous(), num_groups, weight, bias, eps)

# %%
report = exercises.check_group_norm_any_memory(group_norm_any_memory)
report

# %%
def pruefe(c, g):
    if g <= 0 or c % g != 0:
        raise ValueError(
            "num_groups = %d teilt die Zahl der Kanäle nicht: %d Kanäle"
            % (g, c)
        )

def group_norm(x, num_groups, weight=None, bias=None, eps=1e-5):
    c = x.shape[1]
    pruefe(c, num_groups)
    weight = torch.ones(c, dtype=x.dtype, device=x.device) if weight is None else weight
    bias = torch.zeros(c, dtype=x.dtype, device=x.device) if bias is None else bias
    return group_norm_any_memory(x, num_groups, weight, bias, eps)

# %%
report = exercises.check_group_norm(group_norm, strict=True)
report

# %%
group_norm(torch.randn(2, 4, 3, 3), 3)

# %%
try:
    group_norm(torch.randn(2, 4, 3, 3), 3)
except ValueError as e:
    print("✔", e)

import pytest
with pytest.raises(ValueError, match="teilt"):
    group_norm(torch.randn(2, 4), 3)

# %%
def choose_groups(channels, group_size=None, most=32):
    if group_size:
        pruefe(channels, group_size)
        return channels // group_size
    g = most
    while channels % g:
        g -= 1
    return g

# %%
report = exercises.check_choose_groups(choose_groups)
report

# %%
choose_groups(30, 4)
