# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: a small net with nn.GroupNorm is trained in a while loop, which may run long, before exercise 6; tqdm.auto and trange

# %%
import torch
import torch.nn as nn
import torch.optim as optim
from tqdm.auto import tqdm, trange
from gn_edu import exercises

torch.manual_seed(42)

# %%
def normalize(x, eps=1e-5):
    mean, mean_of_squares = x.mean(), None
    var = torch.mean((x - mean) ** 2)
    return (x - mean) / torch.sqrt(var + eps)

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    g = x.view(N, num_groups, C // num_groups, H, W)
    mean = g.mean((2, 3, 4), keepdim=True)
    var = torch.mean((g - mean) ** 2, (2, 3, 4), keepdim=True)
    return ((g - mean) / torch.sqrt(var + eps)).view(N, C, H, W)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
net = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.GroupNorm(4, 16), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 2))
opt = optim.SGD(net.parameters(), lr=0.05)
X = torch.randn(256, 1, 16, 16)
Y = (X.mean((1, 2, 3)) > 0).long()
loss, steps = torch.tensor(1.0), 0
while loss > 0.05 and steps < 3000:
    opt.zero_grad()
    loss = nn.functional.cross_entropy(net(X), Y)
    loss.backward()
    opt.step()
    steps += 1
    if steps % 100 == 0:
        print(f"{steps:5d} {loss.item():.4f}")

# %%
for epoch in (pbar := trange(50)):
    pbar.set_postfix(loss=f"{nn.functional.cross_entropy(net(X), Y).item():.3f}")

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    return group_norm_4d(x, num_groups, eps) * weight.reshape(-1, 1, 1) + bias.reshape(-1, 1, 1)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
h = net[0](X)
print((net[1](h) - group_norm_affine(h, 4, net[1].weight, net[1].bias)).abs().max().item())
