# ruff: noqa: E501 (cells as students wrote them)
"""What real notebooks hold, one thing at a time: it costs an honest student nothing, or a note says what."""

import pytest
from classroom import AFFINE, FULL, NORMALIZE, PLAIN, RIGHT, can_sandbox, graded, notebook, save, sheet

from gn_edu.exercises import EXERCISES

SLOW = "import time\nfor _ in range(10**9): pass"
STUB = "def group_norm_4d(x, num_groups, eps=1e-5):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n"


def with_cells(*first, last=(), answers=RIGHT):
    """Sheet 2 with cells before and after the student's."""
    found = sheet(answers)
    first, last = (notebook(*cells)["cells"] for cells in (first, last))
    return found | {"cells": [*found["cells"][:3], *first, *found["cells"][3:], *last]}


def answer(function="group_norm_4d", before="", after="", text=None):
    """Sheet 2 with something around one answer, in its cell."""
    return sheet(RIGHT | {function: f"{before}\n{text or RIGHT[function]}\n{after}"})


# Case -> a notebook that deserves all 24 points.
ALL = {
    "pandas missing": with_cells("import pandas as pd\nimport torch.nn.functional as F\nimport math\nM = math.pi"),
    "unknown package": with_cells(
        "import torchmetrics_x\nfrom foo.bar import baz\nimport math",
        answers=RIGHT | {"normalize": NORMALIZE.replace("torch.sqrt(", "math.sqrt(")},
    ),
    "rcParams": with_cells(
        'import matplotlib.pyplot as plt\nplt.rcParams["figure.figsize"] = (6, 4)\nHELP = 1',
        answers=RIGHT | {"normalize": NORMALIZE.replace("mean = x.mean()", "mean = x.mean() * HELP")},
    ),
    "subplots": answer(
        before="import matplotlib.pyplot as plt\nfig, ax = plt.subplots(1, 2)\n(a, b), c = plt.subplots()"
    ),
    "tqdm notebook": answer(
        before="from tqdm.notebook import tqdm, trange\nfor k in tqdm(range(3)): pass\nassert k == 2"
    ),
    "tqdm bar": answer(before="from tqdm.auto import tqdm\nwith tqdm(total=3) as bar: bar.update(1)"),
    "einops": with_cells(
        "!pip install einops\nfrom einops import rearrange",
        answers=RIGHT
        | {
            "group_norm_4d": PLAIN.replace(
                "x.reshape(x.shape[0], num_groups, -1)", "rearrange(x, 'n (g c) h w -> n g (c h w)', g=num_groups)"
            )
        },
    ),
    "threads": with_cells(
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor() as pool:\n"
        "    list(pool.map(print, range(3)))\nimport math",
        answers=RIGHT | {"normalize": NORMALIZE.replace("torch.sqrt(", "math.sqrt(")},
    ),
    "loader with workers": with_cells(
        "from torch.utils.data import DataLoader\n"
        "for batch in DataLoader(list(range(8)), num_workers=2): pass\nONE = 1",
        answers=RIGHT | {"normalize": NORMALIZE.replace("mean = x.mean()", "mean = x.mean() * ONE")},
    ),
    "reference layer": with_cells(
        "import torch.nn as nn\nref = nn.GroupNorm(2, 4)(torch.randn(2, 4, 3, 3))\nimport math"
    ),
    "expected above": answer(
        before="import torch.nn.functional as F\nexpected = F.group_norm(torch.randn(2, 4, 3, 3), 2)"
    ),
    "assert below": answer(
        after="import torch.nn.functional as F\nx = torch.randn(2, 4, 3, 3)\n"
        "torch.testing.assert_close(group_norm_4d(x, 2), F.group_norm(x, 2))"
    ),
    "helper redefined": answer(before="def normalize(x, num_groups, eps):\n    return x\n", text=PLAIN),
    "global reused": answer(before="SCALE = 1.0", text=PLAIN.replace("return y", "return y * SCALE"), after="")
    | {"metadata": {}},
    "stub at the end": with_cells(last=[STUB]),
    "stub above": with_cells(STUB),
    "failed attempt above": with_cells("raise NotImplementedError", "group_norm_4d(torch.randn(2, 4, 3, 3), 2)"),
    "out of order": with_cells(
        "y = group_norm_4d(torch.randn(2, 4, 2, 2), 2)\nprint(y)",
        answers=RIGHT | {"group_norm_4d": PLAIN.replace("    return y", "    return finish(y, x)")},
        last=["def finish(y, x):\n    return y"],
    ),
    "assigned": answer(text=PLAIN.replace("group_norm_4d", "my_gn") + "group_norm_4d = my_gn\n"),
    "lambda": answer(
        "normalize", text="normalize = lambda x, eps=1e-5: (x - x.mean()) / (x.var(correction=0) + eps).sqrt()"
    ),
    "in an if": answer(text="if True:\n    " + PLAIN.replace("\n", "\n    ")),
    "in a try": answer(text="try:\n    " + PLAIN.replace("\n", "\n    ") + "\nexcept ValueError:\n    pass"),
    "two blanks": answer(text=PLAIN.replace("def ", "def  ")),
    "jit": answer("normalize", before="@torch.jit.script", text=NORMALIZE.replace("eps=1e-5", "eps: float = 1e-5")),
    "renamed, with its check": with_cells(last=[], answers=RIGHT)
    | {
        "cells": [c | {"source": "".join(c["source"]).replace("group_norm_4d", "gn_images")} for c in sheet()["cells"]]
        + notebook("exercises.check_group_norm_4d(gn_images)")["cells"]
    },
    "long message": answer(
        text=PLAIN.replace(
            "):\n",
            '):\n    if x.shape[1] % num_groups:\n        raise ValueError(\n            "%d groups, %d channels"\n'
            "            % (num_groups, x.shape[1])\n        )\n",
            1,
        )
    ),
    "operator first": answer(
        text=PLAIN.replace("    return y", "    ok = (\n        num_groups\n        != 0\n    )\n    return y")
    ),
    "help": answer(after="group_norm_4d?\n?normalize\nnormalize??"),
    "shell": answer(
        before="files = !ls\n!pip list | head\n%cd ..\n%matplotlib inline",
        after="t = %timeit -o normalize(torch.ones(3))",
    ),
    "await": answer(after="import asyncio\nawait asyncio.sleep(0.01)\nasync def f():\n    return 1\none = await f()"),
    "input": answer(before='groups = int(input("groups? "))\nname = input()'),
    "time": with_cells(answers=RIGHT | {"group_norm_4d": "%%time\n" + PLAIN}),
    "capture": with_cells(answers=RIGHT | {"group_norm_4d": "%%capture out\n" + PLAIN}, last=["out.show()"]),
    "writefile": with_cells(
        "%%writefile tools.py\ndef same(y):\n    return y\n",
        answers=RIGHT | {"group_norm_4d": "from tools import same\n" + PLAIN.replace("return y", "return same(y)")},
    ),
    "set_num_threads": answer(before="torch.set_num_threads(4)\n(torch.ones(700, 700) @ torch.ones(700, 700)).sum()"),
    "sys.exit": answer(before="import sys", after="sys.exit()\n1 / 0"),
    "future": answer(before="from __future__ import annotations", text=PLAIN.replace("(x,", "(x: Nowhere,")),
    "dataclass": with_cells("from dataclasses import dataclass\n@dataclass\nclass Config:\n    eps: float = 1e-5\n"),
    "pickle": with_cells("import pickle\nclass A: pass\npickle.loads(pickle.dumps(A()))\nimport math\nX = math.e"),
    "interact": with_cells("from ipywidgets import interact\n@interact(g=(1, 4))\ndef show(g=2):\n    return g"),
    "colab": with_cells("from google.colab import drive, files\ndrive.mount('/content/drive')\nfiles.upload()"),
    "globals at the check": with_cells(
        answers=RIGHT | {"normalize": "EPS_SCALE = 1.0\n" + NORMALIZE.replace("+ eps", "+ eps * EPS_SCALE")},
        last=["EPS_SCALE = None"],
    ),
    "helper overwritten": with_cells(
        answers=RIGHT
        | {
            "group_norm_4d": "def rows_of(x, g):\n    return x.reshape(len(x), g, -1)\n"
            + PLAIN.replace("x.reshape(x.shape[0], num_groups, -1)", "rows_of(x, num_groups)")
        },
        last=["def rows_of(x):\n    return x"],
    ),
    "changed after the check": with_cells(last=["group_norm_4d = lambda *a: None"]),
}
SLOW_ONES = {
    "four slow cells below": with_cells(last=[SLOW] * 4),
    "four slow cells above": with_cells(*[SLOW] * 4),
    "slow in the answer's cell": answer(after=SLOW),
    "sleeps": with_cells("import time\ntime.sleep(30)", last=["import time\ntime.sleep(30)"]),
    "slow in C": answer(after="sum(range(10**10))"),
    "endless though told": answer(
        after="while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    ),
}


@can_sandbox
def test_it_costs_nothing(tmp_path):
    for name, found in (ALL | SLOW_ONES).items():
        save(tmp_path / "in" / f"{name}.ipynb", found)
    rows = graded(tmp_path, *FULL, seconds=0.7)
    assert {name: (row.notes, row.feedback) for name, row in rows.items() if row.points != FULL} == {}
    assert {name for name, row in rows.items() if [note for note in row.notes if "counted" not in note]} == set()


TOLD = {
    "renamed": (
        PLAIN.replace("group_norm_4d", "group_norm4d"),
        "no group_norm_4d in renamed.ipynb; is it group_norm4d?",
    ),
    "deleted": ("x = 1", "ex05: no group_norm_4d in deleted.ipynb"),
    "left in pieces": (PLAIN.replace("):", ")"), "ex05: group_norm_4d was not defined"),
}


@can_sandbox
def test_what_can_not_be_graded_is_told(tmp_path):
    cells = {name: notebook("import torch", NORMALIZE, text, AFFINE) for name, (text, _) in TOLD.items()}
    for name, found in cells.items():
        save(tmp_path / "in" / f"{name}.ipynb", found)
    text = notebook("import torch", NORMALIZE, AFFINE)
    for kind in ("markdown", "raw"):
        text["cells"].insert(1, {"cell_type": kind, "source": PLAIN, "metadata": {}})
        save(tmp_path / "in" / f"{kind}.ipynb", text)
        del text["cells"][1]
    rows = graded(tmp_path, *FULL)
    for name, (_, note) in TOLD.items():
        assert any(note in said for said in rows[name].notes), rows[name].notes
    for kind in ("markdown", "raw"):
        assert rows[kind].notes == [f"ex05: group_norm_4d stands in cell 2 of {kind}.ipynb, which is text"]
    for row in rows.values():
        assert not row.points["ex05"] and row.points["ex04"] == 6 and row.points["ex06"] == 8
        assert "group_norm_4d" in row.feedback.partition("ex05:")[2].partition("ex06:")[0]


@can_sandbox
def test_errors_are_told_by_their_cell_in_words(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": "text", "metadata": {}},
        "import torch",
        "open('data.csv')",
        PLAIN.replace("x.reshape", "y.reshape"),
    ]
    save(tmp_path / "in/anna.ipynb", notebook(*cells))
    notes = graded(tmp_path, "ex05")["anna"].notes
    assert notes == ["cell 3, line 1: FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'"]


@can_sandbox
def test_files_beside_the_notebook_are_there(tmp_path):
    (tmp_path / "in/anna").mkdir(parents=True)
    (tmp_path / "in/anna/helpers.py").write_text(f"import torch\n{PLAIN}")
    (tmp_path / "in/anna/data.csv").write_text("1.0")
    text = NORMALIZE.replace("+ eps", "+ eps * SCALE")
    save(
        tmp_path / "in/anna/a.ipynb",
        notebook(
            "import torch", "from helpers import group_norm_4d", "SCALE = float(open('data.csv').read())", text, AFFINE
        ),
    )
    row = graded(tmp_path, *FULL)["anna"]
    assert row.points == FULL and not row.notes and row.files == ["a.ipynb", "data.csv", "helpers.py"]


@can_sandbox
@pytest.mark.parametrize(
    "again", ["sheet2_forward (1)", "Copy of sheet2_forward", "sheet2_final", "attempt10/s", "attempt9/s", "mine"]
)
def test_a_second_attempt_never_costs_what_another_earned(tmp_path, again):
    """Whichever of the two is the better one; a note says that there are two."""
    wrong = sheet(RIGHT | {"group_norm_4d": PLAIN.replace("unbiased=False", "unbiased=True")})
    for k, pair in enumerate(((wrong, sheet()), (sheet(), wrong), (sheet({}), sheet()), (sheet(), sheet({})))):
        for name, found in zip(("attempt9/sheet2_forward", again), pair, strict=True):
            save(tmp_path / f"in/s{k}/{name}.ipynb", found)
    rows = graded(tmp_path, *FULL)
    assert all(row.points == FULL for row in rows.values()), {n: r.points for n, r in rows.items()}
    assert all(any(note.startswith("ex05: in 2 notebooks") for note in row.notes) for row in rows.values())


def test_formats_of_the_exercises_are_known_to_the_grader():
    import gn_edu.exercises as package

    assert all(hasattr(package, exercise.check_name) for exercise in EXERCISES.values())
