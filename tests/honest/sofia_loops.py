# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: loops over images, groups, channels and single numbers, no broadcasting at all, and a tqdm loop as demo

# %%
import math
import torch
from tqdm.notebook import tqdm
from gn_edu import exercises

# %%
def normalize(x, eps=1e-5):
    total = 0.0
    for v in x:
        total += v.item()
    mean = total / len(x)
    squares = 0.0
    for v in x:
        squares += (v.item() - mean) ** 2
    root = math.sqrt(squares / len(x) + eps)
    out = []
    for v in x:
        out.append((v.item() - mean) / root)
    return torch.tensor(out, dtype=x.dtype)

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    y = torch.zeros_like(x)
    n, c, h, w = x.shape
    size = c // num_groups
    for i in range(n):
        for g in range(num_groups):
            first, last = g * size, (g + 1) * size
            block = x[i, first:last]
            y[i, first:last] = (block - block.mean()) / torch.sqrt(block.var(unbiased=False) + eps)
    return y

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    y = group_norm_4d(x, num_groups, eps)
    for i in range(x.shape[0]):
        for k in range(x.shape[1]):
            y[i, k] = y[i, k] * weight[k] + bias[k]
    return y

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
worst = 0
for seed in tqdm(range(200), desc="seeds"):
    torch.manual_seed(seed)
    x = torch.randn(2, 8, 4, 4)
    worst = max(worst, (group_norm_4d(x, 4) - torch.nn.functional.group_norm(x, 4)).abs().max().item())
worst
