"""The checks of the sixteen exercises: every mistake is refused and named, every right way to write it is accepted.

The wrong functions here are texts with a line exchanged; they share no code with the catalogue of the checks.
"""

import contextlib
import io
import re
import subprocess
import sys

import pytest
import torch
from torch.nn import functional as F

from gn_edu import exercises
from gn_edu.exercises import EXERCISES
from gn_edu.exercises.asking import ask
from gn_edu.exercises.probes import mistakes

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
        MEAN: MEAN.replace("-1", "(0, 2)"), VAR: VAR.replace("-1", "(0, 2)"),
    },
    "interleaved": {
        ROWS: "    rows = x.reshape(n, c // num_groups, num_groups, -1)",
        MEAN: MEAN.replace("-1", "(1, 3)"), VAR: VAR.replace("-1", "(1, 3)"),
    },
    "swapped-G": {ROWS: "    rows = x.reshape(n, c // num_groups, -1)"},
    "channel-only": {ROWS: f"    rows = {OVER}", MEAN: MEAN.replace("-1", "2"), VAR: VAR.replace("-1", "2")},
    "channels-last-axis": {
        ROWS: "    rows = x.reshape(n, -1, num_groups, x.shape[-1] // num_groups)",
        MEAN: MEAN.replace("-1", "(1, 3)"), VAR: VAR.replace("-1", "(1, 3)"),
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
        W: "        pass", B: "        pass",
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
}  # fmt: skip
CLAMPED = {VAR: "    var = ((rows ** 2).mean(-1, keepdim=True) - mu ** 2).clamp(min=0)"}


def made(*slips, text=RIGHT):
    for slip in slips:
        for old, new in slip.items():
            assert old in text, old
            text = text.replace(old, new)
    scope = {"torch": torch, "F": F}
    exec(text, scope)
    return scope["f"]


def asked(check, f, **more):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        report = check(f, **more)
    assert out.getvalue() == f"{report.text}\n"
    return report


@pytest.mark.parametrize("name", SLIPS)
def test_forward_names_the_mistake(name):
    report = asked(exercises.check_group_norm, made(SLIPS[name]))
    assert not report.ok and name in report.mistakes and len(report.mistakes) <= 2
    assert report.mistakes == [name], report.text
    assert mistakes()[name]["hint"][1:] in report.text and "Traceback" not in report.text
    assert 0 <= report.passed < report.total


def test_a_clamp_does_not_hide_the_lost_digits():
    assert asked(exercises.check_group_norm, made(CLAMPED)).mistakes == ["one-pass-variance"]


ONE_OF_EACH = [
    ("over-batch", "eps-outside-sqrt"), ("interleaved", "no-bias"), ("unbiased-var", "affine-last-dim"),
    ("unbiased-var", "no-eps"), ("no-centre", "bias-before-scale"), ("layer-norm", "eps-hardcoded"),
    ("swapped-G", "unbiased-var"), ("instance-norm", "affine-per-group"), ("divide-by-var", "no-weight"),
    ("unbiased-var", "view-error"), ("in-place", "unbiased-var"), ("one-pass-variance", "no-bias"),
    ("eps-squared", "affine-before-norm"),
]  # fmt: skip


@pytest.mark.parametrize("pair", ONE_OF_EACH, ids="+".join)
def test_two_mistakes_at_once_are_both_named(pair):
    report = asked(exercises.check_group_norm, made(*(SLIPS[name] for name in pair)))
    assert not report.ok and set(report.mistakes) == set(pair), report.text


def test_hard_coded_dims_are_not_held_against_a_mistake_elsewhere():
    text = RIGHT.replace("    n, c = x.shape[:2]", "    n, c, h, w = x.shape")
    report = asked(exercises.check_group_norm, made(SLIPS["unbiased-var"], text=text))
    assert set(report.mistakes) == {"unbiased-var", "hard-coded-dims"}


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
    y = torch.stack([torch.stack([(r - r.mean()) / torch.sqrt(torch.mean((r - r.mean()) ** 2) + eps) for r in image])
                     for image in rows]).reshape(x.shape).transpose(0, 1)  # fmt: skip
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


@pytest.mark.parametrize("way", [
    lambda x: F.group_norm(x, 2), lambda x: torch.group_norm(x, 2), torch.nn.GroupNorm(2, 4),
    lambda x: torch.native_group_norm(x, None, None, 2, 4, 9, 2, 1e-5)[0],
    lambda x: torch.ops.aten.group_norm(x, 2), lambda x: torch.jit.script(torch.nn.GroupNorm(2, 4))(x),
])  # fmt: skip
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


ROW = {name: SLIPS[name] for name in ("unbiased-var no-centre second-moment divide-by-var no-division no-eps "
                                      "eps-outside-sqrt eps-squared eps-hardcoded").split()}  # fmt: skip


@pytest.mark.parametrize("name", ["", *ROW])
def test_where_eps_goes(name):
    f = made(ROW[name]) if name else made()
    report = once("ex04", lambda x, eps: f(x.view(1, 1, -1), 1, eps=eps).view(-1))
    assert report.ok if not name else report.mistakes == [name], report.text


OF_SHEET_2 = [name for name in SLIPS if name not in ("hard-coded-dims", "view-error", "one-pass-variance")]


@pytest.mark.parametrize("name", OF_SHEET_2)
def test_the_steps_of_the_forward_pass(name):
    f = made(SLIPS[name])
    if "affine" not in name and name not in ("no-weight", "no-bias", "bias-before-scale", "detached-statistics",
                                              "swapped-weight-bias"):  # fmt: skip
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
    "saves-y": {
        "    m = rows": "    y = hat.reshape(x.shape) * weight.view(shape) + bias.view(shape)\n"
        "    hat = y.reshape(rows.shape)\n    m = rows",
    },
    "over-batch": {"    mu = rows.mean(-1": "    mu = rows.mean((0, -1)",
                   "((rows - mu) ** 2).mean(-1": "((rows - mu) ** 2).mean((0, -1)",
                   "g.sum(-1, keepdim=True) / m": "g.sum((0, -1), keepdim=True) / m / n",
                   "(g * hat).sum(-1, keepdim=True) / m": "(g * hat).sum((0, -1), keepdim=True) / m / n"},
    "instance-norm": {"rows = x.reshape(n, num_groups, -1)": "rows = x.reshape(n, c, -1)"},
}  # fmt: skip
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
}  # fmt: skip


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


def function(slip=None, count=5):
    backward_of = made(slip or {}, text=BACKWARD)

    class GroupNorm(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, num_groups, weight, bias, eps):
            ctx.save_for_backward(x, weight, bias)
            ctx.rest = num_groups, eps
            return made()(x, num_groups, weight, bias, eps)

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
        self.f = made(*(SLIPS[name] for name in self.slips))

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
    assert not once("ex10", lambda c, size, most: c // size if size else max(
        g for g in range(1, most) if c % g == 0)).ok  # fmt: skip
    assert not once("ex10", lambda c, size, most: min(c // size, most) if size else max(
        g for g in range(1, most + 1) if c % g == 0)).ok  # fmt: skip
    assert not once("ex02", lambda i, c, g: i // (c // g) if c % g == 0 else undefined).ok  # noqa: F821
    only_both = made({"    if weight is not None:": "    if weight is not None and bias is not None:"})
    assert not asked(exercises.check_group_norm, only_both).ok
    for name, none in (("ex03", lambda: None), ("ex16", lambda net: None)):
        assert once(name, none).mistakes == ["missing-return"]
    report = once("ex16", lambda net: swap(net, type("Buggy", (Fixed,), {"slips": ["eps-outside-sqrt"]})))
    right, given = re.search(r"right is (\S+), you give (\S+)\.", report.text).groups()
    assert right != given and report.case
    report = once("ex05", lambda x, g, eps: x)
    assert re.search(r"x = \[(-?\d+, ){7}-?\d+\] of shape \(1, 4, 1, 2\), num_groups = 2, eps = 1e-05:", report.text)


# ---- all of them


def test_sixteen_easy_to_hard():
    assert list(EXERCISES) == [f"ex{k:02d}" for k in range(1, 17)]
    assert all(e.level in ("easy", "medium", "hard") and e.minutes and e.points for e in EXERCISES.values())


def test_every_mistake_can_be_named_and_no_hint_gives_the_answer():
    for name, said in mistakes().items():
        assert "?" in said["hint"], name
        assert "=" not in said["what"] + said["hint"].replace("+=", "")
