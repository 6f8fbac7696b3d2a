# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: earlier attempts stand above the right ones with their own checks, among them the stub itself and a wrong eps

# %% [markdown]
# # Sheet 2: the forward pass
#
# From one row of numbers to a batch of images with weight and bias, as in chapter 4. Each exercise has a check below it: run it as often as you like. It says what it saw and asks a question back. torch's own group norm passes the check, but is worth no points.

# %%
import torch

from gn_edu import exercises

# %%
def normalize(x, eps=1e-5):
    """x: (m,), one group. Returns x_hat, (m,)."""
    # YOUR CODE HERE
    raise NotImplementedError()

# %%
report = exercises.check_normalize(normalize)
report

# %%
# 1st try: eps outside of the root :(
def normalize(x, eps=1e-5):
    return (x - x.mean()) / (x.std() + eps)

# %%
report = exercises.check_normalize(normalize)
report

# %%
# 2nd try
def normalize(x, eps=1e-5):
    c = x - x.mean()
    return c / (c.square().mean() + eps).sqrt()

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    rows = x.reshape(num_groups, -1)  # forgot the images
    return ((rows - rows.mean(1, keepdim=True)) / rows.std(1, keepdim=True)).reshape(x.shape)

exercises.check_group_norm_4d(group_norm_4d)

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    def group_norm_4d(image):
        """One image only, (c, h, w)."""
        return torch.stack([normalize(r, eps) for r in image.reshape(num_groups, -1)]).reshape(image.shape)

    return torch.stack([group_norm_4d(image) for image in x])

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    y = group_norm_4d(x, num_groups, eps)
    return y * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report
