"""Step sizes and optimizers: schedules, the linear rule, what decays, and Muon for convolution filters."""

import math

import torch
from torch import Tensor, nn

from gn_edu.config import OptimConfig, RunConfig, check_setting


def schedule(share: float, shape: str = "linear", warm_up: float = 0.2) -> float:
    """The factor on the peak learning rate, 0 to 1, when this share (0 to 1) of the run is over.

    It rises in a straight line over the share `warm_up`, then falls to 0 along a line or a half cosine, or stays.

    Raises:
        ValueError: the shape has no name here, or warm_up is not at least 0 and below 1.
    """
    check_setting(OptimConfig, "schedule", shape)
    check_setting(OptimConfig, "warm_up", warm_up)
    if warm_up and share < warm_up:
        return share / warm_up
    left = (1 - min(share, 1)) / (1 - warm_up)
    return {"linear": left, "cosine": (1 - math.cos(math.pi * left)) / 2, "constant": 1.0}[shape]


def linear_rule(lr: float, batch: int, reference: int) -> float:
    """The learning rate for `batch` images an update when `lr` was found with `reference`.

    Wu and He (2018), section 4.1: 0.1 at 32 images a GPU, 0.1 N / 32 at N.
    """
    return lr * batch / reference


def follow_batch(config: RunConfig, reference: RunConfig) -> RunConfig:
    """The settings with the learning rate that the linear rule gives for their batch, from that of other settings."""
    return config.replace(lr=linear_rule(config.optim.lr, config.data.batch, reference.data.batch))


def parameter_groups(model: nn.Module) -> tuple[list, list, list]:
    """The parameters that train, in three lists: convolution filters, matrices, and gammas, betas, biases."""
    trained = [p for p in model.parameters() if p.requires_grad]
    filters, matrices, vectors = ([p for p in trained if p.dim() == dim] for dim in (4, 2, 1))
    return filters, matrices, vectors


class Muon(torch.optim.Optimizer):
    """Momentum whose step is made orthogonal: all singular values of a filter bank's update become about 1.

    Takes convolution filters, (out, in, h, w), read as matrices of out rows. Each bank is first scaled to the norm
    sqrt(out), as before a norm layer only its direction counts. After Jordan et al. (2024), with three
    Newton-Schulz steps. torch.optim.Muon, in newer versions, takes matrices only.
    """

    def __init__(self, params, lr: float, momentum: float = 0.6):
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure=None) -> None:  # type: ignore[override]  # torch's returns the loss of a closure
        """One update from the gradients that are there."""
        for group in self.param_groups:
            for p in (p for p in group["params"] if p.grad is not None):
                past = self.state[p].setdefault("momentum_buffer", torch.zeros_like(p))
                past.mul_(group["momentum"]).add_(p.grad)
                step = orthogonal(p.grad.add(past, alpha=group["momentum"]))
                p.mul_(len(p) ** 0.5 / p.norm())
                p.sub_(step, alpha=group["lr"] * max(1, len(p) / p[0].numel()) ** 0.5)


# A Newton-Schulz step makes a s + b s^3 + c s^5 of every singular value s. Jordan et al. (2024) chose a, b and c for a
# slope a at 0 as large as can be: it lifts the small values in few steps. The price is that the values don't converge
# to 1; from 0.05 to 1 they end between 0.68 and 1.21 after three steps.
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


def orthogonal(x: Tensor, steps: int = 3) -> Tensor:
    """About the nearest matrix with orthonormal rows (or columns) to x, read as len(x) rows; x's shape and dtype."""
    a = x.reshape(len(x), -1).bfloat16()
    tall = len(a) > a.shape[1]
    a = a.T if tall else a
    a = a / (a.norm() + 1e-7)
    first, third, fifth = NEWTON_SCHULZ
    for _ in range(steps):
        b = a @ a.T
        a = first * a + (third * b + fifth * b @ b) @ a
    return (a.T if tall else a).to(x.dtype).reshape(x.shape)


def optimizers(model: nn.Module, config: OptimConfig) -> list[torch.optim.Optimizer]:
    """What config.optimizer asks for; every parameter is in exactly one of them.

    Weights decay by config.weight_decay; gammas, betas and biases too if config.decay_norm (as in the paper's
    ImageNet runs), else they don't. With "muon", Muon takes the filters at config.lr, and Nesterov momentum the rest.
    """
    filters, matrices, vectors = parameter_groups(model)
    if config.optimizer == "muon":
        others = [{"params": vectors, "lr": config.lr_norm}, {"params": matrices, "lr": config.lr_head}]
        return [
            Muon([{"params": filters}], config.lr),
            torch.optim.SGD(others, lr=config.lr_head, momentum=0.85, nesterov=True),
        ]
    groups = [
        {"params": filters + matrices, "weight_decay": config.weight_decay},
        {"params": vectors, "weight_decay": config.weight_decay if config.decay_norm else 0.0},
    ]
    if config.optimizer == "adam":
        return [torch.optim.Adam(groups, lr=config.lr)]
    return [torch.optim.SGD(groups, lr=config.lr, momentum=0.9, nesterov=True)]
