"""Measure group norm from scratch against torch's, side by side: python -m scripts.bench_norms

Writes gn_edu/results/ladder.json: per variant and shape the CPU time of a forward pass and of forward and backward
together, as a multiple of torch.nn.functional.group_norm in the same rounds (minimum over interleaved rounds, one
thread), and how much it keeps for the backward pass.
"""

import json
import time

import torch
from torch.nn import functional as F

from gn_edu import norms
from gn_edu.training.provenance import processor, provenance
from scripts.paths import ROOT

SHAPES = [(8, 64, 32, 32), (32, 256, 16, 16)]
GROUPS, ROUNDS = 32, 15


def loops(x, groups, weight, bias):
    """Version 1 of chapter 4, group by group."""
    each = x.shape[1] // groups
    y = torch.empty_like(x)
    for n in range(len(x)):
        for g in range(groups):
            part = x[n, g * each : (g + 1) * each]
            centred = part - part.mean()
            y[n, g * each : (g + 1) * each] = centred / (centred.square().mean() + 1e-5).sqrt()
    return y * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)


def reshape(x, groups, weight, bias):
    """Version 2 of chapter 4."""
    rows = x.reshape(len(x), groups, -1)
    centred = rows - rows.mean(-1, keepdim=True)
    x_hat = centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()
    return x_hat.reshape(x.shape) * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)


def squares(x, groups, weight, bias):
    """Version 2 with E[x^2] - E[x]^2: one reading of x less, and chapter 6 says at what price."""
    rows = x.reshape(len(x), groups, -1)
    mean = rows.mean(-1, keepdim=True)
    rstd = (rows.square().mean(-1, keepdim=True) - mean.square() + 1e-5).rsqrt()
    x_hat = (rows - mean) * rstd
    return x_hat.reshape(x.shape) * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)


class OwnBackward(torch.autograd.Function):
    """Version 2 with the backward pass of chapter 5: keeps x_hat and 1 / sigma, nothing else of x's size."""

    @staticmethod
    def forward(ctx, x, groups, weight, bias):
        rows = x.reshape(len(x), groups, -1)
        centred = rows - rows.mean(-1, keepdim=True)
        rstd = (centred.square().mean(-1, keepdim=True) + 1e-5).rsqrt()
        x_hat = centred.mul_(rstd)
        ctx.save_for_backward(x_hat, rstd, weight)
        return torch.addcmul(bias.view(1, -1, 1, 1), x_hat.reshape(x.shape), weight.view(1, -1, 1, 1))

    @staticmethod
    def backward(ctx, grad_output):
        x_hat, rstd, weight = ctx.saved_tensors
        dweight = (grad_output * x_hat.reshape(grad_output.shape)).sum((0, 2, 3))
        g = (grad_output * weight.view(1, -1, 1, 1)).reshape(x_hat.shape)
        along = (g * x_hat).mean(-1, keepdim=True)
        dx = (g - g.mean(-1, keepdim=True)).addcmul_(x_hat, along, value=-1).mul_(rstd)
        return dx.reshape(grad_output.shape), None, dweight, grad_output.sum((0, 2, 3))


VARIANTS = {
    "torch": F.group_norm,
    "loops over images and groups": loops,
    "reshape": reshape,
    "reshape, E[x^2] - E[x]^2": squares,
    "reshape, own backward pass": OwnBackward.apply,
    "gn_edu.norms": norms.group_norm,
}


def kept_storages(forward) -> dict[int, int]:
    """The memory that the backward pass of forward() needs: bytes of each storage, by its address."""
    storages = {}

    def pack(tensor):
        storages[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        y = forward()
    del y
    return storages


def kept(layer, x, weight, bias) -> float:
    """Bytes that the backward pass needs, x itself counted, as a multiple of x's."""
    storages = kept_storages(lambda: layer(x, GROUPS, weight, bias))
    return sum(storages.values()) / (x.numel() * x.element_size())


def cpu_seconds(step, *args) -> float:
    start = time.process_time()
    step(*args)
    return time.process_time() - start


@torch.no_grad()
def forward(layer, x, weight, bias, seen):
    layer(x, GROUPS, weight, bias)


def forward_backward(layer, x, weight, bias, seen):
    torch.autograd.grad((layer(x, GROUPS, weight, bias) * seen).sum(), (x, weight, bias))


def measure(shape: tuple[int, ...]) -> list[dict]:
    """One row a variant: its CPU time as a multiple of torch's."""
    x = torch.randn(shape, requires_grad=True)
    weight, bias = torch.ones(shape[1], requires_grad=True), torch.zeros(shape[1], requires_grad=True)
    best = {(name, step): float("inf") for name in VARIANTS for step in (forward, forward_backward)}
    for k in range(ROUNDS):
        for (name, step), before in best.items():
            if name.startswith("loops") and (k > 1 or (step is forward_backward and shape[0] > 8)):
                continue  # slow; its backward pass copies the whole gradient once for every group
            best[name, step] = min(before, cpu_seconds(step, VARIANTS[name], x, weight, bias, torch.ones(shape)))
    rows = []
    for name in VARIANTS:
        row: dict = {"variant": name, "shape": shape}
        for step in (forward, forward_backward):
            ratio = best[name, step] / best["torch", step]
            row[step.__name__] = round(ratio, 2) if ratio < float("inf") else None
        row["kept"] = None if name.startswith("loops") else round(kept(VARIANTS[name], x, weight, bias), 1)
        rows.append(row)
        print(row)
    return rows


def main() -> None:
    torch.set_num_threads(1)
    record = {
        "groups": GROUPS,
        "rows": [row for shape in SHAPES for row in measure(shape)],
        **provenance(processor(), "torch"),
    }
    (ROOT / "gn_edu" / "results" / "ladder.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
