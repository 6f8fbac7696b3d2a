"""What the layers refuse. Each message states the rule, what came and the likely fix."""

import operator
from numbers import Integral

import torch
import torch.fx
from torch import Tensor


def check_floating(x: Tensor, name: str) -> None:
    if torch.is_tensor(x) and x.is_floating_point():
        return
    kind: object = type(x).__name__
    if isinstance(x, torch.fx.Proxy):
        fix = "; torch.fx cannot look into this layer: let is_leaf_module of your Tracer return True for it"
    elif not torch.is_tensor(x):
        fix = "; make a tensor of it with torch.as_tensor(input)" if _can_be_a_tensor(x) else ""
    elif x.is_complex():
        kind, fix = x.dtype, "; give it input.real and input.imag, one after the other"
    else:
        kind, fix = x.dtype, f"; convert it with input.{'dequantize' if x.is_quantized else 'float'}()"
    raise TypeError(f"{name}: input must be a floating-point tensor, got {kind}{fix}")


def _can_be_a_tensor(x) -> bool:
    try:
        torch.as_tensor(x)
    except (TypeError, ValueError, RuntimeError):
        return False
    return True


def check_input(x: Tensor, name: str, layout: str, least: int) -> None:
    check_floating(x, name)
    if x.dim() < least:
        raise ValueError(
            f"{name}: input must be {layout}, got shape {tuple(x.shape)}; add the missing axes, "
            "for one image input[None]"
        )


def check_rank(x: Tensor, ranks: tuple[int, ...], name: str, layout: str) -> None:
    check_floating(x, name)
    if x.dim() not in ranks:
        fixes = {2: "; for features without a map use input[:, :, None, None]", 3: "; for one image use input[None]"}
        # Instance norm takes one image as it is, and a map of one value not at all.
        fix = fixes.get(x.dim(), "") if 3 not in ranks else ""
        raise ValueError(f"{name}: input must be {layout}, got shape {tuple(x.shape)}{fix}")


def check_channels(x: Tensor, channels: int, name: str) -> None:
    check_floating(x, name)
    if x.dim() >= 2 and x.shape[1] != channels:
        raise ValueError(
            f"{name}: axis 1 of input must hold {channels} channels, got shape {tuple(x.shape)}; "
            "is a batch axis missing, or are the channels last?"
        )


def as_integer(value, name: str) -> int:
    """Python's and NumPy's integers and a tensor of one integer pass, as in torch; True and 2.0 do not."""
    try:
        if not isinstance(value, bool):
            return operator.index(value)
    except TypeError:
        pass
    raise TypeError(f"{name} must be an integer, got {value!r}")


def as_channels(value, name: str) -> int:
    channels = as_integer(value, name)
    if channels < 1:
        raise ValueError(f"{name} must be positive, the number of channels; got {channels}")
    return channels


def check_groups(num_groups: int, channels: int, both_given: bool = False) -> None:
    """With both_given the two stand side by side in the call, where they change places easily."""
    as_integer(num_groups, "num_groups")
    if num_groups < 1:
        raise ValueError(
            f"num_groups must be at least 1, got {num_groups}; 1 puts all channels in one group (layer norm)"
        )
    if channels % num_groups:
        swapped = both_given and num_groups % channels == 0
        divisors = [g for g in range(1, int(channels) + 1) if channels % g == 0]
        fix = f"choose one of {divisors}" + (", or were the two arguments swapped?" if swapped else "")
        raise ValueError(f"num_groups must divide the number of channels, got {num_groups} and {channels}; {fix}")


def as_lengths(normalized_shape) -> tuple[int, ...]:
    return tuple(as_integer(length, "each length in normalized_shape") for length in normalized_shape)


def check_normalized_shape(x: Tensor, normalized_shape) -> None:
    if isinstance(normalized_shape, Integral) and not isinstance(normalized_shape, bool):
        raise TypeError(
            f"layer_norm: normalized_shape must be a sequence of axis lengths, got the integer {normalized_shape}; "
            f"write ({normalized_shape},)"
        )
    shape = as_lengths(normalized_shape)
    if not shape or tuple(x.shape[-len(shape) :]) != shape:
        raise ValueError(
            f"layer_norm: the last axes of input must be normalized_shape={shape}, got input of shape "
            f"{tuple(x.shape)}; for images use normalized_shape=input.shape[1:]"
        )


def check_parameters(shape: tuple[int, ...], **parameters: Tensor | None) -> None:
    for name, value in parameters.items():
        if value is None:
            continue
        meaning = "one value per channel" if len(shape) == 1 else "the shape of normalized_shape"
        if not torch.is_tensor(value):
            raise TypeError(f"{name} must be a tensor of shape {shape}, {meaning}; got {value!r}")
        if tuple(value.shape) != shape:
            raise ValueError(f"{name} must have shape {shape}, {meaning}; got {tuple(value.shape)}")


def check_running(running_mean: Tensor | None, running_var: Tensor | None) -> None:
    if (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var go together: give both or neither")


def as_running(
    running_mean: Tensor | None, running_var: Tensor | None, shape: tuple[int, ...]
) -> tuple[Tensor, Tensor]:
    """Both in a shape that fits the input, to be used in place of its own statistics."""
    check_running(running_mean, running_var)
    if running_mean is None or running_var is None:
        raise ValueError(
            "without the input's own statistics, running_mean and running_var are needed; got None. "
            "Pass both, or set training=True (batch_norm) or use_input_stats=True (instance_norm)"
        )
    return running_mean.view(shape), running_var.view(shape)


def check_set_size(values: int, what: str, x: Tensor, fix: str) -> None:
    """One value is its own mean: the output would be beta whatever came in."""
    if values == 1:
        raise ValueError(
            f"each {what} needs more than one value to have a variance, got input of shape {tuple(x.shape)}; use {fix}"
        )
