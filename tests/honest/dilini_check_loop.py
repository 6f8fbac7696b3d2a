# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: check cells replaced by one loop over pairs of check and function at the end, with getattr in a second one

# %%
import torch

from gn_edu import exercises

# %%
def normalize(x, eps=1e-5):
    m = x.mean(); d = x - m; v = (d * d).mean(); return d / torch.sqrt(v + eps)

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    # සෑම කණ්ඩායමක්ම එක් පේළියක්
    out = torch.empty_like(x)
    step = x.shape[1] // num_groups
    for start in range(0, x.shape[1], step):
        b = x[:, start:start + step]
        d = b - b.mean((1, 2, 3), keepdim=True)
        out[:, start:start + step] = d / ((d * d).mean((1, 2, 3), keepdim=True) + eps).sqrt()
    return out

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    w, b = (p.reshape(1, -1, 1, 1) for p in (weight, bias))
    return group_norm_4d(x, num_groups, eps) * w + b

# %%
for check, f in [
    (exercises.check_normalize, normalize),
    (exercises.check_group_norm_4d, group_norm_4d),
    (exercises.check_group_norm_affine, group_norm_affine),
]:
    report = check(f)
    print(f.__name__, "✅" if report.ok else "❌")

# %%
all(getattr(exercises, "check_" + name)(globals()[name]).ok for name in ("normalize", "group_norm_4d", "group_norm_affine"))
