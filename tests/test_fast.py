"""The kernel of gn_edu.fast: exact as gn_edu.norms in every type and layout, alone or with an activation behind it."""

import itertools

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from gn_edu import fast, norms
from gn_edu.data import synthetic_cifar10
from gn_edu.nets import build, with_fast_norms
from gn_edu.recipes import RECIPES
from gn_edu.training import loop

needs_compiler = pytest.mark.skipif(fast.compiler() is None, reason="no C++ compiler")
ACTIVATION = {None: lambda z: z, "relu": torch.relu, "silu": F.silu}
SHAPES = [
    ((4, 8), 2),
    ((2, 6, 5), 3),
    ((3, 12, 7, 9), 4),
    ((1, 8, 33, 40), 1),
    ((2, 4, 3, 4, 5), 4),
    ((1, 32, 70, 70), 8),
]
LAST = {4: torch.channels_last, 5: torch.channels_last_3d}


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def layouts(x):
    """x as it may lie in memory: contiguous, channels last, every other value of something larger."""
    found = [x, x.repeat_interleave(2, -1)[..., ::2]]
    return [*found, x.to(memory_format=LAST[x.dim()])] if x.dim() in LAST else found


def by(norm, x, groups, weight, bias, grad, eps=1e-5):
    """Output and gradients of x, weight, bias."""
    taken = [t.detach().requires_grad_() for t in (x, weight, bias)]
    y = norm(taken[0], groups, *taken[1:], eps)
    return [y.detach(), *torch.autograd.grad(y, taken, grad)]


def torchs(activation):
    return lambda x, groups, weight, bias, eps: ACTIVATION[activation](F.group_norm(x, groups, weight, bias, eps))


def ours(activation):
    return lambda *arguments: fast.group_norm(*arguments, activation=activation)


@needs_compiler
@pytest.mark.parametrize("activation", ACTIVATION)
@pytest.mark.parametrize(("shape", "groups"), SHAPES)
def test_outputs_and_gradients_are_torchs(shape, groups, activation):
    weight, bias = random(shape[1], seed=1), random(shape[1], seed=2)
    for x, grad in itertools.product(layouts(random(*shape) * 3 + 1), layouts(random(*shape, seed=3))):
        want = by(torchs(activation), x, groups, weight, bias, grad, eps=1e-3)
        got = by(ours(activation), x, groups, weight, bias, grad, eps=1e-3)
        for mine, right in zip(got, want, strict=True):
            torch.testing.assert_close(mine, right, rtol=1e-11, atol=1e-11)


@needs_compiler
@pytest.mark.parametrize("activation", ACTIVATION)
@pytest.mark.parametrize(("dtype", "close"), [(torch.float32, 5e-6), (torch.bfloat16, 2e-2)])
def test_narrower_types_keep_what_they_can(dtype, close, activation):
    """Compared with float64 on the same numbers, as they are in the narrower type."""
    for x in layouts(random(3, 16, 20, 21) + 0.5):
        numbers = [x.to(dtype), *(random(16, seed=k).to(dtype) for k in (1, 2)), random(*x.shape, seed=3).to(dtype)]
        x_, weight, bias, grad = (t.double() for t in numbers)
        want = by(torchs(activation), x_, 4, weight, bias, grad)
        got = by(ours(activation), numbers[0], 4, *numbers[1:])
        for mine, right in zip(got, want, strict=True):
            assert mine.dtype == dtype and ((mine - right).abs().max() / right.abs().max()) < close


@needs_compiler
@pytest.mark.parametrize("offset", [100, 1e4])
def test_an_offset_costs_no_more_than_with_the_two_passes_of_norms(offset):
    x = (random(2, 8, 32, 32) + offset).float()
    want = F.group_norm(x.double(), 2)
    for lying in layouts(x):
        off = (fast.group_norm(lying, 2).double() - want).abs().max()
        assert off < 2e-6 + 1.2e-7 * offset  # chapter 6's bound


@needs_compiler
def test_bfloat16_is_rounded_as_torch_rounds_it():
    x = random(2, 8, 64, 64)
    y = fast.group_norm(x.bfloat16(), 2)
    exact = fast.group_norm(x.bfloat16().float(), 2)
    assert torch.equal(y, exact.bfloat16())


@needs_compiler
@pytest.mark.parametrize("activation", ACTIVATION)
def test_nan_and_infinity_stay_in_their_group(activation):
    for bad in (float("nan"), float("inf")):
        for dtype in (torch.float32, torch.float64, torch.bfloat16):
            x = random(2, 8, 4, 4).to(dtype)
            x[1, 5, 2, 2] = bad
            for lying in layouts(x):
                lost = fast.group_norm(lying, 4, activation=activation).isnan()
                assert lost[1, 4:6].any() and not lost[0].any() and not lost[1, :4].any() and not lost[1, 6:].any()


@needs_compiler
def test_the_backward_pass_keeps_little_besides_the_input():
    kept = []
    for layout in (torch.contiguous_format, torch.channels_last):
        x = random(4, 32, 32, 32).float().to(memory_format=layout).requires_grad_()
        with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t.nbytes) or t, lambda t: t):
            fast.group_norm(x, 8, torch.ones(32), torch.zeros(32), activation="silu")
        assert sum(kept) <= 1.1 * x.nbytes
        kept.clear()


@needs_compiler
def test_the_number_of_threads_changes_nothing():
    threads = torch.get_num_threads()
    found = []
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            for x in layouts(random(2, 12, 9, 9).float()):
                found.append(by(ours("silu"), x, 3, random(12).float(), random(12).float(), random(*x.shape).float()))
    finally:
        torch.set_num_threads(threads)
    for one, again in zip(found[:3], found[3:6], strict=True):
        assert all(torch.equal(a, b) for a, b in zip(one, again, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(found[2], found[8], strict=True))


@needs_compiler
@pytest.mark.parametrize("activation", ACTIVATION)
def test_the_layer_is_norms_with_an_activation(activation):
    layer, plain = fast.GroupNorm(2, 8, activation=activation), norms.GroupNorm(2, 8)
    plain.load_state_dict(layer.state_dict())
    nn.GroupNorm(2, 8).load_state_dict(layer.state_dict())
    x = random(2, 8, 3, 3).float()
    torch.testing.assert_close(layer(x), ACTIVATION[activation](plain(x)))
    torch.testing.assert_close(torch.compile(layer, backend="eager")(x), layer(x))
    assert f"activation={activation}" in repr(layer)
    bare = fast.GroupNorm(4, 8, affine=False)
    torch.testing.assert_close(bare(x), F.group_norm(x, 4))


@needs_compiler
def test_an_empty_batch_comes_back_empty():
    assert fast.group_norm(torch.empty(0, 4, 2, 2), 2, activation="relu").shape == (0, 4, 2, 2)


def test_what_it_does_not_take_is_refused():
    x = torch.ones(2, 4, 2)
    for call, error, said in (
        (lambda: fast.group_norm(x, 2, activation="gelu"), ValueError, "got 'gelu'"),
        (lambda: fast.GroupNorm(2, 4, activation="tanh"), ValueError, "got 'tanh'"),
        (lambda: fast.group_norm(x.half(), 2), TypeError, "got torch.float16 on cpu. gn_edu.norms takes them all"),
        (lambda: fast.group_norm(x.to("meta"), 2), TypeError, "on meta"),
        (lambda: fast.group_norm(x, 3), ValueError, "3"),
        (lambda: fast.group_norm(x, 2, torch.ones(3)), ValueError, "weight"),
        (lambda: fast.group_norm(x, 2, torch.ones(4), torch.ones(4, device="meta")), TypeError, "bias.* on meta"),
        (lambda: fast.group_norm(torch.ones(4), 2), ValueError, r"\(N, C, \*\)"),
        (lambda: fast.group_norm(torch.ones(1, 4), 4), ValueError, "more than"),
    ):
        with pytest.raises(error, match=said):
            call()


def test_without_a_compiler_it_says_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("CXX", raising=False)
    for known in (fast.compiler, fast._library):
        known.cache_clear()
    try:
        with pytest.raises(RuntimeError, match=r"no C\+\+ compiler.*apt install g\+\+.*gn_edu.norms, which needs none"):
            fast.group_norm(torch.ones(2, 4, 2), 2)
    finally:
        for known in (fast.compiler, fast._library):
            known.cache_clear()


@needs_compiler
def test_it_is_built_once_into_the_cache_and_its_source_stays_readable(monkeypatch, tmp_path):
    monkeypatch.setenv("GN_EDU_CACHE", str(tmp_path / "here"))
    fast._library.cache_clear()
    try:
        fast.group_norm(torch.ones(2, 4, 2), 2)
        (built,) = (tmp_path / "here").iterdir()
        written = built.stat().st_mtime_ns
        fast._library.cache_clear()
        fast.group_norm(torch.ones(2, 4, 2), 2)
        assert [built] == list((tmp_path / "here").iterdir()) and built.stat().st_mtime_ns == written
    finally:
        fast._library.cache_clear()
    lines = fast._SOURCE.read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if line.strip() and not line.strip().startswith("//")]
    assert len(code) <= 200 and max(map(len, lines)) <= 120


@needs_compiler
@pytest.mark.parametrize(("recipe", "fused"), [("main", 6), ("first", 6), ("resnet", 1), ("vgg16", 13)])
def test_a_network_with_the_kernel_is_the_same_network(recipe, fused):
    net = build(RECIPES[recipe].replace(norm="gn").network).double().to(memory_format=torch.channels_last)
    for p in net.parameters():
        nn.init.normal_(p, std=0.2)
    twin = with_fast_norms(net)
    layers = [layer for layer in twin.modules() if isinstance(layer, fast.GroupNorm)]
    norms_before = [layer for layer in net.modules() if isinstance(layer, nn.GroupNorm)]
    assert len(layers) == len(norms_before) and sum(layer.activation is not None for layer in layers) == fused
    assert [id(p) for p in twin.parameters()] == [id(p) for p in net.parameters()]
    x = random(3, 3, 32, 32)
    grads = []
    for each in (net, twin):
        net.zero_grad()
        y = each(x)
        y.square().sum().backward()
        grads.append([y.detach(), *(p.grad for p in net.parameters())])
    for mine, right in zip(*grads, strict=True):
        torch.testing.assert_close(mine, right, rtol=1e-9, atol=1e-9)


@needs_compiler
def test_a_run_with_fast_norm_learns_as_one_without(tmp_path):
    config = RECIPES["first"].replace(batch=50, lr=0.02, epochs=2, n_train=200)
    pictures = synthetic_cifar10(200, 100)
    with_kernel = loop.train(config.replace(fast_norm=True), pictures, tmp_path, progress=False)
    without = loop.train(config, pictures, tmp_path, progress=False)
    assert with_kernel.config.compute.fast_norm and "fast_norm" in "".join(path.name for path in tmp_path.iterdir())
    loss = [record.result.test_loss_by_epoch for record in (with_kernel, without)]
    assert loss[0] == pytest.approx(loss[1], rel=1e-3)
    with pytest.raises(ValueError, match="for the CPU, and this run is on meta"):
        loop.Trainer(config.replace(fast_norm=True), pictures, torch.device("meta"))
