# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: torch.jit.script as decorator, which wants the source text of each answer

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
import warnings
warnings.filterwarnings("ignore", category=DeprecationWarning)
warnings.simplefilter("ignore")

# %%
@torch.jit.script
def normalize(x: torch.Tensor, eps: float = 1e-5) -> torch.Tensor:
    d = x - x.mean()
    return d / torch.sqrt((d * d).mean() + eps)

# %%
report = exercises.check_normalize(normalize)
report

# %%
@torch.jit.script
def group_norm_4d(x: torch.Tensor, num_groups: int, eps: float = 1e-5) -> torch.Tensor:
    n, c, h, w = x.shape
    rows = x.reshape(n, num_groups, c // num_groups * h * w)
    d = rows - rows.mean(dim=2, keepdim=True)
    var = (d * d).mean(dim=2, keepdim=True)
    return (d / torch.sqrt(var + eps)).reshape(n, c, h, w)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
@torch.jit.script
def group_norm_affine(x: torch.Tensor, num_groups: int, weight: torch.Tensor, bias: torch.Tensor, eps: float = 1e-5) -> torch.Tensor:
    y = group_norm_4d(x, num_groups, eps)
    return y * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
print(group_norm_4d.code)
