# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: cells in reverse order, the imports and the helpers below the functions that use them, run in another order on his machine

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    return per_channel(weight) * group_norm_4d(x, num_groups, eps) + per_channel(bias)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    rows = x.reshape(x.shape[0], num_groups, -1)
    centred, var = moments(rows)
    return (centred / torch.sqrt(var + eps)).reshape(x.shape)

# %%
report = exercises.check_normalize(normalize)
report

# %%
def normalize(x, eps=1e-5):
    centred, var = moments(x)
    return centred / torch.sqrt(var + eps)

# %%
def moments(rows):
    centred = rows - rows.mean(-1, keepdim=True)
    return centred, centred.square().mean(-1, keepdim=True)


def per_channel(v):
    return v.view(1, -1, 1, 1)

# %%
import torch

from gn_edu import exercises
