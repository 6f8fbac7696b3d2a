# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: every check cell and the import of gn_edu deleted, the three functions kept in one cell

# %%
import torch

# %%
def normalize(x, eps=1e-5):
    """x: (m,), one group. Returns x_hat, (m,)."""
    c = x - x.mean()
    return c / (c.square().mean() + eps).sqrt()


def group_norm_4d(x, num_groups, eps=1e-5):
    """x: (n, c, h, w). Returns a tensor like x."""
    y = x.reshape(-1, x[0].numel() // num_groups)
    return torch.vmap(normalize, in_dims=(0, None))(y, eps).reshape(x.shape)


def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    """x: (n, c, h, w); weight, bias: (c,). Returns a tensor like x."""
    x_hat = group_norm_4d(x, num_groups, eps)
    return (x_hat.permute(0, 2, 3, 1) * weight + bias).permute(0, 3, 1, 2)
