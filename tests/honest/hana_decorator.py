# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: decorators of her own that keep shape and dtype and count calls, torch.no_grad as another

# %%
import torch

from gn_edu import exercises

# %%
import functools
import time
from collections import Counter

calls = Counter()


def same_shape(f):
    @functools.wraps(f)
    def wrapper(x, *args, **kwargs):
        calls[f.__name__] += 1
        t0 = time.perf_counter()
        y = f(x, *args, **kwargs)
        assert y.shape == x.shape and y.dtype == x.dtype, (y.shape, x.shape)
        wrapper.seconds = time.perf_counter() - t0
        return y

    return wrapper


def with_rows(axis):
    def deco(f):
        def inner(x, num_groups, *rest):
            rows = x.reshape(x.shape[0], num_groups, -1)
            return f(rows, axis, *rest).reshape(x.shape)

        return inner

    return deco

# %%
@same_shape
def normalize(x, eps=1e-5):
    mu = x.mean()
    return (x - mu) / ((x - mu).pow(2).mean() + eps).sqrt()

# %%
report = exercises.check_normalize(normalize)
report

# %%
@same_shape
@with_rows(axis=2)
def group_norm_4d(rows, axis, eps=1e-5):
    mu = rows.mean(axis, keepdim=True)
    return (rows - mu) / ((rows - mu).pow(2).mean(axis, keepdim=True) + eps).sqrt()

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
@torch.no_grad()
@same_shape
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    return group_norm_4d(x, num_groups, eps) * weight[:, None, None] + bias[:, None, None]

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
print(calls.most_common(), f"{group_norm_4d.seconds * 1e6:.0f} µs")
