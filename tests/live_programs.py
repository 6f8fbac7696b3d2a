"""Programs that readers may write, for the exercises that run in the page: the functions of test_checks.py as texts."""

import ast
import inspect
import json
import re
from pathlib import Path

import test_checks as known

from gn_edu_site.live_cells import answer_of
from scripts.paths import ROOT

IMPORTS = "import numpy as np\nimport torch\n"
TREE = ast.parse(Path(known.__file__).read_text(encoding="utf-8"))
FENCED = re.compile(r"```python\n(.*?)```", re.DOTALL)
UNBIASED = {"unbiased-var": known.UNBIASED}


def made(*slips, text=known.RIGHT):
    """The text with pieces exchanged."""
    for slip in slips:
        for old, new in slip.items():
            assert old in text, old
            text = text.replace(old, new)
    return text


def named(text, name, call="", takes="*args"):
    """A program that defines f, and `name` as f or as an expression of f."""
    if not call:
        return f"{IMPORTS}{text}\n{name} = f\n"
    return f"{IMPORTS}{text}\ndef {name}({takes}):\n    return {call}\n"


def lambdas(variable):
    """The texts of the values of a dict in test_checks.py."""
    for node in TREE.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == variable:
            return [ast.unparse(value) for value in node.value.values]
    raise KeyError(variable)


def source_of(f):
    """The text of a function of test_checks.py, under the name f."""
    text = inspect.getsource(f)
    return text.replace(f"def {f.__name__}(", "def f(", 1).replace(", strict=True", "")


def group_norms():
    """Programs for group_norm of sheet 3 and chapter 4."""
    slips = known.SLIPS
    found = {"right": made()} | {f"slip {name}": made(slip) for name, slip in slips.items()}
    found |= {f"again {k} {name}": made(slip) for k, (name, slip) in enumerate(known.AGAIN)}
    for names in known.ONE_OF_EACH + known.MANY:
        found["+".join(names)] = made(*((slips | UNBIASED)[name] for name in names))
    found["clamped"] = made(known.CLAMPED)
    found["four axes, unbiased"] = made(
        slips["unbiased-var"], text=known.RIGHT.replace("n, c = x.shape[:2]", "n, c, h, w = x.shape")
    )
    found["cubed"] = made(
        slips["over-batch"], {"        y = y * weight.view(s)": "        y = y * weight.view(s) ** 3"}
    )
    for shape in ("(1, c, 1, 1)", "(-1, 1, 1)"):
        for slip in ("", "unbiased-var", "over-batch", "no-bias"):
            four = {"    s = (1, c) + (1,) * (x.dim() - 2)": f"    s = {shape}"}
            found[f"{shape} {slip}"] = made(four, *([slips[slip]] if slip else []))
    for kind, how in (("numpy", []), ("torch", [known.IN_TORCH])):
        for name, slip in known.FOUR_SLIPS.items():
            found[f"{kind} for four axes {name}"] = made(*how, slip, text=known.FOUR)
    anything = {
        "N, C, H, W = x.shape": "N, C, *rest = x.shape",
        "C // num_groups, H, W": "-1",
        "(2, 3, 4)": "2",
        "N, C, H, W)": "N, C, *rest)",
        "1, C, 1, 1": "C, *(1 for _ in rest)",
    }
    found["numpy for all axes"] = made(anything, text=known.FOUR)
    cut = {"x = x.numpy()": "x = x.detach().numpy()", ".numpy().r": ".detach().numpy().r"}
    found["numpy, detached"] = made(cut, text=known.FOUR)
    for name in ("x", "weight", "bias"):
        line = f"    {name} = None if {name} is None else {name}.detach()\n    n, c"
        found[f"{name} detached"] = made({"    n, c": line})
    found["floats on the left"] = made({" / torch.sqrt(var + eps))": " * (1.0 / torch.sqrt(eps + var)))"})
    still = {"    mu = rows": "    with torch.no_grad():\n        mu = rows", "    var = ((": "        var = (("}
    found["no grad"] = made(still)
    found["no grad at all"] = made({"def f(": "@torch.no_grad()\ndef f("})
    found["no grad around the test"] = made({"    n, c": "    with torch.no_grad():\n        fine = x.sum()\n    n, c"})
    found["its check"] = made() + "\nfrom gn_edu.exercises import check_group_norm\ncheck_group_norm(f)\n"
    found |= {f"way {f.__name__}": source_of(f) for f in known.WAYS[1:]}
    found |= {
        "signature 1": "def f(x, gamma, beta, G, gn_param):\n    return x * gamma + beta, gn_param['eps']\n",
        "signature 2": "f = lambda x: x",
        "signature 3": "f = lambda x, num_groups: x",
        "signature 4": "f = lambda x, gamma, beta, G, eps=1e-5: x.view(len(x), G, -1)",
        "identity": "f = lambda x, *rest: x",
        "raises": "def f(x, *rest):\n    raise KeyError('x')\n",
        "prints": made({"    n, c": "    print('here')\n    n, c"}),
        "torch's own": "f = torch.nn.functional.group_norm",
    }
    return {f"group_norm {name}": ("ex09", named(text, "group_norm")) for name, text in found.items()}


def smaller():
    """Programs for the exercises of sheet 1, and for the choice of a number of groups."""
    names = {"ex01": "count_means", "ex02": "group_of", "ex10": "choose_groups"}
    found = {}
    for (name, mistake), text in zip(known.SMALL, lambdas("SMALL"), strict=True):
        found[f"{name} {mistake}"] = (name, f"{names[name]} = {text}\n")
    start = "values = [17, 5, 1, -11]\nm = sum(values) / 4\nv = sum([(x - m) ** 2 for x in values]) / 4\n"
    hand = {
        "": "m, v, [(x - m) / v**0.5 for x in values]",
        "root-for-variance": "m, v**0.5, [(x - m) / v**0.5 for x in values]",
        "sum-not-divided": "m, 4 * v, [(x - m) / (4 * v) ** 0.5 for x in values]",
        "unbiased-var": "m, v * 4 / 3, [round((x - m) / (v * 4 / 3) ** 0.5, 2) for x in values]",
        "no-centre": "m, v, [x / v**0.5 for x in values]",
        "divide-by-var": "m, v, [(x - m) / v for x in values]",
        "nothing": "None",
        "two parts": "m, v",
        "numpy": "np.array(m), v, np.array([(x - m) / v**0.5 for x in values])",
    }
    for name, text in hand.items():
        found[f"ex03 {name}"] = ("ex03", f"{IMPORTS}{start}def one_group():\n    return {text}\n")
    last = "c // size if size else max([g for g in range(1, most) if c % g == 0])"
    found["ex10 below most"] = ("ex10", f"choose_groups = lambda c, size, most: {last}\n")
    found["ex02 undefined"] = ("ex02", "group_of = lambda i, c, g: i // (c // g) if c % g == 0 else undefined\n")
    found["ex01 of numpy"] = ("ex01", f"{IMPORTS}count_means = lambda n, c, h, w, g: np.array(n * g)\n")
    return found


def steps():
    """Programs for exercises 4 to 8: those for group norm, asked otherwise."""
    found = {}
    for name in ["right", *known.ROW]:
        text = made(known.SLIPS.get(name, {}))
        call = named(text, "normalize", "f(x.view(1, 1, -1), 1, eps=eps).view(-1)", "x, eps=1e-5")
        found[f"ex04 {name}"] = ("ex04", call)
    numpy = "def f(x, eps=1e-5):\n    x = x.numpy()\n    return (x - x.mean()) / np.sqrt(x.var() + eps)\n"
    found["ex04 numpy"] = ("ex04", named(numpy, "normalize"))
    slips = {"right": {}} | {name: known.SLIPS[name] for name in known.OF_SHEET_2}
    for name, slip in slips.items():
        four = named(made(slip), "group_norm_4d", "f(x, num_groups, eps=eps)", "x, num_groups, eps=1e-5")
        found[f"ex05 {name}"] = ("ex05", four)
        found[f"ex06 {name}"] = ("ex06", named(made(slip), "group_norm_affine"))
    for name in ("right", "over-batch", "unbiased-var", "eps-outside-sqrt", "interleaved"):
        text = made(known.SLIPS.get(name, {}))
        for how, call in (("", "f(x.float(), g, eps=eps).half()"), (" in float32", "f(x.float(), g, eps=eps)")):
            found[f"6.2 {name}{how}"] = ("6.2", named(text, "half_group_norm", call, "x, g, eps=1e-5"))
    four = named(known.FOUR, "group_norm_4d", "f(x, num_groups, eps=eps)", "x, num_groups, eps=1e-5")
    found["ex05 numpy"] = ("ex05", four)
    found["ex05 identity"] = ("ex05", "group_norm_4d = lambda x, g, eps: x\n")
    found["ex06 numpy"] = ("ex06", named(known.FOUR, "group_norm_affine"))
    found["ex06 nothing"] = ("ex06", "group_norm_affine = lambda *args: (None, None)\n")
    found["ex07 numpy"] = ("ex07", named(known.FOUR, "group_norm_any_rank"))
    for slip in ("hard-coded-dims", "over-batch", "affine-last-dim", "view-error", "no-eps"):
        found[f"ex07 {slip}"] = ("ex07", named(made(known.SLIPS[slip]), "group_norm_any_rank"))
        found[f"ex08 {slip}"] = ("ex08", named(made(known.SLIPS[slip]), "group_norm_any_memory"))
    for f in known.WAYS[1:]:
        found[f"ex07 {f.__name__}"] = ("ex07", named(source_of(f), "group_norm_any_rank"))
        found[f"ex08 {f.__name__}"] = ("ex08", named(source_of(f), "group_norm_any_memory"))
    return found


def gradients():
    """Programs for the backward pass: exercises 12 and 13, and 5.1."""
    texts = {"right": made(text=known.BACKWARD)}
    for table in (known.TO_X, known.TO_PARAMETERS):
        texts |= {name: made(slip, text=known.BACKWARD) for name, slip in table.items()}
    both = [(known.TO_X["no-rstd"], known.TO_PARAMETERS["mean-not-sum"])]
    both += [(known.TO_X["no-gamma"], known.TO_X["no-mean-term"])]
    texts |= {f"two {k}": made(*pair, text=known.BACKWARD) for k, pair in enumerate(both)}
    sets = [*known.OF_SETS.items(), *known.OF_EPS]
    texts |= {f"{k} {name}": made(slip, text=known.AXES) for k, (name, slip) in enumerate(sets)}
    texts["kept"] = made({"var + eps": "var + 1e-5", ".sum(over)": ".sum(over, keepdim=True)"}, text=known.AXES)
    four = {"": {}, "no-gamma": {"dy * weight": "dy"}, "kept": {"(0, 2, 3))": "(0, 2, 3), keepdims=True)"}}
    four["over-batch"] = {"axes, m = (2, 3, 4), ": "axes, m = (0, 2, 3, 4), N * "}
    texts |= {f"for four axes {name}": made(slip, text=known.FOUR_BACKWARD) for name, slip in four.items()}
    zeros = "torch.zeros_like(x), torch.zeros_like(weight), torch.zeros_like(bias)"
    texts["zeros"] = f"def f(dy, x, num_groups, weight, bias, eps):\n    return {zeros}\n"
    found = {}
    for name, text in texts.items():
        found[f"5.1 {name}"] = ("5.1", named(text, "group_norm_backward"))
        found[f"ex12 {name}"] = ("ex12", named(text, "group_norm_dx", "f(*args)[0]"))
        found[f"ex13 {name}"] = ("ex13", named(text, "group_norm_dparams", "f(*args)[1:]"))
    found["5.1 missing parts"] = ("5.1", named(known.AXES, "group_norm_backward", "[f(*args)[0], None, None]"))
    found["5.1 nothing"] = ("5.1", "group_norm_backward = lambda dy, cache: None\n")
    autograd = source_of(known.by_autograd).replace("loops_out", "norm")
    norm = source_of(known.scalars).replace("def f(", "def norm(")
    found["5.1 by autograd"] = ("5.1", named(f"{norm}\n{autograd}", "group_norm_backward"))
    return found


def statistics():
    """Programs for exercise 11."""
    calls = {
        "right": "stats(x, g)",
        "float32": "stats(x, g, torch.float32)",
        "one pass": "stats(x, g, through=torch.float32, one_pass=True)",
        "swapped": "stats(x, g)[::-1]",
        "root": "(stats(x, g)[0], stats(x, g)[1].sqrt())",
        "unbiased": "stats(x, g, correction=1)",
        "instance": "stats(x, g, rows=4)",
        "half": "half_sums(x, g)",
    }
    texts = "\n".join(inspect.getsource(f) for f in (known.stats, known.half_sums))
    return {
        f"ex11 {name}": ("ex11", f"{IMPORTS}{texts}\ndef group_stats(x, g):\n    return {call}\n")
        for name, call in calls.items()
    }


CHAPTERS = {
    "2.1 right": "def expected_variance(n, pixels, correlation):\n"
    "    return 1 - (1 + (pixels - 1) * correlation) / (n * pixels)\n",
    "2.1 one value": "expected_variance = lambda n, pixels, correlation: 1 - 1 / n\n",
    "3.1 right": "def positional(i, k):\n    return i.n == k.n and i.h == k.h and i.w == k.w\n",
    "3.1 layer norm": "def positional(i, k):\n    return i.n == k.n\n",
    "3.1 not itself": "def positional(i, k):\n    return i[0::2] == k[0::2] and i.w == k.w\n",
    "3.2 right": "def coupling(layer, x):\n    out = torch.zeros(len(x), len(x), dtype=torch.bool)\n"
    "    for j in range(len(x)):\n        moved = x.clone()\n        moved[j, 0, 0, 0] += 1\n"
    "        for i in range(len(x)):\n            out[i, j] = bool((layer(moved)[i] != layer(x)[i]).any())\n"
    "    return out\n",
    "3.2 shifted": "def coupling(layer, x):\n    rows = []\n    for j in range(len(x)):\n"
    "        moved = x.clone()\n        moved[j] += 1\n"
    "        rows.append((layer(moved) != layer(x)).flatten(1).any(1))\n    return torch.stack(rows, dim=1)\n",
    "3.2 swapped": "def coupling(layer, x):\n    rows = []\n    for j in range(len(x)):\n"
    "        moved = x.clone()\n        moved[j, 0, 0, 0] += 1\n"
    "        rows.append((layer(moved) != layer(x)).flatten(1).any(1))\n    return torch.stack(rows)\n",
    "5.2 right": "def leftover(g, x, eps):\n    var = x.var(correction=0)\n    sigma = (var + eps) ** 0.5\n"
    "    return eps / (var + eps) * (g * (x - x.mean()) / sigma).sum() / sigma\n",
    "5.2 zero": "leftover = lambda g, x, eps: torch.tensor(0.0)\n",
    "5.2 no sigma": "def leftover(g, x, eps):\n    var = x.var(correction=0)\n"
    "    return eps / (var + eps) * (g * (x - x.mean()) / (var + eps) ** 0.5).sum()\n",
    "6.1 right": "breaking_offset = lambda std: std * 4096\n",
    "6.1 constant": "breaking_offset = lambda std: 4096\n",
    "6.2 in float16": "def half_group_norm(x, num_groups, eps=1e-5):\n    rows = x.reshape(len(x), num_groups, -1)\n"
    "    centred = rows - rows.mean(-1, keepdim=True)\n"
    "    return (centred / (centred.square().mean(-1, keepdim=True) + eps).sqrt()).reshape(x.shape)\n",
    "7.1 right": "def num_groups_for(channels, most=32):\n"
    "    return max(g for g in range(1, most + 1) if channels % g == 0)\n",
    "7.1 gcd": "import math\ndef num_groups_for(channels, most=32):\n    return math.gcd(channels, most)\n",
    "7.1 float": "def num_groups_for(channels, most=32):\n"
    "    return max(g for g in range(1, most + 1) if channels % g == 0) / 1\n",
    "7.2 right": "def waking_bias(x, num_groups, eps=1e-5):\n    rows = x.reshape(len(x), num_groups, -1)\n"
    "    y = (rows - rows.mean(-1, keepdim=True)) / (rows.var(-1, correction=0, keepdim=True) + eps).sqrt()\n"
    "    return -y.reshape(x.shape).mean((0, 2, 3))\n",
    "7.2 from x": "waking_bias = lambda x, num_groups, eps=1e-5: -x.mean((0, 2, 3))\n",
    "10.1 by hand": "def normalized_twice(numbers, clip=0.2):\n    length = (numbers**2).sum() ** 0.5\n"
    "    cut = torch.minimum(numbers / length, torch.tensor(clip).to(numbers.dtype))\n"
    "    return cut / (cut**2).sum().sqrt()\n",
    "10.1 once": "normalized_twice = lambda numbers, clip=0.2: numbers / numbers.norm()\n",
    "10.2 by rows": "def group_rms_norm(x, num_groups, eps=1e-5):\n    rows = x.reshape(len(x), num_groups, -1)\n"
    "    return (rows * (rows.pow(2).mean(-1, keepdim=True) + eps).rsqrt()).reshape(x.shape)\n",
    "10.2 centred": "def group_rms_norm(x, num_groups, eps=1e-5):\n    rows = x.reshape(len(x), num_groups, -1)\n"
    "    rows = rows - rows.mean(-1, keepdim=True)\n"
    "    return (rows / (rows.square().mean(-1, keepdim=True) + eps).sqrt()).reshape(x.shape)\n",
    "11.1 by weights": "def masked_group_norm(x, mask, num_groups, eps=1e-5):\n    n, c, t = x.shape\n"
    "    rows = x.reshape(n, num_groups, -1, t)\n"
    "    share = mask.unsqueeze(1) / mask.unsqueeze(1).sum(-1, keepdim=True)\n"
    "    mean = (rows * share).mean(2, keepdim=True).sum(3, keepdim=True)\n"
    "    var = ((rows - mean) ** 2 * share).mean(2, keepdim=True).sum(3, keepdim=True)\n"
    "    return (mask.unsqueeze(1) * (rows - mean) * (var + eps).rsqrt()).reshape(x.shape)\n",
    "11.1 padding counted": "def masked_group_norm(x, mask, num_groups, eps=1e-5):\n"
    "    rows = x.reshape(len(x), num_groups, -1)\n    rows = rows - rows.mean(-1, keepdim=True)\n"
    "    return (rows / (rows.square().mean(-1, keepdim=True) + eps).sqrt()).reshape(x.shape) * mask\n",
    "11.2 by rows": "def modulated_group_norm(x, scale, shift, num_groups, eps=1e-5):\n"
    "    rows = x.reshape(len(x), num_groups, -1)\n    rows = rows - rows.mean(-1, keepdim=True)\n"
    "    y = (rows / (rows.square().mean(-1, keepdim=True) + eps).sqrt()).reshape(x.shape)\n"
    "    return y + y * scale.view(*scale.shape, 1, 1) + shift.view(*shift.shape, 1, 1)\n",
    "11.2 no one": "def modulated_group_norm(x, scale, shift, num_groups, eps=1e-5):\n"
    "    rows = x.reshape(len(x), num_groups, -1)\n    rows = rows - rows.mean(-1, keepdim=True)\n"
    "    y = (rows / (rows.square().mean(-1, keepdim=True) + eps).sqrt()).reshape(x.shape)\n"
    "    return y * scale[:, :, None, None] + shift[:, :, None, None]\n",
    "12.1 wide and centred": "def mended(x, num_groups, eps=1e-5):\n"
    "    rows = x.float().reshape(len(x), num_groups, -1)\n    rows = rows - rows.mean(-1, keepdim=True)\n"
    "    y = rows / (rows.square().mean(-1, keepdim=True) + eps).sqrt()\n    return y.reshape(x.shape).to(x.dtype)\n",
    "12.1 one pass": "def mended(x, num_groups, eps=1e-5):\n"
    "    rows = x.float().reshape(len(x), num_groups, -1)\n    mean = rows.mean(-1, keepdim=True)\n"
    "    var = rows.square().mean(-1, keepdim=True) - mean**2\n"
    "    return ((rows - mean) / (var + eps).sqrt()).reshape(x.shape).to(x.dtype)\n",
    "12.1 in half": "def mended(x, num_groups, eps=1e-5):\n"
    "    rows = x.reshape(len(x), num_groups, -1)\n    rows = rows - rows.mean(-1, keepdim=True)\n"
    "    return (rows / (rows.square().mean(-1, keepdim=True) + eps).sqrt()).reshape(x.shape)\n",
    "12.2 by sums": "def one_group(counts, means, variances):\n    n = counts.sum()\n"
    "    mean = (counts * means).sum() / n\n"
    "    return mean, (counts * variances).sum() / n + (counts * (means - mean) ** 2).sum() / n\n",
    "12.2 inside only": "def one_group(counts, means, variances):\n    share = counts / counts.sum()\n"
    "    return (share * means).sum(), (share * variances).sum()\n",
    "12.2 unweighted": "def one_group(counts, means, variances):\n"
    "    return means.mean(), variances.mean() + means.var(correction=0)\n",
    "M.1 from squares": "def merged(n_a, mean_a, var_a, n_b, mean_b, var_b):\n    n = n_a + n_b\n"
    "    mean = (n_a * mean_a + n_b * mean_b) / n\n"
    "    squares = (n_a * (var_a + mean_a**2) + n_b * (var_b + mean_b**2)) / n\n    return mean, squares - mean**2\n",
    "M.1 inside only": "def merged(n_a, mean_a, var_a, n_b, mean_b, var_b):\n    n = n_a + n_b\n"
    "    return (n_a * mean_a + n_b * mean_b) / n, (n_a * var_a + n_b * var_b) / n\n",
    "M.2 stack": "def per_channel(scale, num_channels):\n"
    "    return scale.unsqueeze(1).expand(len(scale), num_channels // len(scale)).reshape(-1)\n",
    "M.2 tiled": "per_channel = lambda scale, num_channels: scale.repeat(num_channels // len(scale))\n",
    "9.1 nothing": "plan = lambda batch, images, epochs, lr, reference: None\n",
    "9.2 right": "def ghost_batch_norm(x, norm_batch, eps=1e-5):\n    done = []\n    for part in x.split(norm_batch):\n"
    "        mean, var = part.mean((0, 2, 3), keepdim=True), part.var((0, 2, 3), unbiased=False, keepdim=True)\n"
    "        done.append((part - mean) / (var + eps).sqrt())\n    return torch.cat(done)\n",
    "9.2 whole": "def ghost_batch_norm(x, norm_batch, eps=1e-5):\n"
    "    mean, var = x.mean((0, 2, 3), keepdim=True), x.var((0, 2, 3), unbiased=False, keepdim=True)\n"
    "    return (x - mean) / (var + eps).sqrt()\n",
}


def answers(in_page):
    """The solutions and the stubs of the notebooks, for the exercises in `in_page` (name -> exercise)."""
    found, functions = {}, {exercise.function: name for name, exercise in in_page.items()}
    for path in sorted((ROOT / "notebooks").glob("**/*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        folded = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        for cell in cells:
            text = "".join(cell["source"])
            if cell["cell_type"] != "code" or "def " not in text:
                continue
            function = text.split("def ")[1].split("(")[0]
            if function not in functions or "SOLUTION" not in text and "NotImplementedError" not in text:
                continue
            name = "4.1" if "ch04" in path.name else functions[function]
            text = answer_of(text)
            if "### BEGIN SOLUTION" in text:
                found[f"{name} solution"] = (name, text)
                start, rest = text.split("    ### BEGIN SOLUTION")
                text = start + "    raise NotImplementedError" + rest.split("### END SOLUTION")[1]
            else:
                solutions = [part for part in FENCED.findall(folded) if f"def {function}(" in part]
                found[f"{name} solution"] = (name, IMPORTS + "\n".join(solutions))
            found[f"{name} stub"] = (name, text)
    return found


def programs(in_page):
    """Name -> (exercise, program)."""
    chapters = {name: (name.split(" ")[0], text) for name, text in CHAPTERS.items()}
    return group_norms() | smaller() | steps() | gradients() | statistics() | chapters | answers(in_page)
