# ruff: noqa: E501 (programs in one line)
"""What students write and MicroPython does not know: rewritten, it does the same in both Pythons; else a sentence."""

import ast
import json

import numpy as np
import pytest
import torch
from beside_torch import near, outcome
from test_live_programs import in_micropython, solutions

from gn_edu_site.live import torch as live
from gn_edu_site.live.rewriting import rewritten
from gn_edu_site.live.stand_ins import NAMES
from scripts.paths import ROOT

SOURCES = [*ROOT.glob("gn_edu*/**/*.py"), *ROOT.glob("scripts/*.py"), *ROOT.glob("tests/*.py")]
UNKNOWN = (ast.Mult, ast.Div, ast.FloorDiv, ast.Pow, ast.Mod, ast.MatMult)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_program_keeps_its_lines_and_loses_what_micropython_does_not_know(path):
    text = path.read_text(encoding="utf-8")
    new = rewritten(text)
    assert new.count("\n") == text.count("\n")
    for node in ast.walk(ast.parse(new)):
        loaded = not isinstance(getattr(node, "ctx", None), ast.Store)
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)) and loaded:
            assert not any(isinstance(one, ast.Starred) for one in node.elts), node.lineno
        assert not isinstance(node, ast.Dict) or None not in node.keys, node.lineno
        assert not isinstance(node, ast.AugAssign) or not isinstance(node.op, UNKNOWN), node.lineno
        assert not isinstance(node, ast.arguments) or not node.posonlyargs


SAME = """
answer = (1, *range(2), 3), [*"ab", 4], sorted({*"ab"}), (*[1], *[2])
t = 1, *(2, 3), 4; answer = t
def f(): return 0, *(x := [1, 2])\\nanswer = f()
a, *b = (1, *range(3)), 2; answer = a, b
[a, *b] = [*range(3)]; answer = b
answer = [c for a, (b, *c) in [(1, (2, 3, 4))]]
answer = [*"a"] in [["a"]]
answer = sorted({"a": 1, **{"b": (2, *[3])}, "c": [*()]}.items()), sorted({**{1: 2}})
f = lambda a, *b: (a, *b); answer = {"f": lambda a, *b: b, "g": [*b"a"]}["f"](1, 2), f(1, 2)
def f(a, /, b=2): return a, b\\nanswer = f(1), f(1, b=3)
x = torch.arange(6.).view(2, 3); answer = x[0, *[1]], x[:, *(2,)], x[..., *[slice(0, 2)]], x[(slice(None), *[None] * 2)]
x = torch.zeros(2, 3); x[0, *[1]] = 2; x[*(1,), 0] += 3; d = {}; d[1, *"a"] = 4; answer = x, d[1, "a"]
x = torch.ones(2, 3); y = x; x *= 3; x /= 4; x **= 2; x -= 0.25; x[0] *= 2; y.view(6)[3:] //= 0.2; answer = y, x
x = torch.ones(2); y = x; x = x * 3; answer = x, y
a = 7; a //= 2; a **= 2; a %= 5; a *= 1 + 1; a /= 4 - 2; answer = a
answer = [k * 2 for k in range(3)][::-1], (1, 2)[::-1], "abc"[::-1], torch.ones(2, 3).shape[::-1], [[1, 2]][0][::-1]
x, two = torch.arange(3.), 2; answer = 1 < x, two >= x, 1.0 == x, 0 != x, 1 <= x * 2, 0 < two < 3, (2 > x).sum()
n = 3; answer = n if 1 < n else 0, [k for k in range(5) if 2 <= k and k < n + 1], not n == 3, {n < 4: n > 4}
x = torch.tensor([1.25]); answer = f"{x.mean():.3f}|{x[0]:8.2e}|{{x:.3f}}|{3!r:>5}|{'a':>4}|{x.item() * 2:.1f}", f"{1:>{5}}"
d = {"a": torch.tensor(2.5)}; answer = f"{d['a']:.2f} {d['a'] + 1:g} {len(d)}"
answer = list(zip([1], [2], strict=True)), sum([1, 2], start=3), sum([(1,), (2,)], start=())
answer = list(zip([1], [2, 3], strict=True))
print("", flush=True, end=""); print(flush=True, end="", sep=""); print(end="", flush=True); answer = 1
import math\\nfrom math import prod\\nanswer = prod((2, 3)), math.prod([]), math.gcd(12, 18), math.isqrt(10), math.hypot(3, 4)
from typing import Optional, TYPE_CHECKING\\nT = Optional[int]\\ndef f(x: T = None) -> "a": return x\\nanswer = f(), TYPE_CHECKING
from __future__ import annotations\\ndef f(x: Nowhere[3, *rest]) -> Never: return x\\nanswer = f(2)
import itertools, functools\\nanswer = [*itertools.product([1, 2], "ab")], functools.lru_cache(None)(abs)(-1)
import torch.nn as nn, torch.nn.functional as F\\nfrom torch import nn, Tensor\\nanswer = isinstance(torch.ones(1), Tensor)
answer = 1_000, 0x1f, 1e-5, .5, 5., 1E+3  # a comment with a ' in it, and (
answer = "a # (", '\\\\'', r"[", f'{1}' # [
x = torch.ones(3, 2)\\ntorch.testing.assert_close(x, x + 1e-7)\\nanswer = 1
import statistics\\nanswer = statistics.mean([1, 2, 4.5]), statistics.pvariance([1, 2, 3.0]), statistics.variance([1.0, 2])
@torch.no_grad()\\ndef f(x):\\n    with torch.no_grad():\\n        return x.detach() * 2\\nanswer = f(torch.ones(2))
""".strip().splitlines()
SAME = [text.replace("\\n", "\n").replace("\\\\", "\\") for text in SAME]


def answer_of(text, t, names):
    scope = {"torch": t, "np": np} | names
    exec(text, scope)
    return scope["answer"]


@pytest.mark.parametrize("text", SAME)
def test_the_rewritten_program_does_the_same(text):
    assert near(outcome(answer_of, rewritten(text), torch, NAMES | {"_in_place_": in_place_of_torch}), told(text), 0.0)


def in_place_of_torch(name, a, b):
    return getattr(a, f"__i{name}__", getattr(a, f"__{name}__"))(b)


def told(text):
    return outcome(answer_of, text, torch, {})


def test_micropython_does_the_same():
    answers = in_micropython(SAME)
    wrong = {
        text: (got, told(text))
        for text, got in zip(SAME, answers, strict=True)
        if not near(json.loads(json.dumps(got)), json.loads(json.dumps(told(text))), 1e-6)
    }
    assert not wrong, json.dumps(wrong, indent=1)


COLAB = "In Colab you have all of it."
REFUSED = {
    "import einops": f"The Python of this page has no module einops. {COLAB}",
    "from dataclasses import dataclass": f"The Python of this page has no module dataclasses. {COLAB}",
    "async def f():\n    pass": f"The Python of this page has no async. {COLAB}",
    "match 3:\n    case 3:\n        pass": f"The Python of this page has no match. {COLAB}",
    "!pip install einops": f"The Python of this page has no line that begins with !. {COLAB}",
    "%%time\nx = 1": f"The Python of this page has no line that begins with %. {COLAB}",
    "'a'.rjust(3)": f"The Python of this page has no str.rjust. {COLAB}",
    "(1, 2, 3)[::2]": f"The Python of this page has a step in slices of lists only. {COLAB}",
    "import math; math.comb(4, 2)": f"The math of this page has no comb. {COLAB}",
    "torch.nn.GroupNorm(2, 4)": f"The torch of this page has no nn.GroupNorm. {COLAB}",
    "from torch.nn import functional as F\nF.group_norm": f"The torch of this page has no nn.functional.group_norm. {COLAB}",
    "class A(torch.nn.Module): pass": f"The torch of this page has no nn.Module. {COLAB}",
    "torch.autograd.grad": f"The torch of this page has no autograd.grad. {COLAB}",
    "torch.ones(2).backward()": f"The torch of this page has no backward. {COLAB}",
    "torch.ones(2).grad": f"The torch of this page has no grad. {COLAB}",
    "'{:.2f}'.format(torch.ones(1))": "A tensor takes no format here: write x.item() in its place.",
}


def test_what_cannot_be_rewritten_ends_in_a_sentence():
    said = [answer[1] for answer in in_micropython([f"{text}\nanswer = 1" for text in REFUSED])]
    assert dict(zip(REFUSED, said, strict=True)) == REFUSED


def test_a_refusal_stands_at_its_line():
    with pytest.raises(SyntaxError) as caught:
        exec(rewritten("x = 1\n\nasync def f():\n    pass\n"), {})
    assert caught.traceback[-1].lineno == 2


@pytest.mark.parametrize(
    "text", ["f(", "x = [1, 2)", "'abc", "x = )", "", "\n", "# only a comment", "f'{", "1 +", '"""']
)
def test_what_is_no_program_stays_no_puzzle(text):
    assert rewritten(text).count("\n") == text.count("\n")


def test_the_sheets_solutions_are_not_touched_but_for_stars():
    for text in solutions().values():
        assert ("_tuple_" in rewritten(text) or "_list_" in rewritten(text)) == any(
            isinstance(node, ast.Starred) and isinstance(node.ctx, ast.Load) for node in ast.walk(ast.parse(text))
        ) or "*[1]" in text


def test_live_names_are_those_that_rewriting_writes():
    text = (ROOT / "gn_edu_site/live/rewriting.py").read_text(encoding="utf-8")
    for name in NAMES:
        assert name.strip("_") in text
    assert live.nn is not None


def test_a_loop_without_end_calls_something():
    assert rewritten("while True:\n    pass") == "while bool(True):\n    pass"
    assert rewritten("while (1): pass") == "while (bool(1)): pass"
    for text in ('a = "while True:"', "while True and f(): pass", "while n: pass", "# while True:"):
        assert rewritten(text) == text
