# sheet: sheet3_inputs
# fair: ex07 8, ex08 8, ex09 12, ex10 5
# why: a class with __call__ and staticmethods for exercises 7 to 9, recursion for 10, a broken experiment under the name group_norm after the check

# %%
import torch

from gn_edu import exercises

# %%
class GN:
    """组归一化"""

    def __init__(self, check: bool = False):
        self.check = check

    @staticmethod
    def column(v, x):
        return v.view(-1, *(1 for _ in x.shape[2:]))

    @classmethod
    def hat(cls, x, groups, eps):
        rows = torch.stack([p.flatten(1) for p in x.chunk(groups, dim=1)], dim=1)
        rows = rows - rows.mean(-1, keepdim=True)
        return (rows / (rows.square().mean(-1, keepdim=True) + eps).sqrt()).reshape(x.shape)

    def __call__(self, x, num_groups, weight=None, bias=None, eps=1e-5):
        if self.check and (num_groups < 1 or x.shape[1] % num_groups):
            raise ValueError(f"不能整除: {x.shape[1]} % {num_groups} != 0")
        y = self.hat(x, num_groups, eps)
        y = y if weight is None else y * self.column(weight, x)
        return y if bias is None else y + self.column(bias, x)


group_norm_any_rank = GN()
group_norm_any_memory = group_norm_any_rank.__call__
group_norm = GN(check=True)

# %%
report = exercises.check_group_norm_any_rank(group_norm_any_rank)
report

# %%
report = exercises.check_group_norm_any_memory(group_norm_any_memory)
report

# %%
report = exercises.check_group_norm(group_norm, strict=True)
report

# %%
def choose_groups(channels, group_size=None, most=32):
    if group_size:
        if channels % group_size:
            raise ValueError((channels, group_size))
        return channels // group_size
    return most if channels % most == 0 else choose_groups(channels, None, most - 1)

# %%
report = exercises.check_choose_groups(choose_groups)
report

# %%
# one pass: E[x²] - E[x]² loses the digits
def group_norm(x, num_groups, weight=None, bias=None, eps=1e-5):
    rows = x.reshape(x.shape[0], num_groups, -1)
    var = rows.square().mean(-1, keepdim=True) - rows.mean(-1, keepdim=True) ** 2
    return ((rows - rows.mean(-1, keepdim=True)) / (var + eps).sqrt()).reshape(x.shape)

exercises.check_group_norm(group_norm, strict=True)
