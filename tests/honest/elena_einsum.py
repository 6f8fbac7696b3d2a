# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: mean and variance by einsum, weight and bias by einsum, a helper that stands inside the function

# %%
from gn_edu import exercises

# %%
from torch import einsum
import torch

# %%
def normalize(x, eps=1e-5):
    m = x.numel()
    d = x - einsum("i->", x) / m
    return d / (einsum("i,i->", d, d) / m + eps).sqrt()

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    def rows(t):
        return t.reshape(t.shape[0], num_groups, -1)

    def back(t):
        return t.reshape(x.shape)

    r = rows(x)
    m = r.shape[-1]
    d = r - (einsum("ngm->ng", r) / m)[..., None]
    var = einsum("ngm,ngm->ng", d, d) / m
    return back(einsum("ngm,ng->ngm", d, 1 / torch.sqrt(var + eps)))

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    return einsum("nchw,c->nchw", group_norm_4d(x, num_groups, eps), weight) + bias[None, :, None, None]

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report
