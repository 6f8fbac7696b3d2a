# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: demos that allocate many gigabytes, sleep for minutes and read stdin stand before the answers of exercises 5 and 6

# %% {"tags": ["remove-cell"]}
import sys
from importlib.util import find_spec

if "google.colab" in sys.modules:
    %pip install -q "gn-edu @ git+https://github.com/OWNER/REPO@v0.1.0"
if find_spec("gn_edu") is None:
    raise ModuleNotFoundError(
        "The package gn_edu is missing. Run this in a cell, then restart the kernel: "
        '%pip install "gn-edu @ git+https://github.com/OWNER/REPO@v0.1.0". Where that '
        "fails, download the book's repository and run pip install . in its folder."
    )

# %%
import torch

from gn_edu import exercises

# %%
def normalize(x, eps=1e-5, verbose=False):
    d = x - x.mean()
    if verbose:
        print(f"{d=}")
    return d / (d.square().mean() + eps).sqrt()

# %%
report = exercises.check_normalize(normalize)
report

# %%
import time
for i in range(60):
    print(f"\rwaiting {i}", end="")
    time.sleep(5)

# %%
huge = torch.ones(256, 256, 224, 224)  # 13 GB
hugest = [torch.zeros(1024, 1024, 1024) + i for i in range(16)]
print(huge.element_size() * huge.nelement() / 2**30, "GiB")

# %%
def group_norm_4d(x, num_groups, eps=1e-5, *, verbose=False, out=None):
    r = x.reshape(x.shape[0], num_groups, -1)
    d = r - r.mean(-1, keepdim=True)
    y = d / (d.square().mean(-1, keepdim=True) + eps).sqrt()
    if verbose:
        print(y.shape)
    return y.reshape(x.shape)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
while input("type q to go on: ") != "q":
    print(normalize(torch.randn(4)))

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5, *args, **kwargs):
    return group_norm_4d(x, num_groups, eps, **kwargs) * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
del huge
torch.cuda.empty_cache()
