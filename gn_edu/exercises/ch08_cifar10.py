"""Checks of chapter 8: batch norm swapped for group norm in a given network, and gammas that start at zero."""

import re
from collections.abc import Callable

import torch
from torch import nn

from gn_edu.exercises._check import Report, answer, call
from gn_edu.exercises.exercise import Exercise
from gn_edu.messages import tr
from gn_edu.nets import ResidualBlock, ResNet


def _given_network() -> nn.Sequential:
    """Batch norms at several depths, over 24, 48 and 64 channels, with gammas and betas that were trained."""
    torch.manual_seed(0)
    inner = nn.Sequential(nn.Conv2d(24, 48, 3, bias=False), nn.BatchNorm2d(48), nn.ReLU())
    net = nn.Sequential(
        nn.Conv2d(3, 24, 3, bias=False), nn.BatchNorm2d(24), nn.ReLU(), inner,
        nn.Sequential(nn.Sequential(nn.Conv2d(48, 64, 3, bias=False), nn.BatchNorm2d(64))),
    )  # fmt: skip
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight)
            nn.init.normal_(layer.bias)
    return net


def _of(net: nn.Module, kind: type) -> list[nn.Module]:
    return [layer for layer in net.modules() if isinstance(layer, kind)]


def _swap_fault(got: nn.Module, given: nn.Module, most: int) -> tuple[str, list[str]] | None:
    left, groups = _of(got, nn.BatchNorm2d), _of(got, nn.GroupNorm)
    if left:
        kept = tr("{left} of 3 batch norms are still there. Does your loop look inside of the blocks?", left=len(left))
        return kept, ["top-level-only"] if len(left) == 2 else []
    if [g.num_channels for g in groups] != [24, 48, 64]:
        return tr(
            "expected group norms over 24, 48 and 64 channels, got {groups}.", groups=[g.num_channels for g in groups]
        ), []
    found = [g.num_groups for g in groups]
    if max(found) > most:
        text = tr("24, 48 and 64 channels are cut into {found} groups, and most is {most}.", found=found, most=most)
        return text, ["too-many-groups"]
    if list(got.buffers()):
        return tr("something is remembered between batches. Which buffers are left?"), ["buffers-left"]
    for a, b in zip(groups, _of(given, nn.BatchNorm2d), strict=True):
        if not (torch.equal(a.weight, b.weight) and torch.equal(a.bias, b.bias)):
            return tr("gamma and beta are those of a new layer. Where did the trained ones go?"), ["gamma-lost"]
    for a, b in zip(_of(got, nn.Conv2d), _of(given, nn.Conv2d), strict=True):
        if not torch.equal(a.weight, b.weight):
            return tr("the convolutions changed. Did you build the network anew?"), ["conv-changed"]
    return None


def check_swap_norm(swap_norm: Callable) -> Report:
    """Check swap_norm(model, most=32), which replaces every nn.BatchNorm2d by an nn.GroupNorm and returns the model.

    Any number of groups up to `most` that divides the channels is right.
    """
    got, failed = call(swap_norm, _given_network())
    if failed:
        numbers = re.search(r"num_channels \((\d+)\) must be divisible by num_groups \((\d+)\)", failed.text)
        if numbers:
            channels, groups = numbers.groups()
            hint = tr(
                "{groups} does not divide {channels}. Which number of groups does? You wrote a rule in exercise 7.1.",
                groups=groups,
                channels=channels,
            )
            return answer(False, tr("Not yet: {hint}", hint=hint), ["min-32" if groups == "32" else "does-not-divide"])
        if "during iteration" in failed.text:
            hint = tr("the loop goes over the modules that it replaces. What does list() do to a loop?")
            return answer(False, tr("Not yet: {hint}", hint=hint), ["changes-while-looping"])
        if "Unexpected key" in failed.text:
            hint = tr(
                "a batch norm's state_dict holds running statistics, too. Which two entries does the new layer have?"
            )
            return answer(False, tr("Not yet: {hint}", hint=hint), ["whole-state"])
        return failed
    if not isinstance(got, nn.Module):
        return answer(
            False, tr("Not yet: expected the model back, got {kind}.", kind=type(got).__name__), ["missing-return"]
        )
    fault = _swap_fault(got, _given_network(), 32)
    if fault:
        return answer(False, tr("Not yet: {text}", text=fault[0]), fault[1])
    again, failed = call(lambda net: swap_norm(net, most=4), _given_network())
    if failed:
        return failed
    few = [layer.num_groups for layer in _of(again, nn.GroupNorm)]
    if max(few) > 4:
        return answer(
            False, tr("Not yet: with most=4 the groups are {few}. Do you use most?", few=few), ["ignores-most"]
        )
    x = torch.randn(4, 3, 16, 16)
    with torch.no_grad():
        same = torch.allclose(got.train()(x)[:1], got.eval()(x[:1]), atol=1e-5)
    text = tr("Right: no batch norm, no buffers; one image alone in evaluation equals the same among four in training")
    alone = [
        tr("{n} groups over {n} channels: one channel a group, so that layer is instance norm.", n=layer.num_groups)
        for layer in _of(got, nn.GroupNorm)
        if layer.num_groups == layer.num_channels
    ]
    return answer(same, "\n".join([f"{text}: {same}.", *alone]))


def check_zero_gamma(zero_gamma: Callable) -> Report:
    """Check zero_gamma(model), which sets the last gamma of every ResidualBlock to 0 and returns the model."""
    torch.manual_seed(0)
    net = ResNet("gn", 4, ws=True, width=8)
    _, failed = call(zero_gamma, net)
    if failed:
        return failed
    blocks = _of(net, ResidualBlock)
    last = [bool((block.norm2.weight == 0).all()) for block in blocks]
    first = [bool((block.norm1.weight == 0).any()) for block in blocks]
    others = {id(p) for block in blocks for p in (block.norm2.weight, block.norm1.weight)}
    changed = [
        name
        for name, p in net.named_parameters()
        if id(p) not in others and p.dim() == 1 and not name.startswith("head")
        and not torch.equal(p, torch.ones_like(p) if name.endswith("weight") else torch.zeros_like(p))
    ]  # fmt: skip
    if any(first):
        named = ["all-norms"] if all(last) else ["first-norm"]
        return answer(
            False, tr("Not yet: norm1 has gamma 0 somewhere, and kills its block. Which norm is the last?"), named
        )
    if changed:
        shortcut = "shortcut" in changed[0]
        text = (
            tr("the shortcut's norm is 0 too, and then nothing passes at all.")
            if shortcut
            else tr("{name} changed.", name=changed[0])
        )
        return answer(False, tr("Not yet: {text}", text=text), ["shortcut-norm"] if shortcut else [])
    if not any(last):
        return answer(False, tr("Not yet: every gamma is still 1. Does your change reach norm2.weight?"), ["no-change"])
    if not all(last):
        text = tr("{left} of {all} blocks are left.", left=last.count(False), all=len(last))
        return answer(False, tr("Not yet: {text} Does your loop reach all of them?", text=text), ["not-all-blocks"])
    return answer(
        True, tr("Right: each block starts as its shortcut, and all gradients can still move its last gamma.")
    )


EXERCISES = (
    Exercise(
        name="8.1",
        title="swap the norms of any network",
        level="medium",
        minutes=15,
        function="swap_norm",
        takes="swap_norm(model, most=32), which replaces every BatchNorm2d by a GroupNorm and returns the model.",
        own=check_swap_norm,
    ),
    Exercise(
        name="8.2",
        title="blocks that start as nothing",
        level="easy",
        minutes=10,
        function="zero_gamma",
        takes="zero_gamma(model), which sets the last gamma of every ResidualBlock to 0 and returns the model.",
        own=check_zero_gamma,
    ),
)
