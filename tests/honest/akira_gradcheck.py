# sheet: sheet4_backward
# fair: ex11 8, ex12 10, ex13 8, ex14 10
# why: torch's autograd and gradcheck as reference in cells below the answers, einsum inside, a training loop with the autograd function

# %%
import torch
from torch.autograd.function import once_differentiable

from gn_edu import exercises

# %%
def group_stats(x, num_groups):
    rows = x.double().flatten(2) if x.dim() > 2 else x.double()[..., None]
    rows = rows.reshape(x.size(0), num_groups, -1)
    var, mean = torch.var_mean(rows, -1, correction=0)
    return mean, var

# %%
report = exercises.check_group_stats(group_stats)
report

# %%
def _parts(x, num_groups, eps):
    r = x.reshape(x.shape[0], num_groups, -1)
    d = r - r.mean(-1, keepdim=True)
    inv = (d.square().mean(-1, keepdim=True) + eps).rsqrt()
    return d * inv, inv

def group_norm_dx(dy, x, num_groups, weight, bias, eps):
    h, inv = _parts(x, num_groups, eps)
    g = torch.einsum("nc...,c->nc...", dy, weight).reshape(h.shape)
    m = h.shape[-1]
    return (inv / m * (m * g - g.sum(-1, keepdim=True) - h * (g * h).sum(-1, keepdim=True))).reshape(x.shape)

# %%
report = exercises.check_group_norm_dx(group_norm_dx)
report

# %%
x = torch.randn(2, 6, 3, 3, dtype=torch.float64, requires_grad=True)
w = torch.randn(6, dtype=torch.float64, requires_grad=True)
b = torch.zeros(6, dtype=torch.float64, requires_grad=True)
dy = torch.randn(2, 6, 3, 3, dtype=torch.float64)
torch.nn.functional.group_norm(x, 3, w, b).backward(dy)
print((x.grad - group_norm_dx(dy, x.detach(), 3, w.detach(), b, 1e-5)).abs().max())

# %%
def group_norm_dparams(dy, x, num_groups, weight, bias, eps):
    h, _ = _parts(x, num_groups, eps)
    n, c = x.shape[0], x.shape[1]
    return (
        torch.einsum("ncp,ncp->c", dy.reshape(n, c, -1), h.reshape(n, c, -1)),
        torch.einsum("ncp->c", dy.reshape(n, c, -1)),
    )

torch.testing.assert_close(group_norm_dparams(dy, x.detach(), 3, w, b, 1e-5), (w.grad, b.grad))

# %%
report = exercises.check_group_norm_dparams(group_norm_dparams)
report

# %%
class GroupNormFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, num_groups, weight, bias, eps):
        h, inv = _parts(x, num_groups, eps)
        ctx.save_for_backward(h, inv, weight)
        ctx.shape = x.shape
        return torch.einsum("nc...,c->nc...", h.reshape(x.shape), weight) + bias.view(-1, *[1] * (x.ndim - 2))

    @staticmethod
    @once_differentiable
    def backward(ctx, dy):
        h, inv, weight = ctx.saved_tensors
        n, c = ctx.shape[:2]
        flat = dy.reshape(n, c, -1)
        g = (flat * weight[:, None]).reshape(h.shape)
        dx = inv * (g - g.mean(-1, keepdim=True) - h * (g * h).mean(-1, keepdim=True))
        return dx.reshape(ctx.shape), None, (flat * h.reshape(n, c, -1)).sum((0, 2)), flat.sum((0, 2)), None

# %%
report = exercises.check_autograd_function(GroupNormFunction)
report

# %%
assert torch.autograd.gradcheck(lambda x, w, b: GroupNormFunction.apply(x, 3, w, b, 1e-5), (x, w, b))
for step in range(20_000):
    loss = (GroupNormFunction.apply(x, 3, w, b, 1e-5) - dy).square().mean()
    x.grad, w.grad, b.grad = torch.autograd.grad(loss, (x, w, b))
