# sheet: sheet5_network
# fair: ex15 8, ex16 10
# why: resnet18 of torchvision, a DataLoader and a training loop as demos between the exercises, checkpoints saved to a folder

# %%
import copy

import torch
from torch import nn

from gn_edu import exercises

# %%
import os
import torchvision
from torchvision.models import resnet18
from torch.utils.data import DataLoader
from tqdm.auto import tqdm
device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")

# %%
def train_eval_gap(layer, x):
    # state and modes are put back afterwards
    modes = {m: m.training for m in layer.modules()}
    state = copy.deepcopy(layer.state_dict())
    try:
        with torch.no_grad():
            layer.eval()
            e = layer(x)
            layer.train()
            t = layer(x)
    finally:
        layer.load_state_dict(state)
        for m, mode in modes.items():
            m.training = mode
    return float((t - e).abs().max())

# %%
report = exercises.check_train_eval_gap(train_eval_gap)
report

# %%
net = resnet18(num_classes=10).to(device)
loader = DataLoader(torchvision.datasets.CIFAR10("data", download=True), batch_size=128, num_workers=4, shuffle=True)
opt = torch.optim.Adam(net.parameters())
for epoch in range(10):
    for images, labels in tqdm(loader):
        loss = nn.functional.cross_entropy(net(images.to(device)), labels.to(device))
        opt.zero_grad(); loss.backward(); opt.step()
    os.makedirs("checkpoints", exist_ok=True)
    torch.save(net.state_dict(), f"checkpoints/{epoch:02d}.pt")

# %%
class GroupNorm(nn.Module):
    """Group norm for (n, c, h, w)."""

    def __init__(self, num_groups, num_channels, eps=1e-5):
        super().__init__()
        self.num_groups, self.eps = num_groups, eps
        self.weight = nn.Parameter(torch.ones(num_channels))
        self.bias = nn.Parameter(torch.zeros(num_channels))

    def forward(self, x):
        rows = x.reshape(x.shape[0], self.num_groups, -1)
        mean = rows.mean(-1, keepdim=True)  # bug 1: not over the images
        var = (rows - mean).square().mean(-1, keepdim=True)  # bug 2: m, not m - 1
        std = (var + self.eps).sqrt()  # bug 3: eps under the root
        y = ((rows - mean) / std).reshape(x.shape)
        return y * self.weight.view(1, -1, 1, 1) + self.bias.view(1, -1, 1, 1)


def convert(net):
    for path, module in list(net.named_modules()):
        if isinstance(module, nn.BatchNorm2d) and path:
            *above, last = path.split(".")
            parent = net.get_submodule(".".join(above))
            gn = GroupNorm(8, module.num_features, module.eps).to(module.weight)
            gn.load_state_dict({"weight": module.weight, "bias": module.bias})
            setattr(parent, last, gn)
    return net

# %%
report = exercises.check_convert(convert)
report

# %%
convert(net)
