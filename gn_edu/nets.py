"""The small network of the book. Its norm is an argument; nothing else changes with it."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

NORMS = ("bn", "gn", "ln", "in", "none")


def norm_layer(norm: str, channels: int, groups: int) -> nn.Module:
    """The normalization layer called `norm` for feature maps with `channels` channels.

    torch's own layers, for speed: `gn_edu.norms` computes the same numbers and loads the same state_dict. Layer and
    instance norm are the two ends of group norm (one group; one channel a group), with gamma and beta per channel
    as in Wu and He (2018).
    """
    makers = {
        "bn": lambda: nn.BatchNorm2d(channels),
        "gn": lambda: nn.GroupNorm(groups, channels),
        "ln": lambda: nn.GroupNorm(1, channels),
        "in": lambda: nn.GroupNorm(channels, channels),
        "none": nn.Identity,
    }
    if norm not in makers:
        raise ValueError(f"norm must be one of {', '.join(NORMS)}; got {norm!r}")
    return makers[norm]()


class Conv3x3(nn.Conv2d):
    """A 3 x 3 convolution, bias-free, with weight standardization on request.

    Weight standardization (Qiao et al., arXiv 1903.10520) gives every filter mean 0 and variance 1 / fan-in before
    it is applied.
    """

    def __init__(self, in_channels: int, out_channels: int, ws: bool, stride: int = 1):
        super().__init__(in_channels, out_channels, kernel_size=3, padding=1, stride=stride, bias=False)
        self.ws = ws
        nn.init.kaiming_normal_(self.weight, nonlinearity="linear")

    def standardized(self) -> Tensor:
        """The weight that is applied."""
        if not self.ws:
            return self.weight
        return F.layer_norm(self.weight, self.weight.shape[1:]) * self.weight[0].numel() ** -0.5

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.standardized(), stride=self.stride, padding=self.padding)


class SmallNet(nn.Module):
    """Six 3 x 3 convolutions in three stages, each followed by a norm and a ReLU, then one linear layer.

    Input (n, 3, 32, 32), output (n, 10). The stages work at 16 x 16, 8 x 8 and 4 x 4 pixels.
    """

    def __init__(self, norm: str = "gn", groups: int = 16, ws: bool = True, widths: tuple[int, ...] = (32, 64, 128)):
        super().__init__()
        blocks, before = [], 3
        for stage, width in enumerate(widths):
            blocks += [
                Conv3x3(before, width, ws and stage > 0, stride=2 if stage == 0 else 1),
                *([nn.MaxPool2d(2)] if stage > 0 else []),
                norm_layer(norm, width, groups),
                nn.ReLU(),
                Conv3x3(width, width, ws),
                norm_layer(norm, width, groups),
                nn.ReLU(),
            ]
            before = width
        self.features = nn.Sequential(*blocks)
        self.head = nn.Linear(before, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x).amax(dim=(2, 3)))


def count_parameters(model: nn.Module) -> int:
    """How many numbers training can change."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def replace_norm(model: nn.Module, make) -> nn.Module:
    """Swap every nn.GroupNorm in `model` for make(num_groups, num_channels), keeping gamma and beta."""
    for name, child in model.named_children():
        if isinstance(child, nn.GroupNorm):
            twin = make(child.num_groups, child.num_channels)
            twin.load_state_dict(child.state_dict())
            setattr(model, name, twin)
        else:
            replace_norm(child, make)
    return model


def seeded(seed: int, norm: str, groups: int, ws: bool, width: int = 32) -> SmallNet:
    """A SmallNet with its weights drawn from `seed`; the three stages have width, 2 width and 4 width channels."""
    torch.manual_seed(seed)
    return SmallNet(norm, groups, ws, (width, 2 * width, 4 * width))
