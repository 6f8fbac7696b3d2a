# sheet: sheet3_inputs
# fair: ex07 8, ex08 8, ex09 0, ex10 5
# why: exercise 9 was not attempted: the stub still raises NotImplementedError; the other three are right

# %% [markdown]
# # Sheet 3: whatever comes in
#
# A layer that others use meets tensors that you did not think of: other ranks, other memory, other numbers of groups. Each exercise has a check below it: run it as often as you like. It says what it saw and asks a question back. torch's own group norm passes the check, but is worth no points.

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
def group_norm_any_rank(x, num_groups, weight, bias, eps=1e-5):
    """x: (n, c, *); weight, bias: (c,). Returns a tensor like x."""
    n, c, *rest = x.shape
    y = x.reshape(n, num_groups, -1)
    mu = y.mean(2, keepdim=True)
    var = ((y - mu) ** 2).mean(2, keepdim=True)
    y = ((y - mu) / (var + eps).sqrt()).reshape(n, c, *rest)
    for _ in rest:
        weight, bias = weight.unsqueeze(-1), bias.unsqueeze(-1)
    return y * weight + bias

# %%
report = exercises.check_group_norm_any_rank(group_norm_any_rank)
report

# %%
def group_norm_any_memory(x, num_groups, weight, bias, eps=1e-5):
    """x: (n, c, h, w) in any order of memory; weight, bias: (c,)."""
    return group_norm_any_rank(x, num_groups, weight, bias, eps)

# %%
report = exercises.check_group_norm_any_memory(group_norm_any_memory)
report

# %%
def group_norm(x, num_groups, weight=None, bias=None, eps=1e-5):
    """x: (n, c, *); weight, bias: (c,) or None. Returns a tensor of x's shape."""
    # YOUR CODE HERE
    raise NotImplementedError()

# %%
report = exercises.check_group_norm(group_norm, strict=True)
report

# %% [markdown]
# ## Exercise 10: Choose the number of groups
#
# *Easy, 8 minutes, 5 points.* How many groups? With a group size, as many groups of that size as the channels hold; if they hold no whole number of them, a ValueError. Without a group size, the largest number of groups that divides the channels and is not above `most`; `most` limits only this case. So 32 channels, 4 a group, have 8 groups, and 48 channels with at most 32 groups have 24.

# %%
def choose_groups(channels, group_size=None, most=32):
    """The number of groups for a layer with so many channels."""
    if group_size is not None:
        groups = channels // group_size
        if groups * group_size == channels:
            return groups
        raise ValueError(f"{group_size} does not fit into {channels}")
    while most > 1:
        if channels % most == 0:
            break
        most -= 1
    return most

# %%
report = exercises.check_choose_groups(choose_groups)
report
