# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: chunk, cat and stack in place of a reshape, and the walrus operator

# %%
import torch

from gn_edu import exercises

# %% [markdown]
# ## Exercise 4: Where eps goes
#
# *Easy, 8 minutes, 6 points.* One group, m numbers in a row. Subtract the mean, divide by the root of variance plus ε. Before you run the check: what should four equal numbers become?

# %%
def normalize(x, eps=1e-5):
    return (d := x - x.mean()) / torch.sqrt((d * d).mean() + eps)

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    images = []
    for image in x:
        groups = [normalize(g.flatten(), eps).reshape(g.shape) for g in image.chunk(num_groups)]
        images.append(torch.cat(groups))
    return torch.stack(images)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    planes = group_norm_4d(x, num_groups, eps).unbind(1)
    return torch.stack([p * w + b for p, w, b in zip(planes, weight, bias)], dim=1)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report
