# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: a unittest.TestCase and pytest-like helpers that compare with F.group_norm, in the cells of the answers themselves

# %%
import unittest

import torch
import torch.nn.functional as F

from gn_edu import exercises

# %%
def normalize(x, eps=1e-5):
    offset = x - x.mean()
    return offset / torch.sqrt(offset.pow(2).mean() + eps)

def test_normalize():
    x = torch.randn(12)
    expected = F.group_norm(x.view(1, 1, -1), 1).flatten()
    assert torch.allclose(normalize(x), expected, atol=1e-6)

test_normalize()

# %%
report = exercises.check_normalize(normalize)
report

# %%
def reference(x, num_groups, eps=1e-5):
    """Only for the tests."""
    return F.group_norm(x, num_groups, eps=eps)

def group_norm_4d(x, num_groups, eps=1e-5):
    rows = x.reshape(x.shape[0], num_groups, -1)
    offset = rows - rows.mean(-1, keepdim=True)
    return (offset / torch.sqrt(offset.pow(2).mean(-1, keepdim=True) + eps)).reshape(x.shape)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    return group_norm_4d(x, num_groups, eps) * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
class TestGroupNorm(unittest.TestCase):
    def setUp(self):
        self.x = torch.randn(2, 8, 4, 4, dtype=torch.float64)

    def test_plain(self):
        for g in (1, 2, 4, 8):
            with self.subTest(g=g):
                torch.testing.assert_close(group_norm_4d(self.x, g), reference(self.x, g))

    def test_affine(self):
        w, b = torch.randn(2, 8, dtype=torch.float64)
        torch.testing.assert_close(group_norm_affine(self.x, 4, w, b), F.group_norm(self.x, 4, w, b))

    @unittest.expectedFailure
    def test_wrong_eps(self):
        torch.testing.assert_close(group_norm_4d(self.x, 4, 1.0), reference(self.x, 4))

unittest.main(argv=[""], exit=False, verbosity=2)
