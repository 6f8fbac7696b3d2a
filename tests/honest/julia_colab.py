# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: written in Colab: Drive mounted, a file uploaded, %cd, !nvidia-smi, results saved into folders that the teacher has not

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
from google.colab import drive, files
drive.mount('/content/drive')
%cd /content/drive/MyDrive/group_norm

# %%
!nvidia-smi
!pip install -q torchinfo einops
!wget -q https://example.org/cat.jpg -O cat.jpg

# %%
import os
import torch
from gn_edu import exercises

#@title Settings { run: "auto" }
eps = 1e-5 #@param {type:"number"}
os.makedirs("results/sheet2", exist_ok=True)

# %%
def normalize(x, eps=eps):
    x = x - x.mean()
    var = (x * x).mean()
    return x / (var + eps).sqrt()

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    n, c, h, w = x.shape
    out = x.reshape(n, num_groups, -1)
    out = out - out.mean(dim=-1, keepdim=True)
    var = (out * out).mean(dim=-1, keepdim=True)
    out = out / (var + eps).sqrt()
    return out.reshape(n, c, h, w)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
uploaded = files.upload()
name = list(uploaded)[0]
from PIL import Image
import numpy as np
img = torch.tensor(np.array(Image.open(name))).permute(2, 0, 1)[None].float()
torch.save(group_norm_4d(img, 3), "results/sheet2/cat.pt")

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    out = group_norm_4d(x, num_groups, eps)
    return out * weight[None, :, None, None] + bias[None, :, None, None]

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
np.save("results/sheet2/out.npy", group_norm_affine(img, 3, torch.ones(3), torch.zeros(3)).numpy())
files.download("results/sheet2/out.npy")
