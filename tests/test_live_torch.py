"""The torch of the page beside torch: types, shapes, strides, values and sentences; and NumPy's names."""

import math

import numpy as np
import pytest
import torch
from beside_torch import REFUSED, TEXTS, near, outcome
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, mutually_broadcastable_shapes

from gn_edu_site.live import numpy as live_numpy
from gn_edu_site.live import torch as live

TYPES = ("bool", "int64", "float16", "float32", "float64")
fast = settings(max_examples=40, derandomize=True, deadline=None, database=None)


def twins(shape, kind, numbers, turned=False):
    """The same tensor of torch and of the page, its axes turned round in memory or not."""
    count = math.prod(shape)
    values = (numbers * (count // len(numbers) + 1))[:count]
    found = []
    for t in (torch, live):
        one = t.tensor(values, dtype=t.float64).to(getattr(t, kind))
        size = tuple(shape)
        found.append(
            one.reshape(size[::-1]).permute(*reversed(range(len(size)))) if turned and size else one.reshape(size)
        )
    return found


numbers = st.lists(st.sampled_from([0.0, 1.0, -1.0, 0.1, 2.5, -3.75, 300.2, 1e-3, 7.0, 1e4]), min_size=1, max_size=7)
kinds = st.sampled_from(TYPES)
BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "==": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "!=": lambda a, b: a != b,
}


def same(f, ours, theirs, rel=0.0):
    want, got = outcome(f, torch, *theirs), outcome(f, live, *ours)
    assert near(got, want, rel), f"{got} is not {want}"


@fast
@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3), kinds, kinds, numbers, st.data())
def test_operators_have_torchs_types_strides_and_digits(shapes, a, b, values, data):
    name = data.draw(st.sampled_from([*BINARY]))
    if name == "//" and "float16" in (a, b) or name == "-" and "bool" in (a, b):
        return
    x, y = twins(shapes.input_shapes[0], a, values, data.draw(st.booleans()))
    z, w = twins(shapes.input_shapes[1], b, values[::-1], data.draw(st.booleans()))
    same(lambda t, p, q: BINARY[name](p, q), (y, w), (x, z))


@fast
@given(array_shapes(max_dims=3, max_side=3), kinds, numbers, st.sampled_from([2, 0.1, -1.5, 1e-5, 3, True]), st.data())
def test_numbers_of_python_on_either_side(shape, kind, values, number, data):
    name = data.draw(st.sampled_from(["+", "*", "/", "==", "<"]))
    x, y = twins(shape, kind, values)
    same(lambda t, p: (BINARY[name](p, number), BINARY[name](number, p)), (y,), (x,))


EACH = "sqrt square abs rsqrt neg relu isfinite isnan".split()


@fast
@given(array_shapes(max_dims=3, max_side=3), st.sampled_from(TYPES[2:]), numbers, st.data())
def test_functions_of_each_number(shape, kind, values, data):
    x, y = twins(shape, kind, values, data.draw(st.booleans()))
    name = data.draw(st.sampled_from(EACH))
    same(lambda t, p: (getattr(p, name)(), getattr(t, name)(p)), (y,), (x,), 2e-3 if kind == "float16" else 0.0)
    near_enough = {"float16": 2e-3, "float32": 3e-7, "float64": 1e-14}[kind]
    same(lambda t, p: (p.exp(), (p.abs() + 0.5).log(), p.clamp(-1, 2), p.clamp(min=0.3)), (y,), (x,), near_enough)
    powers = [2, 0.5, 3, -0.5, -1, 1.5]
    same(lambda t, p: [(p.abs() + 0.5) ** k for k in powers], (y,), (x,), near_enough)
    same(lambda t, p: (t.where(p > 0, p, 0.0), t.maximum(p, -p)), (y,), (x,))


@fast
@given(array_shapes(max_dims=4, max_side=3), st.sampled_from(TYPES[3:]), numbers, st.data())
def test_sums_means_and_variances(shape, kind, values, data):
    x, y = twins(shape, kind, values, data.draw(st.booleans()))
    rank = len(shape)
    dim = data.draw(st.one_of(st.none(), st.integers(-rank - 1, rank), st.lists(st.integers(0, rank - 1)).map(tuple)))
    keep = data.draw(st.booleans())
    rel = 1e-12 if kind == "float64" else 2e-6
    for name in ("sum", "mean"):
        same(lambda t, p, name=name: getattr(p, name)(dim, keepdim=keep), (y,), (x,), rel)
    for name in ("var", "std"):
        same(lambda t, p, name=name: getattr(p, name)(dim, correction=0, keepdim=keep), (y,), (x,), rel)
        same(lambda t, p, name=name: getattr(t, name)(p, dim, keepdim=keep), (y,), (x,), rel)
    same(lambda t, p: t.var_mean(p, dim, correction=0, keepdim=keep), (y,), (x,), rel)
    dims = () if dim is None else dim
    same(lambda t, p: (p.amax(dims, keep), p.amin(dims, keepdim=keep)), (y,), (x,))
    if isinstance(dim, int):
        same(lambda t, p: (p.max(dim, keep)[0], p.min(dim).values, p.cumsum(dim)), (y,), (x,), rel)
        same(lambda t, p: ((p > 1).any(dim), (p > 1).all(dim), (p > 1).sum(dim)), (y,), (x,))


def steps(rank):
    """Text of one way to look at a tensor otherwise; some are impossible."""
    axis = st.integers(-rank - 1, rank)
    size = st.integers(-1, 4)
    return st.one_of(
        st.permutations(range(max(rank, 1))).map(lambda p: f"permute({', '.join(map(str, p))})"),
        st.tuples(axis, axis).map(lambda d: "transpose({}, {})".format(*d)),
        st.tuples(axis, axis).map(lambda d: "movedim({}, {})".format(*d)),
        st.tuples(axis, axis).map(lambda d: "flatten({}, {})".format(*d)),
        axis.map("unsqueeze({})".format),
        axis.map("squeeze({})".format),
        st.tuples(axis, size, size).map(lambda d: "unflatten({}, ({}, {}))".format(*d)),
        st.lists(size, max_size=4).map(lambda s: f"reshape({tuple(s)})"),
        st.lists(size, max_size=4).map(lambda s: f"view({tuple(s)})"),
        st.lists(st.integers(0, 4), max_size=4).map(lambda s: f"expand({tuple(s)})"),
        st.tuples(st.integers(1, 3), axis).map(lambda d: "chunk({}, {})[0]".format(*d)),
        st.tuples(st.integers(1, 3), axis).map(lambda d: "split({}, dim={})[-1]".format(*d)),
        st.sampled_from(["contiguous()", "clone()", "double()", "T" if rank == 2 else "squeeze()"]),
        keys(rank).map("__getitem__({})".format),
    )


def keys(rank):
    """Text of what may stand between square brackets."""
    index = st.integers(-3, 3)
    one = st.one_of(
        index.map(str),
        st.tuples(st.integers(-3, 3), st.integers(-3, 3), st.integers(1, 2)).map(
            lambda s: "slice({}, {}, {})".format(*s)
        ),
        st.just("slice(None)"),
        st.just("None"),
        st.just("t.tensor([0, 1, -1])"),
    )
    return st.tuples(st.lists(one, max_size=rank + 1), st.booleans(), st.integers(0, 2)).map(
        lambda k: "(" + "".join(f"{x}, " for x in k[0][: k[2]] + ["..."] * k[1] + k[0][k[2] :]) + ")"
    )


def followed(t, x, chain):
    for step in chain:
        x = eval(f"x.{step}", {"x": x, "t": t})
    return x, x.is_contiguous()


@settings(fast, max_examples=120)
@given(array_shapes(min_dims=1, max_dims=4, max_side=4), st.data())
def test_views_have_torchs_shapes_strides_and_sentences(shape, data):
    x, y = twins(shape, "float32", [float(k) for k in range(50)])
    chain = []
    for _ in range(data.draw(st.integers(1, 4))):
        try:
            rank = followed(torch, x, chain)[0].dim()
        except Exception:
            break
        if not rank:
            break
        chain.append(data.draw(steps(rank)))
    same(lambda t, p: followed(t, p, chain), (y,), (x,))


@settings(fast, max_examples=60)
@given(array_shapes(min_dims=1, max_dims=3, max_side=3), st.data())
def test_assignment_writes_through_views(shape, data):
    x, y = twins(shape, "float32", [float(k) for k in range(50)], data.draw(st.booleans()))
    before = x.flatten().tolist()
    key = data.draw(keys(len(shape)))
    value = data.draw(st.sampled_from(["7", "t.tensor([0.1, 2, 3])", "t.arange(2)", "t.ones(1, 1)", "True"]))

    def f(t, p):
        whole = p.view(p.shape)
        p.__setitem__(eval(key, {"t": t}), eval(value, {"t": t}))
        return whole

    want, got = outcome(f, torch, x), outcome(f, live, y)
    if want[0] == "float32":
        # Of an index that writes nothing torch does not look at the numbers.
        assert got == want or "[" in key and got[0] == "IndexError" and want[3] == before, key
    else:
        assert got[0].endswith("Error")


PRINTED = """
torch.arange(4)
torch.tensor([[1.0, 2], [3, -4]])
torch.tensor([0.1, 2.25, -3])
torch.tensor(2.5)
torch.tensor([1e-6, 1.0])
torch.tensor([True, False])
torch.ones(2, 1, 2).double()
torch.tensor([float("inf"), 1.0, float("nan")])
torch.zeros(0)
""".strip().splitlines()


@pytest.mark.parametrize("text", TEXTS)
def test_one_line_of_torch(text):
    f = eval(f"lambda torch: ({text})")
    assert near(outcome(f, live), outcome(f, torch), 1e-6)


@pytest.mark.parametrize("text", PRINTED)
def test_a_tensor_prints_as_torchs(text):
    f = eval(f"lambda torch: ({text})")
    assert str(f(live)) == str(f(torch))


@pytest.mark.parametrize("text", REFUSED)
def test_errors_carry_torchs_sentences(text):
    f = eval(f"lambda torch: ({text})")
    want = outcome(f, torch)
    assert want[0].endswith("Error") and outcome(f, live) == want


def test_what_is_missing_says_so():
    said = "The torch of this page has no {}. In Colab you have all of it."
    x = live.ones(2)
    for f, name in ((lambda: live.conv2d, "conv2d"), (lambda: x.grad_fn, "grad_fn"), (lambda: x.grad, "grad")):
        assert outcome(f) == ["AttributeError", said.format(name)]


# ---- NumPy's names

NUMPYS = """
np.array([[1, 2], [3, 4.5]]).mean(axis=0, keepdims=True)
np.array([[1, 2], [3, 4]]).var(axis=(0, 1))
np.var(np.array([[1.0, 2], [3, 4]]), axis=1, ddof=1)
np.sqrt(np.array([1, 4])) + np.arange(2)
np.zeros((2, 3)) + 1, np.ones(2, dtype=np.float32), np.full((2,), 7)
np.array([[1, 2], [3, 4]]).max(axis=1), np.max(np.array([1, 5]))
np.array([[1, 2], [3, 4]]).astype(np.float32).T, np.array([[1, 2], [3, 4]]).transpose(1, 0).reshape(-1)
np.concatenate([np.ones(2), np.zeros(1)]), np.stack([np.ones(2), np.zeros(2)], axis=1)
np.array([1, 2]) / 2, np.array([1, 2]).mean(), np.array([[1.5, 2]]).size
np.arange(3)[:, None], np.transpose(np.ones((2, 3)))
int(np.prod((2, 3))), float(np.float32(0.1)), int(np.int64(3))
np.einsum("ij->i", np.ones((2, 3))), np.matmul(np.ones((2, 3)), np.ones(3))
np.where(np.arange(3) > 1, 1.0, 0.0), np.maximum(np.arange(3), 1)
""".strip().splitlines()


def listed(value):
    if isinstance(value, (tuple, list)):
        return [listed(one) for one in value]
    if hasattr(value, "dtype"):
        return [str(value.dtype).split(".")[-1], list(value.shape), value.tolist()]
    return value


@pytest.mark.parametrize("text", NUMPYS)
def test_numpys_names(text):
    f = eval(f"lambda np: ({text})")
    assert near(listed(f(live_numpy)), listed(f(np)), 1e-12)


# ---- what students write beside it

EQUATIONS = [
    ("ngm->ng", 3),
    ("ngm,ngm->ng", 3, 3),
    ("ngm,ng->ngm", 3, 2),
    ("i->", 1),
    ("i,i->", 1, 1),
    ("i,j->ij", 1, 1),
    ("ij->ji", 2),
    ("ij,jk->ik", 2, 2),
    ("nc...,c->nc...", 4, 1),
    ("nc...,c->nc...", 2, 1),
    ("...j,jk->...k", 3, 2),
    ("a,b,ab->ab", 1, 1, 2),
    ("n g c -> n g", 3),
]


@pytest.mark.parametrize("equation", EQUATIONS, ids=lambda e: e[0])
@fast
@given(numbers, st.sampled_from(TYPES[3:]), st.booleans())
def test_einsum(equation, values, kind, turned):
    both = [twins((2,) * rank, kind, values[k:] + values[:k], turned) for k, rank in enumerate(equation[1:])]
    theirs, ours = zip(*both, strict=True)
    rel = {"float32": 2e-6, "float64": 1e-12}[kind]
    want, got = torch.einsum(equation[0], *theirs), live.einsum(equation[0], *ours)
    assert near(listed(got), listed(want), rel)


@pytest.mark.parametrize("ranks", [(1, 1), (1, 2), (2, 1), (2, 2), (3, 3), (3, 2), (2, 3), (3, 1), (1, 3), (4, 3)])
@fast
@given(numbers)
def test_matmul(ranks, values):
    (x, y), (z, w) = (twins((2,) * rank, "float64", values) for rank in ranks)
    assert near(listed(y @ w), listed(x @ z), 1e-12) and near(listed(y.matmul(w)), listed(x @ z), 1e-12)


WRITTEN = """
x.to(dtype=t.float64), x.to("cpu", t.float16), x.to(x.double()), x.to(x.device), x.to(t.long), x.to(device="cpu")
x.view_as(x.view(4, 6)), x[:1].expand_as(x), x.unbind(1)[2], t.unbind(x)[0], x.narrow(1, 1, 2)
x[:1].broadcast_to(3, 3, 4)
t.matmul(x, x.transpose(1, 2)), x[0] @ x[1].T
x.clone().sqrt_(), x.clone().abs_(), x.clone().pow_(2), x.clone().clamp_(2, 5), x.clone().neg_(), x.clone().square_()
x.detach(), x.requires_grad_().detach() + 0, x.contiguous(), x.clone().data
t.Size([2, 3]) == t.zeros(2, 3).shape, t.randn(2, 3).shape
x.var_mean(1)[0] if hasattr(x, "var_mean") else t.var_mean(x, 1)[0], t.var_mean(x, (1, 2), unbiased=False, keepdim=True)
t.var_mean(x, dim=1, correction=0), t.std_mean(x), t.var_mean(x, False), t.std_mean(x, dim=(0, 1), keepdim=True)
x.new_zeros(2), x.double().new_zeros((2, 3)), x.numel()
x.add(1).sub(2, alpha=2).mul(x).div(3), t.add(x, 1), t.sub(x, x), t.mul(x, 2), t.div(x, x + 1)
x.ravel(), x.reshape_as(x.view(4, 6)), x.mean().item(), float(x.mean())
""".strip().splitlines()


@pytest.mark.parametrize("text", WRITTEN)
def test_what_students_write(text):
    f = eval(f"lambda t, x: ({text})")
    same(f, (live.arange(24.0).view(2, 3, 4),), (torch.arange(24.0).view(2, 3, 4),), 2e-6)
