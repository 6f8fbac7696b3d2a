# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: benchmarks against nn.GroupNorm that take tens of seconds between the exercises, with %timeit -o and a timing loop

# %%
import torch

from gn_edu import exercises

# %%
import time
from timeit import default_timer as timer, repeat

# %%
%%time
def normalize(x, eps=1e-5):
    c = x - x.mean(0, keepdim=True)
    return c * (c.square().mean(0, keepdim=True) + eps).rsqrt()

# %%
report = exercises.check_normalize(normalize)
report

# %%
big = torch.randn(32, 64, 56, 56)
ref = torch.nn.GroupNorm(32, 64)
start = timer()
for _ in range(200):
    ref(big)
print("torch: %.1f ms" % (1e3 * (timer() - start) / 200))

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    r = x.reshape(x.shape[0], num_groups, -1)
    r = r - r.mean(2, keepdim=True)
    return (r * (r.square().mean(2, keepdim=True) + eps).rsqrt()).reshape(x.shape)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
result = %timeit -o -n 100 -r 7 group_norm_4d(big, 32)
theirs = %timeit -o -n 100 -r 7 ref(big)
print(result.average / theirs.average)

# %%
%%timeit -n 20
group_norm_4d(big, 32)

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    return group_norm_4d(x, num_groups, eps) * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
times = repeat(lambda: group_norm_affine(big, 32, ref.weight, ref.bias), number=50, repeat=5)
min(times) / 50
