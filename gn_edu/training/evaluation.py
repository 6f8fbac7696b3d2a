"""Test accuracy, as a network is, and with running statistics that are measured anew."""

import torch
from torch import Tensor, nn

from gn_edu.augment import to_input
from gn_edu.training.device import lower_precision


@torch.no_grad()
def evaluate(
    model: nn.Module, images: Tensor, labels: Tensor, batch: int = 1000, precision: torch.dtype = torch.float32
) -> float:
    """Accuracy in percent, in evaluation mode."""
    model.eval()
    device = next(model.parameters()).device
    right = 0
    with lower_precision(device, precision):
        for x, y in zip(images.split(batch), labels.split(batch), strict=True):
            right += int((model(to_input(x.to(device))).argmax(1) == y.to(device)).sum())
    return 100 * right / len(labels)


@torch.no_grad()
def reestimate(model: nn.Module, images: Tensor, batch: int) -> bool:
    """Measure the running statistics of every batch norm anew: their plain average over the batches of `images`.

    An incomplete batch at the end is left out. Returns whether there is a batch norm at all.
    """
    norms = [layer for layer in model.modules() if isinstance(layer, nn.BatchNorm2d)]
    if not norms:
        return False
    for layer in norms:
        layer.reset_running_stats()
    model.train()
    device = next(model.parameters()).device
    whole = batch * (len(images) // batch)
    for k, part in enumerate(images[:whole].split(batch), start=1):
        for layer in norms:
            layer.momentum = 1 / k  # a plain average
        model(to_input(part.to(device)))
    return True
