"""gn_edu.norms against torch's own layers: values, gradients, precision, memory formats, state_dicts, refusals."""

import ast
import doctest
import inspect
import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from gn_edu import norms

# name: (ours, torch's), each called as f(x, weight, bias, groups, eps).
PAIRS = {
    "batch": (
        lambda x, w, b, g, eps: norms.batch_norm(x, None, None, w, b, training=True, eps=eps),
        lambda x, w, b, g, eps: F.batch_norm(x, None, None, w, b, training=True, eps=eps),
    ),
    "layer": (
        lambda x, w, b, g, eps: norms.layer_norm(x, x.shape[1:], eps=eps),
        lambda x, w, b, g, eps: F.layer_norm(x, x.shape[1:], eps=eps),
    ),
    "instance": (
        lambda x, w, b, g, eps: norms.instance_norm(x, weight=w, bias=b, eps=eps),
        lambda x, w, b, g, eps: F.instance_norm(x, weight=w, bias=b, eps=eps),
    ),
    "group": (
        lambda x, w, b, g, eps: norms.group_norm(x, g, w, b, eps),
        lambda x, w, b, g, eps: F.group_norm(x, g, w, b, eps),
    ),
}


@st.composite
def cases(draw, least_rank=3):
    """A seeded tensor, gamma, beta, a number of groups that divides, an eps."""
    per_group, groups = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    rest = draw(st.lists(st.integers(1, 5), min_size=least_rank - 2, max_size=3))
    shape = (draw(st.integers(2, 3)), per_group * groups, *rest, 2)
    torch.manual_seed(draw(st.integers(0, 2**31)))
    x = torch.randn(shape, dtype=torch.float64) * draw(st.sampled_from([1.0, 50.0])) + draw(st.floats(-100, 100))
    if len(rest) == 1 and draw(st.booleans()):
        x = x.contiguous(memory_format=torch.channels_last)
    if len(rest) == 2 and draw(st.booleans()):
        x = x.contiguous(memory_format=torch.channels_last_3d)
    gamma, beta = torch.randn(2, shape[1], dtype=torch.float64)
    return x, gamma, beta, groups, draw(st.sampled_from([1e-5, 1e-3, 0.5]))


@pytest.mark.parametrize("name", PAIRS)
@given(case=cases())
def test_equals_torch_in_float64_with_gradients(name, case):
    x, gamma, beta, groups, eps = case
    ours, theirs = PAIRS[name]
    torch.manual_seed(0)
    dy = torch.randn(x.shape, dtype=x.dtype)
    results = []
    for f in (ours, theirs):
        inputs = [t.detach().clone(memory_format=torch.preserve_format).requires_grad_() for t in (x, gamma, beta)]
        y = f(*inputs, groups, eps)
        (y * dy).sum().backward()
        results.append([y.detach(), *(t.grad for t in inputs if t.grad is not None)])
    tolerance = 1e-12 * max(1.0, x.abs().max().item())
    for a, b in zip(*results, strict=True):
        assert (a - b).abs().max() <= tolerance * max(1.0, b.abs().max().item())
    assert results[0][0].stride() == x.stride()


@pytest.mark.parametrize("mean", [0, 1, 100])
def test_small_variance_keeps_all_digits(mean):
    """Where torch's float64 loses four digits, for it takes the mean of squares first."""
    for seed in range(20):
        torch.manual_seed(seed)
        x = torch.randn(2, 4, 3, 2, dtype=torch.float64) * 1e-3 + mean
        exact = x.numpy().astype(np.longdouble).reshape(2, 2, -1)
        centred = exact - exact.mean(-1, keepdims=True)
        exact = centred / np.sqrt(np.square(centred).mean(-1, keepdims=True) + np.longdouble(1e-5))
        assert np.abs(norms.group_norm(x, 2).numpy().reshape(2, 2, -1) - exact).max() < 5e-15


@pytest.mark.parametrize("mean", [0, 1, 30, 1e3, 1e4])
@pytest.mark.parametrize("name", PAIRS)
def test_float32_is_as_close_to_float64_as_torch(name, mean):
    ours, theirs = PAIRS[name]
    for seed in range(5):
        torch.manual_seed(seed)
        x = torch.randn(4, 8, 16, 16) + mean
        gamma, beta = torch.randn(2, 8)
        exact = theirs(x.double(), gamma.double(), beta.double(), 4, 1e-5)
        mine, torchs = ((f(x, gamma, beta, 4, 1e-5) - exact).abs().max().item() for f in (ours, theirs))
        assert mine <= 2 * torchs + 1e-6


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", PAIRS)
def test_half_precision_is_computed_in_float32(name, dtype):
    torch.manual_seed(1)
    x = (torch.randn(4, 8, 24, 24) * 300 + 200).to(dtype)  # squares overflow float16
    gamma, beta = torch.randn(2, 8).to(dtype)
    y = PAIRS[name][0](x, gamma, beta, 4, 1e-5)
    exact = PAIRS[name][0](x.float(), gamma.float(), beta.float(), 4, 1e-5)
    assert y.dtype == dtype
    assert torch.equal(y, exact.to(dtype))


@pytest.mark.parametrize("name", ["batch", "group"])
def test_two_axes_are_enough(name):
    torch.manual_seed(0)
    x, gamma, beta = torch.randn(5, 6).double(), *torch.randn(2, 6).double()
    ours, theirs = (f(x, gamma, beta, 2, 1e-5) for f in PAIRS[name])
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", [(0, 6, 4, 4), (2, 6, 0, 4), (0, 6)])
@pytest.mark.parametrize("name", PAIRS)
def test_empty_batches_pass(name, shape):
    if name == "instance" and len(shape) < 3:
        pytest.skip("instance norm needs an axis after the channels")
    x = torch.empty(shape, requires_grad=True)
    y = PAIRS[name][0](x, torch.ones(6), torch.zeros(6), 2, 1e-5)
    assert y.shape == x.shape
    y.sum().backward()
    assert x.grad.shape == x.shape


@pytest.mark.parametrize("groups", [1, 2, 4, 8])
def test_every_group_has_mean_zero_and_variance_one(groups):
    torch.manual_seed(0)
    y = norms.group_norm(torch.randn(3, 8, 5, 5).double() * 7 + 3, groups, eps=0).view(3, groups, -1)
    torch.testing.assert_close(y.mean(-1), torch.zeros(3, groups).double(), rtol=0, atol=1e-12)
    torch.testing.assert_close(y.var(-1, correction=0), torch.ones(3, groups).double(), rtol=0, atol=1e-12)


def test_constant_input_gives_beta():
    beta = torch.arange(4.0)
    y = norms.group_norm(torch.full((2, 4, 3, 3), 5.0), 2, torch.ones(4), beta)
    assert torch.equal(y, beta.view(1, 4, 1, 1).expand(2, 4, 3, 3))


# ---- the modules

MODULES = [
    ("GroupNorm", (4, 8), {}),
    ("GroupNorm", (4, 8), {"affine": False}),
    ("GroupNorm", (4, 8), {"bias": False, "eps": 1e-3}),
    ("LayerNorm", ((8, 6, 6),), {}),
    ("LayerNorm", (6,), {"bias": False}),
    ("InstanceNorm2d", (8,), {}),
    ("InstanceNorm2d", (8,), {"affine": True, "track_running_stats": True}),
    ("BatchNorm2d", (8,), {}),
    ("BatchNorm2d", (8,), {"momentum": None}),
    ("BatchNorm2d", (8,), {"track_running_stats": False, "affine": False}),
]


@pytest.mark.parametrize("name, args, kwargs", MODULES)
def test_module_is_a_drop_in(name, args, kwargs):
    torch.manual_seed(0)
    theirs = getattr(nn, name)(*args, **kwargs, dtype=torch.float64)
    ours = getattr(norms, name)(*args, **kwargs, dtype=torch.float64)
    for p in theirs.parameters():
        nn.init.normal_(p)
    ours.load_state_dict(theirs.state_dict())  # strict
    for _ in range(3):  # running statistics move alike
        x = torch.randn(5, 8, 6, 6, dtype=torch.float64) * 3 + 2
        torch.testing.assert_close(ours(x), theirs(x), rtol=0, atol=1e-11)
    back = getattr(nn, name)(*args, **kwargs, dtype=torch.float64)
    back.load_state_dict(ours.state_dict())
    torch.testing.assert_close(ours.eval()(x), back.eval()(x), rtol=0, atol=1e-11)
    assert list(ours.state_dict()) == list(theirs.state_dict())


@pytest.mark.parametrize("name", ["batch_norm", "layer_norm", "instance_norm", "group_norm"])
def test_function_has_torch_argument_names_order_and_defaults(name):
    ours, theirs = (inspect.signature(getattr(module, name)).parameters for module in (norms, F))
    assert [(p.name, p.default) for p in ours.values()] == [(p.name, p.default) for p in theirs.values()]


@pytest.mark.parametrize("name", ["GroupNorm", "LayerNorm", "InstanceNorm2d", "BatchNorm2d"])
def test_module_has_torch_argument_names_and_order(name):
    ours, theirs = (inspect.signature(getattr(module, name)).parameters for module in (norms, nn))
    known = {p: d.default for p, d in ours.items()}
    # An older torch may lack the last keyword.
    assert [(n, p.default) for n, p in theirs.items()] == [(n, known[n]) for n in theirs]


def test_no_call_to_torch_normalization():
    names = {
        ast.unparse(node) for node in ast.walk(ast.parse(inspect.getsource(norms))) if isinstance(node, ast.Attribute)
    }
    assert not {name for name in names if re.search(r"functional|native_|torch\.\w*norm|\.(var|std)$", name)}
    assert not {name for name in vars(norms) if name in ("F", "functional")}


PUBLIC = {name: value for name, value in vars(norms).items() if getattr(value, "__module__", "") == norms.__name__}
PUBLIC = {name: value for name, value in PUBLIC.items() if name[0] != "_"}


@pytest.mark.parametrize("name", PUBLIC)
def test_each_function_and_layer_has_an_example_that_is_true(name):
    (found,) = doctest.DocTestFinder(recurse=False).find(PUBLIC[name], name, module=norms)
    assert found.examples
    assert doctest.DocTestRunner().run(found).failed == 0


@pytest.mark.parametrize("name, args, kwargs", MODULES)
def test_forward_is_our_own(name, args, kwargs):
    """Two layers are subclasses of torch's; none of them computes with torch's."""
    called = set()

    class Watch(TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            called.add(function.__name__)
            return function(*args, **(kwargs or {}))

    layer = getattr(norms, name)(*args, **kwargs)
    with Watch():
        layer.eval()(layer.train()(torch.randn(2, 8, 6, 6)))
    assert "rsqrt" in called
    assert not {f for f in called if "norm" in f or f in ("var", "std", "var_mean", "std_mean")}


def test_one_image_without_batch_axis_in_instance_norm():
    x = torch.randn(8, 5, 5)
    torch.testing.assert_close(norms.InstanceNorm2d(8)(x), nn.InstanceNorm2d(8)(x))


# ---- refusals: the rule, what came, the likely fix

X = torch.randn(2, 6, 3, 3)
REFUSED = [
    (lambda: norms.group_norm(X, 4), ValueError, ["divide", "4", "6", "choose one of [1, 2, 3, 6]"]),
    (lambda: norms.group_norm(X, 0), ValueError, ["at least 1", "got 0"]),
    (lambda: norms.group_norm(X, -2), ValueError, ["at least 1", "got -2"]),
    (lambda: norms.group_norm(X, 2.0), TypeError, ["integer", "2.0"]),
    (lambda: norms.GroupNorm(6, 3), ValueError, ["swapped"]),
    (lambda: norms.GroupNorm(2, 6)(X[:, :4]), ValueError, ["6 channels", "(2, 4, 3, 3)"]),
    (lambda: norms.group_norm(X, 2, torch.ones(2)), ValueError, ["weight", "(6,)", "one value per channel", "(2,)"]),
    (lambda: norms.group_norm(X, 2, None, torch.ones(3)), ValueError, ["bias", "(6,)", "(3,)"]),
    (lambda: norms.group_norm(X[0, 0, 0], 1), ValueError, ["(N, C, *)", "(3,)"]),
    (lambda: norms.group_norm(X.long(), 2), TypeError, ["floating-point", "int64", "input.float()"]),
    (lambda: norms.group_norm(X.numpy(), 2), TypeError, ["tensor", "ndarray"]),
    (lambda: norms.group_norm(torch.randn(1, 6), 6), ValueError, ["more than one value", "(1, 6)"]),
    (lambda: norms.batch_norm(X, None, None), ValueError, ["running_mean", "training=True"]),
    (lambda: norms.batch_norm(X, torch.zeros(6), None, training=True), ValueError, ["both or neither"]),
    (lambda: norms.batch_norm(X, torch.zeros(5), torch.ones(5)), ValueError, ["running_mean", "(6,)", "(5,)"]),
    (lambda: norms.batch_norm(torch.randn(1, 6), None, None, training=True), ValueError, ["more than one value"]),
    (lambda: norms.BatchNorm2d(6)(X[0]), ValueError, ["(N, C, H, W)", "(6, 3, 3)", "input[None]"]),
    (lambda: norms.BatchNorm2d(0), ValueError, ["positive", "0"]),
    (lambda: norms.instance_norm(torch.randn(2, 6)), ValueError, ["at least one axis", "(2, 6)"]),
    (lambda: norms.instance_norm(torch.randn(2, 6, 1, 1)), ValueError, ["more than one value"]),
    (lambda: norms.layer_norm(X, 3), TypeError, ["sequence", "(3,)"]),
    (lambda: norms.layer_norm(X, (6, 3)), ValueError, ["last axes", "(6, 3)", "(2, 6, 3, 3)"]),
    (lambda: norms.layer_norm(X, (3, 3), torch.ones(3)), ValueError, ["weight", "(3, 3)", "(3,)"]),
]


@pytest.mark.parametrize("call, kind, said", REFUSED)
def test_refusal_states_rule_what_came_and_fix(call, kind, said):
    with pytest.raises(kind) as caught:
        call()
    for words in said:
        assert words in str(caught.value)
