"""Whole programs on the page's torch: as with torch in CPython, and the same in MicroPython."""

import ast
import gzip
import json
import math

import numpy as np
import pytest
import torch
from beside_torch import REFUSED, TEXTS, near, outcome
from micropython import run_node
from test_checks import RIGHT, SLIPS

from gn_edu_site.live import numpy as live_numpy
from gn_edu_site.live import torch as live
from gn_edu_site.live.rewriting import rewritten
from gn_edu_site.live_sources import CHECKING, sources
from scripts.paths import ROOT


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
    return found


PROGRAMS = programs()
NOT_OURS = {"numpy-on-tensor"}  # a sentence of NumPy's that ends otherwise


def answer_of(text, t):
    scope = {"torch": t, "np": np if t is torch else live_numpy}
    exec(text if t is torch else rewritten(text), scope)
    return scope["answer"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_whole_programs(name):
    want, got = outcome(answer_of, PROGRAMS[name], torch), outcome(answer_of, PROGRAMS[name], live)
    if name in NOT_OURS:
        assert got[0] == want[0] == "TypeError"
    else:
        assert near(got, want, 1e-5 if "float32" in name else 1e-12)


REWRITING = "rewriting", "stand_ins"
NODE = """
python.runPython(given.start);
for (const text of given.programs) { python.globals.set("text", text); python.runPython("tried(text)"); }
process.stdout.write(JSON.stringify(printed));
"""
START = """
import sys
sys.path.append("/")
from live.rewriting import rewritten
from live.stand_ins import explained
import torch, numpy
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
        exec(rewritten(text), scope)
        print("answer", repr(plain(scope["answer"])))
    except Exception as error:
        print("answer", repr([type(error).__name__, explained(error).split("\\n")[0]]))
"""


def in_micropython(texts):
    """What each program answers in MicroPython."""
    printed = run_node(NODE, programs=texts, start=START)
    lines = [line[7:] for line in printed if line.startswith("answer ")]
    return [eval(line, {"inf": math.inf, "nan": math.nan}) for line in lines]


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
    others = {f"live/{name}.py" for name in (*CHECKING, *REWRITING)}
    of_torch = [text for path, text in files.items() if path.startswith("live/") and path not in others]
    of_rewriting = [files[f"live/{name}.py"] for name in REWRITING]
    sizes = [len(gzip.compress("".join(part).encode(), 9)) for part in (of_torch, of_rewriting)]
    assert sizes[0] <= 12_500 and sizes[1] <= 5_000, sizes
    for text in files.values():
        for node in ast.walk(ast.parse(text)):
            stars = [one for one in getattr(node, "elts", []) if isinstance(one, ast.Starred)]
            assert not stars or isinstance(node.ctx, ast.Store)
            assert not isinstance(node, ast.Match)
