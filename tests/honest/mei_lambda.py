# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: all three answers are lambdas bound to the names, with Chinese comments

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
# 练习四：先减均值，再除以标准差
normalize = lambda x, eps=1e-5: (x - x.mean()) / (x.var(unbiased=False) + eps).sqrt()

# %%
report = exercises.check_normalize(normalize)
report

# %%
# 练习五：把每一组变成一行，然后归一化 😊
_row = lambda r, eps: (r - r.mean(-1, keepdim=True)) / (r.var(-1, unbiased=False, keepdim=True) + eps).sqrt()
group_norm_4d = lambda x, num_groups, eps=1e-5: _row(x.reshape(len(x), num_groups, -1), eps).reshape(x.shape)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
# 练习六：每个通道都有自己的权重和偏置
group_norm_affine = lambda x, num_groups, weight, bias, eps=1e-5: (
    group_norm_4d(x, num_groups, eps) * weight[None, :, None, None] + bias[None, :, None, None]
)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
# 和官方的实现比较一下
x = torch.randn(2, 6, 4, 4)
(group_norm_4d(x, 3) - torch.nn.functional.group_norm(x, 3)).abs().max()
