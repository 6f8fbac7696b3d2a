# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: recursion over halves and over images, and nested helper functions

# %%
import torch

from gn_edu import exercises

# %%
def total(v):
    """The sum of a list, half by half."""
    if len(v) == 1:
        return v[0]
    half = len(v) // 2
    return total(v[:half]) + total(v[half:])


def normalize(x, eps=1e-5):
    v = x.tolist()
    mean = total(v) / len(v)
    var = total([(a - mean) ** 2 for a in v]) / len(v)
    return (x - mean) / (var + eps) ** 0.5

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    if len(x) > 1:
        return torch.cat([group_norm_4d(x[:1], num_groups, eps), group_norm_4d(x[1:], num_groups, eps)])

    def one(channels, left):
        if left == 0:
            return []
        size = channels.shape[1] // left
        head, tail = channels[:, :size], channels[:, size:]
        return [normalize(head.flatten(), eps).reshape(head.shape), *one(tail, left - 1)]

    return torch.cat(one(x, num_groups), dim=1)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    return group_norm_4d(x, num_groups, eps).mul(weight.view(1, -1, 1, 1)).add(bias.view(1, -1, 1, 1))

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report
