"""The judge in the page: what MicroPython says of a program is what the kernel says, word for word."""

import contextlib
import gzip
import io
import json
import random
import warnings
from functools import cache

import pytest
import torch
from live_programs import programs
from micropython import run_node

from gn_edu.exercises.compare import same
from gn_edu.exercises.sentences import as_text
from gn_edu.exercises.table_from_json import table_from_json
from gn_edu.exercises.values import Refusal
from gn_edu_site.live.formulas import add_answers
from gn_edu_site.live_sources import CHECKING, sources
from gn_edu_site.live_tables import ALL, ELSEWHERE, IN_PAGE, table_file

PROGRAMS = programs(IN_PAGE)
NODE = """
python.runPython("import sys\\nsys.path.append('/')\\nfrom live import page");
const answers = [];
for (const [call, source, more] of given.jobs) {
  printed = [];
  python.globals.set("source", source);
  python.globals.set("more", more);
  python.runPython(`answer = page.${call}(source, more)`);
  answers.push([JSON.parse(python.globals.get("answer")), printed]);
}
process.stdout.write(JSON.stringify(answers));
"""
_LISTED = "torch lists the ways to call it; the page's torch says that the call is none of them"
_ORDER = "float32 sums, of which torch adds the parts in another order"
_MISSING = "the page's torch lacks it, and says so"
# Program -> why what the page says of it differs.
DIFFERENT = dict.fromkeys(
    (
        "ex04 numpy-on-tensor",
        "ex05 numpy-on-tensor",
        "ex06 numpy-on-tensor",
        "group_norm slip numpy-on-tensor",
        "group_norm again 12 numpy-on-tensor",
    ),
    _LISTED,
)
DIFFERENT |= dict.fromkeys(
    (
        "group_norm torch's own",
        "5.1 by autograd",
        "3.1 not itself",
        "7.2 solution",
    ),
    _MISSING,
)
DIFFERENT |= dict.fromkeys(("ex11 one pass", "ex11 half"), _ORDER)
DIFFERENT |= {
    "group_norm way loops": "autograd refuses what was changed after it was used; difference quotients do not mind",
    "group_norm signature 4": "a wrong call to view raises another error",
}


def in_micropython(jobs):
    """[answer, printed lines] of each (call, source, table or names), in one process."""
    return run_node(NODE, jobs=jobs)


@cache
def table_text(name):
    """What the page gets to check an exercise."""
    return json.dumps(table_file(name), separators=(",", ":"), ensure_ascii=False)


def in_kernel(name, source):
    """ok, mistakes and text of the kernel's report."""
    scope = {"torch": torch, "__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(source, "<cell>", "exec"), scope)
        report = IN_PAGE[name].check(scope[IN_PAGE[name].function])
    return [report.ok, report.mistakes, report.text]


@pytest.mark.parametrize("part", range(4))
def test_the_page_says_what_the_kernel_says(part):
    some = dict(list(PROGRAMS.items())[part::4])
    answers = in_micropython([["check", source, table_text(name)] for name, source in some.values()])
    differ = {}
    for (which, (name, source)), (found, _) in zip(some.items(), answers, strict=True):
        page, kernel = [found[key] for key in ("ok", "mistakes", "text")], in_kernel(name, source)
        if page != kernel:
            differ[which] = {"page": page, "kernel": kernel}
    unknown = {which: both for which, both in differ.items() if which not in DIFFERENT}
    assert not unknown, json.dumps(unknown, indent=1)
    agree = [which for which in some if which in DIFFERENT and which not in differ]
    assert not agree, f"listed as different, and the same: {agree}"


def test_few_programs_are_listed_as_different_and_all_have_a_reason():
    assert len(DIFFERENT) <= 0.15 * len(PROGRAMS) and DIFFERENT.keys() <= PROGRAMS.keys() and all(DIFFERENT.values())
    assert {name for name, _ in PROGRAMS.values()} == {*IN_PAGE}


# ---- tables


def zipped(name):
    return len(gzip.compress(table_text(name).encode(), 9))


def test_tables_are_small():
    sizes = {name: zipped(name) for name in IN_PAGE}
    assert max(sizes.values()) <= 9_000, sizes
    for names in (("ex01", "ex02", "ex03"), ("ex04", "ex05", "ex06"), ("ex07", "ex08", "ex09", "ex10")):
        assert sum(sizes[name] for name in names) <= 20_000
    ours = {f"live/{name}.py" for name in CHECKING}
    texts = [text for path, text in sources().items() if path in ours or path.startswith("gn_edu/")]
    assert len(gzip.compress("".join(texts).encode(), 9)) <= 18_000


def test_only_where_group_norm_is_asked_for_its_sets_are_drawn():
    answers = in_micropython([["check", "", table_text(name)] for name in IN_PAGE])
    drawn = {name for name, (found, _) in zip(IN_PAGE, answers, strict=True) if found["sets"]}
    assert drawn == {"ex05", "ex06", "ex07", "ex08", "ex09", "4.1", "6.2", "12.1"}


def test_every_exercise_runs_in_the_page_or_says_why_not():
    assert not ELSEWHERE.keys() & IN_PAGE.keys() and ELSEWHERE.keys() | IN_PAGE.keys() == ALL.keys()
    assert not [exercise.name for exercise in IN_PAGE.values() if exercise.own]
    assert all(reason.endswith(".") for reason in ELSEWHERE.values())
    with pytest.raises(KeyError):
        table_file("ex16")


def alike(got, want, tolerance):
    if isinstance(got, Refusal) or isinstance(want, Refusal):
        return isinstance(got, Refusal) and isinstance(want, Refusal)
    if isinstance(want, list):
        return len(got) == len(want) and all(alike(g, w, tolerance) for g, w in zip(got, want, strict=True))
    return same(got, want, tolerance)


def wrong_of(table):
    """(parts, candidates) of each section of a table."""
    return table.sections or [(None, table.wrong)]


WORKED_OUT = [name for name in IN_PAGE if "formulas" in json.loads(table_text(name))]


@pytest.mark.parametrize("name", WORKED_OUT)
def test_what_the_page_works_out_is_what_torch_computes(name):
    """Right answers, and those of all mistakes alone and of some at once; the places where they differ are few."""
    exercise, data = IN_PAGE[name], json.loads(table_text(name))
    kernel, page = exercise.table(exercise.probes(random.Random(0))), table_from_json(data)
    add_answers(page, data["formulas"])
    for got, want in zip(page.questions, kernel.questions, strict=True):
        assert alike(got.right, want.right, 1e-9), as_text(want.where)
    draw = random.Random(1)
    for (_, ours), (_, torchs) in zip(wrong_of(page), wrong_of(kernel), strict=True):
        pairs = list(zip(ours(), torchs(), strict=True))
        alone = [pair for pair in pairs if len(pair[1][0]) == 1]
        assert len(alone) < len(pairs)
        for (names, got), (known, want) in alone + draw.sample(pairs, min(40, len(pairs))):
            assert names == known
            for k, question in enumerate(kernel.questions):
                if question.beyond or question.how == "gradients" and len(names) > 1:
                    continue
                assert alike(want[k], got[k], 1e-6), (names, as_text(question.where))


# ---- words


def test_a_check_speaks_the_readers_language():
    data = json.dumps(table_file("ex05", lambda message: f"\N{SECTION SIGN}{message}"))
    wrong = "import torch\ndef group_norm_4d(x, num_groups, eps=1e-5):\n    return x - x.mean()\n"
    (found, _), (none, _) = in_micropython([["check", wrong, data], ["check", "x = 1", data]])
    assert all(line.startswith("\N{SECTION SIGN}") for line in found["text"].splitlines()), found["text"]
    assert none["text"].startswith("\N{SECTION SIGN}Not yet: your program does not define group_norm_4d.")
    assert not none["ok"] and none["error"] is None


RUNS = [
    # program -> kind and line of the error, text of the value, what is printed
    ("1 + 2", None, "3", []),
    ("print('a', 2)\nNone", None, None, ["a 2"]),
    ("x = 3\nx * (\n  2\n)\n\n# so\n", None, "6", []),
    ("x = 3", None, None, []),
    ("def f():\n    return 1 / 0\n\nf()\n", ("ZeroDivisionError", 2), None, []),
    ("x = 1\nif x\n    pass\n", ("SyntaxError", 2), None, []),
    ("def f(a, b, c=1):\n    pass\n\nf(1)\n", ("TypeError", 4), None, []),
    ("a, b, c = [1, 2]\n", ("ValueError", 1), None, []),
    ("raise SystemExit\n", ("SystemExit", 1), None, []),
]


def test_a_program_runs_as_a_cell():
    answers = in_micropython([["run", source, ""] for source, *_ in RUNS])
    for (source, error, value, lines), (found, printed) in zip(RUNS, answers, strict=True):
        kind = found["error"] and (found["error"]["kind"], found["error"]["line"])
        assert (kind, found["value"] and found["value"]["text"], printed) == (error, value, lines), source


def test_arrays_are_given_back_to_be_drawn():
    source = "import torch\ny = torch.arange(4.0).view(2, 2)\nz = 1\ny / 0"
    ((found, _),) = in_micropython([["run", source, "y z w"]])
    y = {"shape": [2, 2], "values": [0.0, 1.0, 2.0, 3.0], "dtype": "float32"}
    assert found["drawn"] == {"y": y} and found["value"]["array"]["values"] == ["nan", "inf", "inf", "inf"]


SENTENCES = [  # programs that raise an error of which MicroPython speaks otherwise than CPython
    "undefined",
    "(lambda: 0)(1)",
    "def f(a, b):\n    pass\nf(1, 2, 3)",
    "def f(x, g, w, b=None):\n    pass\nf()",
    "def f(x, g=(1, 2), *rest):\n    pass\nf()",
    "def f(x):\n    pass\nf(1, y=2)",
    "a, b, c, d = (1, 2)",
    "a, *b, c = (1,)",
    "for a, b, c in [(1, 2)]:\n    pass",
    "a, b = 3",
    "1 + 'a'",
    "'a' + 1",
    "[1] - [2]",
    "[1] * 1.5",
    "None < 1",
    "-'a'",
    "3(4)",
    "3[0]",
    "{}['a']",
    "int('x')",
    "max([])",
    "def f():\n    print(y)\n    y = 1\nf()",
    "def f():\n    return f()\nf()",
    "range(1.5)",
    "None.shape",
    "1 % 0 if False else 1 / 0",
]


def raised_by(source):
    """The name and the message of the error that a program ends with in CPython."""
    with warnings.catch_warnings(action="ignore"):
        code = compile(source, "<cell>", "exec")
    try:
        exec(code, {})
    except Exception as error:
        return type(error).__name__, str(error)
    raise AssertionError("the program ends well")


def test_errors_have_the_words_of_cpython():
    answers = in_micropython([["run", source, ""] for source in SENTENCES])
    for source, (found, _) in zip(SENTENCES, answers, strict=True):
        kind, message = raised_by(source)
        assert [found["error"]["kind"], found["error"]["message"]] == [kind, message], source


def test_a_module_that_is_missing_is_missing_in_the_page():
    ((found, _),) = in_micropython([["run", "from einops import rearrange", ""]])
    assert found["error"]["kind"] == "ModuleNotFoundError"
    assert found["error"]["message"] == "No module named 'einops' in this page. In Colab you have more of them."


def test_a_readers_own_check_is_run_and_the_notebooks_is_left_out():
    own = "def check_shape(n):\n    print('asked', n)\ncheck_shape(3)\n"
    for source, said in ((own, ["asked 3"]), ("print(1)\ncheck_group_norm(f)\nch06.check_half_group_norm(f)", ["1"])):
        ((found, printed),) = in_micropython([["run", source, ""]])
        assert found["error"] is None and printed == said


def test_a_function_of_another_cell_is_to_be_copied():
    source = "def group_norm_affine(x, num_groups, weight, bias, eps):\n    return group_norm_4d(x, num_groups, eps)\n"
    ((found, _),) = in_micropython([["check", source, table_text("ex06")]])
    assert found["text"].endswith("The cells of this page share no names: copy group_norm_4d into this one.")


def test_an_answer_of_another_kind_is_marked():
    texts = {"ex01": "count_means = lambda n, c, h, w, g: str(n * g)", "ex03": "one_group = lambda: '3'"}
    for name, source in texts.items():
        ((found, _),) = in_micropython([["check", source, table_text(name)]])
        assert not found["ok"] and found["case"]["wrong"] == [0]


def test_the_smallest_case_is_handed_to_be_drawn():
    source = "def normalize(x, eps):\n    return x - x.mean()\n"
    ((found, _),) = in_micropython([["check", source, table_text("ex04")]])
    case = found["case"]
    assert [name for name, _ in case["arguments"]] == ["x", "eps"] and case["wrong"] == [0, 1, 2, 3]
    assert case["right"]["shape"] == case["yours"]["shape"] == [4] and case["where"]


def test_what_a_function_prints_is_shown_for_one_case():
    source = "print('once')\ndef normalize(x, eps):\n    print('asked', eps)\n    return x\n"
    right = source.replace("return x", "return (x - x.mean()) / (x.var(correction=0) + eps).sqrt()")
    for program, ok in ((source, False), (right, True)):
        ((found, printed),) = in_micropython([["check", program, table_text("ex04")]])
        assert found["ok"] is ok
        assert printed == ["once", "Printed for one case, four numbers, eps = 5:", "asked 5.0"]


SLIPS_OF_THE_PEN = [
    "def f(x)\n    return x",
    "def f(x):\nreturn x",
    "def f(x):\n    a = 'abc\n    return a",
    "def f(x):\n    return x)\n",
    "def f(x):\n    c = x.mean(\n    return c\n",
    "def f(x):\n    m = 1\n  v = 2\n    return v",
    "def f(x):\n    m = 1\n      v = 2\n",
    "def f(\n    x,\n    y):\n    return x\nfor k in range(3)\n    pass",
    "x = [1, 2)\n",
    "class A:\n    def g(self): return 1\n\n    def h(self):\n        if 1: pass\n        else\n            x = 1\n",
]


def test_slips_of_the_pen_are_named_on_their_line_as_in_cpython():
    answers = in_micropython([["run", source, ""] for source in SLIPS_OF_THE_PEN])
    for source, (found, _) in zip(SLIPS_OF_THE_PEN, answers, strict=True):
        with pytest.raises(SyntaxError) as raised:
            compile(source, "<cell>", "exec")
        wanted = [raised.type.__name__, raised.value.msg, raised.value.lineno]
        assert [found["error"][key] for key in ("kind", "message", "line")] == wanted, source


def test_a_typo_is_told_from_what_the_page_lacks():
    programs = ["import torch\ntorch.ones(2).maen()", "import torch\ntorch.sqr(torch.ones(2))", "torch.fft.fft(1)"]
    told = [found["error"]["message"] for found, _ in in_micropython([["run", one, ""] for one in programs])]
    assert [said.partition(" Did you mean ")[2] for said in told] == ["mean?", "sqrt?", ""]
