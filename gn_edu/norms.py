"""Batch, layer, instance and group normalization from scratch.

One formula (Wu and He 2018, Eq. 1): subtract the mean of a set of values, divide by its standard deviation.
The formulas of the four layers differ in one thing, the set S_i: the axes they average over. As layers they also differ
in gamma and beta, and in running statistics.

    batch norm      (N, *)      Eq. 3    one set per channel
    layer norm      (C, *)      Eq. 4    one set per image
    instance norm   (*)         Eq. 5    one set per image and channel
    group norm      (C/G, *)    Eq. 7    one set per image and group of channels

Names, argument order and defaults are those of torch.nn.functional and torch.nn. A layer refuses a number of channels
that is not its own even without gamma and beta, where torch's lets it pass.

torch.jit.trace, torch.export and torch.compile take the layers as they take torch's own. torch.jit.script cannot read
them, and torch.fx must treat each as a leaf: they look at their input before they compute.
"""

import math
from collections.abc import Sequence
from functools import wraps
from numbers import Integral
from typing import Any

import torch
from torch import Tensor, nn

from gn_edu.refusals import (
    as_channels,
    as_integer,
    as_lengths,
    as_running,
    check_channels,
    check_groups,
    check_input,
    check_normalized_shape,
    check_parameters,
    check_rank,
    check_running,
    check_set_size,
)

Shape = int | Sequence[int]


def normalize_over(
    input: Tensor, dim: tuple[int, ...], eps: float, stats: tuple[Tensor, Tensor] | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Subtract the mean over `dim` and divide by the standard deviation: Eq. 1 and 2.

    Args:
        input: float64, float32, float16 or bfloat16; the last two are computed in float32.
        dim: the axes that form the set S_i.
        eps: added to the variance, inside the square root.
        stats: a mean and a variance to use instead of the input's own.

    Returns:
        The normalized input, in the precision it was computed in; the mean; the variance. Both statistics keep
        the reduced axes with length 1. The variance divides by m, not m - 1, and has the unit of input squared.

    >>> x_hat, mean, var = normalize_over(torch.tensor([2.0, 2.0, 6.0, 6.0]), dim=(0,), eps=0)
    >>> x_hat.tolist(), mean.tolist(), var.tolist()
    ([-1.0, -1.0, 1.0, 1.0], [4.0], [4.0])
    """
    x = input.float() if input.dtype in (torch.float16, torch.bfloat16) else input
    if stats is None:
        mean = x.mean(dim, keepdim=True)
        centred = x - mean
        # The mean itself is rounded. Centring once more removes what is left when |mean| >> std.
        rest = centred.mean(dim, keepdim=True)
        centred, mean = centred - rest, mean + rest
        # Subtract first, then square: E[x^2] - E[x]^2 cancels.
        var = centred.square().mean(dim, keepdim=True)
    else:
        mean, var = (s.to(x.dtype) for s in stats)
        centred = x - mean
    return centred * torch.rsqrt(var + eps), mean, var


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Normalize each group of channels of each image: the set S_i of Eq. 7, then scale and shift (Eq. 6).

    Args:
        input: (n, c, *), at least two axes.
        num_groups: into how many runs of adjacent channels c is cut; must divide c.
        weight, bias: gamma and beta, one value per channel, (c,).
        eps: added to the variance, inside the square root; unit of input squared.

    Returns:
        A tensor like input: shape, dtype and memory format.

    Raises:
        TypeError: input is not floating point, or num_groups is not an integer.
        ValueError: num_groups does not divide c, a parameter has the wrong size, there are fewer than two axes,
            or the batch has one image and its groups hold a single value each.

    >>> x = torch.tensor([2.0, 2.0, 6.0, 6.0, 0.0, 0.0, 8.0, 8.0]).view(1, 4, 1, 2)
    >>> group_norm(x, num_groups=2, eps=0).flatten().tolist()
    [-1.0, -1.0, 1.0, 1.0, -1.0, -1.0, 1.0, 1.0]
    """
    check_input(input, "group_norm", "(N, C, *)", least=2)
    c = input.shape[1]
    check_groups(num_groups, c)
    check_parameters((c,), weight=weight, bias=bias)
    # Splitting one axis in two never copies, in any memory format.
    grouped = input.unflatten(1, (num_groups, c // num_groups))
    check_set_size(grouped.numel() // num_groups, "group of channels", input, "larger maps or fewer groups")
    x_hat, _, _ = normalize_over(grouped, dim=tuple(range(2, grouped.dim())), eps=eps)
    return _scale_and_shift(x_hat.flatten(1, 2), weight, bias, _per_channel(input), input.dtype)


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalize each channel over the whole batch: the set S_i of Eq. 3, then scale and shift (Eq. 6).

    Args:
        input: (n, c, *), at least two axes.
        running_mean, running_var: (c,). In training they are updated in place (the variance with its unbiased
            estimate, dividing by m - 1); otherwise they are used in place of the batch's statistics.
        weight, bias: gamma and beta, (c,).
        training: take the statistics from this batch.
        momentum: the weight of this batch in the running statistics.
        eps: added to the variance, inside the square root; unit of input squared.

    Returns:
        A tensor like input: shape, dtype and memory format.

    Raises:
        TypeError: input is not floating point.
        ValueError: a parameter or statistic has the wrong size or is missing, there are fewer than two axes, or
            a channel holds a single value in training.

    >>> two_images = torch.tensor([[2.0, 6.0], [0.0, 8.0]])
    >>> batch_norm(two_images, None, None, training=True, eps=0).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    check_input(input, "batch_norm", "(N, C, *)", least=2)
    c = input.shape[1]
    check_parameters((c,), running_mean=running_mean, running_var=running_var, weight=weight, bias=bias)
    shape = _per_channel(input)
    if not training:
        stats = as_running(running_mean, running_var, shape)
        x_hat, _, _ = normalize_over(input, (), eps, stats)
        return _scale_and_shift(x_hat, weight, bias, shape, input.dtype)
    check_running(running_mean, running_var)
    m = input.numel() // max(c, 1)
    check_set_size(m, "channel", input, "more images or larger maps")
    x_hat, mean, var = normalize_over(input, (0, *range(2, input.dim())), eps)
    if running_mean is not None and running_var is not None and m > 0:
        _update_running(running_mean, running_var, mean.flatten(), var.flatten() * m / (m - 1), momentum)
    return _scale_and_shift(x_hat, weight, bias, shape, input.dtype)


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Normalize over the last axes: with normalized_shape = (c, h, w) the set S_i of Eq. 4, then scale and shift.

    The paper's layer norm has one gamma and beta per channel. Here, as in torch, weight and bias have
    normalized_shape: one value per position as well.

    Args:
        input: (*, *normalized_shape).
        normalized_shape: the lengths of the last axes.
        weight, bias: gamma and beta, of shape normalized_shape.
        eps: added to the variance, inside the square root; unit of input squared.

    Returns:
        A tensor like input: shape, dtype and memory format.

    Raises:
        TypeError: input is not floating point, or normalized_shape is a single number.
        ValueError: input does not end in normalized_shape, or a parameter has another shape.

    >>> layer_norm(torch.tensor([[2.0, 2.0, 6.0, 6.0]]), (4,), eps=0).tolist()
    [[-1.0, -1.0, 1.0, 1.0]]
    """
    check_input(input, "layer_norm", "(*, *normalized_shape)", least=1)
    check_normalized_shape(input, normalized_shape)
    shape = tuple(normalized_shape)
    check_parameters(shape, weight=weight, bias=bias)
    x_hat, _, _ = normalize_over(input, tuple(range(-len(shape), 0)), eps)
    return _scale_and_shift(x_hat, weight, bias, shape, input.dtype)


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalize each channel of each image: the set S_i of Eq. 5, then scale and shift (Eq. 6).

    Args:
        input: (n, c, *) with at least one axis after the channels.
        running_mean, running_var: (c,). Updated in place with the averages over the images when use_input_stats
            is true; used in place of the image's own statistics when it is false.
        weight, bias: gamma and beta, (c,).
        use_input_stats: take the statistics from each image.
        momentum: the weight of this batch in the running statistics.
        eps: added to the variance, inside the square root; unit of input squared.

    Returns:
        A tensor like input: shape, dtype and memory format.

    Raises:
        TypeError: input is not floating point.
        ValueError: a parameter or statistic has the wrong size or is missing, there are fewer than three axes, or
            a channel holds a single value and use_input_stats is true.

    >>> instance_norm(torch.tensor([[[2.0, 6.0], [0.0, 8.0]]]), eps=0).tolist()
    [[[-1.0, 1.0], [-1.0, 1.0]]]
    """
    check_input(input, "instance_norm", "(N, C, *) with at least one axis after the channels", least=3)
    n, c = input.shape[:2]
    check_parameters((c,), running_mean=running_mean, running_var=running_var, weight=weight, bias=bias)
    shape = _per_channel(input)
    if not use_input_stats:
        stats = as_running(running_mean, running_var, shape)
        x_hat, _, _ = normalize_over(input, (), eps, stats)
        return _scale_and_shift(x_hat, weight, bias, shape, input.dtype)
    check_running(running_mean, running_var)
    m = math.prod(input.shape[2:])
    check_set_size(m, "channel of an image", input, "larger maps")
    x_hat, mean, var = normalize_over(input, tuple(range(2, input.dim())), eps)
    if running_mean is not None and running_var is not None and n * m > 0:
        mean, var = mean.flatten(1).mean(0), var.flatten(1).mean(0) * m / (m - 1)
        _update_running(running_mean, running_var, mean, var, momentum)
    return _scale_and_shift(x_hat, weight, bias, shape, input.dtype)


class _Affine(nn.Module):
    """Owns gamma and beta (Eq. 6), named weight and bias as in torch so that state_dicts fit both ways."""

    weight: nn.Parameter | None
    bias: nn.Parameter | None

    def __init__(self, shape: tuple[int, ...], eps: float, affine: bool, bias: bool, device, dtype):
        super().__init__()
        self.eps = eps
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            value = nn.Parameter(torch.empty(shape, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, value)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set gamma to 1 and beta to 0."""
        if self.weight is not None:
            nn.init.ones_(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)


class GroupNorm(_Affine):
    """group_norm with its own gamma and beta. Arguments and state_dict of torch.nn.GroupNorm.

    >>> GroupNorm(num_groups=2, num_channels=6)
    GroupNorm(2, 6, eps=1e-05, affine=True, bias=True)
    """

    def __init__(
        self, num_groups: int, num_channels: int, eps=1e-5, affine=True, device=None, dtype=None, *, bias=True
    ):
        num_groups, num_channels = as_integer(num_groups, "num_groups"), as_channels(num_channels, "num_channels")
        check_groups(num_groups, num_channels, both_given=True)
        super().__init__((num_channels,), eps, affine, bias, device, dtype)
        self.num_groups, self.num_channels, self.affine = num_groups, num_channels, affine

    def forward(self, input: Tensor) -> Tensor:
        check_channels(input, self.num_channels, "GroupNorm")
        return group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        own = f"affine={self.affine}, bias={self.bias is not None}"
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, {own}"


class LayerNorm(_Affine):
    """layer_norm with its own gamma and beta. Arguments and state_dict of torch.nn.LayerNorm.

    >>> LayerNorm((3, 32, 32)).weight.shape
    torch.Size([3, 32, 32])
    """

    def __init__(self, normalized_shape: Shape, eps=1e-5, elementwise_affine=True, bias=True, device=None, dtype=None):
        shape = as_lengths([normalized_shape] if isinstance(normalized_shape, Integral) else normalized_shape)
        super().__init__(shape, eps, elementwise_affine, bias, device, dtype)
        self.normalized_shape, self.elementwise_affine = shape, elementwise_affine

    def forward(self, input: Tensor) -> Tensor:
        return layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        own = f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        return f"{self.normalized_shape}, eps={self.eps}, {own}"


def count_batch(layer: nn.BatchNorm2d) -> float:
    """Count a batch, if `layer` trains and tracks, and return its weight in the running statistics.

    That is the layer's momentum. None stands for the plain average over all batches so far: 1 / their number.

    >>> layer = BatchNorm2d(3, momentum=None)
    >>> count_batch(layer), count_batch(layer)
    (1.0, 0.5)
    """
    if layer.training and layer.track_running_stats and layer.num_batches_tracked is not None:
        layer.num_batches_tracked.add_(1)
        if layer.momentum is None:
            return 1 / float(layer.num_batches_tracked)
    return layer.momentum or 0.0


class BatchNorm2d(nn.BatchNorm2d):
    """batch_norm on (n, c, h, w) with its own parameters and running statistics.

    A subclass of torch's layer with another forward: what looks for batch norms by their class, to re-estimate or to
    synchronize them, finds this one too. Parameters, buffers and checkpoints are the parent's.

    >>> layer = BatchNorm2d(1, momentum=0.5)
    >>> layer(torch.full((4, 1, 8, 8), 6.0)).shape, layer.running_mean.tolist()
    (torch.Size([4, 1, 8, 8]), [3.0])
    """

    @wraps(nn.BatchNorm2d.__init__)
    def __init__(self, num_features: int, *args: Any, **kwargs: Any):
        super().__init__(as_channels(num_features, "num_features"), *args, **kwargs)

    def forward(self, input: Tensor) -> Tensor:
        check_rank(input, (4,), "BatchNorm2d", "(N, C, H, W)")
        check_channels(input, self.num_features, "BatchNorm2d")
        momentum = count_batch(self)
        own = self.training or self.running_mean is None
        # Statistics that are no longer tracked stay as they are; evaluation goes on using them.
        tracked = self.track_running_stats or not self.training
        stats = (self.running_mean, self.running_var) if tracked else (None, None)
        return batch_norm(input, *stats, self.weight, self.bias, own, momentum, self.eps)


class InstanceNorm2d(nn.InstanceNorm2d):
    """instance_norm on (n, c, h, w) or (c, h, w). A subclass of torch's layer with another forward.

    >>> InstanceNorm2d(1, eps=0)(torch.tensor([2.0, 2.0, 6.0, 6.0]).view(1, 2, 2)).tolist()
    [[[-1.0, -1.0], [1.0, 1.0]]]
    """

    @wraps(nn.InstanceNorm2d.__init__)
    def __init__(self, num_features: int, *args: Any, **kwargs: Any):
        super().__init__(as_channels(num_features, "num_features"), *args, **kwargs)

    def forward(self, input: Tensor) -> Tensor:
        check_rank(input, (3, 4), "InstanceNorm2d", "(N, C, H, W) or (C, H, W)")
        if input.dim() == 3:
            return self.forward(input[None])[0]
        check_channels(input, self.num_features, "InstanceNorm2d")
        own = self.training or not self.track_running_stats
        stats = (self.running_mean, self.running_var)
        return instance_norm(input, *stats, self.weight, self.bias, own, self.momentum or 0.0, self.eps)


def _per_channel(x: Tensor) -> tuple[int, ...]:
    return (1, x.shape[1], *[1] * (x.dim() - 2))


def _scale_and_shift(x_hat: Tensor, weight, bias, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """gamma * x_hat + beta (Eq. 6), rounded once to the input's dtype."""
    if weight is not None:
        x_hat = x_hat * weight.to(x_hat.dtype).view(shape)
    if bias is not None:
        x_hat = x_hat + bias.to(x_hat.dtype).view(shape)
    return x_hat.to(dtype)


@torch.no_grad()
def _update_running(running_mean: Tensor, running_var: Tensor, mean: Tensor, var: Tensor, momentum: float) -> None:
    for running, now in ((running_mean, mean), (running_var, var)):
        # Weighted before it is rounded: a variance of 160,000 is more than float16 holds, a tenth of it is not.
        running.copy_((1 - momentum) * running.to(now.dtype) + momentum * now)
