# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: classes with __call__, whose instances are bound to the sheet's names

# %%
import torch

from gn_edu import exercises

# %%
class Normalizer:
    """Divides by the root of variance plus eps."""

    def __call__(self, x, eps=1e-5):
        return self.run(x, -1, eps)

    @staticmethod
    def run(x, axis, eps):
        mean = x.mean(axis, keepdim=True)
        var = (x - mean).square().mean(axis, keepdim=True)
        return (x - mean) / (var + eps).sqrt()


normalize = Normalizer()

# %%
report = exercises.check_normalize(normalize)
report

# %%
class GroupNormalizer(Normalizer):
    def __call__(self, x, num_groups, eps=1e-5):
        rows = x.reshape(x.shape[0], num_groups, -1)
        return self.run(rows, 2, eps).reshape(x.shape)


group_norm_4d = GroupNormalizer()

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
class AffineGroupNormalizer(GroupNormalizer):
    def __call__(self, x, num_groups, weight, bias, eps=1e-5):
        x_hat = super().__call__(x, num_groups, eps)
        return x_hat * self.column(weight) + self.column(bias)

    @property
    def column(self):
        return lambda v: v.view(1, -1, 1, 1)


group_norm_affine = AffineGroupNormalizer()

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report
