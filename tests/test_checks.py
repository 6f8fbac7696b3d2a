"""The checks of the sixteen exercises: every mistake is refused and named, every right way to write it is accepted.

The wrong functions here are texts with a line exchanged; they share no code with the catalogue of the checks.
"""

import contextlib
import io
import random
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from gn_edu import exercises, messages
from gn_edu.exercises import EXERCISES
from gn_edu.exercises.asking import ask
from gn_edu.exercises.differences import side_by_side
from gn_edu.exercises.exercise import mistakes
from gn_edu.exercises.sentences import as_text
from gn_edu.messages import tr
from scripts.i18n import speaks

RIGHT = """
def f(x, num_groups, weight=None, bias=None, eps=1e-5):
    n, c = x.shape[:2]
    rows = x.reshape(n, num_groups, -1)
    mu = rows.mean(-1, keepdim=True)
    var = ((rows - mu) ** 2).mean(-1, keepdim=True)
    y = ((rows - mu) / torch.sqrt(var + eps)).reshape(x.shape)
    s = (1, c) + (1,) * (x.dim() - 2)
    if weight is not None:
        y = y * weight.view(s)
    if bias is not None:
        y = y + bias.view(s)
    return y
"""
ROWS, MEAN, VAR = RIGHT.splitlines()[3:6]
ROOT = "torch.sqrt(var + eps)"
W, B = "        y = y * weight.view(s)", "        y = y + bias.view(s)"
OVER = "x.reshape(n, num_groups, c // num_groups, -1)"
# mistake -> pieces of text and what stands there instead
SLIPS = {
    "over-batch": {MEAN: MEAN.replace("-1", "(0, -1)"), VAR: VAR.replace("-1", "(0, -1)")},
    "across-samples": {MEAN: MEAN.replace("-1", "0"), VAR: VAR.replace("-1", "0")},
    "instance-norm": {ROWS: "    rows = x.reshape(n, c, -1)"},
    "layer-norm": {ROWS: "    rows = x.reshape(n, 1, -1)"},
    "batch-norm": {
        ROWS: "    rows = x.reshape(n, c, -1)",
        MEAN: MEAN.replace("-1", "(0, 2)"),
        VAR: VAR.replace("-1", "(0, 2)"),
    },
    "interleaved": {
        ROWS: "    rows = x.reshape(n, c // num_groups, num_groups, -1)",
        MEAN: MEAN.replace("-1", "(1, 3)"),
        VAR: VAR.replace("-1", "(1, 3)"),
    },
    "swapped-G": {ROWS: "    rows = x.reshape(n, c // num_groups, -1)"},
    "channel-only": {ROWS: f"    rows = {OVER}", MEAN: MEAN.replace("-1", "2"), VAR: VAR.replace("-1", "2")},
    "channels-last-axis": {
        ROWS: "    rows = x.reshape(n, -1, num_groups, x.shape[-1] // num_groups)",
        MEAN: MEAN.replace("-1", "(1, 3)"),
        VAR: VAR.replace("-1", "(1, 3)"),
    },
    "memory-order": {
        ROWS: "    rows = x.movedim(1, -1).reshape(n, num_groups, -1)",
        "    s = (1, c)": "    y = y.reshape(n, *x.shape[2:], c).movedim(-1, 1)\n    s = (1, c)",
    },
    "unbiased-var": {VAR: "    var = rows.var(-1, keepdim=True)"},
    "no-centre": {"((rows - mu) /": "(rows /"},
    "second-moment": {VAR: "    var = (rows ** 2).mean(-1, keepdim=True)"},
    "divide-by-var": {ROOT: "(var + eps)"},
    "no-division": {f" / {ROOT}": ""},
    "no-eps": {ROOT: "torch.sqrt(var)"},
    "eps-outside-sqrt": {ROOT: "(torch.sqrt(var) + eps)"},
    "eps-squared": {ROOT: "torch.sqrt(var + eps ** 2)"},
    "eps-hardcoded": {ROOT: "torch.sqrt(var + 1e-5)"},
    "whole-batch": {ROWS: "    rows = x.reshape(1, 1, -1)"},
    "swapped-weight-bias": {W: "        pass", B: "        y = y * bias.view(s) + weight.view(s)"},
    "affine-per-group": {
        W: "        y = y * weight.view(num_groups, -1)[:, :1].expand(-1, c // num_groups).reshape(s)",
        B: "        y = y + bias.view(num_groups, -1)[:, :1].expand(-1, c // num_groups).reshape(s)",
    },
    "affine-last-dim": {W: "        y = y * weight", B: "        y = y + bias"},
    "no-affine": {W: "        pass", B: "        pass"},
    "no-weight": {W: "        pass"},
    "no-bias": {B: "        pass"},
    "bias-before-scale": {W: "        pass", B: "        y = (y + bias.view(s)) * weight.view(s)"},
    "affine-before-norm": {
        W: "        pass",
        B: "        pass",
        ROWS: "    s = (1, c) + (1,) * (x.dim() - 2)\n    z = x if weight is None else x * weight.view(s)\n"
        "    z = z if bias is None else z + bias.view(s)\n    rows = z.reshape(n, num_groups, -1)",
    },
    "in-place": {"    n, c = x.shape[:2]": "    n, c = x.shape[:2]\n    x -= 1"},
    "missing-return": {"    return y": "    y"},
    "wrong-shape": {"    return y": "    return y.reshape(n, num_groups, -1)"},
    "view-error": {"x.reshape(n, num": "x.view(n, num"},
    "one-pass-variance": {VAR: "    var = (rows ** 2).mean(-1, keepdim=True) - mu ** 2"},
    "detached-statistics": {ROOT: "torch.sqrt(var + eps)", VAR: VAR + ".detach()\n    mu = mu.detach()"},
    "hard-coded-dims": {"    n, c = x.shape[:2]": "    n, c, h, w = x.shape"},
    "pixel-norm": {ROWS: "    rows = x.reshape(n, c, -1)", MEAN: MEAN.replace("-1", "1"), VAR: VAR.replace("-1", "1")},
    "over-groups": {ROWS: f"    rows = {OVER}", MEAN: MEAN.replace("-1", "1"), VAR: VAR.replace("-1", "1")},
    "wrong-axes": {ROWS: f"    rows = {OVER}", MEAN: MEAN.replace("-1", "(0, 2)"), VAR: VAR.replace("-1", "(0, 2)")},
    "fixed-groups": {ROWS: "    rows = x.reshape(n, 2, -1)"},
    "root-of-std": {ROOT: "torch.sqrt(torch.sqrt(var) + eps)"},
    "eps-outside-hardcoded": {ROOT: "(torch.sqrt(var) + 1e-6)"},
    "eps-as-floor": {ROOT: "torch.sqrt(var).clamp(min=eps)"},
    "needs-both": {"    s = (1, c)": "    if weight is None or bias is None:\n        return y\n    s = (1, c)"},
    "needs-weight": {f"    if weight is not None:\n{W}": W[4:], f"    if bias is not None:\n{B}": B[4:]},
    "extra-answers": {"    return y": "    return y, mu"},
    "no-gradient": {"    n, c = x": "    x = x.detach()\n    n, c = x"},
    "numpy-on-tensor": {MEAN: "    mu = np.mean(rows, axis=-1, keepdims=True)"},
}
UNBIASED = {"    y = ((": "    m = rows.numel() // mu.numel()\n    var = var * m / (m - 1)\n    y = (("}  # with others
# Other ways to make the same mistake.
AGAIN = [
    ("over-groups", {ROWS: f"    rows = {OVER}", MEAN: MEAN.replace("-1", "(1, 3)"), VAR: VAR.replace("-1", "(1, 3)")}),
    (
        "wrong-axes",
        {ROWS: f"    rows = {OVER}", MEAN: MEAN.replace("-1", "(0, 1, 2)"), VAR: VAR.replace("-1", "(0, 1, 2)")},
    ),
    ("fixed-groups", {ROWS: "    rows = x.reshape(n, 4, -1)"}),
    ("fixed-groups", {ROWS: "    rows = x.reshape(n, c // 2, -1)"}),
    ("eps-hardcoded", {ROOT: "torch.sqrt(var + 1e-3)"}),
    ("eps-outside-hardcoded", {ROOT: "(torch.sqrt(var) + 1e-5)"}),
    ("eps-outside-hardcoded", {ROOT: "(var ** 0.5 + 1e-8)"}),
    ("eps-as-floor", {ROOT: "torch.sqrt(var.clamp(min=eps))"}),
    ("eps-as-floor", {ROOT: "torch.maximum(torch.sqrt(var), torch.tensor(eps).double())"}),
    ("needs-both", {B: "        pass", W: W + " + bias.view(s)"}),
    ("no-gradient", {W: W.replace("weight.", "weight.detach().")}),
    ("numpy-on-tensor", {ROWS: "    rows = x.astype(np.float64).reshape(n, num_groups, -1)"}),
    ("numpy-on-tensor", {VAR: "    var = np.var(rows, axis=-1, keepdims=True)"}),
    ("numpy-on-tensor", {ROWS: "    rows = x.copy().reshape(n, num_groups, -1)"}),
    ("numpy-on-tensor", {ROWS: "    rows = x.reshape((n, num_groups, -1), order='C')"}),
]
CLAMPED = {VAR: "    var = ((rows ** 2).mean(-1, keepdim=True) - mu ** 2).clamp(min=0)"}


def made(*slips, text=RIGHT):
    for slip in slips:
        for old, new in slip.items():
            assert old in text, old
            text = text.replace(old, new)
    scope = {"torch": torch, "np": np, "F": F}
    exec(text, scope)
    return scope["f"]


def asked(check, f, **more):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        report = check(f, **more)
    large = any(isinstance(value, torch.Tensor) and value.numel() > 8 for value in report.case)
    where = tr("Its arguments: {name}", name="report.case")
    assert out.getvalue() == f"{report.text}\n" + f"{where}\n" * large
    return report


@pytest.mark.parametrize("name", SLIPS)
def test_forward_names_the_mistake(name):
    report = asked(exercises.check_group_norm, made(SLIPS[name]))
    assert not report.ok and name in report.mistakes and len(report.mistakes) <= 2
    assert report.mistakes == [name], report.text
    assert mistakes()[name]["hint"][1:] in report.text and "Traceback" not in report.text
    assert 0 <= report.passed < report.total


@pytest.mark.parametrize("name, slip", AGAIN, ids=[f"{k}-{name}" for k, (name, _) in enumerate(AGAIN)])
def test_a_mistake_has_its_name_however_it_is_made(name, slip):
    report = asked(exercises.check_group_norm, made(slip))
    assert not report.ok and report.mistakes == [name], report.text


def test_a_clamp_does_not_hide_the_lost_digits():
    assert asked(exercises.check_group_norm, made(CLAMPED)).mistakes == ["one-pass-variance"]


ONE_OF_EACH = [
    ("over-batch", "eps-outside-sqrt"),
    ("interleaved", "no-bias"),
    ("unbiased-var", "affine-last-dim"),
    ("unbiased-var", "no-eps"),
    ("no-centre", "bias-before-scale"),
    ("layer-norm", "eps-hardcoded"),
    ("swapped-G", "unbiased-var"),
    ("instance-norm", "affine-per-group"),
    ("divide-by-var", "no-weight"),
    ("unbiased-var", "view-error"),
    ("in-place", "unbiased-var"),
    ("one-pass-variance", "no-bias"),
    ("eps-squared", "affine-before-norm"),
    ("unbiased-var", "eps-outside-hardcoded"),
    ("pixel-norm", "eps-hardcoded"),
    ("unbiased-var", "detached-statistics"),
    ("unbiased-var", "extra-answers"),
    ("fixed-groups", "no-bias"),
    ("over-batch", "needs-both"),
    ("interleaved", "needs-weight"),
    ("unbiased-var", "wrong-shape"),
    ("root-of-std", "wrong-axes"),
    ("eps-as-floor", "no-weight"),
    ("layer-norm", "no-gradient"),
]


@pytest.mark.parametrize("pair", ONE_OF_EACH, ids="+".join)
def test_two_mistakes_at_once_are_both_named(pair):
    report = asked(exercises.check_group_norm, made(*((SLIPS | {"unbiased-var": UNBIASED})[name] for name in pair)))
    assert not report.ok and set(report.mistakes) == set(pair), report.text


def test_hard_coded_dims_are_not_held_against_a_mistake_elsewhere():
    text = RIGHT.replace("    n, c = x.shape[:2]", "    n, c, h, w = x.shape")
    report = asked(exercises.check_group_norm, made(SLIPS["unbiased-var"], text=text))
    assert set(report.mistakes) == {"unbiased-var", "hard-coded-dims"}


MANY = [
    ("over-batch", "unbiased-var", "eps-outside-sqrt"),
    ("interleaved", "no-eps", "no-bias"),
    ("unbiased-var", "eps-hardcoded", "affine-last-dim"),
    ("unbiased-var", "eps-outside-hardcoded", "no-affine"),
    ("channel-only", "unbiased-var", "no-weight"),
    ("unbiased-var", "hard-coded-dims", "no-bias"),
    ("layer-norm", "unbiased-var", "eps-hardcoded", "no-bias"),
    ("over-batch", "extra-answers", "needs-both"),
]


@pytest.mark.parametrize("several", MANY, ids="+".join)
def test_of_three_mistakes_and_more_two_are_named_and_the_rest_is_announced(several):
    report = asked(exercises.check_group_norm, made(*((SLIPS | {"unbiased-var": UNBIASED})[name] for name in several)))
    assert len(report.mistakes) == 2 and set(report.mistakes) < set(several), report.text
    assert "More is off than that" in report.text
    assert "More is off" not in asked(exercises.check_group_norm, made(SLIPS[several[0]])).text


def test_what_is_right_without_weight_is_named_though_weight_comes_in_unheard_of():
    strange = {W: "        y = y * weight.view(s) ** 3"}
    report = asked(exercises.check_group_norm, made(SLIPS["over-batch"], strange))
    assert report.mistakes == ["over-batch"] and "More is off than that" in report.text


@pytest.mark.parametrize("slip", ["", "unbiased-var", "over-batch", "no-bias"])
@pytest.mark.parametrize("shape", ["(1, c, 1, 1)", "(-1, 1, 1)"])
def test_one_probe_of_another_shape_does_not_hide_the_others(shape, slip):
    four = {"    s = (1, c) + (1,) * (x.dim() - 2)": f"    s = {shape}"}
    report = asked(exercises.check_group_norm, made(four, *([SLIPS[slip]] if slip else [])))
    assert set(report.mistakes) == {slip, "hard-coded-dims"} - {""}, report.text


# ---- forms of the wild: four axes written down, NumPy, signatures and answers of courses

FOUR = """
def f(x, num_groups, weight=None, bias=None, eps=1e-5):
    x = x.numpy()
    N, C, H, W = x.shape
    x = x.reshape(N, num_groups, C // num_groups, H, W)
    mean = x.mean(axis=(2, 3, 4), keepdims=True)
    var = x.var(axis=(2, 3, 4), keepdims=True)
    x = (x - mean) / np.sqrt(var + eps)
    x = x.reshape(N, C, H, W)
    if weight is not None:
        x = x * weight.numpy().reshape(1, C, 1, 1)
    if bias is not None:
        x = x + bias.numpy().reshape(1, C, 1, 1)
    return x
"""
IN_TORCH = {".numpy()": "", "keepdims": "keepdim", "np.sqrt": "torch.sqrt", "x.var(": "x.var(unbiased=False, "}
FOUR_SLIPS = {
    "": {},
    "over-batch": {"(2, 3, 4)": "(0, 2, 3, 4)"},
    "channel-only": {"(2, 3, 4)": "(2,)"},
    "wrong-axes": {"(2, 3, 4)": "(2, 3)"},
    "eps-outside-hardcoded": {".sqrt(var + eps)": ".sqrt(var) + 1e-6)", "(x - mean) / ": "(x - mean) / ("},
    "no-bias": {"x + bias": "x + 0 * bias"},
}


@pytest.mark.parametrize("slip", FOUR_SLIPS)
@pytest.mark.parametrize("kind", ["numpy", "torch"])
def test_code_for_four_axes_is_called_so(kind, slip):
    f = made(*([IN_TORCH] if kind == "torch" else []), FOUR_SLIPS[slip], text=FOUR)
    report = asked(exercises.check_group_norm, f)
    assert set(report.mistakes) == {slip, "hard-coded-dims"} - {""}, report.text
    if not slip:
        assert report.total - report.passed == 3, "the gradients are no fault of NumPy's"
        assert once("ex05", lambda x, g, eps: f(x, g, eps=eps)).ok and once("ex06", f).ok
        assert once("ex07", f).mistakes == ["hard-coded-dims"]


def test_numpy_has_no_gradients_and_strict_says_so():
    anything = made(
        {
            "N, C, H, W = x.shape": "N, C, *rest = x.shape",
            "C // num_groups, H, W": "-1",
            "(2, 3, 4)": "2",
            "N, C, H, W)": "N, C, *rest)",
            "1, C, 1, 1": "C, *(1 for _ in rest)",
        },
        text=FOUR,
    )
    assert asked(exercises.check_group_norm, anything).ok
    report = asked(exercises.check_group_norm, anything, strict=True)
    assert set(report.mistakes) == {"no-error", "no-gradient"} and "NumPy" in report.text
    cut = made({"x = x.numpy()": "x = x.detach().numpy()", ".numpy().r": ".detach().numpy().r"}, text=FOUR)
    assert "no-gradient" in asked(exercises.check_group_norm, cut, strict=True).mistakes


def test_a_gradient_that_is_none_is_called_so():
    for name in ("x", "weight", "bias"):
        f = made({"    n, c": f"    {name} = None if {name} is None else {name}.detach()\n    n, c"})
        report = asked(exercises.check_group_norm, f)
        assert report.mistakes == ["no-gradient"]
        assert f"the gradient of {name} is None: was it detached?" in report.text


def test_another_signature_gets_to_know_how_it_is_called():
    def course(x, gamma, beta, G, gn_param):
        return x * gamma + beta, gn_param["eps"]

    for f in (course, lambda x: x, lambda x, num_groups: x, lambda x, gamma, beta, G, eps=1e-5: x.view(len(x), G, -1)):
        report = asked(exercises.check_group_norm, f)
        assert not report.ok and not report.mistakes
        assert "It is called as group_norm(x, num_groups, weight, bias, eps)." in report.text
    report = asked(exercises.check_group_norm_backward, lambda dy, cache: None)
    assert "It is called as group_norm_backward(dy, x, num_groups, weight, bias, eps)." in report.text


def test_an_empty_batch_is_remarked_upon_and_costs_nothing():
    for strict in (False, True):
        report = asked(exercises.check_group_norm, F.group_norm, strict=strict)
        assert report.ok and "empty" not in report.text
    report = asked(exercises.check_group_norm, made())
    assert report.ok and report.passed == report.total and "Not counted, an empty batch: your fun" in report.text
    assert asked(exercises.check_group_norm, lambda x, *rest: x).passed == 0


# ---- other right ways


def loops(x, num_groups, weight=None, bias=None, eps=1e-5):
    out, size = torch.empty_like(x), x.shape[1] // num_groups
    for i in range(x.shape[0]):
        for g in range(num_groups):
            part = x[i, g * size : (g + 1) * size]
            mean = part.sum() / part.numel()
            var = ((part - mean) ** 2).sum() / part.numel()
            out[i, g * size : (g + 1) * size] = (part - mean) / (var + eps) ** 0.5
    for k in range(x.shape[1]):
        if weight is not None:
            out[:, k] = out[:, k] * weight[k]
        if bias is not None:
            out[:, k] = out[:, k] + bias[k]
    return out


def chunks(x, num_groups, weight=None, bias=None, eps=1e-5):
    done = []
    for part in x.chunk(num_groups, dim=1):
        axes = tuple(range(1, x.dim()))
        done.append((part - part.mean(axes, keepdim=True)) / (part.var(axes, correction=0, keepdim=True) + eps).sqrt())
    y = torch.cat(done, 1).movedim(1, -1)
    y = y if weight is None else y * weight
    return (y if bias is None else y + bias).movedim(-1, 1)


def einsum(x, num_groups, weight=None, bias=None, eps=1e-5):
    rows = x.flatten(2).unflatten(1, (num_groups, -1)) if x.dim() > 2 else x.unflatten(1, (num_groups, -1))[..., None]
    m = rows[0, 0].numel()
    centred = rows - torch.einsum("ngcp->ng", rows)[..., None, None] / m
    var = torch.einsum("ngcp,ngcp->ng", centred, centred)[..., None, None] / m
    y = (centred * torch.rsqrt(var + eps)).reshape(x.shape)
    y = y if weight is None else torch.einsum("nc...,c->nc...", y, weight)
    return y if bias is None else y + bias.reshape(-1, *[1] * (x.dim() - 2))


def by_layer_norm(x, num_groups, weight=None, bias=None, eps=1e-5):
    rows = x.reshape(len(x), num_groups, -1)
    y = F.layer_norm(rows, rows.shape[2:], eps=eps).reshape(len(x), x.shape[1], -1)
    still = torch.zeros(x.shape[1], dtype=x.dtype)
    return F.batch_norm(y, still, still + 1, weight, bias, False, eps=0).reshape(x.shape)


def in_double(x, num_groups, weight=None, bias=None, eps=1e-5):
    rows = x.double().reshape(len(x), num_groups, -1)
    std, mean = torch.std_mean(rows, -1, correction=0, keepdim=True)
    y = ((rows - mean) / torch.hypot(std, torch.tensor(eps).double() ** 0.5)).reshape(x.shape)
    per_channel = (slice(None), *[None] * (x.dim() - 2))
    y = y if weight is None else y * weight[per_channel]
    return (y if bias is None else y + bias[per_channel]).to(x.dtype)


def in_single(x, num_groups, weight=None, bias=None, eps=1e-5):
    return by_layer_norm(x.float(), num_groups, *(None if t is None else t.float() for t in (weight, bias)), eps)


def scalars(x, num_groups, weight=None, bias=None, eps=1e-5):
    rows = x.reshape(len(x), num_groups, -1)
    images = [
        torch.stack([(r - r.mean()) / torch.sqrt(torch.mean((r - r.mean()) ** 2) + eps) for r in image])
        for image in rows
    ]
    y = torch.stack(images).reshape(x.shape).transpose(0, 1)
    y = y if weight is None else torch.stack([c * w for c, w in zip(y, weight, strict=True)])
    y = y if bias is None else torch.stack([c + b for c, b in zip(y, bias, strict=True)])
    return y.transpose(0, 1)


WAYS = [made(), loops, chunks, einsum, by_layer_norm, in_double, in_single, scalars]


@pytest.mark.parametrize("f", WAYS, ids=lambda f: f.__name__)
def test_forward_accepts_other_ways_to_write_it(f):
    report = asked(exercises.check_group_norm, f)
    assert report.ok and not report.mistakes and report.passed == report.total, report.text


def test_torchs_own_passes_with_a_remark():
    report = asked(exercises.check_group_norm, F.group_norm)
    assert report.ok and report.native and "Torch's own group norm" in report.text
    assert not asked(exercises.check_group_norm, by_layer_norm).native


def test_strict_asks_for_an_error():
    report = asked(exercises.check_group_norm, chunks, strict=True)
    assert not report.ok and report.mistakes == ["no-error"]
    assert asked(exercises.check_group_norm, F.group_norm, strict=True).ok


@pytest.mark.parametrize(
    "way",
    [
        lambda x: F.group_norm(x, 2),
        lambda x: torch.group_norm(x, 2),
        torch.nn.GroupNorm(2, 4),
        lambda x: torch.native_group_norm(x, None, None, 2, 4, 9, 2, 1e-5)[0],
        lambda x: torch.ops.aten.group_norm(x, 2),
        lambda x: torch.jit.script(torch.nn.GroupNorm(2, 4))(x),
    ],
)
def test_torchs_own_is_noticed_whichever_way_it_is_called(way):
    x = torch.ones(2, 4, 3, 3)
    assert ask(way, "call", (x,)).native and not ask(lambda x: x - x.mean(), "call", (x,)).native


def test_a_check_does_not_make_torch_import_its_compiler():
    code = (
        "import sys, torch; from gn_edu import exercises\n"
        "exercises.check_group_norm(torch.nn.functional.group_norm)\n"
        "exercises.check_group_norm_backward(lambda *args: args)\n"
        "print([name for name in sys.modules if name.startswith(('torch._dynamo', 'torch._inductor'))])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_prints_and_one_that_raises():
    def speaks(x, num_groups, weight=None, bias=None, eps=1e-5):
        print("here")
        return loops(x, num_groups, weight, bias, eps)

    assert asked(exercises.check_group_norm, speaks).ok

    def raises(x, *rest):
        raise KeyError("x")

    report = asked(exercises.check_group_norm, raises)
    assert not report.ok and "KeyError" in report.text and report.passed == 0 and not report.mistakes


def test_a_picture_shows_the_sets_that_were_averaged():
    report = asked(exercises.check_group_norm, made(SLIPS["over-batch"]))
    assert report.picture.startswith("<svg") and report.picture.count("<rect") == 64
    assert not asked(exercises.check_group_norm, made(SLIPS["no-eps"])).picture


def test_the_stub_is_not_attempted_yet():
    def stub(*args):
        raise NotImplementedError

    stub.apply = stub
    for exercise in EXERCISES.values():
        with contextlib.redirect_stdout(io.StringIO()):
            report = exercise.check(stub)
        assert not report.ok and report.text == "Not attempted yet.", exercise.name


# ---- the smaller exercises


def once(name, f):
    with contextlib.redirect_stdout(io.StringIO()):
        return EXERCISES[name].check(f)


SMALL = {
    ("ex01", ""): lambda n, c, h, w, g: sum(1 for _ in range(n) for _ in range(g)),
    ("ex01", "over-batch"): lambda n, c, h, w, g: g,
    ("ex01", "instance-norm"): lambda n, c, h, w, g: c * n,
    ("ex01", "layer-norm"): lambda n, c, h, w, g: n,
    ("ex01", "group-size"): lambda n, c, h, w, g: c * h * w / g,
    ("ex01", "channel-only"): lambda n, c, h, w, g: n * h * w * g,
    ("ex01", "batch-norm"): lambda n, c, h, w, g: c,
    ("ex02", "interleaved"): lambda i, c, g: i - i // g * g,
    ("ex02", "swapped-G"): lambda i, c, g: int(i / g),
    ("ex02", "instance-norm"): lambda i, c, g: i,
    ("ex02", "layer-norm"): lambda i, c, g: 0,
    ("ex02", "no-error"): lambda i, c, g: [k for k in range(c) for _ in range(c // g)][i],
    ("ex10", "swapped-G"): lambda c, size, most: size or next(g for g in range(most, 0, -1) if not c % g),
    ("ex10", "does-not-divide"): lambda c, size, most: c // size if size else min(most, c),
    ("ex10", "not-the-largest"): lambda c, size, most: c // size if size else __import__("math").gcd(c, most),
    ("ex10", "layer-norm"): lambda c, size, most: c // size if size else 1,
    ("ex10", "too-many-groups"): lambda c, size, most: c // size if size else c,
}


@pytest.mark.parametrize("case", SMALL, ids="-".join)
def test_small_exercises(case):
    name, mistake = case
    report = once(name, SMALL[case])
    if not mistake:
        assert report.ok, report.text
    else:
        assert not report.ok and report.mistakes[0] == mistake and len(report.mistakes) <= 2, report.text


HAND = {
    "root-for-variance": [4, 5, [-1.4, -0.2, 0.2, 1.4]],
    "sum-not-divided": [4, 100, [-0.7, -0.1, 0.1, 0.7]],
    "": ([4, 25, [-1.4, -0.2, 0.2, 1.4]]),
    "unbiased-var": [4, 33.33, [-1.21, -0.17, 0.17, 1.21]],
    "no-centre": [4, 25, [-0.6, 0.6, 1.0, 2.2]],
    "divide-by-var": [4, 25, [-0.28, -0.04, 0.04, 0.28]],
}


@pytest.mark.parametrize("mistake", HAND)
def test_one_group_by_hand(mistake):
    report = asked(exercises.check_one_group, lambda: HAND[mistake], values=[-3, 3, 5, 11])
    assert report.ok if not mistake else report.mistakes == [mistake], report.text
    assert report.total == 3 and (report.passed == 3) == (not mistake)


OF_ROW = (
    "unbiased-var no-centre second-moment divide-by-var no-division root-of-std no-eps eps-outside-sqrt eps-squared "
    "eps-hardcoded eps-outside-hardcoded eps-as-floor numpy-on-tensor"
)
ROW = {name: SLIPS[name] for name in OF_ROW.split()}


@pytest.mark.parametrize("name", ["", *ROW])
def test_where_eps_goes(name):
    f = made(ROW[name]) if name else made()
    report = once("ex04", lambda x, eps: f(x.view(1, 1, -1), 1, eps=eps).view(-1))
    assert report.ok if not name else report.mistakes == [name], report.text


NOT_OF_SHEET_2 = "hard-coded-dims view-error one-pass-variance needs-both needs-weight no-gradient".split()
OF_SHEET_2 = [name for name in SLIPS if name not in NOT_OF_SHEET_2]


@pytest.mark.parametrize("name", OF_SHEET_2)
def test_the_steps_of_the_forward_pass(name):
    f = made(SLIPS[name])
    if "affine" not in name and name not in (
        "no-weight",
        "no-bias",
        "bias-before-scale",
        "detached-statistics",
        "swapped-weight-bias",
    ):
        report = once("ex05", lambda x, g, eps: f(x, g, eps=eps))
        assert report.mistakes == [name], report.text
    if name != "detached-statistics":
        assert once("ex06", f).mistakes == [name]


def test_ranks_memory_and_numbers_of_groups():
    for name in ("ex05", "ex06"):
        assert once(name, loops if name == "ex06" else lambda x, g, eps: loops(x, g, eps=eps)).ok
    assert once("ex07", made(SLIPS["hard-coded-dims"])).mistakes == ["hard-coded-dims"]
    assert once("ex08", made(SLIPS["view-error"])).mistakes == ["view-error"]
    back = {
        ROWS: "    m = x[0].numel() // num_groups\n    rows = x.as_strided((n, num_groups, m), (m * num_groups, m, 1))",
        ".reshape(x.shape)": ".reshape(-1).as_strided(x.shape, x.stride())",
    }
    assert "memory-order" in once("ex08", made(back)).mistakes
    assert once("ex09", chunks).mistakes == ["no-error"]
    for name in ("ex07", "ex08"):
        for f in WAYS:
            assert once(name, f).ok


# ---- backward

BACKWARD = """
def f(dy, x, num_groups, weight, bias, eps):
    n, c = x.shape[:2]
    shape = (1, c) + (1,) * (x.dim() - 2)
    rows = x.reshape(n, num_groups, -1)
    mu = rows.mean(-1, keepdim=True)
    sigma = torch.sqrt(((rows - mu) ** 2).mean(-1, keepdim=True) + eps)
    hat = (rows - mu) / sigma
    m = rows.shape[-1]
    g = (dy * weight.view(shape)).reshape(rows.shape)
    a = g.sum(-1, keepdim=True) / m
    b = (g * hat).sum(-1, keepdim=True) / m
    dx = ((g - a - hat * b) / sigma).reshape(x.shape)
    over = [0] + list(range(2, x.dim()))
    hat = hat.reshape(x.shape)
    dweight = (dy * hat).sum(over)
    dbias = dy.sum(over)
    return dx, dweight, dbias
"""
TO_X = {
    "stats-const": {"(g - a - hat * b)": "g"},
    "no-mean-term": {"(g - a - hat * b)": "(g - hat * b)"},
    "no-variance-term": {"(g - a - hat * b)": "(g - a)"},
    "no-rstd": {"((g - a - hat * b) / sigma)": "(g - a - hat * b)"},
    "sum-not-mean": {"    m = rows.shape[-1]": "    m = 1"},
    "unbiased-backward": {"(g * hat).sum(-1, keepdim=True) / m": "(g * hat).sum(-1, keepdim=True) / (m - 1)"},
    "ignores-dy": {"(dy * weight": "(torch.ones_like(dy) * weight"},
    "no-gamma": {"dy * weight.view(shape)": "dy"},
    "affine-last-dim": {"dy * weight.view(shape)": "dy * weight"},
    "saves-y": {
        "    m = rows": "    y = hat.reshape(x.shape) * weight.view(shape) + bias.view(shape)\n"
        "    hat = y.reshape(rows.shape)\n    m = rows",
    },
    "over-batch": {
        "    mu = rows.mean(-1": "    mu = rows.mean((0, -1)",
        "((rows - mu) ** 2).mean(-1": "((rows - mu) ** 2).mean((0, -1)",
        "g.sum(-1, keepdim=True) / m": "g.sum((0, -1), keepdim=True) / m / n",
        "(g * hat).sum(-1, keepdim=True) / m": "(g * hat).sum((0, -1), keepdim=True) / m / n",
    },
    "instance-norm": {"rows = x.reshape(n, num_groups, -1)": "rows = x.reshape(n, c, -1)"},
}
TO_PARAMETERS = {
    "sums-over-channels": {"(dy * hat).sum(over)": "(dy * hat).sum()", "dy.sum(over)": "dy.sum()"},
    "keeps-batch": {
        "over = [0] + list": "over = list",
        "(dy * hat).sum(over)": "(dy * hat).flatten(2).sum(2) if over else dy * hat",
        "dy.sum(over)": "dy.flatten(2).sum(2) if over else dy",
    },
    "mean-not-sum": {"(dy * hat).sum(over)": "(dy * hat).mean(over)", "dy.sum(over)": "dy.mean(over)"},
    "uses-x": {"(dy * hat).sum(over)": "(dy * x).sum(over)"},
    "ignores-dy": {"(dy * hat).sum(over)": "hat.sum(over)", "dy.sum(over)": "torch.ones_like(dy).sum(over)"},
    "swapped-answers": {"return dx, dweight, dbias": "return dx, dbias, dweight"},
}


def slipped(slip, part=slice(None)):
    f = made(slip, text=BACKWARD)
    return lambda *args: f(*args)[part]


@pytest.mark.parametrize("name", TO_X)
def test_backward_to_x(name):
    assert once("ex12", slipped(TO_X[name], 0)).mistakes == [name]
    if name != "saves-y":
        report = asked(exercises.check_group_norm_backward, slipped(TO_X[name]))
        assert not report.ok and name in report.mistakes and len(report.mistakes) <= 2, report.text


@pytest.mark.parametrize("name", TO_PARAMETERS)
def test_backward_to_weight_and_bias(name):
    assert once("ex13", slipped(TO_PARAMETERS[name], slice(1, 3))).mistakes == [name]
    assert asked(exercises.check_group_norm_backward, slipped(TO_PARAMETERS[name])).mistakes == [name]


# The same with axes to choose: a cell is an image, a group, a channel in its group, and a pixel.
AXES = """
def f(dy, x, num_groups, weight, bias, eps):
    n, c = x.shape[:2]
    shape = (1, c) + (1,) * (x.dim() - 2)
    cut = lambda t: t.reshape(n, num_groups, c // num_groups, -1)
    back = lambda t: t.reshape(x.shape)
    mean = lambda t: t.mean((2, 3), keepdim=True)
    rows = cut(x)
    var = mean((rows - mean(rows)) ** 2)
    sigma = torch.sqrt(var + eps)
    hat = (rows - mean(rows)) / sigma
    g = cut(dy * weight.view(shape))
    dx = (g - mean(g) - hat * mean(g * hat)) / sigma
    over = [0] + list(range(2, x.dim()))
    return back(dx), (dy * back(hat)).sum(over), dy.sum(over)
"""
CUT, BACK, DX = "t.reshape(n, num_groups, c // num_groups, -1)", "t.reshape(x.shape)", "mean(g * hat)) / sigma"
HAT, ROOTS = "hat = (rows - mean(rows)) / sigma", "sigma = torch.sqrt(var + eps)"
OF_SETS = {
    name: {"t.mean((2, 3)": f"t.mean({axes}"}
    for name, axes in {
        "over-batch": "(0, 2, 3)",
        "across-samples": "0",
        "batch-norm": "(0, 3)",
        "instance-norm": "3",
        "layer-norm": "(1, 2, 3)",
        "whole-batch": "(0, 1, 2, 3)",
        "channel-only": "2",
        "pixel-norm": "(1, 2)",
        "over-groups": "1",
        "wrong-axes": "(0, 2)",
    }.items()
} | {
    "swapped-G": {CUT: "t.reshape(n, c // num_groups, num_groups, -1)"},
    "interleaved": {
        CUT: "t.reshape(n, c // num_groups, num_groups, -1).transpose(1, 2)",
        BACK: "t.transpose(1, 2).reshape(x.shape)",
    },
    "fixed-groups": {CUT: "t.reshape(n, 2, c // 2, -1)"},
    "channels-last-axis": {
        CUT: "t.reshape(n, -1, num_groups, x.shape[-1] // num_groups)",
        "t.mean((2, 3)": "t.mean((1, 3)",
    },
    "memory-order": {
        CUT: "t.movedim(1, -1).reshape(n, num_groups, 1, -1)",
        BACK: "t.reshape(n, *x.shape[2:], c).movedim(-1, 1)",
    },
}
IN_DX, IN_HAT = {DX: "mean(g * hat)) / sigma_"}, {HAT: HAT + "_"}
OF_EPS = [
    (name, {ROOTS: f"{ROOTS}\n    sigma_ = {slip}"} | place)
    for name, slip in {
        "no-eps": "var.sqrt()",
        "eps-hardcoded": "(var + 1e-5).sqrt()",
        "eps-outside-sqrt": "var.sqrt() + eps",
        "eps-squared": "(var + eps ** 2).sqrt()",
        "eps-outside-hardcoded": "var.sqrt() + 1e-6",
        "eps-as-floor": "var.sqrt().clamp(min=eps)",
    }.items()
    for place in (IN_DX | IN_HAT, IN_DX, IN_HAT)
] + [
    ("no-eps", {"hat * mean(g": "((var + eps) / var) ** 1.5 * hat * mean(g"}),
    ("eps-hardcoded", {"hat * mean(g": "((var + eps) / (var + 1e-5)) ** 1.5 * hat * mean(g"}),
]


@pytest.mark.parametrize(
    "name, slip",
    [*OF_SETS.items(), *OF_EPS],
    ids=[f"{k}-{name}" for k, (name, _) in enumerate([*OF_SETS.items(), *OF_EPS])],
)
def test_backward_knows_the_sets_and_the_places_of_eps_that_forward_knows(name, slip):
    f = made(slip, text=AXES)
    assert asked(exercises.check_group_norm_backward, f).mistakes == [name]
    assert once("ex12", lambda *a: f(*a)[0]).mistakes == [name]
    report = once("ex13", lambda *a: f(*a)[1:])
    assert report.ok or report.mistakes == [name]


def test_backward_knows_a_right_gradient_of_a_wrong_norm():
    for name in ("unbiased-var", "eps-outside-sqrt", "no-centre", "second-moment", "over-batch", "root-of-std"):
        forward = made(SLIPS[name])

        def backward(dy, x, num_groups, weight, bias, eps, forward=forward):
            leaves = [t.clone().requires_grad_() for t in (x, weight, bias)]
            return torch.autograd.grad(forward(leaves[0], num_groups, *leaves[1:], eps), leaves, dy)

        assert asked(exercises.check_group_norm_backward, backward).mistakes == [name]


FOUR_BACKWARD = """
def f(dy, x, num_groups, weight, bias, eps):
    dy, x, weight = dy.numpy(), x.numpy(), weight.numpy().reshape(1, -1, 1, 1)
    N, C, H, W = x.shape
    split = (N, num_groups, C // num_groups, H, W)
    axes, m = (2, 3, 4), C // num_groups * H * W
    rows = x.reshape(split)
    std = np.sqrt(rows.var(axis=axes, keepdims=True) + eps)
    x_hat = (rows - rows.mean(axis=axes, keepdims=True)) / std
    g = (dy * weight).reshape(split)
    dx = m * g - g.sum(axis=axes, keepdims=True) - x_hat * (g * x_hat).sum(axis=axes, keepdims=True)
    dx = (dx / m / std).reshape(x.shape)
    dweight = (dy * x_hat.reshape(x.shape)).sum(axis=(0, 2, 3))
    return dx, dweight, dy.sum(axis=(0, 2, 3))
"""


@pytest.mark.parametrize("slip", ["", "over-batch", "no-gamma", "wrong-shape"])
def test_backward_code_for_four_axes_is_called_so(slip):
    ways = {
        "": {},
        "over-batch": {"axes, m = (2, 3, 4), ": "axes, m = (0, 2, 3, 4), N * "},
        "no-gamma": {"dy * weight": "dy"},
        "wrong-shape": {"(0, 2, 3))": "(0, 2, 3), keepdims=True)"},
    }
    f = made(ways[slip], text=FOUR_BACKWARD)
    assert set(asked(exercises.check_group_norm_backward, f).mistakes) == {slip, "hard-coded-dims"} - {""}
    assert set(once("ex12", lambda *a: f(*a)[0]).mistakes) == {slip, "hard-coded-dims"} - {"", "wrong-shape"}


def test_one_more_case_that_raises_does_not_hide_what_the_others_say():
    def f(dy, x, num_groups, *rest):
        assert num_groups > 1 or len(x) == 1
        return made(text=FOUR_BACKWARD)(dy, x, num_groups, *rest)

    report = asked(exercises.check_group_norm_backward, f)
    assert report.mistakes == ["hard-coded-dims"] and "More is off than that" in report.text


def test_parameters_of_another_shape_do_not_hide_a_slip():
    text = AXES.replace(".sum(over)", ".sum(over, keepdim=True)")
    report = asked(exercises.check_group_norm_backward, made({"var + eps": "var + 1e-5"}, text=text))
    assert set(report.mistakes) == {"eps-hardcoded", "wrong-shape"}
    report = asked(exercises.check_group_norm_backward, lambda *a: [made(text=AXES)(*a)[0], None, None])
    assert report.mistakes == ["missing-part"] and "dweight: expected an answer, got None." in report.text


def test_arguments_are_shown_by_their_names():
    report = asked(exercises.check_group_norm_backward, slipped(TO_X["no-mean-term"]))
    for told in (
        "dy = [1, 0, 0, 1] of shape (1, 2, 1, 2)",
        "x = [2, 2, 6, 6] of shape (1, 2, 1, 2)",
        "num_groups = 1",
        "weight = [1, 3]",
        "bias = [0, 1]",
        "eps = 1e-05: dx: right is",
    ):
        assert told in report.text
    report = once("ex14", function(TO_X["no-mean-term"]))
    assert "dy = [1, 0, 0, 1]" in report.text and "x = [2, 2, 6, 6]" in report.text
    report = once("ex11", lambda x, g: stats(x, g, correction=1))
    assert "x of shape (2, 4, 2, 2), num_groups = 2" in report.text


@pytest.mark.parametrize("right, yours", [(0.80156, 0.80159), (1.0, 1.0000001), (3, 3.00001), (-2e-9, -2.0001e-9)])
def test_numbers_side_by_side_show_that_they_differ(right, yours):
    assert len({*side_by_side(right, yours)}) == len({*side_by_side(yours, right)}) == 2
    assert max(map(len, side_by_side(right, yours))) <= max(len(repr(float(v))) for v in (right, yours))
    assert side_by_side(0.5, 2 / 3) == ("0.5", "0.6667") and len({*side_by_side(right, right)}) == 1
    assert side_by_side(0.25, 0.25 + 1e-12, near=1e-9) == ("0.25", "0.25")


def test_two_slips_of_the_backward_pass():
    both = made(TO_X["no-rstd"], TO_PARAMETERS["mean-not-sum"], text=BACKWARD)
    assert set(asked(exercises.check_group_norm_backward, both).mistakes) == {"no-rstd", "mean-not-sum"}
    both = made(TO_X["no-gamma"], TO_X["no-mean-term"], text=BACKWARD)
    assert set(asked(exercises.check_group_norm_backward, both).mistakes) == {"no-gamma", "no-mean-term"}


def by_autograd(dy, x, num_groups, weight, bias, eps):
    leaves = [t.clone().requires_grad_() for t in (x, weight, bias)]
    return torch.autograd.grad(loops_out(leaves[0], num_groups, *leaves[1:], eps), leaves, dy)


loops_out = scalars


def jacobian(dy, x, num_groups, weight, bias, eps):
    f = made()
    rows = torch.autograd.functional.jacobian(lambda *a: f(a[0], num_groups, a[1], a[2], eps), (x, weight, bias))
    return [torch.tensordot(dy, j, dims=dy.dim()) for j in rows]


@pytest.mark.parametrize("f", [made(text=BACKWARD), by_autograd, jacobian], ids=["by hand", "autograd", "jacobian"])
def test_backward_accepts_other_ways(f):
    assert asked(exercises.check_group_norm_backward, f).ok
    assert once("ex12", lambda *a: f(*a)[0]).ok and once("ex13", lambda *a: f(*a)[1:]).ok


def test_zeros_are_no_gradient():
    def zeros(dy, x, num_groups, weight, bias, eps):
        return torch.zeros_like(x), torch.zeros_like(weight), torch.zeros_like(bias)

    report = asked(exercises.check_group_norm_backward, zeros)
    assert not report.ok and report.passed == 0


def function(slip=None, count=5, forward_of=made()):
    backward_of = made(slip or {}, text=BACKWARD)

    class GroupNorm(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, num_groups, weight, bias, eps):
            ctx.save_for_backward(x, weight, bias)
            ctx.rest = num_groups, eps
            return forward_of(x, num_groups, weight, bias, eps)

        @staticmethod
        def backward(ctx, dy):
            x, weight, bias = ctx.saved_tensors
            dx, dweight, dbias = backward_of(dy, x, ctx.rest[0], weight, bias, ctx.rest[1])
            return (dx, None, dweight, dbias, None)[:count]

    return GroupNorm


def test_the_autograd_function():
    assert once("ex14", function()).ok
    assert once("ex14", function(count=4)).mistakes == ["wrong-number-of-gradients"]
    for name in ("saves-y", "no-rstd", "stats-const"):
        assert name in once("ex14", function(TO_X[name])).mistakes
    for name in ("unbiased-var", "over-batch", "no-bias", "hard-coded-dims"):
        assert once("ex14", function(forward_of=made(SLIPS[name]))).mistakes == [name]
    kept = {"(dy * hat).sum(over)": "(dy * hat).sum(over, keepdim=True)"}
    assert once("ex14", function(kept)).mistakes == ["wrong-shape"]
    report = once("ex14", function({"    return dx, dweight, dbias": "    return dx, None, dbias"}))
    assert report.mistakes == ["no-gradient"] and "the gradient of weight is None" in report.text


# ---- numbers, and networks


def stats(x, num_groups, through=torch.float64, one_pass=False, correction=0, rows=None):
    sets = x.to(through).reshape(len(x), rows or num_groups, -1)
    if one_pass:
        return sets.mean(-1), (sets**2).mean(-1) - sets.mean(-1) ** 2
    return sets.mean(-1), sets.var(-1, correction=correction)


def half_sums(x, num_groups):
    sets = x.reshape(len(x), num_groups, -1)
    mean = sets.cumsum(-1, dtype=x.dtype)[..., -1] / sets.shape[-1]
    moved = (sets - mean[..., None]) ** 2
    return mean, moved.cumsum(-1, dtype=x.dtype)[..., -1] / sets.shape[-1]


def test_statistics_that_survive():
    assert once("ex11", stats).ok and once("ex11", lambda x, g: stats(x, g, torch.float32)).ok
    wrong = lambda **knobs: once("ex11", lambda x, g: stats(x, g, **knobs)).mistakes  # noqa: E731
    assert wrong(through=torch.float32, one_pass=True) == ["one-pass-variance"]
    assert once("ex11", lambda x, g: stats(x, g)[::-1]).mistakes == ["swapped-answers"]
    assert once("ex11", lambda x, g: (stats(x, g)[0], stats(x, g)[1].sqrt())).mistakes == ["root-for-variance"]
    assert wrong(correction=1) == ["unbiased-var"] and wrong(rows=4) == ["instance-norm"]
    assert once("ex11", half_sums).mistakes == ["sums-in-float16"]


def gap(layer, x, order=("eval", "train"), measure=lambda d: d.abs().max().item(), restore=True):
    import copy

    work = copy.deepcopy(layer) if restore else layer
    out = {}
    for mode in order:
        out[mode] = work.train(mode == "train")(x)
    return measure(out["train"] - out.get("eval", out["train"]))


GAPS = {
    "": {},
    "train-only": {"order": ("train", "train")},
    "updated-statistics": {"order": ("train", "eval")},
    "mean-for-max": {"measure": lambda d: d.abs().mean().item()},
    "signed-max": {"measure": lambda d: d.max().item()},
}


@pytest.mark.parametrize("name", GAPS)
def test_training_against_evaluation(name):
    report = once("ex15", lambda layer, x: gap(layer, x, **GAPS[name]))
    assert report.ok if not name else report.mistakes == [name], report.text


def test_a_layer_left_otherwise():
    report = once("ex15", lambda layer, x: gap(layer, x, restore=False))
    assert set(report.mistakes) == {"state-changed", "mode-changed"}, report.text


class Fixed(torch.nn.Module):
    slips = ()

    def __init__(self, channels):
        super().__init__()
        self.weight, self.bias = torch.nn.Parameter(torch.ones(channels)), torch.nn.Parameter(torch.zeros(channels))
        self.f = made(*((SLIPS | {"unbiased-too": UNBIASED})[name] for name in self.slips))

    def forward(self, x):
        return self.f(x, 8, self.weight, self.bias)


def swap(net, kind=Fixed, deep=True, keep=True):
    for name, child in net.named_children():
        if isinstance(child, torch.nn.BatchNorm2d):
            norm = kind(child.num_features).double()
            if keep:
                norm.load_state_dict({"weight": child.weight, "bias": child.bias})
            setattr(net, name, norm)
        elif deep:
            swap(child, kind, deep, keep)
    return net


def test_convert():
    assert once("ex16", swap).ok
    assert once("ex16", lambda net: swap(net, keep=False)).mistakes == ["parameters-lost"]
    assert once("ex16", lambda net: swap(net, deep=False)).mistakes == ["batch-norm-left"]
    assert once("ex16", lambda net: net).mistakes == ["batch-norm-left"]
    for names in (["over-batch"], ["unbiased-var"], ["eps-outside-sqrt"], ["over-batch", "eps-outside-sqrt"]):
        kind = type("Buggy", (Fixed,), {"slips": names})
        assert set(once("ex16", lambda net, kind=kind: swap(net, kind)).mistakes) == set(names)
    kind = type("ThreeBugs", (Fixed,), {"slips": ["over-batch", "unbiased-too", "eps-outside-sqrt"]})
    report = once("ex16", lambda net: swap(net, kind))
    assert report.mistakes == ["over-batch", "unbiased-var"] and "More is off than that" in report.text


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("keep", ["load", "copy", "same"])
def test_convert_takes_layers_of_any_type(dtype, keep):
    def convert(net, groups=8):
        for name, layer in list(net.named_modules()):
            if isinstance(layer, torch.nn.BatchNorm2d):
                norm = torch.nn.GroupNorm(groups, layer.num_features, dtype=dtype)
                if keep == "load":
                    norm.load_state_dict({"weight": layer.weight, "bias": layer.bias})
                elif keep == "copy":
                    norm.weight.data.copy_(layer.weight.data)
                    norm.bias.data = layer.bias.data.clone()
                else:
                    norm.weight, norm.bias = layer.weight, layer.bias
                net.set_submodule(name, norm)
        return net

    assert once("ex16", convert).ok
    for groups, name in ((4, "other-groups"), (1, "layer-norm"), (16, "does-not-divide")):
        assert once("ex16", lambda net, groups=groups: convert(net, groups)).mistakes == [name]


def test_numbers_of_numpy_are_numbers():
    import numpy as np

    def by_numpy(x, eps):
        x = x.numpy()
        return (x - x.mean()) / np.sqrt(x.var() + eps)

    assert once("ex04", by_numpy).ok
    assert once("ex01", lambda n, c, h, w, g: np.int64(n * g)).ok
    found = np.array([-1.4, -0.2, 0.2, 1.4])
    assert asked(exercises.check_one_group, lambda: (np.float64(4), 25, found), values=[-3, 3, 5, 11]).ok


def test_what_readers_of_the_sheets_ran_into():
    def largest_below(c, most):
        return max(g for g in range(1, most) if c % g == 0)

    assert not once("ex10", lambda c, size, most: c // size if size else largest_below(c, most)).ok
    assert not once("ex10", lambda c, size, most: min(c // size, most) if size else largest_below(c, most + 1)).ok
    assert not once("ex02", lambda i, c, g: i // (c // g) if c % g == 0 else undefined).ok  # noqa: F821
    for name, none in (("ex03", lambda: None), ("ex16", lambda net: None), ("ex06", lambda *args: (None, None))):
        assert once(name, none).mistakes == ["missing-return"]
    report = once("ex16", lambda net: swap(net, type("Buggy", (Fixed,), {"slips": ["eps-outside-sqrt"]})))
    right, given = re.search(r"right is (\S+), you give (\S+)\.", report.text).groups()
    assert right != given and report.case
    report = once("ex05", lambda x, g, eps: x)
    assert re.search(r"x = \[(-?\d+, ){7}-?\d+\] of shape \(1, 4, 1, 2\), num_groups = 2, eps = 1e-05:", report.text)


# ---- all of them


class Marked(dict):
    """A catalogue that translates every message, so that what was not looked up can be seen."""

    def get(self, message, default=None):
        return f"\N{SECTION SIGN}{message}"


def test_all_that_a_check_says_is_translated(monkeypatch):
    monkeypatch.setattr(messages, "catalogue", Marked)
    for exercise in EXERCISES.values():
        for probe in exercise.probes(random.Random(0)):
            where = as_text(probe.where, messages.tr)
            assert where.startswith("\N{SECTION SIGN}") or not speaks(where.replace("float64", ""))
    for name in ("over-batch", "needs-both", "wrong-shape", "hard-coded-dims", "no-gradient", "missing-return"):
        report = asked(exercises.check_group_norm, made(SLIPS[name]))
        assert all(line.startswith("\N{SECTION SIGN}") for line in report.text.splitlines()), report.text
    picture = asked(exercises.check_group_norm, made(SLIPS["over-batch"])).picture
    titles = re.findall(r'<text[^>]*>(.*?)</text>|aria-label="(.*?)"', picture)
    assert len(titles) == 3 and all("".join(title).startswith("\N{SECTION SIGN}") for title in titles)


def test_the_exercises_of_the_sheets_are_numbered_in_their_order():
    assert list(EXERCISES) == [f"ex{k:02d}" for k, _ in enumerate(EXERCISES, 1)]
    assert all(e.level in ("easy", "medium", "hard") and e.minutes and e.points for e in EXERCISES.values())


def test_every_mistake_can_be_named_and_no_hint_gives_the_answer():
    for name, said in mistakes().items():
        assert [*said] in (["what", "hint"], ["says"], ["says", "hint"])
        words = " ".join(said.values())
        assert "?" in words, name
        assert "=" not in words.replace("+=", "").replace("with beta = 0", "")
