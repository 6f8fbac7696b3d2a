# sheet: sheet5_network
# fair: ex15 8, ex16 10
# why: class and convert split into two cells with a test against nn.GroupNorm between them; the buggy class kept above; recursion with a nested function

# %%
%load_ext autoreload
%autoreload 2
import copy
import torch
from torch import nn
from gn_edu import exercises

# %%
from contextlib import contextmanager

@contextmanager
def copied(module):
    yield copy.deepcopy(module)

def train_eval_gap(layer, x):
    with copied(layer) as one, copied(layer) as two:
        return max(abs(d) for d in (one.train()(x) - two.eval()(x)).flatten().tolist())

# %%
report = exercises.check_train_eval_gap(train_eval_gap)
report

# %%
# as handed out
class GroupNorm(nn.Module):
    def __init__(self, num_groups, num_channels, eps=1e-5):
        super().__init__()
        self.num_groups, self.eps = num_groups, eps
        self.weight = nn.Parameter(torch.ones(num_channels))
        self.bias = nn.Parameter(torch.zeros(num_channels))

    def forward(self, x):
        rows = x.reshape(x.shape[0], self.num_groups, -1)
        mean = rows.mean((0, 2), keepdim=True)
        std = rows.var((0, 2), keepdim=True).sqrt() + self.eps
        # YOUR CODE HERE
        raise NotImplementedError()
        y = ((rows - mean) / std).reshape(x.shape)
        return y * self.weight.view(1, -1, 1, 1) + self.bias.view(1, -1, 1, 1)

# %%
class GroupNorm(GroupNorm):
    """Nur forward ist neu."""

    def forward(self, x):
        rows = x.reshape(x.shape[0], self.num_groups, -1)
        mean = rows.mean(2, keepdim=True)
        std = torch.sqrt(rows.var(2, keepdim=True, correction=0) + self.eps)
        y = ((rows - mean) / std).reshape(x.shape)
        return y * self.weight.view(1, -1, 1, 1) + self.bias.view(1, -1, 1, 1)

GroupNorm(4, 8)

# %%
mine, theirs = GroupNorm(4, 8), nn.GroupNorm(4, 8)
img = torch.randn(4, 8, 2, 2) * 0.001
assert torch.allclose(mine(img), theirs(img), atol=1e-5)
assert torch.allclose(mine(img)[:1], mine(img[:1]), atol=1e-6)

# %%
def convert(net):
    def visit(module):
        for key, child in module._modules.items():
            match child:
                case nn.BatchNorm2d():
                    gn = GroupNorm(8, child.num_features, child.eps)
                    gn.weight, gn.bias = child.weight, child.bias
                    module._modules[key] = gn.train(child.training)
                case nn.Module():
                    visit(child)

    visit(net)
    return net

# %%
report = exercises.check_convert(convert)
report
