"""Exercises of chapter 8: batch norm swapped for group norm in a given network, and gammas that start at zero."""

import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import torch
from torch import nn

from gn_edu.exercises.asking import Reply, draw_parameters
from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu.exercises.knobs import candidates
from gn_edu.exercises.sentences import joined, said
from gn_edu.exercises.sheet3_inputs import largest_divisor
from gn_edu.messages import N_
from gn_edu.nets import ResidualBlock, ResNet

Layer = TypeVar("Layer", bound=nn.Module)

# ---- 8.1

CHANNELS = [24, 48, 64]


def _given_network() -> nn.Sequential:
    """Batch norms at several depths, over 24, 48 and 64 channels, with gammas and betas that were trained."""
    torch.manual_seed(0)
    inner = nn.Sequential(nn.Conv2d(24, 48, 3, bias=False), nn.BatchNorm2d(48), nn.ReLU())
    deepest = nn.Sequential(nn.Conv2d(48, 64, 3, bias=False), nn.BatchNorm2d(64))
    first = nn.Conv2d(3, 24, 3, bias=False), nn.BatchNorm2d(24), nn.ReLU()
    return draw_parameters(nn.Sequential(*first, inner, nn.Sequential(deepest)))


def _of(net: nn.Module, kind: type[Layer]) -> list[Layer]:
    return [layer for layer in net.modules() if isinstance(layer, kind)]


def _alike(some: Sequence[nn.Module], others: Sequence[nn.Module]) -> bool:
    """Whether layers have the same parameters."""
    ours, theirs = ([p for layer in layers for p in layer.parameters()] for layers in (some, others))
    return len(ours) == len(theirs) and all(map(torch.equal, ours, theirs))


def _after_swap(f: Callable, *most: int):
    """What f leaves of batch norm in a network, and of what was trained: see the parts of SWAP_NORM."""
    given, net = _given_network(), f(_given_network(), *most)
    if not isinstance(net, nn.Module):
        return net
    left, groups, images = len(_of(net, nn.BatchNorm2d)), _of(net, nn.GroupNorm), torch.randn(4, 3, 16, 16)
    with torch.no_grad():
        alone = torch.allclose(net.train()(images)[:1], net.eval()(images[:1]), atol=1e-5)
    return [
        left,
        [layer.num_channels for layer in groups] if not left else CHANNELS,
        all(layer.num_groups <= (most or (32,))[0] for layer in groups),
        len(list(net.buffers())) if not left else 0,
        _alike(groups, _of(given, nn.BatchNorm2d)) or bool(left),
        _alike(_of(net, nn.Conv2d), _of(given, nn.Conv2d)),
        alone or bool(left),
    ]


class _Remembers(nn.GroupNorm):
    def __init__(self, groups: int, channels: int):
        super().__init__(groups, channels)
        self.register_buffer("running_mean", torch.zeros(channels), persistent=False)


def _swap_norm(model, most=32, deep=True, keep=True, rule=largest_divisor, kind=nn.GroupNorm, anew=False):
    for name, child in model.named_children():
        if isinstance(child, nn.BatchNorm2d):
            norm = kind(rule(child.num_features, most), child.num_features)
            if keep:
                norm.load_state_dict({"weight": child.weight, "bias": child.bias})
            setattr(model, name, norm)
        elif deep:
            _swap_norm(child, most, deep, keep, rule, kind, anew)
        if anew and isinstance(child, nn.Conv2d):
            child.reset_parameters()
    return model


_SWAPS: dict[str, tuple[dict, ...]] = {
    "batch-norm-left": ({"deep": False},),
    "too-many-groups": ({"rule": lambda channels, most: channels},),
    "ignores-most": ({"rule": lambda channels, most: largest_divisor(channels, 32)},),
    "buffers-left": ({"kind": _Remembers},),
    "parameters-lost": ({"keep": False},),
    "conv-changed": ({"anew": True},),
}


def _limits(rng: random.Random) -> list[Probe]:
    counted = [Probe(said("any limit"), (), "swap"), Probe("most = 4", (4,), "swap")]
    return [*counted, Probe("", (), "groups", recognises=False, beyond=True)]


def _groups(f: Callable) -> list[list[int]]:
    """[channels, groups] of each group norm that f puts into a network."""
    return [[layer.num_channels, layer.num_groups] for layer in _of(f(_given_network()), nn.GroupNorm)]


def _on_groups(replies: Sequence[Reply]) -> list:
    """What is true of all right answers; and a note on layers that have become instance norm."""
    text = said(
        "Right: no batch norm, no buffers; one image alone in evaluation equals the same among four in training"
    )
    note = N_("{n} groups over {n} channels: one channel a group, so that layer is instance norm.")
    notes = [said(note, n=groups) for channels, groups in replies[-1].value or () if groups == channels]
    return joined(text, ": True.", *(part for one in notes for part in ("\n", one)))


SWAP_NORM = Exercise(
    name="8.1",
    title="swap the norms of any network",
    level="medium",
    minutes=15,
    function="swap_norm",
    takes="swap_norm(model, most=32), which replaces every BatchNorm2d by a GroupNorm and returns the model. "
    "Any number of groups up to `most` that divides the channels is right.",
    probes=_limits,
    right=_swap_norm,
    wrong=partial(candidates, _swap_norm, _SWAPS),
    parts=(
        N_("batch norms left"),
        N_("channels of the group norms"),
        N_("no more groups than allowed"),
        N_("buffers left"),
        N_("gamma and beta kept"),
        N_("convolutions kept"),
        N_("one image alone as among four"),
    ),
    ways={"swap": _after_swap, "groups": _groups},
    closing=_on_groups,
    needs="networks",
)

# ---- 8.2


def _after_zeroing(f: Callable):
    """Which gammas f sets to 0 in a network, and how many other parameters it changes."""
    torch.manual_seed(0)
    net = ResNet("gn", 4, ws=True, width=8)
    before = {name: p.detach().clone() for name, p in net.named_parameters()}
    if f(net) is None:
        return None
    blocks = _of(net, ResidualBlock)
    gammas = {id(block.get_parameter(f"{norm}.weight")) for block in blocks for norm in ("norm1", "norm2")}
    others = [name for name, p in net.named_parameters() if id(p) not in gammas and not torch.equal(p, before[name])]
    return [
        torch.stack([(block.get_parameter("norm2.weight") == 0).all() for block in blocks]),
        torch.stack([(block.get_parameter("norm1.weight") == 0).any() for block in blocks]),
        len(others),
    ]


def _zero_gamma(model, norms=("norm2.weight",), blocks=slice(None)):
    for block in _of(model, ResidualBlock)[blocks]:
        for name, parameter in block.named_parameters():
            if name in norms:
                nn.init.zeros_(parameter)
    return model


_GAMMAS: dict[str, tuple[dict, ...]] = {
    "no-change": ({"norms": ()},),
    "first-norm": ({"norms": ("norm1.weight",)},),
    "all-norms": ({"norms": ("norm1.weight", "norm2.weight")},),
    "shortcut-norm": ({"norms": ("norm2.weight", "shortcut.1.weight")},),
    "not-all-blocks": tuple({"blocks": some} for some in (slice(1, None), slice(-1), slice(1), slice(-1, None))),
}

ZERO_GAMMA = Exercise(
    name="8.2",
    title="blocks that start as nothing",
    level="easy",
    minutes=10,
    function="zero_gamma",
    takes="zero_gamma(model), which sets the last gamma of every ResidualBlock to 0 and returns the model.",
    probes=lambda rng: [Probe(said("a residual network"), (), "zero")],
    right=_zero_gamma,
    wrong=partial(candidates, _zero_gamma, _GAMMAS),
    parts=(
        N_("gamma of norm2 is 0, block by block"),
        N_("gamma of norm1 is 0, block by block"),
        N_("other parameters changed"),
    ),
    ways={"zero": _after_zeroing},
    closing=said("Right: each block starts as its shortcut, and all gradients can still move its last gamma."),
    needs="networks",
)

EXERCISES = (SWAP_NORM, ZERO_GAMMA)
check_swap_norm, check_zero_gamma = (exercise.checker() for exercise in EXERCISES)
