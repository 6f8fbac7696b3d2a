# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: type hints under `from __future__ import annotations`, some of names that are never imported, and unflatten

# %%
from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor

from gn_edu import exercises

if TYPE_CHECKING:
    from jaxtyping import Float

# %%
EPS: Final[float] = 1e-5

def normalize(x: Float[Tensor, "m"], eps: float = EPS) -> Float[Tensor, "m"]:
    """x: (m,), one group. Returns x_hat, (m,)."""
    centred: Tensor = x - x.mean()
    return centred / torch.sqrt(centred.square().mean() + eps)

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x: Float[Tensor, "n c h w"], num_groups: int, eps: float = EPS) -> Tensor:
    grouped = x.unflatten(1, (num_groups, -1))
    mean = grouped.mean((2, 3, 4), keepdim=True)
    var = grouped.var((2, 3, 4), correction=0, keepdim=True)
    return ((grouped - mean) / (var + eps).sqrt()).flatten(1, 2)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(
    x: Tensor, num_groups: int, weight: Tensor, bias: Tensor, eps: float = EPS, *, dims: tuple[int, ...] = (1, -1, 1, 1)
) -> Tensor:
    x_hat: Tensor = group_norm_4d(x, num_groups, eps)
    return x_hat * weight.view(dims) + bias.view(dims)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report
