# sheet: sheet4_backward
# fair: ex11 8, ex12 10, ex13 8, ex14 10
# why: GroupNormFunction is defined twice (first forward only, backward raises NotImplementedError), cells out of order, failing demos

# %%
import torch
from torch.autograd.function import once_differentiable

from gn_edu import exercises

# %%
class GroupNormFunction(torch.autograd.Function):
    """apply(x, num_groups, weight, bias, eps) -> y, with its own backward pass."""

    @staticmethod
    def forward(ctx, x, num_groups, weight, bias, eps):
        rows = x.reshape(x.shape[0], num_groups, -1)
        return ((rows - rows.mean(2, keepdim=True)) / (rows.var(2, keepdim=True) + eps).sqrt()).reshape(x.shape)

    @staticmethod
    @once_differentiable
    def backward(ctx, dy):
        # YOUR CODE HERE
        raise NotImplementedError()

# %%
report = exercises.check_autograd_function(GroupNormFunction)
report

# %%
def group_norm_dparams(dy, x, num_groups, weight, bias, eps):
    """dy, x: (n, c, *); weight, bias: (c,). Returns dweight and dbias, each (c,)."""
    x_hat, _ = normalized(x, num_groups, eps)
    rest = [k for k in range(x.dim()) if k != 1]
    return (dy * x_hat).sum(rest), dy.sum(rest)

# %%
def normalized(x, num_groups, eps):
    rows = x.reshape(x.shape[0], num_groups, -1)
    d = rows - rows.mean(2, keepdim=True)
    sigma = (d.square().mean(2, keepdim=True) + eps).sqrt()
    return (d / sigma).reshape(x.shape), sigma

# %%
report = exercises.check_group_norm_dparams(group_norm_dparams)
report

# %%
torch.tensor(400.0, dtype=torch.float16) ** 2  # inf!

# %%
def group_stats(x, num_groups):
    mean, var = [], []
    for image in x.double():
        for part in image.chunk(num_groups):
            mean.append(part.mean())
            var.append((part - part.mean()).square().mean())
    return torch.stack(mean).view(-1, num_groups), torch.stack(var).view(-1, num_groups)

# %%
report = exercises.check_group_stats(group_stats)
report

# %%
def group_norm_dx(dy, x, num_groups, weight, bias, eps):
    """dy, x: (n, c, *); weight, bias: (c,). Returns dx, like x."""
    x_hat, sigma = normalized(x, num_groups, eps)
    g = dy * weight.reshape(-1, *[1 for _ in range(x.dim() - 2)])
    g, h = g.reshape(len(x), num_groups, -1), x_hat.reshape(len(x), num_groups, -1)
    without = g - g.mean(2, keepdim=True)
    return ((without - h * (g * h).mean(2, keepdim=True)) / sigma).reshape(x.shape)

# %%
group_norm_dx(torch.ones(1, 4), torch.ones(1, 4), 2, None, None, 1e-5)

# %%
report = exercises.check_group_norm_dx(group_norm_dx)
report

# %%
class GroupNormFunction(torch.autograd.Function):
    """apply(x, num_groups, weight, bias, eps) -> y, with its own backward pass."""

    @staticmethod
    def forward(ctx, x, num_groups, weight, bias, eps):
        ctx.save_for_backward(x, weight, bias)
        ctx.rest = num_groups, eps
        x_hat, _ = normalized(x, num_groups, eps)
        one = (-1,) + (1,) * (x.dim() - 2)
        return x_hat * weight.view(one) + bias.view(one)

    @staticmethod
    @once_differentiable
    def backward(ctx, dy):
        (x, weight, bias), (num_groups, eps) = ctx.saved_tensors, ctx.rest
        args = dy, x, num_groups, weight, bias, eps
        return group_norm_dx(*args), None, *group_norm_dparams(*args), None

# %%
report = exercises.check_autograd_function(GroupNormFunction)
report
