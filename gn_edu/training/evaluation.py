"""Accuracy and loss of a network as it is, and of a batch norm network with other statistics than its running ones."""

from collections.abc import Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gn_edu.augment import to_input
from gn_edu.nets import GhostBatchNorm2d
from gn_edu.training.device import lower_precision

SHARES = tuple(k / 10 for k in range(11))  # of a picture's own statistics, as best_share tries them


@torch.no_grad()
def measure(
    model: nn.Module, images: Tensor, labels: Tensor, batch: int = 1000, precision: torch.dtype = torch.float32
) -> tuple[float, float]:
    """Accuracy in percent and mean cross-entropy (nats, no smoothing), in evaluation mode."""
    model.eval()
    device = next(model.parameters()).device
    right, loss = 0, 0.0
    for x, y in zip(images.split(batch), labels.to(device).split(batch), strict=True):
        with lower_precision(device, precision):
            logits = model(to_input(x.to(device))).float()
        right += int((logits.argmax(1) == y).sum())
        loss += float(F.cross_entropy(logits, y, reduction="sum"))
    return 100 * right / len(labels), loss / len(labels)


def evaluate(
    model: nn.Module, images: Tensor, labels: Tensor, batch: int = 1000, precision: torch.dtype = torch.float32
) -> float:
    """Accuracy in percent, in evaluation mode."""
    return measure(model, images, labels, batch, precision)[0]


def batch_norms(model: nn.Module) -> list[nn.BatchNorm2d]:
    """Its batch norm layers."""
    return [layer for layer in model.modules() if isinstance(layer, nn.BatchNorm2d)]


@torch.no_grad()
def reestimate(
    model: nn.Module, images: Tensor, batch: int, precision: torch.dtype = torch.float32, whole: bool = False
) -> bool:
    """Measure the running statistics of every batch norm anew: their plain average over the batches of `images`.

    An incomplete batch at the end is left out. Where a batch norm averages over slices of the batch, it does so here
    too, unless the `whole` batch is asked for. Returns whether there is a batch norm at all.
    """
    norms = batch_norms(model)
    if not norms:
        return False
    slices = [(layer, layer.norm_batch) for layer in norms if isinstance(layer, GhostBatchNorm2d)]
    for layer in norms:
        layer.reset_running_stats()
    for layer, _ in slices if whole else []:
        layer.norm_batch = batch
    model.train()
    device = next(model.parameters()).device
    with lower_precision(device, precision):
        for k, part in enumerate(images[: batch * (len(images) // batch)].split(batch), start=1):
            for layer in norms:
                layer.momentum = 1 / k  # a plain average
            model(to_input(part.to(device)))
    for layer, norm_batch in slices:
        layer.norm_batch = norm_batch
    return True


def mixed_batch_norm(x: Tensor, layer: nn.BatchNorm2d, share: float) -> Tensor:
    """What a batch norm gives if its statistics are `share` the picture's own, and the rest the running ones.

    Mean and variance are those of all values together, the picture's own weighted by share: its variance is
    share v + (1 - share) V + share (1 - share) (m - M)^2, with m, v of the picture and M, V the running ones. After
    EvalNorm (Singh and Shrivastava, arXiv 1904.06031).

    Args:
        x: (n, c, h, w).
        layer: with running statistics.
        share: 0 (evaluation as usual) to 1 (Instance Norm).
    """
    assert layer.running_mean is not None and layer.running_var is not None
    wide = x.float()
    own, spread = wide.mean((2, 3), keepdim=True), wide.var((2, 3), correction=0, keepdim=True)
    all_mean, all_var = (s.view(1, -1, 1, 1) for s in (layer.running_mean, layer.running_var))
    mean = share * own + (1 - share) * all_mean
    var = share * spread + (1 - share) * all_var + share * (1 - share) * (own - all_mean).square()
    y = (wide - mean) * (var + layer.eps).rsqrt()
    if layer.affine:
        y = y * layer.weight.view(1, -1, 1, 1) + layer.bias.view(1, -1, 1, 1)
    return y.to(x.dtype)


@contextmanager
def own_statistics(model: nn.Module, share: float):
    """The context in which every batch norm of the model mixes in that share of the picture's own statistics."""

    def mixing(layer):
        return lambda x: mixed_batch_norm(x, layer, share)

    norms = batch_norms(model)
    for layer in norms:
        layer.forward = mixing(layer)  # type: ignore[method-assign]
    try:
        yield
    finally:
        for layer in norms:
            del layer.forward


def best_share(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    precision: torch.dtype = torch.float32,
    shares: Sequence[float] = SHARES,
) -> float:
    """The share of a picture's own statistics with the smallest loss on these images; choose on none that you test."""

    def loss(share: float) -> float:
        with own_statistics(model, share):
            return measure(model, images, labels, precision=precision)[1]

    return min(shares, key=loss)
