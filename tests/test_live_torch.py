"""The torch of the page beside torch: types, shapes, strides, values and sentences; in CPython and in MicroPython."""

import ast
import gzip
import json
import math
import re
import subprocess

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, mutually_broadcastable_shapes
from test_checks import RIGHT, SLIPS

from gn_edu_site.live import numpy as live_numpy
from gn_edu_site.live import torch as live
from gn_edu_site.live_sources import sources
from gn_edu_site.node import node_path
from scripts.paths import ROOT

MICROPYTHON = ROOT / "node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs"
TYPES = ("bool", "int64", "float16", "float32", "float64")
fast = settings(max_examples=60, derandomize=True, deadline=None, database=None)


def strides(value):
    """The strides; an axis of one place, or none, has no telling one."""
    return [step if size > 1 else 0 for size, step in zip(value.shape, value.stride(), strict=True)]


def plain(value):
    """Type, shape, strides and numbers of a tensor, or of each of several; other values as they are."""
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return [str(value.dtype).split(".")[-1], list(value.shape), strides(value), value.flatten().tolist()]
    return value


def outcome(f, *args):
    """What comes out: a plain value, or the kind and the sentence of the error."""
    try:
        return plain(f(*args))
    except Exception as error:
        return [type(error).__name__, re.split("\n| at index \\d does not match", str(error))[0]]


def near(a, b, rel):
    """Equal up to `rel` in floats; exactly equal in everything else."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(near(p, q, rel) for p, q in zip(a, b, strict=True))
    if isinstance(a, float) and isinstance(b, float):
        return a == b or a != a and b != b or math.isclose(a, b, rel_tol=rel, abs_tol=rel)
    return type(a) is type(b) and a == b


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
    return x, x.storage_offset(), x.is_contiguous()


@settings(fast, max_examples=200)
@given(array_shapes(min_dims=1, max_dims=4, max_side=4), st.data())
def test_views_have_torchs_shapes_strides_and_sentences(shape, data):
    x, y = twins(shape, "float32", [float(k) for k in range(50)])
    chain = []
    for _ in range(data.draw(st.integers(1, 4))):
        try:
            rank = followed(torch, x, chain)[0].dim()
        except Exception:
            break
        chain.append(data.draw(steps(rank)))
    same(lambda t, p: followed(t, p, chain), (y,), (x,))


@settings(fast, max_examples=100)
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


TEXTS = """
torch.arange(6) / 4
torch.arange(0, 1, 0.25)
torch.full((2, 2), 3)
torch.stack([torch.ones(2, 3), torch.zeros(2, 3)], -1)
torch.cat([torch.ones(2, 3), torch.zeros(2, 1).double()], 1)
torch.tensor([[1, 2], [3, 4]]).repeat(2, 3)
torch.hypot(torch.tensor([3.0]), torch.tensor(4.0))
torch.std_mean(torch.arange(6.).view(2, 3), -1, correction=0)
torch.zeros_like(torch.ones(2, 3).T), torch.ones_like(torch.arange(3)), torch.empty(2, 3).shape[0]
torch.allclose(torch.ones(3), torch.ones(3) + 1e-6), torch.equal(torch.ones(2), torch.ones(2))
torch.tensor([[1.5, 2], [3, 4]]).tolist(), torch.tensor(2.5).item(), torch.arange(6).view(2, 3).max().item()
torch.finfo(torch.float32).eps, torch.finfo(torch.float64).tiny, torch.finfo(torch.float16).max
torch.tensor([1e5]).half(), torch.tensor([0.1]).half().float(), torch.tensor([2.7, -2.7]).long()
(1 - torch.arange(3)) * 2.5, 2 ** torch.arange(3), 7 // torch.tensor([2]), -torch.arange(3) % 2
torch.arange(8).view(2, 4)[[1, 0]], ~(torch.arange(4) > 1)
torch.tensor(3.0) * torch.ones(2, dtype=torch.float64), torch.tensor(3.0).double() * torch.ones(2)
[float(x) for x in torch.arange(3.)], 2 in torch.arange(3), len(torch.ones(3, 2)), bool(torch.tensor([0.0]))
torch.arange(4).view(2, 2).T.reshape(4), torch.arange(3).expand(2, 3).stride(), torch.ones(2, 3).t().stride()
""".strip().splitlines()
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
REFUSED = """
torch.zeros(2, 4).reshape(3, 2)
torch.zeros(2, 4).reshape(-1, -1)
torch.zeros(2, 4).reshape(2, 4 / 2, 2)
torch.zeros(2, 4).T.view(8)
torch.zeros(2, 3) + torch.zeros(2, 4)
torch.zeros(3)[3]
torch.zeros(3)[0, 0]
torch.zeros(3)[::-1]
torch.zeros(2, 3).mean(2)
torch.zeros(2, 3).mean((0, 0))
torch.zeros(2, 3).item()
bool(torch.zeros(2, 3))
list(torch.tensor(1.0))
torch.tensor([1, 2]).mean()
torch.tensor([1, 2]).var()
torch.zeros(2, 3).permute(0)
torch.zeros(2, 3).expand(2, 4)
torch.zeros(2, 3).unflatten(1, (2, 2))
torch.zeros(2, 3).split([1, 1], 1)
torch.stack([torch.zeros(2), torch.zeros(3)])
torch.cat([torch.zeros(2, 3), torch.zeros(2, 4)])
torch.sqrt(2.0)
torch.tensor([1, 2]).__iadd__(0.5)
torch.zeros(3).__iadd__(torch.zeros(2, 3))
torch.tensor([[1], [1, 2]])
torch.allclose(torch.zeros(2), torch.zeros(2).double())
torch.zeros(0).max()
torch.zeros(2).astype(1)
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
    for f, name in ((lambda: live.nn, "nn"), (lambda: x.grad_fn, "grad_fn"), (lambda: x[x > 0], "index by a mask")):
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
np.expand_dims(np.arange(3), 0), np.where(np.arange(3) > 1, 1.0, 0.0), np.maximum(np.arange(3), 1)
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


# ---- whole programs, and MicroPython


def solutions():
    """Name of the function -> text, for the sheets' solutions that need tensors only."""
    found = {}
    for path in sorted((ROOT / "notebooks/exercises").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "code" and "BEGIN SOLUTION" in text and text.startswith("def "):
                found[text[4:].split("(")[0]] = text
    return found


ARGUMENTS = """
x = torch.arange(32.0).view(2, 4, 2, 2).square().to(torch.{kind}) / 7 + 0.25
weight, bias = (torch.arange(4.0) + 0.5).to(torch.{kind}), (1 - torch.arange(4.0)).to(torch.{kind})
dy = (x - 3).transpose(2, 3) * 0.1
"""
CALLS = {
    "normalize": "normalize(x.flatten())",
    "group_norm_4d": "group_norm_4d(x, 2)",
    "group_norm_affine": "group_norm_affine(x, 2, weight, bias)",
    "group_norm_any_rank": "group_norm_any_rank(x[..., 0], 2, weight, bias)",
    "group_norm_any_memory": "group_norm_any_memory(x.permute(0, 1, 3, 2), 2, weight, bias)",
    "group_norm": "(group_norm(x, 4, weight, bias), group_norm(x[..., 0, 0], 2))",
    "group_stats": "group_stats(x, 2)",
    "group_norm_dx": "group_norm_dx(dy, x, 2, weight, bias, 1e-5)",
    "group_norm_dparams": "group_norm_dparams(dy, x, 2, weight, bias, 1e-5)",
}
# What the page rewrites before it runs a reader's code: MicroPython knows no star inside a list.
STARS = {
    "weight.view(1, -1, *[1] * (x.dim() - 2))": "weight.view((1, -1) + (1,) * (x.dim() - 2))",
    "(0, *range(2, x.dim()))": "(0,) + tuple(range(2, x.dim()))",
    "x.reshape(n, *x.shape[2:], c)": "x.reshape((n,) + x.shape[2:] + (c,))",
    "y.reshape(n, *x.shape[2:], c)": "y.reshape((n,) + x.shape[2:] + (c,))",
}


def programs():
    """Name -> text whose last line sets `answer`."""
    found = {}
    for kind in ("float32", "float64"):
        start = ARGUMENTS.format(kind=kind)
        for name, text in solutions().items():
            if name in CALLS:
                found[f"{name} {kind}"] = f"{start}{text}\nanswer = {CALLS[name]}\n"
    for name, slip in SLIPS.items():
        text = RIGHT
        for old, new in slip.items():
            text = text.replace(old, new)
        call = "f(x.permute(0, 1, 3, 2)[:, :, :, :1] + 0, 2, weight, bias, 0.1)"
        found[name] = f"{ARGUMENTS.format(kind='float64')}{text}\nanswer = {call}\n"
    for name, text in found.items():
        for old, new in STARS.items():
            text = text.replace(old, new)
        found[name] = text
    return found


PROGRAMS = programs()
NOT_OURS = {"numpy-on-tensor"}  # a sentence of NumPy's that ends otherwise


def answer_of(text, t):
    scope = {"torch": t, "np": np if t is torch else live_numpy}
    exec(text, scope)
    return scope["answer"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_whole_programs(name):
    want, got = outcome(answer_of, PROGRAMS[name], torch), outcome(answer_of, PROGRAMS[name], live)
    if name in NOT_OURS:
        assert got[0] == want[0] == "TypeError"
    else:
        assert near(got, want, 1e-5 if "float32" in name else 1e-12)


NODE = """
import {readFileSync} from "fs";
const {files, programs, start, module} = JSON.parse(readFileSync(0, "utf8"));
const {loadMicroPython} = await import(module);
const answers = [];
const python = await loadMicroPython({heapsize: 16 * 2 ** 20, linebuffer: true, stdout: (line) => answers.push(line)});
python.FS.mkdir("/live");
for (const [path, text] of Object.entries(files)) python.FS.writeFile("/" + path, text);
python.runPython(start);
for (const text of programs) { python.globals.set("text", text); python.runPython("tried(text)"); }
process.stdout.write(JSON.stringify(answers));
"""
START = """
import sys
sys.path.append("/")
from live import torch, numpy
def plain(value):
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    if hasattr(value, "tolist"):
        strides = [step if size > 1 else 0 for size, step in zip(value.shape, value.stride())]
        return [str(value.dtype)[6:], list(value.shape), strides, value.flatten().tolist()]
    return value
def tried(text):
    scope = {"torch": torch, "np": numpy}
    try:
        exec(text, scope)
        print(repr(plain(scope["answer"])))
    except Exception as error:
        print(repr([type(error).__name__, str(error).split("\\n")[0]]))
"""


def in_micropython(texts):
    """What each program answers in MicroPython."""
    given = json.dumps({"files": sources(), "programs": texts, "start": START, "module": MICROPYTHON.as_uri()})
    command = [node_path(), "--input-type=module", "-e", NODE]
    run = subprocess.run(command, input=given, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return [eval(line, {"inf": math.inf, "nan": math.nan}) for line in json.loads(run.stdout)]


def test_micropython_gives_the_same_answers():
    lines = {text: f"answer = {text}" for text in TEXTS + REFUSED if "[::-1]" not in text}
    given = lines | {f"program {name}": text for name, text in PROGRAMS.items()}
    answers = in_micropython([*given.values()])
    assert len(answers) == len(given)
    wrong = {
        name: (got, want)
        for (name, text), got in zip(given.items(), answers, strict=True)
        if not near(got, want := outcome(answer_of, text, live), 1e-15)
    }
    assert not wrong, json.dumps(wrong, indent=1)


def test_it_is_small_and_written_for_both_pythons():
    files = sources()
    assert len(gzip.compress("".join(files.values()).encode(), 9)) <= 12_000
    for text in files.values():
        for node in ast.walk(ast.parse(text)):
            stars = [one for one in getattr(node, "elts", []) if isinstance(one, ast.Starred)]
            assert not stars or isinstance(node.ctx, ast.Store)
            assert not isinstance(node, ast.Match)
