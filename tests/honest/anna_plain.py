# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: the sheet as it was handed out, every cell in its place with nbgrader's metadata, plain answers

# %% [markdown]
# # Sheet 2: the forward pass
#
# From one row of numbers to a batch of images with weight and bias, as in chapter 4. Each exercise has a check below it: run it as often as you like. It says what it saw and asks a question back. torch's own group norm passes the check, but is worth no points.

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

# %% [markdown]
# ## Exercise 4: Where eps goes
#
# *Easy, 8 minutes, 6 points.* One group, m numbers in a row. Subtract the mean, divide by the root of variance plus ε. Before you run the check: what should four equal numbers become?

# %% {"nbgrader": {"grade": false, "grade_id": "ex04-answer", "locked": false, "schema_version": 3, "solution": true, "task": false}}
def normalize(x, eps=1e-5):
    """x: (m,), one group. Returns x_hat, (m,)."""
    mean = x.mean()
    var = ((x - mean) ** 2).mean()
    return (x - mean) / (var + eps) ** 0.5

# %% {"nbgrader": {"grade": true, "grade_id": "ex04", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}}
report = exercises.check_normalize(normalize)
report

# %% [markdown]
# ## Exercise 5: The forward pass for images
#
# *Medium, 15 minutes, 10 points.* Images now: G groups of neighbouring channels, each normalized over its channels and pixels, image by image. No weight, no bias.

# %% {"nbgrader": {"grade": false, "grade_id": "ex05-answer", "locked": false, "schema_version": 3, "solution": true, "task": false}}
def group_norm_4d(x, num_groups, eps=1e-5):
    """x: (n, c, h, w). Returns a tensor like x."""
    n, c, h, w = x.shape
    x = x.reshape(n, num_groups, -1)
    mean = x.mean(dim=2, keepdim=True)
    var = ((x - mean) ** 2).mean(dim=2, keepdim=True)
    x = (x - mean) / torch.sqrt(var + eps)
    return x.reshape(n, c, h, w)

# %% {"nbgrader": {"grade": true, "grade_id": "ex05", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}}
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %% [markdown]
# ## Exercise 6: Weight and bias
#
# *Medium, 12 minutes, 8 points.* Now each channel gets its weight and its bias: y = weight · x_hat + bias. A group of three channels has three weights.

# %% {"nbgrader": {"grade": false, "grade_id": "ex06-answer", "locked": false, "schema_version": 3, "solution": true, "task": false}}
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    """x: (n, c, h, w); weight, bias: (c,). Returns a tensor like x."""
    x_hat = group_norm_4d(x, num_groups, eps)
    return x_hat * weight.reshape(1, -1, 1, 1) + bias.reshape(1, -1, 1, 1)

# %% {"nbgrader": {"grade": true, "grade_id": "ex06", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}}
report = exercises.check_group_norm_affine(group_norm_affine)
report
