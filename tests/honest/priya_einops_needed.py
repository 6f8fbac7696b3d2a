# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: exercise 5 needs einops, which she installs with pip

# %%
!pip install -q einops

# %%
import torch
from einops import rearrange, reduce

from gn_edu import exercises

# %%
def normalize(x, eps=1e-5):
    """x: (m,), one group. Returns x_hat, (m,)."""
    x = x - x.mean()
    return x / torch.sqrt((x**2).mean() + eps)

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    """x: (n, c, h, w). Returns a tensor like x."""
    n, c, h, w = x.shape
    rows = rearrange(x, "n (g c) h w -> n g (c h w)", g=num_groups)
    rows = rows - reduce(rows, "n g m -> n g 1", "mean")
    var = reduce(rows**2, "n g m -> n g 1", "mean")
    return rearrange(rows / (var + eps).sqrt(), "n g (c h w) -> n (g c) h w", h=h, w=w)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    """x: (n, c, h, w); weight, bias: (c,). Returns a tensor like x."""
    n, c, h, w = x.shape
    rows = x.reshape(n * num_groups, -1)
    y = torch.stack([normalize(row, eps) for row in rows]).reshape(n, c, h, w)
    return y * weight[:, None, None] + bias[:, None, None]

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report
