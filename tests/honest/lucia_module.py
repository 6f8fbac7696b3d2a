# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: instances of nn.Module under the sheet's names, next to nn.GroupNorm as reference in a small net

# %%
import torch
from torch import nn
import torch.nn.functional as F
from gn_edu import exercises

# %%
class Normalize(nn.Module):
    def forward(self, x, eps=1e-5):
        d = x - x.mean()
        return d / (d.square().mean() + eps).sqrt()

normalize = Normalize()

# %%
report = exercises.check_normalize(normalize)
report

# %%
class GN4d(nn.Module):
    def forward(self, x, num_groups, eps=1e-5):
        rows = x.reshape(x.shape[0], num_groups, -1)
        d = rows - rows.mean(-1, keepdim=True)
        return (d / (d.square().mean(-1, keepdim=True) + eps).sqrt()).view_as(x)

class GNAffine(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = GN4d()

    def forward(self, x, num_groups, weight, bias, eps=1e-5):
        return self.inner(x, num_groups, eps) * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

group_norm_4d, group_norm_affine = GN4d(), GNAffine()

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
reference = nn.Sequential(nn.Conv2d(3, 8, 3), nn.GroupNorm(4, 8), nn.ReLU())
img = torch.rand(2, 3, 8, 8)
inside = reference[0](img)
torch.testing.assert_close(F.relu(group_norm_affine(inside, 4, reference[1].weight, reference[1].bias)), reference(img))
