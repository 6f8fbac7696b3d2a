# sheet: sheet3_inputs
# fair: ex07 8, ex08 8, ex09 12, ex10 5
# why: each answer cell also compares with F.group_norm, over ranks, memory formats and dtypes; einsum and flatten inside

# %%
import itertools
import torch
import torch.nn.functional as F
from gn_edu import exercises

# %%
def group_norm_any_rank(x, num_groups, weight, bias, eps=1e-5):
    flat = x.unflatten(1, (num_groups, -1)).flatten(2)
    d = flat - flat.mean(2)[:, :, None]
    std = (d.pow(2).mean(2) + eps).sqrt()
    y = (d / std[:, :, None]).view_as(x)
    return torch.einsum("nc...,c->nc...", y, weight) + bias[(...,) + (None,) * (x.ndim - 2)]

for shape in [(4, 6), (4, 6, 5), (4, 6, 5, 3), (2, 6, 3, 4, 2)]:
    x, w, b = torch.randn(shape), torch.randn(6), torch.randn(6)
    torch.testing.assert_close(group_norm_any_rank(x, 3, w, b), F.group_norm(x, 3, w, b), rtol=1e-4, atol=1e-5)

# %%
report = exercises.check_group_norm_any_rank(group_norm_any_rank)
report

# %%
def group_norm_any_memory(x, num_groups, weight, bias, eps=1e-5):
    n, c, h, w = x.size()
    out = torch.empty_like(x)  # same memory as x
    s = c // num_groups
    for g in range(num_groups):
        m = slice(g * s, (g + 1) * s)
        d = x[:, m] - x[:, m].mean((1, 2, 3), keepdim=True)
        out[:, m] = d / (d.pow(2).mean((1, 2, 3), keepdim=True) + eps).sqrt()
    return out * weight[:, None, None] + bias[:, None, None]

x = torch.randn(2, 6, 4, 5).to(memory_format=torch.channels_last)
assert group_norm_any_memory(x, 2, w, b).allclose(F.group_norm(x, 2, w, b), atol=1e-5)
assert group_norm_any_memory(x.transpose(2, 3), 2, w, b).is_contiguous() in (True, False)

# %%
report = exercises.check_group_norm_any_memory(group_norm_any_memory)
report

# %%
def group_norm(x, num_groups, weight=None, bias=None, eps=1e-5):
    c = x.shape[1]
    if num_groups not in [g for g in range(1, c + 1) if c % g == 0]:
        raise ValueError(f"{num_groups} is no divisor of {c}")
    w = x.new_ones(c) if weight is None else weight
    b = x.new_zeros(c) if bias is None else bias
    return group_norm_any_rank(x, num_groups, w, b, eps)

for g, dtype in itertools.product((1, 2, 4, 8), (torch.float32, torch.float64)):
    x = 4096 + torch.randn(2, 8, 3, 3, dtype=dtype)
    print(g, dtype, (group_norm(x, g) - F.group_norm(x.double(), g)).abs().max().item())

# %%
report = exercises.check_group_norm(group_norm, strict=True)
report

# %%
def choose_groups(channels, group_size=None, most=32):
    best = 0
    if group_size is not None:
        if channels % group_size != 0:
            raise ValueError(f"{channels} / {group_size}")
        return int(channels / group_size)
    for g in range(1, most + 1):
        best = g if channels % g == 0 else best
    return best

# %%
report = exercises.check_choose_groups(choose_groups)
report
