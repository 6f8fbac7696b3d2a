# sheet: sheet5_network
# fair: ex15 8, ex16 10
# why: the sheet as it was handed out, plain answers

# %% [markdown]
# # Sheet 5: in a network
#
# Training against evaluation, and a network without batch norm, as in chapters 2 and 8. Each exercise has a check below it: run it as often as you like. It says what it saw and asks a question back.

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
import copy

import torch
from torch import nn

from gn_edu import exercises

# %%
def train_eval_gap(layer, x):
    """The largest absolute difference of layer(x), training against evaluation."""
    a = copy.deepcopy(layer).eval()
    b = copy.deepcopy(layer).train()
    with torch.no_grad():
        return (b(x) - a(x)).abs().max().item()

# %%
report = exercises.check_train_eval_gap(train_eval_gap)
report

# %% [markdown]
# ## Exercise 16: Three bugs, and a network without batch norm
#
# *Hard, 20 minutes, 10 points.* `GroupNorm` below has three bugs, in the lines that compute mean and std. Find them, and delete the line that raises. Then write `convert`: it replaces every nn.BatchNorm2d inside a network, at any depth, by your GroupNorm with 8 groups, keeps the trained gamma and beta and eps, and returns the network. (Each batch norm has gamma and beta, and stands in one place.)

# %%
class GroupNorm(nn.Module):
    """Group norm for (n, c, h, w)."""

    def __init__(self, num_groups, num_channels, eps=1e-5):
        super().__init__()
        self.num_groups, self.eps = num_groups, eps
        self.weight = nn.Parameter(torch.ones(num_channels))
        self.bias = nn.Parameter(torch.zeros(num_channels))

    def forward(self, x):
        rows = x.reshape(x.shape[0], self.num_groups, -1)
        mean = rows.mean(2, keepdim=True)
        std = (rows.var(2, keepdim=True, unbiased=False) + self.eps).sqrt()
        y = ((rows - mean) / std).reshape(x.shape)
        return y * self.weight.view(1, -1, 1, 1) + self.bias.view(1, -1, 1, 1)


def convert(net):
    """The network, with your GroupNorm (8 groups) for each nn.BatchNorm2d."""
    for name, child in net.named_children():
        if isinstance(child, nn.BatchNorm2d):
            new = GroupNorm(8, child.num_features, eps=child.eps)
            new.weight = nn.Parameter(child.weight.detach().clone())
            new.bias = nn.Parameter(child.bias.detach().clone())
            setattr(net, name, new)
        else:
            convert(child)
    return net

# %%
report = exercises.check_convert(convert)
report
