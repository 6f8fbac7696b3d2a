# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: one general function, and functools.partial and other names for the three answers

# %%
import functools, torch
from functools import partial
from gn_edu import exercises

# %%
def _norm(x, groups=None, weight=None, bias=None, eps=1e-5, *, flat=False):
    shape = x.shape
    rows = x.reshape(1, 1, -1) if flat else x.reshape(shape[0], groups, -1)
    v, m = torch.var_mean(rows, -1, correction=0, keepdim=True)
    y = ((rows - m) / (v + eps).sqrt()).reshape(shape)
    if weight is not None:
        y = y * weight.view(1, -1, 1, 1)
    if bias is not None:
        y = y + bias.view(1, -1, 1, 1)
    return y

def _without(x, num_groups, eps, affine):
    return _norm(x, num_groups, *(affine or (None, None)), eps)

# %%
normalize = lambda x, eps=1e-5: partial(_norm, flat=True)(x, eps=eps)
exercises.check_normalize(normalize)

# %%
group_norm_4d = functools.partial(_without, eps=1e-5, affine=None)
# eps by position does not go with that:
group_norm_4d = lambda x, num_groups, eps=1e-5: functools.partial(_without, affine=None)(x, num_groups, eps)
exercises.check_group_norm_4d(group_norm_4d)

# %%
group_norm_affine = partial(_norm, flat=False)
report = exercises.check_group_norm_affine(group_norm_affine)
report
