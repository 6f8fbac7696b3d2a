# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: torch.var with correction=0, std, var_mean with unbiased=False, each in another answer; assert_close in a helper test

# %%
import torch

from gn_edu import exercises

# %%
def normalize(x, eps=1e-5):
    var = torch.var(x, dim=0, correction=0)
    return (x - x.mean()) * torch.rsqrt(var + eps)

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    parts = torch.split(x, x.size(1) // num_groups, dim=1)
    done = []
    for p in parts:
        v, m = torch.var_mean(p, dim=(1, 2, 3), unbiased=False, keepdim=True)
        done.append((p - m) / (v + eps).sqrt())
    return torch.cat(done, dim=1)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    rows = x.reshape(x.size(0), num_groups, -1)
    s, m = torch.std_mean(rows, dim=-1, correction=0, keepdim=True)
    x_hat = ((rows - m) / torch.sqrt(s.square() + eps)).reshape_as(x)
    return torch.addcmul(bias.view(-1, 1, 1), x_hat, weight.view(-1, 1, 1))

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
def test_against_torch(n=2, c=12, g=3):
    x = torch.randn(n, c, 5, 7)
    w, b = torch.randn(c), torch.randn(c)
    torch.testing.assert_close(group_norm_affine(x, g, w, b), torch.nn.functional.group_norm(x, g, w, b))
    torch.testing.assert_close(group_norm_4d(x, g), torch.nn.functional.group_norm(x, g))
    return "ok"

test_against_torch()
