# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: two functions renamed, and the check calls name the new ones, one of them by keyword

# %% [markdown]
# # Sheet 2: the forward pass
#
# From one row of numbers to a batch of images with weight and bias, as in chapter 4. Each exercise has a check below it: run it as often as you like. It says what it saw and asks a question back. torch's own group norm passes the check, but is worth no points.

# %%
import torch

from gn_edu import exercises

# %% [markdown]
# ## Exercise 4: Where eps goes
#
# *Easy, 8 minutes, 6 points.* One group, m numbers in a row. Subtract the mean, divide by the root of variance plus ε. Before you run the check: what should four equal numbers become?

# %%
def my_normalize(x, eps=1e-5):
    mu = x.mean()
    return (x - mu) / torch.sqrt(((x - mu) ** 2).mean() + eps)

# %%
report = exercises.check_normalize(my_normalize)
report

# %%
def gn_final_v2(x, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    x = x.reshape(N, num_groups, C // num_groups, H, W)
    mu = x.mean(dim=[2, 3, 4], keepdim=True)
    var = x.var(dim=[2, 3, 4], keepdim=True, unbiased=False)
    return ((x - mu) / torch.sqrt(var + eps)).reshape(N, C, H, W)

# %%
report = exercises.check_group_norm_4d(f=gn_final_v2)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    return gn_final_v2(x, num_groups, eps) * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report
