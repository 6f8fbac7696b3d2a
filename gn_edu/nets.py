"""The networks of the book. The norm is an argument of each; nothing else changes with it."""

import copy
import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gn_edu import fast
from gn_edu.config import NetConfig, check_setting
from gn_edu.norms import count_batch
from gn_edu.refusals import check_channels, check_groups

FUSED: dict[type[nn.Module], str] = {
    nn.ReLU: "relu",
    nn.SiLU: "silu",
}  # what gn_edu.fast computes in one go with a norm
NORM_LAYERS = (nn.GroupNorm, nn.BatchNorm2d, nn.Identity)  # what norm_layer makes


def norm_layer(norm: str, channels: int, groups: int) -> nn.Module:
    """The normalization layer called `norm` for feature maps with `channels` channels.

    torch's own layers, for speed: `gn_edu.norms` computes the same numbers and loads the same state_dict. Layer and
    instance norm are the two ends of group norm (one group; one channel a group), with gamma and beta per channel
    as in Wu and He (2018).
    """
    check_setting(NetConfig, "norm", norm)
    if norm == "gn":
        check_groups(groups, channels)
    makers = {
        "bn": lambda: nn.BatchNorm2d(channels),
        "gn": lambda: nn.GroupNorm(groups, channels),
        "ln": lambda: nn.GroupNorm(1, channels),
        "in": lambda: nn.GroupNorm(channels, channels),
        "none": nn.Identity,
    }
    return makers[norm]()


class GhostBatchNorm2d(nn.BatchNorm2d):
    """Batch norm over slices of `norm_batch` images of the batch, each with statistics of its own.

    As on several devices that do not talk to each other. After a step the running statistics hold the mean of what
    each slice would have left (Hoffer et al., arXiv 1705.08741; Wu and Johnson, arXiv 2105.07576).
    """

    def __init__(self, num_features: int, norm_batch: int):
        super().__init__(num_features)
        self.norm_batch = norm_batch

    def forward(self, x: Tensor) -> Tensor:
        self._check_input_dim(x)
        n, c = x.shape[:2]
        if not self.training or n in (0, self.norm_batch):
            return super().forward(x)
        check_channels(x, self.num_features, "GhostBatchNorm2d")
        if self.norm_batch < 1 or n % self.norm_batch:
            raise ValueError(f"norm_batch={self.norm_batch} must divide the batch; got {n} images")
        slices = n // self.norm_batch
        # A slice's channels become channels of their own: (norm_batch, slices * c, h, w).
        wide = x.unflatten(0, (slices, self.norm_batch)).transpose(0, 1).flatten(1, 2)
        running = (self.running_mean, self.running_var) if self.track_running_stats else (None, None)
        own = (*running, self.weight, self.bias)
        mean, variance, weight, bias = (None if t is None else t.repeat(slices) for t in own)
        wide = F.batch_norm(wide, mean, variance, weight, bias, True, count_batch(self), self.eps)
        for statistic, left in zip(running, (mean, variance), strict=True):
            if statistic is not None and left is not None:
                statistic.copy_(left.view(slices, c).mean(0))
        return wide.unflatten(1, (slices, c)).transpose(0, 1).flatten(0, 1)


class Conv3x3(nn.Conv2d):
    """A 3 x 3 convolution, bias-free unless asked, with weight standardization on request.

    Weight standardization (Qiao et al., arXiv 1903.10520) gives every filter mean 0 and variance 1 / fan-in before
    it is applied.
    """

    def __init__(self, in_channels: int, out_channels: int, ws: bool, stride: int = 1, bias: bool = False):
        super().__init__(in_channels, out_channels, kernel_size=3, padding=1, stride=stride, bias=bias)
        self.ws = ws
        nn.init.kaiming_normal_(self.weight, nonlinearity="linear")

    def standardized(self) -> Tensor:
        """The weight that is applied."""
        if not self.ws:
            return self.weight
        return F.layer_norm(self.weight, self.weight.shape[1:]) * self.weight[0].numel() ** -0.5

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.standardized(), self.bias, stride=self.stride, padding=self.padding)


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


class Vgg16(nn.Module):
    """Five blocks of 3 x 3 convolutions, each with norm and ReLU; a maximum ends a block. Then one linear layer.

    Input (n, 3, 32, 32), output (n, 10); 14,728,266 parameters with any norm that has gamma and beta. The network of
    labml.ai's page on group norm, biases of the convolutions included.
    """

    def __init__(self, norm: str = "gn", groups: int = 16, ws: bool = False, width: int = 64):
        super().__init__()
        layers, before = [], 3
        for times, depth in ((1, 2), (2, 2), (4, 3), (8, 3), (8, 3)):
            for _ in range(depth):
                channels = times * width
                layers += [Conv3x3(before, channels, ws, bias=True), norm_layer(norm, channels, groups), nn.ReLU()]
                before = channels
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(before, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x).flatten(1))


class ResidualBlock(nn.Module):
    """ReLU(shortcut(x) + norm(conv(ReLU(norm(conv(x)))))). With zero_gamma the last norm's gamma starts at 0.

    Then the block starts as its shortcut alone (Wu and He, 2018, section 4.1).
    """

    def __init__(self, before: int, channels: int, norm: str, groups: int, ws: bool, stride: int, zero_gamma: bool):
        super().__init__()
        self.conv1, self.norm1 = Conv3x3(before, channels, ws, stride), norm_layer(norm, channels, groups)
        self.conv2, self.norm2 = Conv3x3(channels, channels, ws), norm_layer(norm, channels, groups)
        self.relu1, self.relu2 = nn.ReLU(), nn.ReLU()
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or before != channels:
            conv = nn.Conv2d(before, channels, kernel_size=1, stride=stride, bias=False)
            self.shortcut = nn.Sequential(conv, norm_layer(norm, channels, groups))
        if zero_gamma and norm != "none":
            nn.init.zeros_(self.norm2.get_parameter("weight"))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm2(self.conv2(self.relu1(self.norm1(self.conv1(x)))))
        return self.relu2(self.shortcut(x) + y)


class ResNet(nn.Module):
    """A 3 x 3 convolution of stride 2, four residual blocks at 16, 8, 4 and 2 pixels, a mean, one linear layer.

    Input (n, 3, 32, 32), output (n, 10); 308,826 parameters at width 16. Fewer stages leave the last blocks out.
    """

    def __init__(
        self,
        norm: str = "gn",
        groups: int = 4,
        ws: bool = True,
        width: int = 16,
        zero_gamma: bool = False,
        stages: int = 4,
    ):
        super().__init__()
        layers = [Conv3x3(3, width, ws=False, stride=2), norm_layer(norm, width, groups), nn.ReLU()]
        before = width
        for stage in range(stages):
            channels = width * 2**stage
            layers.append(ResidualBlock(before, channels, norm, groups, ws, 2 if stage else 1, zero_gamma))
            before = channels
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(before, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x).mean(dim=(2, 3)))


class Airbench(nn.Module):
    """A fixed whitening convolution, then three blocks of conv, maximum, norm, activation, conv, norm, activation.

    Input (n, 3, 32, 32), output (n, 10); the blocks have width, 4 width and 4 width channels, and the activation is
    SiLU. The shape is that of airbench94 (Jordan, arXiv 2404.00498), whose widths are 64, 256 and 256: width 64. With
    group_size, that many channels make a group in every layer, and groups is not used. Call `fit_stem(images)` once
    before training: the first convolution is computed from patches of the pictures and not trained.
    """

    SIDE = 2
    PATCHES = 3 * SIDE**2  # directions of a patch; each gives two filters, one for each sign
    stem: Tensor

    def __init__(self, norm: str = "gn", groups: int = 16, ws: bool = True, width: int = 32, group_size: int = 0):
        super().__init__()
        self.register_buffer("stem", torch.zeros(2 * self.PATCHES, 3, self.SIDE, self.SIDE))
        blocks, before = [], 2 * self.PATCHES
        for channels in (width, 4 * width, 4 * width):
            if group_size and norm == "gn":
                if channels % group_size:
                    raise ValueError(f"group_size={group_size} must divide each width; got {channels} channels")
                groups = channels // group_size
            first, second = Conv3x3(before, channels, ws), Conv3x3(channels, channels, ws)
            for conv in (first, second):
                nn.init.dirac_(conv.weight[: conv.in_channels])
            blocks += [first, nn.MaxPool2d(2), norm_layer(norm, channels, groups), nn.SiLU()]
            blocks += [second, norm_layer(norm, channels, groups), nn.SiLU()]
            before = channels
        self.features = nn.Sequential(*blocks)
        self.head = nn.Linear(before, 10, bias=False)

    @torch.no_grad()
    def fit_stem(self, x: Tensor) -> None:
        """Set the first convolution from inputs x, (n, 3, 32, 32): directions of the patches, scaled to variance 1."""
        patches = F.unfold(x, self.SIDE, stride=self.SIDE).transpose(1, 2).reshape(-1, 3 * self.SIDE**2)
        variance, direction = torch.linalg.eigh(patches.T @ patches / len(patches))
        filters = (direction / (variance + 5e-4).sqrt()).T.reshape(-1, 3, self.SIDE, self.SIDE)
        self.stem.copy_(torch.cat([filters, -filters]))

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(F.relu(F.conv2d(x, self.stem)))
        return self.head(x.amax(dim=(2, 3))) / 10


def count_parameters(model: nn.Module) -> int:
    """How many numbers training can change."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def replace_layers(model: nn.Module, kind: type, make) -> nn.Module:
    """Swap every `kind` of layer in `model` for make(layer), keeping what both remember."""
    for name, child in model.named_children():
        if isinstance(child, kind):
            twin = make(child)
            twin.load_state_dict(child.state_dict())
            setattr(model, name, twin)
        else:
            replace_layers(child, kind, make)
    return model


def replace_norm(model: nn.Module, make) -> nn.Module:
    """Swap every nn.GroupNorm in `model` for make(num_groups, num_channels), keeping gamma and beta."""
    return replace_layers(model, nn.GroupNorm, lambda layer: make(layer.num_groups, layer.num_channels))


def with_fast_norms(model: nn.Module) -> nn.Module:
    """The same network, its parameters shared, by gn_edu.fast: each group norm, with an activation right behind it."""
    shared = {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    twin = copy.deepcopy(model, shared)
    for part in list(twin.modules()):
        for (name, layer), (after, follows) in itertools.pairwise([*part.named_children(), ("", part)]):
            if isinstance(layer, nn.GroupNorm):
                activation = FUSED.get(type(follows)) if isinstance(part, nn.Sequential) else None
                kernel = fast.GroupNorm(layer.num_groups, layer.num_channels, layer.eps, activation=activation)
                kernel.weight, kernel.bias = layer.weight, layer.bias
                setattr(part, name, kernel)
                if activation:
                    setattr(part, after, nn.Identity())
    return twin


def seeded(seed: int, norm: str, groups: int, ws: bool, width: int = 32) -> SmallNet:
    """A SmallNet with its weights drawn from `seed`; the three stages have width, 2 width and 4 width channels."""
    torch.manual_seed(seed)
    return SmallNet(norm, groups, ws, (width, 2 * width, 4 * width))


def build(config: NetConfig, seed: int = 0) -> nn.Module:
    """The network that the settings name, its weights drawn from `seed`.

    With norm_batch, a batch norm averages over that many images at a time; the other norms never see more than one.
    """
    net = _net(config, seed)
    if config.norm_batch:
        replace_layers(net, nn.BatchNorm2d, lambda layer: GhostBatchNorm2d(layer.num_features, config.norm_batch))
    return net


def _net(config: NetConfig, seed: int) -> nn.Module:
    shape = (config.norm, config.groups, config.ws, config.width)
    if config.net == "small":
        return seeded(seed, *shape)
    torch.manual_seed(seed)
    if config.net == "resnet":
        return ResNet(*shape, config.zero_gamma, config.stages)
    if config.net == "vgg16":
        return Vgg16(*shape)
    return Airbench(*shape, config.group_size)
