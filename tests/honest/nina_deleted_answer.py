# sheet: sheet2_forward
# fair: ex04 -, ex05 10, ex06 8
# why: the answer cell of exercise 4 was deleted by mistake, the check below it is still there
# note: normalize

# %%
import torch

from gn_edu import exercises

# %% [markdown]
# ## Exercise 4: Where eps goes
#
# *Easy, 8 minutes, 6 points.* One group, m numbers in a row. Subtract the mean, divide by the root of variance plus ε. Before you run the check: what should four equal numbers become?

# %%
report = exercises.check_normalize(normalize)
report

# %% [markdown]
# ## Exercise 5: The forward pass for images
#
# *Medium, 15 minutes, 10 points.* Images now: G groups of neighbouring channels, each normalized over its channels and pixels, image by image. No weight, no bias.

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    """x: (n, c, h, w). Returns a tensor like x."""
    flat = x.reshape(x.shape[0] * num_groups, -1)
    flat = flat - flat.mean(1, keepdim=True)
    return (flat / (flat.square().mean(1, keepdim=True) + eps).sqrt()).reshape(x.shape)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    y = group_norm_4d(x, num_groups, eps)
    return weight[None, :, None, None] * y + bias[None, :, None, None]

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report
