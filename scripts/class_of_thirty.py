"""A class of thirty to try the grader with: python -m scripts.class_of_thirty   (make classroom-demo)

Sheet 2 is released; thirty students hand it in: some right, one for each way to be wrong, and some who attack.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from gn_edu import norms
from gn_edu_grader.grade import Row, Settings, grade
from gn_edu_grader.release import student_notebook

ROWS = """    rows = x.reshape(len(x), num_groups, -1)
    mean = rows.mean(-1, keepdim=True)
    var = (rows - mean).square().mean(-1, keepdim=True)
    y = ((rows - mean) / (var + eps).sqrt()).reshape(x.shape)
"""
AFFINE = "y * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)"
RIGHT = {
    "normalize": "def normalize(x, eps=1e-5):\n"
    "    mean = x.mean()\n    var = (x - mean).square().mean()\n    return (x - mean) / (var + eps).sqrt()\n",
    "group_norm_4d": f"def group_norm_4d(x, num_groups, eps=1e-5):\n{ROWS}    return y\n",
    "group_norm_affine": f"def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):\n{ROWS}    return {AFFINE}\n",
}
# student -> what is exchanged in all three answers, and the mistake that has to be named in one of them at least
WRONG: dict[str, tuple[dict[str, str], str]] = {
    "bela": (
        {
            ".square().mean()": ".square().sum() / (len(x) - 1)",
            ".square().mean(-1, keepdim=True)": ".square().sum(-1, keepdim=True) / (rows.shape[-1] - 1)",
        },
        "unbiased-var",
    ),
    "bob": ({"return (x - mean) /": "return x /", "((rows - mean) /": "(rows /"}, "no-centre"),
    "boris": ({"(var + eps).sqrt()": "(var + eps)"}, "divide-by-var"),
    "carl": ({"(var + eps).sqrt()": "var.sqrt()"}, "no-eps"),
    "celia": ({"(var + eps).sqrt()": "(var.sqrt() + eps)"}, "eps-outside-sqrt"),
    "chen": ({"(var + eps)": "(var + eps**2)"}, "eps-squared"),
    "cleo": ({"(var + eps)": "(var + 1e-5)"}, "eps-hardcoded"),
    "dan": ({"mean(-1, keep": "mean((0, -1), keep"}, "over-batch"),
    "dora": ({"len(x), num_groups, -1": "len(x), x.shape[1], -1"}, "instance-norm"),
    "emil": ({"len(x), num_groups, -1": "len(x), 1, -1"}, "layer-norm"),
    "eva": ({"len(x), num_groups, -1": "len(x), x.shape[1] // num_groups, -1"}, "swapped-G"),
    "finn": (
        {
            "x.reshape(len(x), num_groups, -1)": "x.unflatten(1, (-1, num_groups)).transpose(1, 2).flatten(2)",
            ".reshape(x.shape)": ".view(len(x), num_groups, -1, *x.shape[2:]).transpose(1, 2).reshape(x.shape)",
        },
        "interleaved",
    ),
    "gina": ({AFFINE: "y * weight.view(1, -1, 1, 1)"}, "no-bias"),
    "gus": ({AFFINE: "(y + bias.view(1, -1, 1, 1)) * weight.view(1, -1, 1, 1)"}, "bias-before-scale"),
    "hans": ({AFFINE: "y * weight + bias"}, "affine-last-dim"),
    "hilda": ({"    return": "    _ ="}, "missing-return"),
}
# student -> code that stands in place of, or before, the answer to exercise 5
HOSTILE: dict[str, str] = {
    "loop": "def group_norm_4d(x, num_groups, eps=1e-5):\n    while True:\n        pass\n",
    "exit": "import os\ndef group_norm_4d(x, num_groups, eps=1e-5):\n    os._exit(0)\n",
    "syntax": "def group_norm_4d(x, num_groups, eps=1e-5)\n    return x\n",
    "memory": "def group_norm_4d(x, num_groups, eps=1e-5):\n    return torch.zeros(800_000_000)\n",
    "bomb": "import os\ndef group_norm_4d(x, num_groups, eps=1e-5):\n    while True:\n        os.fork()\n",
    "torchs": "def group_norm_4d(x, num_groups, eps=1e-5):\n"
    "    return torch.nn.functional.group_norm(x, num_groups, eps=eps)\n",
    "patch": "torch.allclose = torch.equal = lambda *a, **k: True\n"
    "def group_norm_4d(x, num_groups, eps=1e-5):\n    return x\n",
    "book": "def group_norm_4d(x, num_groups, eps=1e-5):\n    from gn_edu.norms import group_norm\n"
    "    return group_norm(x, num_groups, eps=eps)\n",
    "thief": "def group_norm_4d(x, num_groups, eps=1e-5):\n    scope = {'torch': torch}\n    for place in PLACES:\n"
    "        try:\n            exec(open(place).read(), scope)\n        except OSError:\n            pass\n"
    "    return scope['group_norm'](x, num_groups, eps=eps)\n",
    "forger": "import os, struct\ndef group_norm_4d(x, num_groups, eps=1e-5):\n    for fd in range(3, 200):\n"
    "        try:\n            os.write(fd, struct.pack('<I', 2**31) + b'r' * 100)\n"
    "        except OSError:\n            pass\n"
    "    return x\n",
    "writer": "import os\ndef group_norm_4d(x, num_groups, eps=1e-5):\n"
    "    for place in ('/answer/note', '/answer/home/note', '/tmp/note', '/dev/shm/note', *PLACES):\n        try:\n"
    "            open(place, 'a').write('I was here')\n        except OSError:\n            pass\n    return x\n",
    "killer": "import os, signal\ndef group_norm_4d(x, num_groups, eps=1e-5):\n    for pid in [1, os.getppid(), -1]:\n"
    "        try:\n            os.kill(pid, signal.SIGKILL)\n        except OSError:\n            pass\n    return x\n",
}
OTHERS_RIGHT = ("anna", "ada")  # written otherwise than the solution


def filled(source: dict, answers: dict[str, str]) -> dict:
    """The student version with the answers written into it."""
    notebook = student_notebook(source)
    for cell in notebook["cells"]:
        for function, text in answers.items():
            if cell["cell_type"] == "code" and f"def {function}(" in cell["source"]:
                cell["source"] = text
    return notebook


def make_class(source: dict, places: list[str]) -> dict[str, dict]:
    """Thirty notebooks by student. `places` are files that nobody must read or write."""
    loops = RIGHT | {
        "group_norm_4d": "def group_norm_4d(x, num_groups, eps=1e-5):\n"
        "    parts = [normalize(p.flatten(), eps).view(p.shape) for im in x for p in im.chunk(num_groups)]\n"
        "    return torch.cat(parts).view(x.shape)\n"
    }
    layer = RIGHT | {
        "group_norm_4d": "def group_norm_4d(x, num_groups, eps=1e-5):\n    rows = x.reshape(len(x), num_groups, -1)\n"
        "    return torch.nn.functional.layer_norm(rows, rows.shape[2:], eps=eps).view_as(x)\n"
    }
    answers = dict(zip(OTHERS_RIGHT, (loops, layer), strict=True))
    for student, (slips, _) in WRONG.items():
        answers[student] = dict(RIGHT)
        for function, text in RIGHT.items():
            for old, new in slips.items():
                text = text.replace(old, new)
            answers[student][function] = text
    for student, text in HOSTILE.items():
        answers[student] = RIGHT | {"group_norm_4d": text.replace("PLACES", repr(places))}
    return {student: filled(source, found) for student, found in answers.items()}


def write_class(source: Path, folder: Path) -> list[str]:
    """The thirty, each as NAME.ipynb in a folder; returns the names."""
    folder.mkdir(parents=True, exist_ok=True)
    package = Path(norms.__file__).parent
    secrets = [package / "norms.py", package / "exercises/wrong_norms.py", source]
    places = [*secrets, folder / "anna.ipynb", folder / "new.txt"]
    notebooks = make_class(json.loads(source.read_text(encoding="utf-8")), [str(place.absolute()) for place in places])
    for student, notebook in notebooks.items():
        (folder / f"{student}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return list(notebooks)


def table(rows: list[Row]) -> str:
    """The class as text."""
    lines = [f"{'student':9}{'points':>8}  mistakes named; notes"]
    for row in rows:
        mistakes = sorted({name for found in row.mistakes.values() for name in found})
        lines.append(
            f"{row.student:9}{row.total:8g}  {', '.join(mistakes)}{'; ' if row.notes else ''}{'; '.join(row.notes)}"
        )
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Release, hand in, grade, print."""
    parser = argparse.ArgumentParser(prog="python -m scripts.class_of_thirty", description=__doc__)
    parser.add_argument("--source", type=Path, default=Path("notebooks/exercises/sheet2_forward.ipynb"))
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "submitted")
        names = write_class(args.source, folder)
        began = time.monotonic()
        rows = grade(folder, Path(scratch, "grades.csv"), Settings(seconds=2.0))
        print(table(rows))
        print(f"{len(names)} submissions of 3 exercises in {time.monotonic() - began:.0f} s")
        return 0


if __name__ == "__main__":
    sys.exit(main())
