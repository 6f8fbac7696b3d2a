# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: the answers are defined inside if, try, for and with; a device chosen by torch.cuda

# %%
import torch
from gn_edu import exercises

device = "cuda" if torch.cuda.is_available() else "cpu"
print(f"using {device}")
if device == "cuda":
    !nvidia-smi
    torch.backends.cudnn.benchmark = True

# %%
if True:  # False: the version of the lecture
    def normalize(x, eps=1e-5):
        x = x - x.mean()
        return x / (x.pow(2).mean() + eps).sqrt()
else:
    def normalize(x, eps=1e-5):
        raise NotImplementedError()

# %%
report = exercises.check_normalize(normalize)
report

# %%
try:
    from apex.normalization import fast_gn  # 没有安装
except ImportError:
    def group_norm_4d(x, num_groups, eps=1e-5):
        rows = x.reshape(x.size(0), num_groups, -1)
        rows = rows - rows.mean(-1, keepdim=True)
        return (rows / (rows.pow(2).mean(-1, keepdim=True) + eps).sqrt()).reshape(x.size())

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
for version in (1,):
    with torch.no_grad():
        def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
            shape = [1, -1, 1, 1]
            return group_norm_4d(x, num_groups, eps) * weight.reshape(shape) + bias.reshape(shape)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
x = torch.randn(2, 8, 4, 4).to(device)
with torch.no_grad():
    print((group_norm_4d(x, 2) - torch.nn.GroupNorm(2, 8).to(device)(x)).abs().max().item())
