"""What the layers refuse. Each message states the rule, what came and the likely fix."""

import torch
from torch import Tensor


def check_input(x: Tensor, name: str, layout: str, least: int) -> None:
    if not torch.is_tensor(x) or not x.is_floating_point():
        kind = str(x.dtype) if torch.is_tensor(x) else type(x).__name__
        raise TypeError(f"{name}: input must be a floating-point tensor, got {kind}; convert it with input.float()")
    if x.dim() < least:
        raise ValueError(
            f"{name}: input must be {layout}, got shape {tuple(x.shape)}; add the missing axes, "
            "for one image input[None]"
        )


def check_rank(x: Tensor, ranks: tuple[int, ...], name: str, layout: str) -> None:
    if x.dim() not in ranks:
        raise ValueError(f"{name}: input must be {layout}, got shape {tuple(x.shape)}; for one image use input[None]")


def check_channels(x: Tensor, channels: int, name: str) -> None:
    if x.dim() >= 2 and x.shape[1] != channels:
        raise ValueError(
            f"{name}: axis 1 of input must hold {channels} channels, got shape {tuple(x.shape)}; "
            "is a batch axis missing, or are the channels last?"
        )


def check_features(num_features: int) -> None:
    if not isinstance(num_features, int) or num_features < 1:
        raise ValueError(f"num_features must be a positive integer, the number of channels; got {num_features!r}")


def check_groups(num_groups: int, channels: int) -> None:
    for name, value in (("num_groups", num_groups), ("num_channels", channels)):
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"{name} must be an integer, got {value!r}")
    if num_groups < 1:
        raise ValueError(
            f"num_groups must be at least 1, got {num_groups}; 1 puts all channels in one group (layer norm)"
        )
    if channels % num_groups:
        swapped = num_groups % channels == 0 if channels > 0 else False
        divisors = [g for g in range(1, channels + 1) if channels % g == 0]
        fix = f"choose one of {divisors}" + (", or were the two arguments swapped?" if swapped else "")
        raise ValueError(f"num_groups must divide the number of channels, got {num_groups} and {channels}; {fix}")


def check_parameters(shape: tuple[int, ...], **parameters: Tensor | None) -> None:
    for name, value in parameters.items():
        if value is not None and tuple(value.shape) != shape:
            meaning = "one value per channel" if len(shape) == 1 else "the shape of normalized_shape"
            raise ValueError(f"{name} must have shape {shape}, {meaning}; got {tuple(value.shape)}")


def check_running(running_mean, running_var, required: bool) -> None:
    if (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var go together: give both or neither")
    if required and running_mean is None:
        raise ValueError(
            "without the input's own statistics, running_mean and running_var are needed; got None. "
            "Pass both, or set training=True (batch_norm) or use_input_stats=True (instance_norm)"
        )


def check_set_size(values: int, what: str, x: Tensor) -> None:
    """One value is its own mean: the output would be beta whatever came in."""
    if values == 1:
        raise ValueError(
            f"each {what} needs more than one value to have a variance, got input of shape {tuple(x.shape)}; "
            "use more images, larger maps or fewer groups"
        )
