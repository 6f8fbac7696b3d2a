# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: comments, docstrings and a variable in Sinhala, with print debugging inside the answers

# %% [markdown]
# # Sheet 2: the forward pass
#
# From one row of numbers to a batch of images with weight and bias, as in chapter 4. Each exercise has a check below it: run it as often as you like. It says what it saw and asks a question back. torch's own group norm passes the check, but is worth no points.

# %%
import torch

from gn_edu import exercises

# %%
def normalize(x, eps=1e-5):
    """එක් කණ්ඩායමක් සාමාන්‍යකරණය කරයි."""
    # මුලින්ම මධ්‍යන්‍යය අඩු කරන්න
    centred = x - torch.mean(x)
    # print("centred:", centred)
    return centred / torch.sqrt(torch.mean(centred * centred) + eps)

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    """රූප සඳහා: (n, c, h, w)."""
    n, c = x.shape[:2]
    සාමාජිකයන් = c // num_groups  # කණ්ඩායමක නාලිකා ගණන
    print("හැඩය:", tuple(x.shape), "කණ්ඩායම්:", num_groups, "->", සාමාජිකයන්)
    t = x.reshape(n, num_groups, සාමාජිකයන්, *x.shape[2:])
    m = t.mean(dim=(2, 3, 4), keepdim=True)
    v = ((t - m) ** 2).mean(dim=(2, 3, 4), keepdim=True)
    print("mean", m.flatten()[:4].tolist(), "var", v.flatten()[:4].tolist())
    return ((t - m) / torch.sqrt(v + eps)).reshape(x.shape)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    y = group_norm_4d(x, num_groups, eps)
    print(">>> y", y.shape, "w", weight.shape)
    # එක් නාලිකාවකට එක් බරක් සහ එක් නැඹුරුවක් ✅
    return y * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
from gn_edu.messages import set_language

set_language("si")
exercises.check_normalize(normalize)
