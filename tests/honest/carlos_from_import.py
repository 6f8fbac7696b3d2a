# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: the checks are imported by name, also under other names, and called on one line with the definition's cell

# %%
import torch as t
from gn_edu.exercises import check_normalize
from gn_edu.exercises import check_group_norm_4d as check5, check_group_norm_affine as check6
import gn_edu.exercises as ex

# %%
def normalize(x, eps=1e-5):
    return (x - x.mean()) / t.sqrt(x.var(correction=0) + eps)
check_normalize(normalize)

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    b = x.reshape(len(x), num_groups, -1)
    return t.sub(b, b.mean(2, True)).div(t.sqrt(b.var(2, correction=0, keepdim=True) + eps)).reshape(x.shape)
assert check5(group_norm_4d).ok

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    return group_norm_4d(x, num_groups, eps) * weight.view(-1, 1, 1) + bias.view(-1, 1, 1)
check6(group_norm_affine); ex.check_group_norm_affine(group_norm_affine).share(8)
