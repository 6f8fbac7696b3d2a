"""The kernels of gn_edu.triton_norm, on a GPU where there is one, else in Triton's interpreter.

Triton reads TRITON_INTERPRET when it is imported, and another test may have imported it. So the interpreter has a
process of its own: a test that is marked in_the_interpreter is called there, with the arguments that it has here.
"""

import contextlib
import functools
import importlib.util
import itertools
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

import pytest
import torch
from test_fast import ACTIVATION, LAST, by, torchs
from torch import nn
from torch.nn import functional as F

from gn_edu import norms, triton_norm
from scripts import bench_triton
from scripts.paths import ROOT

needs_triton = pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="no Triton")
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
# Groups that a block holds whole, by the module's own sizes.
WHOLE = [
    ((4, 8), 2),
    ((2, 6, 5), 3),
    ((2, 4, 1), 2),
    ((40, 3, 2), 1),
    ((5, 3, 1, 7), 1),
    ((2, 10, 3, 3), 10),
    ((3, 12, 7, 9), 4),
    ((7, 9, 2, 2), 3),
    ((1, 8, 33, 40), 1),
    ((2, 4, 3, 4, 5), 4),
]
# Groups of many tiles, by SMALL sizes: a few are cut up for several blocks, many have one block each.
SMALL = {"_WHOLE": 64, "_TILE": 256, "_FEW": 16, "_LONG": 8, "_SHORT": 16}
CUT_UP = [
    ((1, 4, 1000), 4),
    ((1, 6, 19, 23), 2),
    ((1, 6, 19, 23), 1),
    ((1, 20, 11, 9), 2),
    ((1, 64, 3, 3), 1),
    ((2, 12, 7, 9), 4),
    ((1, 9, 11, 15), 3),
    ((1, 5, 31, 9), 5),
    ((2, 3, 3, 7, 11), 1),
    ((5, 3, 7, 11), 1),
]
SHAPES = [*((*case, False) for case in WHOLE), *((*case, True) for case in CUT_UP)]


@functools.cache
def interpreter():
    before = os.environ.get("TRITON_INTERPRET")
    os.environ["TRITON_INTERPRET"] = "1"
    try:
        process = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
        process.submit(os.getpid).result()  # it has started, and has its own environment
    finally:
        os.environ.pop("TRITON_INTERPRET") if before is None else os.environ.update(TRITON_INTERPRET=before)
    return process


def call(name, arguments):
    torch.set_num_threads(1)
    globals()[name].__wrapped__(**arguments)


def in_the_interpreter(test):
    @functools.wraps(test)
    def there(**arguments):
        if DEVICE == "cuda":
            test(**arguments)
        else:
            interpreter().submit(call, test.__name__, arguments).result()

    return needs_triton(there)


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(DEVICE)


def layouts(x):
    """x as it may lie in memory: contiguous, channels last."""
    return [x, x.to(memory_format=LAST[x.dim()])] if x.dim() in LAST else [x]


@contextlib.contextmanager
def sizes(small):
    before = {name: getattr(triton_norm, name) for name in SMALL}
    try:
        for name, value in (SMALL if small else {}).items():
            setattr(triton_norm, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(triton_norm, name, value)


def ours(activation):
    return lambda *arguments: triton_norm.group_norm(*arguments, activation=activation)


def numbers(shape, dtype, offset=1.0):
    """x, weight, bias and what arrives for the backward pass."""
    x, grad = random(*shape) * 3 + offset, random(*shape, seed=3)
    return [t.to(dtype) for t in (x, random(shape[1], seed=1), random(shape[1], seed=2), grad)]


def allowed(x, groups, weight, eps):
    """Chapter 6's bound for float32, at the value of each group that has the most mean for its deviation."""
    rows = x.double().reshape(x.shape[0], groups, -1)
    sigma = (rows.var(-1, correction=0) + eps).sqrt()
    return (2e-6 + 1.2e-7 * (rows.mean(-1).abs() / sigma).max()) * max(1.0, weight.abs().max().item())


@pytest.mark.parametrize("activation", ACTIVATION)
@pytest.mark.parametrize(("shape", "groups", "small"), SHAPES)
@in_the_interpreter
def test_outputs_and_gradients_are_those_of_float64(shape, groups, small, activation):
    eps = 1e-3
    x, weight, bias, grad = numbers(shape, torch.float32, offset=1000.0 if shape[1] in (8, 20, 5) else 1.0)
    want = by(
        torchs(activation), *(t.double() if torch.is_tensor(t) else t for t in (x, groups, weight, bias, grad)), eps
    )
    for lying in layouts(x)[-1:] if activation == "silu" else layouts(x)[:1]:
        with sizes(small):
            got = by(ours(activation), lying, groups, weight, bias, grad, eps)
        assert got[0].is_contiguous(memory_format=LAST[x.dim()] if lying is not x else torch.contiguous_format)
        assert (got[0] - want[0]).abs().max() < allowed(x, groups, weight, eps)
        for mine, right in zip(got[1:], want[1:], strict=True):
            assert mine.dtype == torch.float32 and (mine - right).abs().max() <= 1e-4 * right.abs().max()


@pytest.mark.parametrize(("shape", "groups", "small"), [WHOLE[6] + (False,), CUT_UP[1] + (True,), CUT_UP[5] + (True,)])
@in_the_interpreter
def test_sums_of_float64_are_taken_in_float64(shape, groups, small):
    x, weight, bias, grad = numbers(shape, torch.float64)
    want = by(torchs("silu"), x, groups, weight, bias, grad)
    for lying in layouts(x):
        with sizes(small):
            got = by(ours("silu"), lying, groups, weight, bias, grad)
        for mine, right in zip(got, want, strict=True):
            torch.testing.assert_close(mine, right, rtol=1e-11, atol=1e-11, check_stride=False)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("small", [False, True])
@in_the_interpreter
def test_half_precision_is_computed_in_float32_and_rounded_once(dtype, small):
    """The interpreter cuts bfloat16 off instead of rounding it: there the step above is as good as the step below."""
    given = numbers((1, 6, 5, 13), dtype)
    wide = [t.float() for t in given]
    for lying in layouts(given[0]):
        with sizes(small):
            got = by(ours("relu"), lying, 3, *given[1:])
            exact = by(ours("relu"), lying.float(), 3, *wide[1:])
        for mine, right in zip(got[:2], exact[:2], strict=True):
            assert mine.dtype == dtype
            if dtype == torch.bfloat16 and DEVICE == "cpu":
                assert ((mine - right).abs() <= right.abs() * 2**-7 + 1e-38).all()
            else:
                assert torch.equal(mine, right.to(dtype))
        for mine, right in zip(got[2:], exact[2:], strict=True):
            assert torch.equal(mine, right.to(dtype))


@pytest.mark.parametrize(("shape", "groups", "small"), [WHOLE[6] + (False,), CUT_UP[1] + (True,)])
@in_the_interpreter
def test_the_same_input_gives_the_same_bits(shape, groups, small):
    x, *rest = numbers(shape, torch.float32)
    for lying in layouts(x):
        with sizes(small):
            one, again = (by(ours("silu"), lying, groups, *rest) for _ in range(2))
        assert all(torch.equal(a, b) for a, b in zip(one, again, strict=True))


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
@pytest.mark.parametrize("activation", ACTIVATION)
@in_the_interpreter
def test_nan_and_infinity_stay_in_their_group(activation, bad):
    x, *rest = numbers((2, 8, 3, 5), torch.float32)
    x[1, 5, 2, 2] = bad
    for lying in layouts(x):
        for small in (False, True):
            with sizes(small):
                y, dx, *_ = by(ours(activation), lying, 4, *rest)
            for lost in (y.isnan(), dx.isnan()):
                assert lost[1, 4:6].any() and not lost[0].any() and not lost[1, :4].any() and not lost[1, 6:].any()


@in_the_interpreter
def test_what_does_not_vary_is_beta_however_large():
    levels = torch.linspace(1e9, 2e9, 64, device=DEVICE)
    for small, of in ((False, levels), (True, levels[:4])):
        x = of.view(-1, 1, 1, 1).expand(-1, 2, 9, 11)
        with sizes(small):
            y = triton_norm.group_norm(x, 2, bias=torch.tensor([1.0, 2.0], device=DEVICE))
        assert y[:, 0].unique().tolist() == [1] and y[:, 1].unique().tolist() == [2]
    # So many that the square of their sum is rounded: without care their variance would be negative.
    many = torch.linspace(1e11, 2e11, 16, device=DEVICE).view(-1, 1, 1).expand(-1, 1, 12445)
    assert triton_norm.group_norm(many, 1).unique().tolist() == [0]


@in_the_interpreter
def test_sigma_is_that_about_the_mean_where_float32_has_no_such_mean():
    """1e8 and 1e8 + 8 are neighbours in float32. They are 2 sigma apart."""
    x = torch.tensor([1e8, 1e8 + 8], device=DEVICE).repeat(1, 2, 45)
    for small in (False, True):
        with sizes(small):
            y = triton_norm.group_norm(x, 1)
        assert abs((y.max() - y.min()).item() - 2) < 1e-3


@in_the_interpreter
def test_other_layouts_are_copied_and_parameters_may_be_left_out():
    x = random(2, 6, 5, 14).float()[..., ::2]
    weight = random(12, seed=1).float()[::2]
    torch.testing.assert_close(triton_norm.group_norm(x, 3), F.group_norm(x, 3))
    torch.testing.assert_close(triton_norm.group_norm(x, 3, weight), F.group_norm(x, 3, weight))
    torch.testing.assert_close(triton_norm.group_norm(x, 3, None, weight), F.group_norm(x, 3, None, weight))
    assert triton_norm.group_norm(torch.empty(0, 4, 2, 2, device=DEVICE), 2, activation="relu").shape == (0, 4, 2, 2)


@in_the_interpreter
def test_the_backward_pass_keeps_little_besides_the_input():
    kept = []
    for layout in (torch.contiguous_format, torch.channels_last):
        x = random(2, 32, 9, 9).float().to(memory_format=layout).requires_grad_()
        weight, bias = torch.ones(32, device=DEVICE), torch.zeros(32, device=DEVICE)
        with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t.nbytes) or t, lambda t: t):
            triton_norm.group_norm(x, 8, weight, bias, activation="silu")
        assert x.nbytes <= sum(kept) <= 1.1 * x.nbytes
        kept.clear()


@pytest.mark.parametrize("activation", ACTIVATION)
@in_the_interpreter
def test_the_layer_is_norms_with_an_activation(activation):
    layer, plain = triton_norm.GroupNorm(2, 8, activation=activation), norms.GroupNorm(2, 8)
    plain.load_state_dict(layer.state_dict())
    nn.GroupNorm(2, 8).load_state_dict(layer.state_dict())
    layer, plain, x = layer.to(DEVICE), plain.to(DEVICE), random(2, 8, 3, 3).float()
    torch.testing.assert_close(layer(x), ACTIVATION[activation](plain(x)))
    torch.testing.assert_close(torch.compile(layer, backend="eager")(x), layer(x))
    assert f"activation={activation}" in repr(layer) and isinstance(layer, norms.GroupNorm)
    bare = triton_norm.GroupNorm(4, 8, affine=False).to(DEVICE)
    torch.testing.assert_close(bare(x), F.group_norm(x, 4))


@in_the_interpreter
def test_what_it_does_not_take_is_refused():
    x = torch.ones(2, 4, 2, device=DEVICE)
    norm = triton_norm.group_norm
    for call_it, error, said in (
        (lambda: norm(x, 2, activation="gelu"), ValueError, "got 'gelu'"),
        (lambda: triton_norm.GroupNorm(2, 4, activation="tanh"), ValueError, "got 'tanh'"),
        (lambda: norm(x.to("meta"), 2), TypeError, "got torch.float32 on meta. gn_edu.fast is for a CPU"),
        (lambda: norm(x.to(torch.float8_e5m2), 2), TypeError, "got torch.float8_e5m2"),
        (lambda: norm(x.int(), 2), TypeError, "input.float"),
        (lambda: norm(x, 3), ValueError, "3"),
        (lambda: norm(x, 2, torch.ones(3, device=DEVICE)), ValueError, "weight"),
        (lambda: norm(x, 2, torch.ones(4, device="meta")), TypeError, "weight must be where input is"),
        (lambda: norm(x[0, :, 0], 2), ValueError, r"\(N, C, \*\)"),
        (lambda: norm(x[:1, :, 0], 4), ValueError, "more than"),
    ):
        with pytest.raises(error, match=said):
            call_it()


WITHOUT = """
import sys
sys.modules |= dict.fromkeys(sys.argv[1:])  # None: not at hand
import torch
from gn_edu import triton_norm
layer = triton_norm.GroupNorm(2, 4)
try:
    layer(torch.ones(2, 4, 2))
except (RuntimeError, TypeError) as error:
    print(type(error).__name__, error)
"""
COMPILED = """
import torch, triton
from triton.backends.compiler import GPUTarget

class Driver:
    "A GPU that cannot be called."
    get_current_device = staticmethod(lambda: 0)
    get_current_stream = staticmethod(lambda device: 0)
    get_current_target = staticmethod(lambda: GPUTarget("cuda", 80, 32))

def compile(kernel, *arguments, grid, warmup, **more):
    made = run(kernel, *arguments, grid=grid, warmup=True, **more)
    print(kernel.__name__, len(made.asm["cubin"]) > 1000, flush=True)

triton.runtime.driver.set_active(Driver())
run, triton.JITFunction.run = triton.JITFunction.run, compile
from gn_edu import triton_kernels, triton_norm
triton_kernels.INTERPRETED = True
cases = [((2, 6, 15, 15), torch.bfloat16, "silu"), ((1, 8, 256, 64), torch.float32, "relu")]
for shape, dtype, activation in [*cases, ((16, 6, 77, 77), torch.float16, None)]:
    layout = torch.channels_last if dtype == torch.bfloat16 else torch.contiguous_format
    x = torch.empty(shape, dtype=dtype).to(memory_format=layout)
    weight = torch.empty(shape[1])
    given = [t.requires_grad_() for t in (x, weight)]
    triton_norm.group_norm(x, 2, weight, activation=activation).backward(torch.empty_like(x))
"""


def outside(script, *arguments, **variables):
    environment = {name: value for name, value in os.environ.items() if name != "TRITON_INTERPRET"} | variables
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def test_without_triton_it_says_what_to_do_when_it_is_used():
    said = outside(WITHOUT, "triton")
    assert said.startswith("RuntimeError gn_edu.triton_norm needs Triton, which cannot be imported here (")
    assert "pip install triton), or take gn_edu.fast, on a CPU, or gn_edu.norms, which need none" in said


@needs_triton
def test_a_cpu_without_the_interpreter_is_refused():
    assert "where TRITON_INTERPRET=1 is set before Triton is imported; got torch.float32 on cpu" in outside(WITHOUT)


@needs_triton
def test_every_kernel_compiles_for_a_gpu(tmp_path):
    """The interpreter takes what the compiler does not. That needs no GPU, only one that is told of."""
    said = outside(COMPILED, TRITON_CACHE_DIR=str(tmp_path)).splitlines()
    kernels = {"whole_forward", "whole_backward", "moments", "forward", "part_sums", "backward"}
    assert {line.split()[0] for line in said} == kernels and all(line.endswith("True") for line in said)


@needs_triton
def test_the_benchmark_runs_in_small_and_writes_nothing():
    record = ROOT / "gn_edu" / "results" / "gpu-norm.json"
    before = record.read_bytes() if record.exists() else None
    command = [sys.executable, "-m", "scripts.bench_triton", "--tiny"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(said) == 2 * len(bench_triton.CASES) and all("'gn_edu.triton_norm'" in line for line in said)
    assert before == (record.read_bytes() if record.exists() else None)


def test_the_benchmark_says_what_is_missing(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for found, sentence in ((None, "needs Triton, and there is none here"), (True, "measures on a CUDA GPU")):
        monkeypatch.setattr(bench_triton.importlib.util, "find_spec", lambda name, found=found: found)
        assert bench_triton.main([]) == 2 and sentence in capsys.readouterr().err


def plans():
    """Plans for all kinds of shapes, with what they were made for."""
    for rows, groups, d, s in itertools.product((1, 3, 64, 4000), (1, 3, 32), (1, 3, 10, 600), (1, 49, 225, 70000)):
        for last, wanted in itertools.product((False, True), (4, 528)):
            yield (
                (rows * groups, groups, d, s, last, wanted),
                triton_norm._plan(rows * groups, groups, d, s, last, 2, wanted),
            )


def test_plans_cover_a_row_and_keep_to_their_sizes():
    for (rows, _, d, s, _, _), plan in plans():
        tiles = -(-s // plan.pos)
        assert (plan.splits - 1) * plan.each < tiles <= plan.splits * plan.each  # no run is empty, none is missing
        assert plan.parts == plan.splits * -(-d // plan.chan)
        assert plan.blocks == plan.parts * -(-rows // plan.row)
        assert all(side & (side - 1) == 0 for side in (plan.pos, plan.row, plan.chan))
        assert plan.pos * plan.row * plan.chan <= (triton_norm._WHOLE if plan.whole else triton_norm._TILE)
        assert not plan.whole or plan.parts == 1


def test_few_groups_are_cut_up_for_all_of_the_gpu_and_many_are_not():
    for (rows, groups, d, s, last, wanted), plan in plans():
        tiles = -(-s // plan.pos) * -(-d // plan.chan) * -(-rows // plan.row)
        if not plan.whole:
            assert plan.blocks >= min(tiles, wanted) / 2, (rows, groups, d, s, last)
        if rows >= wanted * plan.row:
            assert plan.splits == 1
