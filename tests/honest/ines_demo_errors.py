# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: demos between the exercises that end in KeyError, ZeroDivisionError, AssertionError, a raise of hers and a SyntaxError

# %%
import torch

from gn_edu import exercises

# %%
settings = {"eps": 1e-5}
settings["epsilon"]

# %%
def normalize(x, eps=settings["eps"]):
    c = x - x.mean()
    return c / (c.square().mean() + eps).sqrt()

# %%
report = exercises.check_normalize(normalize)
report

# %%
# without eps, four equal numbers:
0.0 / 0.0

# %%
raise RuntimeError("stop here! everything above is done, go on below tomorrow")

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    c = x.reshape(x.shape[0], num_groups, -1)
    c = c - c.mean(2, keepdim=True)
    return (c / (c.square().mean(2, keepdim=True) + eps).sqrt()).reshape(x.shape)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
assert torch.equal(group_norm_4d(torch.randn(2, 4, 3, 3), 2), torch.zeros(2, 4, 3, 3)), "not equal (of course)"

# %%
for g in 1 2 3:
    print(g, group_norm_4d(x, g)

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    return group_norm_4d(x, num_groups, eps) * weight[:, None, None] + bias[:, None, None]

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
assert False

# %%
# try: import pdb; pdb.set_trace()
# breakpoint()
group_norm_affine(torch.randn(2, 4, 3, 3), 3, torch.ones(4), torch.zeros(4))
