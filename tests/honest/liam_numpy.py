# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: numpy inside all three answers, by x.numpy() and torch.from_numpy

# %%
import torch

from gn_edu import exercises

# %%
import numpy as np

# %%
def normalize(x, eps=1e-5):
    a = x.numpy()
    return torch.from_numpy((a - a.mean()) / np.sqrt(a.var() + eps))

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    a = x.numpy()
    n, c, h, w = a.shape
    a = a.reshape(n, num_groups, c // num_groups * h * w)
    mu = np.mean(a, axis=-1, keepdims=True)
    sigma2 = np.var(a, axis=-1, keepdims=True)
    return torch.from_numpy(((a - mu) / np.sqrt(sigma2 + eps)).reshape(n, c, h, w))

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    x_hat = group_norm_4d(x, num_groups, eps).numpy()
    w, b = weight.numpy(), bias.numpy()
    y = x_hat * w[np.newaxis, :, np.newaxis, np.newaxis] + b[None, :, None, None]
    return torch.from_numpy(y)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
# numpy against torch
rng = np.random.default_rng(1)
a = rng.normal(size=(2, 4, 3, 3)).astype(np.float32)
np.testing.assert_allclose(
    group_norm_4d(torch.from_numpy(a), 2).numpy(),
    torch.nn.GroupNorm(2, 4, affine=False)(torch.from_numpy(a)).numpy(),
    rtol=1e-4, atol=1e-5,
)
