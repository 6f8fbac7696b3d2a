# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: magics of every kind in the cells of answers: %load_ext, %env, %%capture, %%time, %%bash, x = !cmd, help with ? and ??

# %%
%load_ext autoreload
%autoreload 2
%env OMP_NUM_THREADS=1
%matplotlib inline

# %%
import torch
from gn_edu import exercises
torch.var?

# %%
%%time
def normalize(x, eps=1e-5):
    x = x - x.mean()
    return x / (x.square().mean() + eps).sqrt()
?normalize

# %%
report = exercises.check_normalize(normalize)
report

# %%
%%capture captured
def group_norm_4d(x, num_groups, eps=1e-5):
    rows = x.reshape(x.shape[0], num_groups, -1)
    rows = rows - rows.mean(2, keepdim=True)
    return (rows / (rows.square().mean(2, keepdim=True) + eps).sqrt()).reshape(x.shape)
print("defined")

# %%
captured.show()
%timeit group_norm_4d(torch.randn(2, 8, 8, 8), 4)
group_norm_4d??

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
folder = !pwd
listing = !ls -la {folder[0]} | head -3
print(folder, len(listing))
!python --version && echo "$HOME" > /dev/null
%pip list | grep torch

# %%
%%bash
for i in 1 2 3; do
  echo "group $i"
done

# %%
%reload_ext autoreload
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    return group_norm_4d(x, num_groups, eps) * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)
%whos function

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
%%html
<b>done</b> <script>console.log("100 % done")</script>

# %%
%history -n 1-3
%precision 3
torch.nn.functional.group_norm??
