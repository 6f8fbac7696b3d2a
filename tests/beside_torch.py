"""What tests of the page's torch compare: outcomes as plain values, and lines of torch that are tried everywhere."""

import math
import re

from gn_edu_site.live.tensor import Tensor

Tensor.__float__ = lambda t: float(t.item())  # in the page, where floats must not see one, rewriting.py does it


def strides(value):
    """The strides; an axis of one place, or none, has no telling one."""
    return [step if size > 1 else 0 for size, step in zip(value.shape, value.stride(), strict=True)]


def plain(value):
    """Type, shape, strides and numbers of a tensor, or of each of several; other values as they are."""
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return [str(value.dtype).split(".")[-1], list(value.shape), strides(value), value.flatten().tolist()]
    return value


def outcome(f, *args):
    """What comes out: a plain value, or the kind and the sentence of the error."""
    try:
        return plain(f(*args))
    except Exception as error:
        return [type(error).__name__, re.split("\n| at index \\d does not match", str(error))[0]]


def near(a, b, rel):
    """Equal up to `rel` in floats; exactly equal in everything else."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(near(p, q, rel) for p, q in zip(a, b, strict=True))
    if isinstance(a, float) and isinstance(b, float):
        return a == b or a != a and b != b or math.isclose(a, b, rel_tol=rel, abs_tol=rel)
    return type(a) is type(b) and a == b


TEXTS = """
torch.arange(6) / 4
torch.arange(0, 1, 0.25)
torch.full((2, 2), 3)
torch.stack([torch.ones(2, 3), torch.zeros(2, 3)], -1)
torch.cat([torch.ones(2, 3), torch.zeros(2, 1).double()], 1)
torch.tensor([[1, 2], [3, 4]]).repeat(2, 3)
torch.arange(4).view(2, 2).repeat_interleave(2), torch.repeat_interleave(torch.arange(6.).view(2, 3), 2, dim=-1)
torch.arange(6.).view(2, 3).norm(), torch.arange(6.).view(2, 3).norm(dim=1, keepdim=True), torch.norm(torch.ones(4))
torch.arange(4.).clamp_max(2), torch.clamp_min(torch.arange(-1, 2), 0)
torch.hypot(torch.tensor([3.0]), torch.tensor(4.0))
torch.std_mean(torch.arange(6.).view(2, 3), -1, correction=0)
torch.zeros_like(torch.ones(2, 3).T), torch.ones_like(torch.arange(3)), torch.empty(2, 3).shape[0]
torch.allclose(torch.ones(3), torch.ones(3) + 1e-6), torch.equal(torch.ones(2), torch.ones(2))
torch.tensor([[1.5, 2], [3, 4]]).tolist(), torch.tensor(2.5).item(), torch.arange(6).view(2, 3).max().item()
torch.tensor([1e5]).half(), torch.tensor([0.1, 5e-5, -3e-7, 2e-8]).half().float(), torch.tensor([2.7, -2.7]).long()
(1 - torch.arange(3)) * 2.5, 2 ** torch.arange(3), 7 // torch.tensor([2]), -torch.arange(3) % 2
0.5 + torch.ones(2), 2.0 / torch.arange(1, 3.0), 1e-5 - torch.tensor([2.0]), 2.0 ** torch.arange(3.0)
0.5 * torch.tensor(3.0), 7.5 // torch.arange(1, 4.0), 7.5 % torch.arange(1, 4.0), sum([0.5, torch.ones(2)])
torch.arange(8).view(2, 4)[[1, 0]], ~(torch.arange(4) > 1)
torch.tensor(3.0) * torch.ones(2, dtype=torch.float64), torch.tensor(3.0).double() * torch.ones(2)
[float(x) for x in torch.arange(3.)], len(torch.ones(3, 2)), bool(torch.tensor([0.0]))
torch.arange(4).view(2, 2).T.reshape(4), torch.arange(3).expand(2, 3).stride(), torch.ones(2, 3).t().stride()
""".strip().splitlines()
REFUSED = """
torch.zeros(2, 4).reshape(3, 2)
torch.zeros(2, 4).reshape(-1, -1)
torch.zeros(2, 4).reshape(2, 4 / 2, 2)
torch.zeros(2, 4).T.view(8)
torch.zeros(2, 3) + torch.zeros(2, 4)
torch.zeros(3)[3]
torch.zeros(3)[0, 0]
torch.zeros(3)[::-1]
torch.zeros(2, 3).mean(2)
torch.zeros(2, 3).mean((0, 0))
torch.zeros(2, 3).item()
bool(torch.zeros(2, 3))
list(torch.tensor(1.0))
torch.tensor([1, 2]).mean()
torch.tensor([1, 2]).var()
torch.zeros(2, 3).permute(0)
torch.zeros(2, 3).expand(2, 4)
torch.zeros(2, 3).unflatten(1, (2, 2))
torch.zeros(2, 3).split([1, 1], 1)
torch.stack([torch.zeros(2), torch.zeros(3)])
torch.cat([torch.zeros(2, 3), torch.zeros(2, 4)])
torch.sqrt(2.0)
torch.tensor([1, 2]).__iadd__(0.5)
torch.zeros(3).__iadd__(torch.zeros(2, 3))
torch.tensor([[1], [1, 2]])
torch.allclose(torch.zeros(2), torch.zeros(2).double())
torch.zeros(0).max()
torch.zeros(2).astype(1)
""".strip().splitlines()
