# sheet: sheet3_inputs
# fair: ex07 8, ex08 8, ex09 12, ex10 5
# why: one helper for three exercises, aliases and functools.partial for the sheet's names

# %% [markdown]
# # Sheet 3: whatever comes in
#
# A layer that others use meets tensors that you did not think of: other ranks, other memory, other numbers of groups. Each exercise has a check below it: run it as often as you like. It says what it saw and asks a question back. torch's own group norm passes the check, but is worth no points.

# %%
import torch

from gn_edu import exercises

# %%
from functools import partial

def _gn(x, num_groups, weight, bias, eps=1e-5, strict=False):
    channels = x.shape[1]
    if strict and (num_groups < 1 or channels % num_groups != 0):
        raise ValueError(f"{channels=} is not a multiple of {num_groups=}")
    rows = x.reshape(x.shape[0], num_groups, -1)
    var, mean = torch.var_mean(rows, dim=-1, correction=0, keepdim=True)
    y = ((rows - mean) * torch.rsqrt(var + eps)).reshape(x.shape)
    ones = [1] * (x.ndim - 2)
    if weight is not None:
        y = y * weight.reshape(1, channels, *ones)
    if bias is not None:
        y = y + bias.reshape(1, channels, *ones)
    return y

# %%
group_norm_any_rank = _gn

# %%
report = exercises.check_group_norm_any_rank(group_norm_any_rank)
report

# %%
group_norm_any_memory = group_norm_any_rank

# %%
report = exercises.check_group_norm_any_memory(group_norm_any_memory)
report

# %%
def group_norm(x, num_groups, weight=None, bias=None, eps=1e-5):
    return partial(_gn, strict=True)(x, num_groups, weight, bias, eps)

# %%
report = exercises.check_group_norm(group_norm, strict=True)
report

# %%
def choose_groups(channels, group_size=None, most=32):
    if group_size is None:
        return next(g for g in range(most, 0, -1) if channels % g == 0)
    if channels % group_size:
        raise ValueError("no whole number of groups")
    return channels // group_size

# %%
report = exercises.check_choose_groups(choose_groups)
report
