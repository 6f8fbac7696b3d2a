# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: a helper `stats` is redefined with other arguments between exercises 5 and 6, so that exercise 5 works only with the first one

# %%
import torch

from gn_edu import exercises

# %%
def stats(t):
    return t.mean(), t.var(unbiased=False)

def normalize(x, eps=1e-5):
    mean, var = stats(x)
    return (x - mean) / (var + eps).sqrt()

# %%
report = exercises.check_normalize(normalize)
report

# %%
def stats(t, dim):
    return t.mean(dim, keepdim=True), t.var(dim, unbiased=False, keepdim=True)

def group_norm_4d(x, num_groups, eps=1e-5):
    t = x.reshape(x.shape[0], num_groups, -1)
    mean, var = stats(t, 2)
    return ((t - mean) / (var + eps).sqrt()).reshape(x.shape)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
# groups first this time, and the std at once
def stats(t, groups, eps):
    t = t.reshape(t.shape[0], groups, -1)
    mean = t.mean(2, keepdim=True)
    return t - mean, ((t - mean).square().mean(2, keepdim=True) + eps).sqrt()

def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    centred, std = stats(x, num_groups, eps)
    y = (centred / std).reshape(x.shape)
    return y * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report
