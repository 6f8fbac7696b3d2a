# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: the first cell imports pandas, seaborn, torchvision, torchinfo, sklearn and cv2 before torch and gn_edu; none of them is needed by an answer

# %%
import pandas as pd
import seaborn as sns; sns.set_theme()
import cv2
from sklearn.preprocessing import StandardScaler
from torchinfo import summary
import torchvision
import torchvision.transforms as T
import numpy as np
import torch, torch.nn as nn
from gn_edu import exercises

# %%
pd.set_option("display.precision", 3)
df = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0]})
StandardScaler().fit_transform(df)

# %%
def normalize(x, eps=1e-5):
    return (x - torch.mean(x)) / torch.sqrt(torch.var(x, unbiased=False) + eps)

# %%
report = exercises.check_normalize(normalize)
report

# %%
transform = T.Compose([T.ToTensor(), T.Normalize((0.5,) * 3, (0.5,) * 3)])
trainset = torchvision.datasets.CIFAR10(root="./data", train=True, download=True, transform=transform)

def group_norm_4d(x, num_groups, eps=1e-5):
    b, c, h, w = x.shape
    x = x.reshape(b * num_groups, -1)
    x = (x - torch.mean(x, 1, keepdim=True)) / torch.sqrt(torch.var(x, 1, unbiased=False, keepdim=True) + eps)
    return x.reshape(b, c, h, w)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
summary(nn.GroupNorm(2, 4), (1, 4, 8, 8))

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    w, b = weight.reshape(1, -1, 1, 1), bias.reshape(1, -1, 1, 1)
    return w * group_norm_4d(x, num_groups, eps) + b

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
pd.DataFrame([dict(groups=g, err=(group_norm_4d(torch.ones(1, 8, 2, 2), g)).abs().max().item()) for g in (1, 2, 4)]).set_index("groups").plot.bar()
