# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: a dataclass and a NamedTuple as helpers, f-strings with nested quotes, logging set up

# %%
import logging
from dataclasses import dataclass, field
from typing import NamedTuple

import torch

from gn_edu import exercises

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", force=True)
log = logging.getLogger("sheet2")

# %%
class Stats(NamedTuple):
    mean: torch.Tensor
    var: torch.Tensor


@dataclass
class Grouper:
    num_groups: int
    eps: float = 1e-5
    seen: list = field(default_factory=list)

    def rows(self, x):
        self.seen.append(tuple(x.shape))
        return x.reshape(x.shape[0], self.num_groups, -1)

    def stats(self, rows) -> Stats:
        return Stats(rows.mean(-1, keepdim=True), rows.var(-1, correction=0, keepdim=True))

    def __call__(self, x):
        rows = self.rows(x)
        s = self.stats(rows)
        log.debug("%s -> %s", x.shape, s.mean.shape)
        return ((rows - s.mean) / (s.var + self.eps).sqrt()).reshape(x.shape)

# %%
def normalize(x, eps=1e-5):
    return Grouper(1, eps)(x.reshape(1, -1)).reshape(-1)

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    return Grouper(num_groups, eps)(x)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    y = Grouper(num_groups=num_groups, eps=eps)(x)
    return y * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
d = {"g": 2, "name": "it's"}
log.info(f"{d['name']} {'done' if d['g'] > 1 else 'not'} {d['g']!r:>4} {{braces}}")
