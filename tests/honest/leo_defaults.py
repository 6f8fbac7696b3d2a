# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: global settings of torch (default dtype float64, threads, print options, seed), warning filters, and input() for his name

# %%
name = input("Your name: ")
matriculation = int(input("Matriculation number: ") or 0)

# %%
import random
import warnings
import numpy as np
import torch
from gn_edu import exercises

warnings.filterwarnings("error", category=UserWarning)
torch.set_default_dtype(torch.float64)
torch.set_num_threads(8)
torch.set_printoptions(precision=3, sci_mode=False, linewidth=150)
torch.autograd.set_detect_anomaly(True)
torch.use_deterministic_algorithms(True)

def seed_everything(seed=matriculation):
    random.seed(seed), np.random.seed(seed), torch.manual_seed(seed)

seed_everything()

# %%
def normalize(x, eps=1e-5):
    z = x - x.mean()
    return z / (z.pow(2).mean() + eps).sqrt()

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    z = torch.zeros(x.shape, dtype=x.dtype)
    k = x.shape[1] // num_groups
    for g in range(num_groups):
        part = slice(g * k, (g + 1) * k)
        mean = x[:, part].mean(dim=(1, 2, 3), keepdim=True)
        var = x[:, part].var(dim=(1, 2, 3), keepdim=True, correction=0)
        z[:, part] = (x[:, part] - mean) / (var + eps).sqrt()
    return z

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    z = group_norm_4d(x, num_groups, eps)
    return z * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
torch.set_default_dtype(torch.float16)
torch.set_grad_enabled(False)
print(f"Done, {name}!")
