"""What a network's norms do: a few numbers a layer, measured on the way through."""

import torch
from torch import Tensor, nn

from gn_edu.nets import NORM_LAYERS

MEASURES = ("std before", "level", "active", "dead", "always on")


@torch.no_grad()
def layer_statistics(model: nn.Module, x: Tensor) -> list[list[float]]:
    """Five numbers for each norm layer of `model` in evaluation mode, in the order of the layers.

    Args:
        model: a network of gn_edu.nets; the place of the norm "none" counts as a norm layer.
        x: input, (n, 3, 32, 32).

    Returns:
        One list a layer, in the order of MEASURES: the standard deviation of the layer's input; the standard deviation
        of the channels' means over that of all values in its output; the share of its outputs above 0; the share of
        channels with at most 1 in 1,000 outputs above 0, and with at least 999.
    """
    found, hooks = [], []

    def look(layer, inputs, output):
        before, after = inputs[0].float(), output.float()
        means = after.mean(dim=(0, 2, 3))
        on = (after > 0).float().mean(dim=(0, 2, 3))
        level = means.std(correction=0) / after.std(correction=0).clamp_min(1e-12)
        shares = on.mean(), (on <= 0.001).float().mean(), (on >= 0.999).float().mean()
        found.append([round(float(v), 4) for v in (before.std(correction=0), level, *shares)])

    for name, layer in model.named_modules():
        if isinstance(layer, NORM_LAYERS) and not name.endswith("shortcut"):
            hooks.append(layer.register_forward_hook(look))
    mode = model.training
    model.eval()(x)
    model.train(mode)
    for hook in hooks:
        hook.remove()
    return found
