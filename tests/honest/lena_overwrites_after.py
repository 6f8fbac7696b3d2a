# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: after the checks she tries out what breaks, and overwrites group_norm_4d and normalize with wrong versions under the same names

# %%
import torch

from gn_edu import exercises

# %%
def normalize(x, eps=1e-5):
    dx = x - x.mean()
    return dx / torch.sqrt(torch.mean(dx * dx) + eps)

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    rows = x.reshape(x.shape[0], num_groups, -1)
    var, mean = torch.var_mean(rows, dim=-1, keepdim=True, correction=0)
    return ((rows - mean) / torch.sqrt(var + eps)).reshape(x.shape)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    rows = x.reshape(x.shape[0], num_groups, -1)
    var, mean = torch.var_mean(rows, dim=-1, keepdim=True, correction=0)
    y = ((rows - mean) / torch.sqrt(var + eps)).reshape(x.shape)
    return y * weight[None, :, None, None] + bias[None, :, None, None]

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %% [markdown]
# Was passiert, wenn man eps vergisst, und mit m - 1 teilt?

# %%
def normalize(x, eps=1e-5):
    return (x - x.mean()) / x.std()

normalize(torch.ones(4))

# %%
# experiment: strided groups
def group_norm_4d(x, num_groups, eps=1e-5):
    t = x.reshape(x.shape[0], -1, num_groups, *x.shape[2:])
    return ((t - t.mean((1, 3, 4), keepdim=True)) / t.std((1, 3, 4), keepdim=True)).reshape(x.shape)

x = torch.randn(2, 6, 3, 3)
(group_norm_4d(x, 2) - torch.nn.functional.group_norm(x, 2)).abs().max()
