"""Each stub fails, each solution of the page passes, each mistake is called by its name."""

import math
import random
import re
from pathlib import Path

import nbformat
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from gn_edu.exercises import EXERCISES
from gn_edu.exercises import ch02_batch_norm as ch02
from gn_edu.exercises import ch03_one_formula as ch03
from gn_edu.exercises import ch04_build as ch04
from gn_edu.exercises import ch05_backward as ch05
from gn_edu.exercises import ch06_numerics as ch06
from gn_edu.exercises import ch07_groups as ch07
from gn_edu.exercises import ch08_cifar10 as ch08
from gn_edu.exercises import ch09_sweep as ch09
from gn_edu.exercises import ch12_fast as ch12
from gn_edu.exercises.exercise import sentences_of
from gn_edu.exercises.wrong_norms import MUTANTS
from gn_edu.nets import GhostBatchNorm2d
from gn_edu.norms import group_norm
from scripts.paths import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CALL = re.compile(r"^(\w+)\.(check_(\w+))\((\w+)\)$", re.MULTILINE)


def exercises():
    """(notebook, function, stub cell, check, solution) of every exercise in the book."""
    for path in NOTEBOOKS:
        cells = nbformat.read(path, as_version=4).cells
        solutions = "\n".join(re.findall(r"```python\n(.*?)```", "\n".join(c.source for c in cells), re.DOTALL))
        for cell in cells:
            for _, check, name, argument in CALL.findall(cell.source):
                assert name == argument
                yield pytest.param(path.stem, name, cell, check, solutions, id=f"{path.stem}-{name}")


def module(stem):
    return __import__(f"gn_edu.exercises.{stem}", fromlist=["*"])


@pytest.mark.parametrize("stem, name, cell, check, solutions", list(exercises()))
def test_stub_fails_and_solution_passes(stem, name, cell, check, solutions):
    assert "".join(output.get("text", "") for output in cell.outputs) == "Not attempted yet.\n"
    scope = {"torch": torch}
    exec(solutions, scope)
    report = getattr(module(stem), check)(scope[name])
    assert report.ok and report.text.startswith("Right")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_check_is_used_by_its_chapter(path):
    checks = {exercise.check_name for exercise in module(path.stem).EXERCISES}
    assert checks == {p.values[3] for p in exercises() if p.values[0] == path.stem}
    assert (Path(ch03.__file__).parent / f"{path.stem}.py").exists()


OF_CHAPTERS = [exercise for path in NOTEBOOKS for exercise in module(path.stem).EXERCISES]
ALL = [*OF_CHAPTERS, *EXERCISES.values()]
KNOWING = [
    e for e in OF_CHAPTERS if not e.own and e.name not in ("4.1", "5.1", "6.2", "12.1")
]  # which have tests of their own


@pytest.mark.parametrize("exercise", KNOWING, ids=lambda e: e.name)
def test_each_mistake_that_an_exercise_knows_is_named_when_it_is_made(exercise):
    for names, answer in exercise.wrong():
        if len(names) == 1:
            assert exercise.check(answer).mistakes == names


@pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.name)
def test_each_mistake_has_its_sentences_and_each_exercise_its_facts(exercise):
    known, sections = sentences_of(exercise.name), [e for _, e in exercise.sections]
    assert {name for e in (exercise, *sections) for names, _ in e.wrong() for name in names} <= set(known)
    for probe in exercise.probes(random.Random(0)) if exercise.probes else ():
        assert {probe.about, probe.form} <= {"", *known}
    assert exercise.level in ("easy", "medium", "hard") and exercise.minutes > 0
    assert exercise.checker().__doc__.startswith("Check ") and exercise.takes.endswith(".")


# ---- chapter 2


def of_image_mean(pixels, rho):
    return (1 + (pixels - 1) * rho) / pixels


MISSING = {
    "independent-values": lambda n, pixels, rho: 1 - 1 / (n * pixels),
    "one-value-an-image": lambda n, pixels, rho: (n - 1) / n,
    "one-image": lambda n, pixels, rho: 1 - of_image_mean(pixels, rho),
    "variance-of-mean": lambda n, pixels, rho: of_image_mean(pixels, rho) / n,
    "wrong-pairs": lambda n, pixels, rho: 1 - (1 + pixels * rho) / (n * pixels),
    "unbiased": lambda n, pixels, rho: 1.0,
}


@pytest.mark.parametrize("mistake", MISSING)
def test_expected_variance_names_the_mistake(mistake):
    report = ch02.check_expected_variance(MISSING[mistake])
    assert not report.ok and report.mistakes == [mistake]


def in_pieces(scale=True, clean=True, each=False):
    def accumulate(model, loss_of, x, y, pieces):
        size = len(x) // pieces
        for start in range(0, len(x), size):
            loss = loss_of(model(x[start : start + size]), y[start : start + size])
            if each or clean and start == 0:
                model.zero_grad()
            loss = loss / pieces if scale else loss
            loss.backward()

    return accumulate


PIECES = {
    "not-a-mean": in_pieces(scale=False),
    "old-gradients": in_pieces(clean=False),
    "last-piece": in_pieces(each=True),
    "at-once": lambda model, loss_of, x, y, pieces: (model.zero_grad(), loss_of(model(x), y).backward()),
    "nothing-new": lambda model, loss_of, x, y, pieces: None,
}


@pytest.mark.parametrize("mistake", PIECES)
def test_accumulate_names_the_mistake(mistake):
    report = ch02.check_accumulate(PIECES[mistake])
    assert not report.ok and report.mistakes == [mistake]


def test_accumulate_says_of_batch_norm_what_is_true_of_this_loop():
    def whole_where_it_must(model, loss_of, x, y, pieces):
        mixes = any(isinstance(layer, nn.BatchNorm2d) for layer in model.modules())
        in_pieces()(model, loss_of, x, y, 1 if mixes else pieces)

    report = ch02.check_accumulate(whole_where_it_must)
    assert report.ok and "With Batch Norm this loop is right, too." in report.text and " off " not in report.text
    report = ch02.check_accumulate(in_pieces())
    assert report.ok and re.search(r"With Batch Norm this loop is off by \d+ %\.", report.text)


# ---- chapter 3

POSITIONAL = {
    "layer-norm": lambda i, k: i.n == k.n,
    "over-batch": lambda i, k: i.h == k.h and i.w == k.w,
    "instance-norm": lambda i, k: not (i.n != k.n or i.c != k.c),
    "either-axis": lambda i, k: i.n == k.n and (i.h == k.h or i.w == k.w),
    "cell-alone": lambda i, k: tuple(i) == tuple(k),
    "not-itself": lambda i, k: (i.n, i.h, i.w) == (k.n, k.h, k.w) and not i.c == k.c,
    "no-image": lambda i, k: i[1:] == k[1:],
    "row-only": lambda i, k: (i[0], i[2]) == (k[0], k[2]),
    "column-only": lambda i, k: (i[0], i[3]) == (k[0], k[3]),
}


@pytest.mark.parametrize("mistake", POSITIONAL)
def test_positional_names_the_mistake(mistake):
    report = ch03.check_positional(POSITIONAL[mistake])
    assert not report.ok and report.mistakes == [mistake] and "?" in report.text
    assert "(k.n, k.h, k.w)" not in report.text


def test_positional_takes_another_way_to_write_it():
    assert ch03.check_positional(lambda i, k: i.n == k.n and (i.h - k.h) ** 2 + (i.w - k.w) ** 2 == 0).ok


def by_gradient(layer, x):
    """Another right answer, which shares no code with the solution."""
    x = x.clone().requires_grad_()
    weights = torch.randn(x[0].shape, generator=torch.Generator().manual_seed(1), dtype=x.dtype)
    rows = []
    for i in range(len(x)):
        (grad,) = torch.autograd.grad((layer(x)[i] * weights).sum(), x)
        rows.append(grad.flatten(1).abs().amax(1) > 1e-9)
    return torch.stack(rows)


def moved(layer, x, j):
    other = x.clone()
    other[j].view(-1)[0] += 1
    return (layer(other) != layer(x)).flatten(1).any(1)


def in_place(layer, x):
    x += 1
    return torch.eye(len(x), dtype=torch.bool)


WRONG = {
    "missing-return": lambda layer, x: None,
    "in-place": in_place,
    "wrong-shape": lambda layer, x: torch.ones(len(x), dtype=torch.bool),
    "swapped-axes": lambda layer, x: torch.stack([moved(layer, x, j) for j in range(len(x))], dim=0),
    "whole-output": lambda layer, x: torch.ones(len(x), len(x), dtype=torch.bool),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_coupling_names_the_mistake(mistake):
    report = ch03.check_coupling(WRONG[mistake])
    assert not report.ok and report.mistakes == [mistake]


def test_coupling_takes_another_way_and_survives_errors():
    assert ch03.check_coupling(by_gradient).ok
    report = ch03.check_coupling(lambda layer, x: x[100])
    assert not report.ok and "IndexError" in report.text


# ---- chapter 4


@pytest.mark.parametrize("mistake", MUTANTS)
def test_group_norm_names_each_mutant(mistake):
    def mutant(x, num_groups, weight=None, bias=None, eps=1e-5):
        weight = torch.ones(x.shape[1], dtype=x.dtype) if weight is None else weight
        bias = torch.zeros(x.shape[1], dtype=x.dtype) if bias is None else bias
        return MUTANTS[mistake](x, num_groups, weight, bias, eps)

    report = ch04.check_group_norm(mutant)
    assert not report.ok and mistake in report.mistakes and report.text.count("Not yet") == 1


def test_group_norm_takes_torch_and_the_book():
    assert ch04.check_group_norm(F.group_norm).ok and ch04.check_group_norm(group_norm).ok


def test_mutants_are_reported_one_by_one():
    assert ch04.check_accepts(lambda layer: True).mistakes == list(MUTANTS)
    assert ch04.check_accepts(lambda layer: False).mistakes == ["refuses-the-right-one"]

    def shape_on_zeros(layer):
        x = torch.zeros(2, 4, 8, 8)
        return layer(x, 2, torch.ones(4), torch.zeros(4)).shape == x.shape

    assert len(ch04.check_accepts(shape_on_zeros).mistakes) == 11


# ---- chapter 5


def part(g, x, eps):
    var = x.var(correction=0)
    sigma = (var + eps).sqrt()
    return var, sigma, (g * (x - x.mean()) / sigma).sum()


LEFT = {
    "always-zero": lambda g, x, eps: torch.zeros(()),
    "no-sigma": lambda g, x, eps: eps / (part(g, x, eps)[0] + eps) * part(g, x, eps)[2],
    "var-for-eps": lambda g, x, eps: (1 - eps / (part(g, x, eps)[0] + eps)) * part(g, x, eps)[2] / part(g, x, eps)[1],
    "mean-for-sum": lambda g, x, eps: (
        eps / (part(g, x, eps)[0] + eps) * part(g, x, eps)[2] / part(g, x, eps)[1] / len(x)
    ),
}


@pytest.mark.parametrize("mistake", LEFT)
def test_leftover_names_the_mistake(mistake):
    report = ch05.check_leftover(LEFT[mistake])
    assert not report.ok and report.mistakes == [mistake]


# ---- chapter 6

OFFSETS = {
    "no-root": lambda std: std**2 * 2**24,
    "float64": lambda std: std * 2**26.5,
    "std-for-variance": lambda std: std**0.5 * 2**12,
    "constant": lambda std: 4096,
}


@pytest.mark.parametrize("mistake", OFFSETS)
def test_breaking_offset_names_the_mistake(mistake):
    assert ch06.check_breaking_offset(OFFSETS[mistake]).mistakes == [mistake]


def test_breaking_offset_takes_the_other_step():
    assert ch06.check_breaking_offset(lambda std: std * 2**11.5).ok


def half_rows(x, num_groups):
    rows = x.reshape(len(x), num_groups, -1)
    return rows, rows - rows.mean(-1, keepdim=True)


HALF = {
    "wrong-dtype": lambda x, g, eps=1e-5: F.group_norm(x.float(), g, eps=eps),
    "wrong-shape": lambda x, g, eps=1e-5: F.group_norm(x.float(), g, eps=eps).half().flatten(1),
    "float16-overflow float16-underflow": lambda x, g, eps=1e-5: (
        half_rows(x, g)[1] / (half_rows(x, g)[1].square().mean(-1, keepdim=True) + eps).sqrt()
    ).reshape(x.shape),
    "float16-overflow": lambda x, g, eps=1e-5: F.group_norm((x * 256).float(), g, eps=eps * 256**2).half(),
    "float16-underflow": lambda x, g, eps=1e-5: F.group_norm((x / 1024).float(), g, eps=eps / 1024**2).half(),
    "layer-norm": lambda x, g, eps=1e-5: F.layer_norm(x.float(), x.shape[1:], eps=eps).half(),
    "instance-norm": lambda x, g, eps=1e-5: F.instance_norm(x.float(), eps=eps).half(),
    "unbiased-var": lambda x, g, eps=1e-5: (
        ((r := half_rows(x.float(), g))[1] / (r[0].var(-1, keepdim=True) + eps).sqrt()).reshape(x.shape).half()
    ),
    "no-eps": lambda x, g, eps=1e-5: F.group_norm(x.float(), g, eps=0).half(),
    "over-batch": lambda x, g, eps=1e-5: (
        F.layer_norm(x.float().unflatten(1, (g, -1)).transpose(0, 1), (len(x), x.shape[1] // g, *x.shape[2:]), eps=eps)
        .transpose(0, 1)
        .reshape(x.shape)
        .half()
    ),
}


@pytest.mark.parametrize("mistake", HALF)
def test_half_group_norm_names_the_mistake(mistake):
    assert ch06.check_half_group_norm(HALF[mistake]).mistakes == mistake.split()


def test_half_group_norm_says_nothing_of_float16_where_the_formula_is_off():
    for wrong in (lambda x, g, eps=1e-5: 2 * F.group_norm(x.float(), g, eps=eps).half(), lambda x, g, eps=1e-5: x):
        report = ch06.check_half_group_norm(wrong)
        assert not report.ok and not any("float16" in name for name in report.mistakes)


def test_half_group_norm_takes_double():
    assert ch06.check_half_group_norm(lambda x, g, eps=1e-5: F.group_norm(x.double(), g, eps=eps).half()).ok


# ---- chapter 7

RULES = {
    "does-not-divide": min,
    "gcd": math.gcd,
    "one-group": lambda channels, most=32: 1,
    "too-many-groups": lambda channels, most=32: channels,
    "not-int": lambda channels, most=32: max(g for g in range(1, most + 1) if channels % g == 0) / 1,
}


@pytest.mark.parametrize("mistake", RULES)
def test_num_groups_for_names_the_mistake(mistake):
    report = ch07.check_num_groups_for(RULES[mistake])
    assert not report.ok and report.mistakes == [mistake]


def channel_means(x):
    return x.mean((0, 2, 3))


BIASES = {
    "wrong-sign": lambda x, g, eps=1e-5: channel_means(F.group_norm(x, g)),
    "from-x": lambda x, g, eps=1e-5: -channel_means(x),
    "zeros": lambda x, g, eps=1e-5: torch.zeros(x.shape[1]),
    "first-image": lambda x, g, eps=1e-5: -F.group_norm(x, g)[0].mean((1, 2)),
    "wrong-shape": lambda x, g, eps=1e-5: -F.group_norm(x, g).mean(),
}


@pytest.mark.parametrize("mistake", BIASES)
def test_waking_bias_names_the_mistake(mistake):
    report = ch07.check_waking_bias(BIASES[mistake])
    assert not report.ok and report.mistakes == [mistake]


def test_waking_bias_takes_autograd():
    def by_gradient(x, num_groups, eps=1e-5):
        bias = torch.zeros(1, x.shape[1], 1, 1, dtype=x.dtype, requires_grad=True)
        loss = (F.group_norm(x, num_groups, eps=eps) + bias).mean((0, 2, 3)).square().sum() / 2
        return -torch.autograd.grad(loss, bias)[0].flatten()

    assert ch07.check_waking_bias(by_gradient).ok


# ---- chapter 8


def swapped(model, groups_for, deep=True, keep=True, kind=nn.GroupNorm):
    for name, child in model.named_children():
        if isinstance(child, nn.BatchNorm2d):
            norm = kind(groups_for(child.num_features), child.num_features)
            if keep:
                norm.load_state_dict({"weight": child.weight, "bias": child.bias})
            setattr(model, name, norm)
        elif deep:
            swapped(child, groups_for, deep, keep, kind)
    return model


def largest(channels, most=32):
    return max(g for g in range(1, most + 1) if channels % g == 0)


class Remembers(nn.GroupNorm):
    def __init__(self, groups, channels):
        super().__init__(groups, channels)
        self.register_buffer("running_mean", torch.zeros(channels), persistent=False)


def anew(model, most=32):
    for layer in swapped(model, lambda c: largest(c, most)).modules():
        if isinstance(layer, nn.Conv2d):
            layer.reset_parameters()
    return model


def while_looping(model, most=32):
    for name, layer in model.named_modules():
        if isinstance(layer, nn.BatchNorm2d):
            block = model.get_submodule(name.rpartition(".")[0])
            delattr(block, name.rpartition(".")[2])
            block.add_module("norm", nn.GroupNorm(largest(layer.num_features), layer.num_features))
    return model


def whole_state(model, most=32):
    for name, child in model.named_children():
        if isinstance(child, nn.BatchNorm2d):
            norm = nn.GroupNorm(largest(child.num_features), child.num_features)
            norm.load_state_dict(child.state_dict())
            setattr(model, name, norm)
        else:
            whole_state(child)
    return model


SWAPS = {
    "ignores-most": lambda model, most=32: swapped(model, largest),
    "too-many-groups": lambda model, most=32: swapped(model, lambda c: c),
    "does-not-divide": lambda model, most=32: swapped(model, lambda c: 16),
    "changes-while-looping": while_looping,
    "whole-state": whole_state,
    "batch-norm-left": lambda model, most=32: swapped(model, lambda c: largest(c, most), deep=False),
    "parameters-lost": lambda model, most=32: swapped(model, lambda c: largest(c, most), keep=False),
    "buffers-left": lambda model, most=32: swapped(model, lambda c: largest(c, most), kind=Remembers),
    "conv-changed": anew,
    "missing-return": lambda model, most=32: None,
}


@pytest.mark.parametrize("mistake", SWAPS)
def test_swap_norm_names_the_mistake(mistake):
    report = ch08.check_swap_norm(SWAPS[mistake])
    assert not report.ok and report.mistakes == [mistake]


def test_swap_norm_says_what_does_not_divide_what():
    for groups, channels in ((16, 24), (32, 24), (5, 24), (48, 24)):
        report = ch08.check_swap_norm(lambda model, most=32, groups=groups: swapped(model, lambda c: groups))
        assert report.mistakes == ["does-not-divide"]
        assert f"num_channels ({channels}) must be divisible by num_groups ({groups})" in report.text
    report = ch08.check_swap_norm(lambda model, most=32: swapped(model, lambda c: min(32, c)))
    assert report.mistakes == ["does-not-divide"] and "num_channels (48)" in report.text
    report = ch08.check_swap_norm(lambda model: swapped(model, lambda c: 8))
    assert not report.ok and "TypeError" in report.text


ANY_NUMBER = {
    "largest": lambda c, most: max(g for g in range(1, most + 1) if c % g == 0),
    "gcd": lambda c, most: math.gcd(most, c),
    "one": lambda c, most: 1,
    "two channels a group at least": lambda c, most: max(g for g in range(1, most + 1) if c % (2 * g) == 0),
}


@pytest.mark.parametrize("rule", ANY_NUMBER)
def test_swap_norm_takes_any_number_of_groups_that_fits(rule):
    report = ch08.check_swap_norm(lambda m, most=32: swapped(m, lambda c: ANY_NUMBER[rule](c, most)))
    assert report.ok and report.text.startswith("Right")
    assert ("24 groups over 24 channels: one channel a group" in report.text) == (rule == "largest")
    assert "over 48" not in report.text


def test_swap_norm_takes_a_loop_over_all_modules():
    def by_name(model, most=32):
        for name, layer in list(model.named_modules()):
            if isinstance(layer, nn.BatchNorm2d):
                groups = max(g for g in range(1, most + 1) if layer.num_features % g == 0)
                norm = nn.GroupNorm(groups, layer.num_features)
                norm.weight, norm.bias = layer.weight, layer.bias
                model.set_submodule(name, norm)
        return model

    assert ch08.check_swap_norm(by_name).ok


def zeroed(names, blocks=slice(None)):
    def zero_gamma(model):
        found = [layer for layer in model.modules() if type(layer).__name__ == "ResidualBlock"]
        for block in found[blocks]:
            for name, p in block.named_parameters():
                if any(name.startswith(start) and name.endswith("weight") for start in names):
                    nn.init.zeros_(p)
        return model

    return zero_gamma


GAMMAS = {
    "first-norm": zeroed(["norm1"]),
    "all-norms": zeroed(["norm1", "norm2"]),
    "shortcut-norm": zeroed(["norm2", "shortcut.1"]),
    "no-change": lambda model: model,
    "not-all-blocks": zeroed(["norm2"], slice(1, None)),
    "missing-return": lambda model: None,
}


@pytest.mark.parametrize("mistake", GAMMAS)
def test_zero_gamma_names_the_mistake(mistake):
    report = ch08.check_zero_gamma(GAMMAS[mistake])
    assert not report.ok and report.mistakes == [mistake]


# ---- chapter 9


PLANS = {
    "swapped-answers": lambda b, n, e, lr, r: (n // b * e, lr * b / r),
    "no-rule": lambda b, n, e, lr, r: (lr, n // b * e),
    "square-root-rule": lambda b, n, e, lr, r: (lr * (b / r) ** 0.5, n // b * e),
    "upside-down": lambda b, n, e, lr, r: (lr * r / b, n // b * e),
    "one-epoch": lambda b, n, e, lr, r: (lr * b / r, n // b),
    "images-for-updates": lambda b, n, e, lr, r: (lr * b / r, n * e),
    "reference-batch": lambda b, n, e, lr, r: (lr * b / r, n * e // r),
    "wrong-shape": lambda b, n, e, lr, r: lr * b / r,
}


@pytest.mark.parametrize("mistake", PLANS)
def test_plan_names_the_mistake(mistake):
    report = ch09.check_plan(PLANS[mistake])
    assert not report.ok and report.mistakes == [mistake]


def normalized(x, dims, correction=0, eps=1e-5):
    centred = x - x.mean(dims, keepdim=True)
    return centred / (x.var(dims, correction=correction, keepdim=True) + eps).sqrt()


GHOSTS = {
    "whole-batch": lambda x, k, eps=1e-5: normalized(x, (0, 2, 3)),
    "instance-norm": lambda x, k, eps=1e-5: normalized(x, (2, 3)),
    "interleaved": lambda x, k, eps=1e-5: normalized(x.unflatten(0, (k, -1)), (0, 3, 4)).flatten(0, 1),
    "layer-norm": lambda x, k, eps=1e-5: normalized(x.unflatten(0, (-1, k)), (1, 2, 3, 4)).flatten(0, 1),
    "unbiased-var": lambda x, k, eps=1e-5: normalized(x.unflatten(0, (-1, k)), (1, 3, 4), 1).flatten(0, 1),
    "slices-for-size": lambda x, k, eps=1e-5: normalized(x.unflatten(0, (k, -1)), (1, 3, 4)).flatten(0, 1),
    "wrong-shape": lambda x, k, eps=1e-5: normalized(x.unflatten(0, (-1, k)), (1, 3, 4)),
    "across-samples": lambda x, k, eps=1e-5: normalized(x.unflatten(0, (-1, k)), 1).flatten(0, 1),
    "channel-only": lambda x, k, eps=1e-5: normalized(x, 1),
    "over-channels": lambda x, k, eps=1e-5: normalized(x.unflatten(0, (-1, k)), (1, 2)).flatten(0, 1),
    "memory-order": lambda x, k, eps=1e-5: torch.cat(
        [normalized(part.reshape(-1, x.shape[1]), 0).reshape(part.shape) for part in x.split(k)]
    ),
    "memory-order-of-batch": lambda x, k, eps=1e-5: normalized(x.reshape(-1, x.shape[1]), 0).view_as(x),
    "no-eps": lambda x, k, eps=1e-5: normalized(x.unflatten(0, (-1, k)), (1, 3, 4), eps=0).flatten(0, 1),
    "eps-outside-sqrt": lambda x, k, eps=1e-5: torch.cat(
        [
            (s - s.mean((0, 2, 3), keepdim=True)) / (s.std((0, 2, 3), correction=0, keepdim=True) + eps)
            for s in x.split(k)
        ]
    ),
    "in-place": lambda x, k, eps=1e-5: x.sub_(x.mean()),
    "missing-return": lambda x, k, eps=1e-5: None,
}


@pytest.mark.parametrize("mistake", GHOSTS)
def test_ghost_batch_norm_names_the_mistake(mistake):
    report = ch09.check_ghost_batch_norm(GHOSTS[mistake])
    assert not report.ok and report.mistakes == [mistake]


def test_ghost_batch_norm_takes_the_books_layer():
    def layer(x, norm_batch, eps=1e-5):
        return GhostBatchNorm2d(x.shape[1], norm_batch).to(x.dtype)(x).detach()

    assert ch09.check_ghost_batch_norm(layer).ok


# ---- chapter 12


def published():
    """The function of exercise 12.1's text."""
    cells = nbformat.read(ROOT / "notebooks/ch12_fast.ipynb", as_version=4).cells
    (text,) = (cell.source for cell in cells if "def published(" in cell.source)
    scope = {}
    exec(text.split("```python")[1].split("```")[0], scope)
    return scope["published"]


def test_the_published_kernel_has_both_faults_and_each_is_named_where_it_is_left():
    f = published()
    assert ch12.check_mended(f).mistakes == ["float16-overflow", "float16-underflow"]
    wide = ch12.check_mended(lambda x, g, eps: f(x.float(), g, eps).to(x.dtype))
    assert wide.mistakes == ["one-pass-variance"] and wide.passed == wide.total - 1
