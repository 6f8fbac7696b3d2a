"""Sheet 5: in a network. Training against evaluation, and batch norm replaced."""

import random
from functools import partial

import torch
from torch import Tensor, nn

from gn_edu.exercises import cases
from gn_edu.exercises.asking import ASK, Centring
from gn_edu.exercises.exercise import Exercise, Probe
from gn_edu.exercises.knobs import candidates
from gn_edu.exercises.sentences import said
from gn_edu.exercises.wrong_norms import FORWARD, group_norm
from gn_edu.messages import N_


def _gap(per_sample, running_mean, training, x, how="right", state="kept", mode="kept"):
    layer = Centring(x.shape[1], per_sample)
    layer.running_mean.copy_(running_mean)
    evaluated = layer.eval()(x)
    trained = layer.train()(x)
    moved = layer.running_mean
    if how == "updated":
        evaluated = layer.eval()(x)
    difference = trained - (trained if how == "train" else evaluated)
    value = {"mean": difference.abs().mean(), "signed": difference.max()}.get(how, difference.abs().max())
    left = {"kept": training, "train": True, "eval": False}[mode]
    return [value, running_mean if state == "kept" else moved, left]


_GAPS = {
    "train-only": ({"how": "train"},),
    "updated-statistics": ({"how": "updated", "state": "moved"}, {"how": "updated"}),
    "mean-for-max": ({"how": "mean"},),
    "signed-max": ({"how": "signed"},),
    "state-changed": ({"state": "moved"},),
    "mode-changed": ({"mode": "eval"}, {"mode": "train"}),
}


def _layers(rng: random.Random) -> list[Probe]:
    probes = []
    for name, per_sample in ((said("batch norm's mean"), False), (said("an image's own mean"), True)):
        for training, offset in ((True, -2.0), (False, 1.0)):
            x, mean = cases.mix(rng, 1, cases.draw(1, 2, 3, 2, 2, offset=offset), cases.draw(2, 3))
            mode = said("training") if training else said("evaluation")
            where = said("{name}, the layer given in {mode}", name=name, mode=mode)
            probes.append(Probe(where, (per_sample, mean, training, x), "layer"))
    return probes


EX15 = Exercise(
    name="ex15",
    title="Training against evaluation",
    level="medium",
    minutes=12,
    points=8,
    function="train_eval_gap",
    takes="f(layer, x) -> float, the largest change of an output from training to evaluation.",
    probes=_layers,
    right=_gap,
    wrong=partial(candidates, _gap, _GAPS),
    parts=(N_("the gap"), N_("the running mean afterwards"), N_("training mode afterwards")),
    needs="networks",
)


class _Norm(nn.Module):
    """Group norm in 8 groups, with the knobs of a mistake."""

    def __init__(self, layer: nn.BatchNorm2d, keep: bool, knobs: dict):
        super().__init__()
        self.weight = layer.weight if keep else nn.Parameter(torch.ones_like(layer.weight))
        self.bias = layer.bias if keep else nn.Parameter(torch.zeros_like(layer.bias))
        self.knobs = knobs

    def forward(self, x: Tensor) -> Tensor:
        return group_norm(x, 8, self.weight, self.bias, 1e-5, **self.knobs)


def _converted(net: nn.Module, deep: bool = True, keep: bool = True, **knobs) -> nn.Module:
    for name, child in net.named_children():
        if isinstance(child, nn.BatchNorm2d):
            setattr(net, name, _Norm(child, keep, knobs))
        elif deep:
            _converted(child, deep, keep, **knobs)
    return net


_BUGS = {
    **{name: FORWARD[name] for name in ("over-batch", "layer-norm", "instance-norm")},
    "other-groups": tuple({"sets": ("groups", n)} for n in (2, 4)),
    **{name: FORWARD[name] for name in ("unbiased-var", "eps-outside-sqrt")},
    "batch-norm-left": ({"deep": False},),
    "parameters-lost": ({"keep": False},),
}


def _wrong_conversions():
    def left(net):
        return net

    yield ["batch-norm-left"], left
    yield from candidates(_converted, _BUGS, most=3)


def _images(rng: random.Random) -> list[Probe]:
    return [
        Probe(
            said("a network, {n} images", n=n),
            (rng.randrange(10**6), *cases.mix(rng, 1, cases.draw(n, n, 3, 4, 4, scale=scale))),
            "convert",
        )
        for n, scale in ((2, 1.0), (3, 0.002), (4, 3.0))
    ]


EX16 = Exercise(
    name="ex16",
    title="Three bugs, and a network without batch norm",
    level="hard",
    minutes=20,
    points=10,
    function="convert",
    takes="f(net) -> net without batch norm: 8 groups everywhere, gamma and beta kept; net is in float32.",
    probes=_images,
    right=_converted,
    wrong=_wrong_conversions,
    ways={"convert": ASK["convert"]},
    parts=(
        N_("the output in training"),
        N_("one image alone"),
        N_("the output in evaluation"),
        N_("batch norms left"),
        N_("buffers left"),
    ),
    needs="networks",
)

SHEET = (EX15, EX16)
