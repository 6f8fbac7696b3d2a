# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: sys.exit() and exit() stand in the middle, to stop "run all" where he was, with right answers below

# %%
import torch

from gn_edu import exercises

# %%
import os, sys
print(sys.version, os.getcwd())
sys.path.append("..")
sys.path.insert(0, os.path.join(os.getcwd(), "src"))

# %%
def normalize(x, eps=1e-5):
	m = x.mean()
	v = ((x - m)**2).mean()
	return (x - m)/torch.sqrt(v + eps)

# %%
report = exercises.check_normalize(normalize)
report

# %%
if not torch.cuda.is_available():
    print("no GPU, no fun")
    sys.exit()

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
	N, C, H, W = x.shape
	y = x.reshape(N, num_groups, -1)
	m = y.mean(2, keepdim=True)
	v = ((y - m)**2).mean(2, keepdim=True)
	return ((y - m)/torch.sqrt(v + eps)).reshape(N, C, H, W)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
exit()

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
	y = group_norm_4d(x, num_groups, eps)
	return y*weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
sys.exit("done")
