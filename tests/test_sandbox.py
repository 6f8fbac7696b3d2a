"""The sandbox: what a student's process can't see, keep, forge or spoil, and what comes back from it."""

import ctypes
import errno
import os
import platform
import random
import re
import socket
from pathlib import Path

import pytest
import torch
from classroom import COUNT, GROUP_OF, PLAIN, can_sandbox, cells, graded, lines_of, notebook, save, submit

from gn_edu import cli, exercises
from gn_edu.exercises import EXERCISES
from gn_edu.exercises.asking import Reply, pack, unpack, unpack_reply
from gn_edu_grader import fences, walls
from gn_edu_grader.sandbox import Sandbox

# ---- what comes back from a student's process


def test_packed_values_come_back_as_they_were():
    last = torch.randn(2, 4, 3, 5).contiguous(memory_format=torch.channels_last)
    tensors = [last, last.transpose(2, 3), torch.ones(2, dtype=torch.bfloat16), torch.empty(0, 3)]
    value = [*tensors, 3, -1.5, True, None, "a", [1, [2]], float("nan"), torch.tensor(7)]
    back = unpack(pack(value))
    for a, b in zip(value, back, strict=True):
        if isinstance(a, torch.Tensor):
            assert torch.equal(a, b) and a.stride() == b.stride() and a.dtype == b.dtype
        elif a == a:
            assert a == b and type(a) is type(b)
    assert back[10] != back[10]
    assert "function" in unpack(pack(len))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"abc",
        b"\xff\xff\xff\xff{}",
        pack([1, 2]),
        pack(1),
        pack([1, "x", 1, 1]),
        pack([1, None, 1, 1]) + b"x",
        b"\x02\x00\x00\x00{}",
        b"\x04\x00\x00\x00null",
        b"\x02\x00\x00\x00[]",
        b'\x09\x00\x00\x00{"is": 2}',
        b'\x35\x00\x00\x00{"shape": [1000000000], "stride": [1], "dtype": "int8"}',
        b'\x38\x00\x00\x00{"shape": [99999999], "stride": [1], "dtype": "float64"}',
        b'\x37\x00\x00\x00{"shape": [-1, 2], "stride": [1, 1], "dtype": "int32"}',
        b"\x20\x4e\x00\x00" + b'{"items":[' * 2000,
    ],
)
def test_replies_that_are_none_are_refused(data):
    with pytest.raises(ValueError):
        unpack_reply(data)


def test_a_score_is_no_more_than_the_probes_say():
    """Replies of a forger: of other shapes, other types, other counts of parts."""
    e = EXERCISES["ex13"]
    probes = e.probes(random.Random(3))
    for value in (None, True, "1", [torch.ones(2)] * 2, [1, 2, 3], torch.full((2,), float("nan")), [None, None]):
        report = e.judge(probes, [Reply(value=value)] * len(probes))
        assert not report.ok and report.passed == 0
    assert exercises.check_group_norm.__doc__


# ---- one cell, one answer


def ask(box, *texts, name="ex01"):
    """The last reply to the first question of an exercise."""
    exercise = EXERCISES[name]
    return box.answers(cells(*texts), exercise, exercise.probes(random.Random(1))[:1]).rounds[-1][1][0]


@can_sandbox
def test_one_bad_cell_costs_one_answer(tmp_path):
    tail = f"\n#---\n{COUNT}"
    submit(
        tmp_path / "in",
        loop=f"while True:\n    pass{tail}",
        exit=f"import os\nos._exit(0){tail}",
        syntax=f"def f(:{tail}",
        magic=f"%matplotlib inline\n!ls\nimport gn_edu.show, matplotlib.pyplot as plt\nplt.plot(1){tail}",
        bomb=f"import os\nwhile True:\n    os.fork(){tail}",
        asks=f"input('name?'){tail}",
        floods=f"while True:\n    print('x' * 100){tail}",
        forks="import os\nos.fork()\nraise SystemExit" + tail,
        limits="import resource\nresource.prlimit(1, resource.RLIMIT_FSIZE, (0, 0))" + tail,
        execs="import os, sys\nos.execv(sys.executable, ['python', '-c', 'pass'])" + tail,
        socket="import socket\nsocket.socket(40, socket.SOCK_STREAM)" + tail,
        locked="import os\nos.mkdir('/answer/a')\nopen('/answer/a/b', 'w')\nos.chmod('/answer/a', 0)" + tail,
        deep="import os\nfor k in range(1500):\n    os.mkdir('d')\n    os.chdir('d')" + tail,
        surrogate="raise ValueError('\\ud800')" + tail,
        huge=GROUP_OF + "    return 10 ** 390\n#---\n" + COUNT,
        daemon="import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(99)" + tail,
        late=GROUP_OF + "    import os\n    os.kill(os.getppid(), 9)\n    os._exit(1)\n#---\n" + COUNT,
    )
    (tmp_path / "in" / "broken.ipynb").write_text("{")
    save(tmp_path / "in" / "=cmd.ipynb", notebook())
    os.symlink(tmp_path / "in" / "broken.ipynb", tmp_path / "in" / "link.ipynb")
    found = graded(tmp_path, "ex01", "ex02", seconds=1.5)
    assert "link" not in found
    for student in set(found) - {"broken", "=cmd"}:
        second = 0.0 if student in ("late", "huge") else None  # None: not handed in
        assert found[student].points == {"ex01": 4.0, "ex02": second}, (student, found[student])
    assert "SyntaxError" not in "".join(found["syntax"].notes)  # another cell's
    assert "not a notebook" in found["broken"].notes[0] and found["broken"].total == 0
    assert "'=cmd,'=cmd.ipynb" in lines_of(tmp_path / "g.csv")


@can_sandbox
def test_memory_of_one_student_does_not_reach_the_next(tmp_path):
    """One worker, two students: what the first leaves in memory or in its folder is not there for the second."""
    mark = """
import torch, builtins, os, ctypes
builtins.stolen = torch.stolen = 1
open("/answer/left", "w").write("x")
for place in ("/left", "/grader/einops.py", "/dev/shm/left", "/usr/left", "/etc/left"):
    try:
        open(place, "w").write("x")
    except OSError:
        pass
lib = ctypes.CDLL(None)
lib.shmget(4711, 64, 0o1777)
lib.syscall(248, b"user", b"left", b"x", 1, -4)  # add_key
"""
    look = """
import torch, builtins, os, ctypes
places = ("/left", "/grader/einops.py", "/dev/shm/left", "/usr/left", "/etc/left")
lib = ctypes.CDLL(None)
found = [hasattr(builtins, "stolen"), hasattr(torch, "stolen"), os.path.exists("/answer/left")]
found += [any(map(os.path.exists, places)), lib.shmget(4711, 64, 0) >= 0]
found += [lib.syscall(249, b"user", b"left", 0, -4) >= 0]
"""
    tell = "def count_means(*args):\n    return found\n"
    with Sandbox() as box:
        first, second = (ask(box, text).value for text in (mark + look + tell, look + tell))
    assert first == [True] * 3 + [False] * 3 and second == [False] * 6


@can_sandbox
def test_the_sandbox_shows_no_network_no_files_and_no_root():
    look = """
import os, socket
def count_means(*args):
    try:
        socket.create_connection(("127.0.0.1", PORT), 1)
        net = "open"
    except OSError:
        net = "shut"
    home = [p for p in ("/home", "/root", "/work", "/tmp") if os.path.isdir(p)]
    seen = [f"{at}/{f}" for p in home for at, _, files in os.walk(p) for f in files if f.endswith((".ipynb", ".py"))]
    pids = [p for p in os.listdir("/proc") if p.isdigit()]
    ours = [f for f in seen if ("gn_edu" in f or "/sheet" in f) and os.path.getsize(f)]
    return [net, os.getuid() != 0, ours, len(pids) <= 3,
            open("/proc/self/status").read().split("CapEff:")[1].split()[0]]
"""
    with socket.create_server(("127.0.0.1", 0)) as server, Sandbox() as box:
        reply = ask(box, look.replace("PORT", str(server.getsockname()[1])))
    assert reply.value == ["shut", True, [], True, "0" * 16], reply


def test_without_a_sandbox_it_refuses_and_unsafe_says_what_is_open(tmp_path, monkeypatch, capsys):
    submit(tmp_path / "in", anna=COUNT)
    monkeypatch.setattr(walls.shutil, "which", lambda name: None)
    words = ["grade", str(tmp_path / "in"), "--out", str(tmp_path / "g.csv"), "--quiet", "--jobs", "1"]
    assert cli.main(words) == 2
    assert "bubblewrap is not installed" in capsys.readouterr().err and not (tmp_path / "g.csv").exists()
    assert cli.main([*words, "--unsafe"]) == 0
    assert "can read and write your files" in capsys.readouterr().err
    assert "anna,anna.ipynb,4.0,4.0,4" in lines_of(tmp_path / "g.csv")


# ---- torch's own group norm


AROUND = {
    "dispatcher": "op = getattr(torch.ops.aten, 'native_group' + '_norm').default\n"
    "    call = lambda *a: op._op_dk(torch._C.DispatchKey.CompositeExplicitAutograd, *a)\n",
    "decomposition": "import torch._decomp as d\n"
    "    call = next(f for k, f in d.decomposition_table.items() if 'native_group' + '_norm.default' in str(k))\n",
    "refs": "import torch._refs as r\n    call = getattr(r, 'native_group' + '_norm')\n",
    "compiled": "call = torch.jit.script(lambda *a: torch.native_group_norm(*a))\n",
    "process": "import subprocess, sys\n    subprocess.run([sys.executable, '-c', ''], check=True)\n    call = None\n",
    "library": "import gc\n    [o._destroy() for o in gc.get_objects() if type(o).__name__ == 'Library']\n"
    "    call = getattr(torch, 'native_group' + '_norm')\n",
}


@can_sandbox
def test_torchs_own_by_a_way_around(tmp_path):
    text = "import torch\ndef group_norm_4d(x, g, eps=1e-5):\n    {}    n, c = x.shape[:2]\n"
    text += "    return call(x.contiguous(), None, None, n, c, x[0, 0].numel(), g, eps)[0]\n"
    submit(tmp_path / "in", **{name: text.format(way) for name, way in AROUND.items()})
    rows = graded(tmp_path)
    assert {name: row.total for name, row in rows.items()} == dict.fromkeys(sorted(AROUND), 0.0)


@can_sandbox
def test_torchs_own_when_it_is_allowed(tmp_path):
    text = (
        "import torch\ndef group_norm_4d(x, g, eps=1e-5):\n    return torch.nn.functional.group_norm(x, g, eps=eps)\n"
    )
    submit(tmp_path / "in", anna=text)
    row = graded(tmp_path, allow_torch=True)["anna"]
    assert row.total == 10 and "torch's own group norm was called" in row.notes[0]


# The eight ways to torch's own group norm of which one pays: they look where a graded answer can look.
CALL = "    n, c, h, w = x.shape\n    return call(x.contiguous(), None, None, n, c, h * w, num_groups, eps)[0]\n"
ANSWER = "def group_norm_4d(x, num_groups, eps=1e-5):\n"
SOURCE = """
import ast, pathlib, torch
def cut(module, name):
    path = pathlib.Path(torch.__file__).parent / module
    text = path.read_text()
    (node,) = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef) and n.name == name]
    node.decorator_list = []
    return ast.unparse(node)
"""
ASKING = "asking = next(o for o in gc.get_objects() if getattr(o, '__name__', '') == 'asking')"
OWN = {
    "meta key": f"import torch\n{ANSWER}    op = torch.ops.aten.native_group_norm.default\n"
    f"    call = lambda *a: op._op_dk(torch._C.DispatchKey.Meta, *a)\n{CALL}",
    "each key": f"import torch\n{ANSWER}    op = torch.ops.aten.native_group_norm.default\n    found = []\n"
    "    n, c, h, w = x.shape\n    for key in torch._C.DispatchKey.__members__.values():\n        try:\n"
    "            y = op._op_dk(key, x, None, None, n, c, h * w, num_groups, eps)[0]\n"
    "            if y.shape == x.shape and not y.isnan().any(): return y\n        except Exception: pass\n",
    "in memory": f"import gc, torch\n{ANSWER}    call = None\n    for f in gc.get_objects():\n"
    "        if getattr(f, '__name__', '') == 'native_group_norm' and 'refs' in str(getattr(f, '__module__', '')):\n"
    f"            call = f\n{CALL}",
    "wrapped": f"import gc, torch\n{ANSWER}    call = None\n    for f in gc.get_objects():\n"
    "        if getattr(getattr(f, '__code__', None), 'co_name', '') == 'native_group_norm':\n"
    f"            call = getattr(f, '__wrapped__', f)\n{CALL}",
    "from source": SOURCE
    + "scope = dict(vars(torch._refs))\nexec(cut('_refs/__init__.py', 'native_group_norm'), scope)\n"
    f"call = scope['native_group_norm']\n{ANSWER}{CALL}",
    "from byte code": "import glob, marshal, os, torch\ndef codes(c):\n    yield c\n    for k in c.co_consts:\n"
    "        if hasattr(k, 'co_code'): yield from codes(k)\nimport types\nfound = []\n"
    "for p in glob.glob(os.path.dirname(torch.__file__) + '/_refs/__pycache__/__init__*.pyc'):\n"
    "    found += [c for c in codes(marshal.loads(open(p, 'rb').read()[16:])) if c.co_name == 'native_group_norm']\n"
    f"call = types.FunctionType(found[0], dict(vars(torch._refs)))\n{ANSWER}{CALL}",
    "numpy's of the tests": SOURCE
    + "import numpy as np\nexec(cut('testing/_internal/common_methods_invocations.py', 'reference_group_norm'))\n"
    f"{ANSWER}    return torch.from_numpy(reference_group_norm(x.numpy(), num_groups, None, None, eps))\n",
    "override off": "import gc, sys, torch\nimport torch.nn.functional as F\n"
    "for o in gc.get_objects():\n    if type(o).__name__ in ('Library', '_DispatchModule'):\n"
    "        for end in ('_destroy', 'reset'):\n            try: getattr(o, end)()\n"
    "            except Exception: pass\n"
    f"{ASKING}\nasking.refuse_group_norm = False\n"
    "asking._Watch = __import__('contextlib').nullcontext\n"
    "asking._ran = lambda *a: ()\n"
    f"{ANSWER}    return F.group_norm(x, num_groups, eps=eps)\n",
    "forged flag": f"import gc, sys, torch\nimport torch.nn.functional as F\n{ASKING}\n"
    "asking.refuse_group_norm = False\nfor name in list(sys.modules):\n    m = sys.modules[name]\n"
    "    if hasattr(m, 'pack_reply'):\n        old = asking.pack_reply\n"
    "        m.pack_reply = lambda r: old(asking.Reply(r.value, None, False, ()))\n"
    f"{ANSWER}    return F.group_norm(x, num_groups, eps=eps)\n",
    "quantized": "import torch\nfrom torch.utils._python_dispatch import _disable_current_modes\n"
    f"{ANSWER}    with _disable_current_modes():\n        c = x.shape[1]\n"
    "        q = torch.quantize_per_tensor(x.float(), 2.0**-24, 0, torch.qint32)\n"
    "        y = torch.ops.quantized.group_norm(q, num_groups, torch.ones(c), torch.zeros(c), eps, 2.0**-26, 0)\n"
    "        return y.dequantize().double()\n",
    "aot": "import torch\nfrom torch._decomp import core_aten_decompositions as table\n"
    f"{ANSWER}    call = next(f for k, f in table().items() if 'native_group_norm.default' in str(k))\n{CALL}",
}


@can_sandbox
def test_torchs_own_is_out_of_reach(tmp_path):
    for name, text in OWN.items():
        save(tmp_path / "in" / f"{name}.ipynb", notebook(text))
    save(tmp_path / "in" / "honest.ipynb", notebook("import torch", PLAIN))
    points = {name: row.points["ex05"] for name, row in graded(tmp_path, "ex05").items()}
    assert points == dict.fromkeys(sorted(OWN), 0.0) | {"honest": 10.0}


BACKWARD = """import gc, torch
asking = next(o for o in gc.get_objects() if getattr(o, "__name__", "") == "asking")
asking.refuse_group_norm = False
def all_three(dy, x, num_groups, weight, bias, eps):
    n, c = x.shape[:2]
    y, mean, rstd = torch.native_group_norm(x, weight, bias, n, c, x[0, 0].numel(), num_groups, eps)
    call = torch.ops.aten.native_group_norm_backward
    return call(dy, x, mean, rstd, weight, n, c, x[0, 0].numel(), num_groups, [True, True, True])
def group_norm_dx(*args):
    return all_three(*args)[0]
def group_norm_dparams(*args):
    return all_three(*args)[1:]
"""
BY_AUTOGRAD = """import torch
def group_norm(x, num_groups, weight, bias, eps):
    x, shape = x.flatten(2) if x.dim() > 2 else x[..., None], x.shape
    rows = x.reshape(len(x), num_groups, -1)
    x_hat = (rows - rows.mean(-1, keepdim=True)) / (rows.var(-1, correction=0, keepdim=True) + eps).sqrt()
    return (x_hat.view(x.shape) * weight[:, None] + bias[:, None]).view(shape)
def group_norm_dx(dy, x, num_groups, weight, bias, eps):
    x = x.clone().requires_grad_()
    return torch.autograd.grad((group_norm(x, num_groups, weight, bias, eps) * dy).sum(), x)[0]
"""


@can_sandbox
def test_a_detour_is_noted_and_worth_what_the_teacher_says(tmp_path):
    rows = "    rows = x.reshape(len(x), num_groups, -1)\n"
    detours = {
        "layer": f"{ANSWER}{rows}    return F.layer_norm(rows, rows.shape[2:], eps=eps).view_as(x)\n",
        "instance": f"{ANSWER}{rows}    return F.instance_norm(rows, eps=eps).view_as(x)\n",
        "batch": f"{ANSWER}    rows = x.reshape(1, len(x) * num_groups, -1)\n"
        "    return F.batch_norm(rows, None, None, training=True, eps=eps).view_as(x)\n",
    }
    for name, text in detours.items():
        save(tmp_path / "in" / f"{name}.ipynb", notebook("import torch\nimport torch.nn.functional as F\n" + text))
    save(tmp_path / "in" / "native.ipynb", notebook(BACKWARD))
    save(tmp_path / "in" / "autograd.ipynb", notebook(BY_AUTOGRAD))
    for share in (1.0, 0.5):
        found = graded(tmp_path, "ex05", "ex12", "ex13", detours=share)
        for name in detours:
            assert found[name].points["ex05"] == 10 * share
            note = f"ex05: torch's {'layer' if name == 'layer' else 'batch'}_norm did a part of the work"
            assert note in found[name].notes
        assert (found["native"].points["ex12"], found["native"].points["ex13"]) == (0.0, 0.0)
        assert found["autograd"].points["ex12"] == 10 * share
        assert "ex12: torch's autograd did a part of the work" in found["autograd"].notes


@can_sandbox
def test_no_signal_no_priority_and_no_process_reaches_beyond_the_answer():
    """By fcntl a process can have signals sent to another; a scheduler's policy would stay with the worker."""
    tries = """
import fcntl, os, signal
def tried(call, *args):
    try:
        call(*args)
        return True
    except OSError:
        return False
def count_means(*args):
    r, w = os.pipe()
    idle = os.sched_param(0)
    return [tried(fcntl.fcntl, r, 8, os.getppid()), tried(fcntl.fcntl, r, 10, signal.SIGSTOP),
            tried(fcntl.fcntl, r, 15, bytes(8)), tried(os.sched_setscheduler, 1, os.SCHED_IDLE, idle),
            tried(os.setpriority, os.PRIO_PROCESS, 0, 5), tried(fcntl.fcntl, r, fcntl.F_GETFL)]
"""
    with Sandbox() as box:
        assert ask(box, tries).value == [False] * 5 + [True]


needs_seccomp = pytest.mark.skipif(bool(fences.lacking()), reason=fences.lacking())


@can_sandbox
def test_every_denied_system_call_is_answered_by_not_permitted():
    """By its number, whatever else it would have complained about; so is fcntl, if the upper half of a word differs."""
    library = fences.libseccomp()
    number = {
        name: library.seccomp_syscall_resolve_name(name.encode()) for name in [*fences.denied(), "fcntl", "getpid"]
    }
    header = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
    if platform.machine() == "x86_64" and header.exists():
        there = dict(re.findall(r"#define __NR_(\w+)\s+(\d+)", header.read_text()))
        assert all(str(value) == there[name] for name, value in number.items())
    calls = [[value] for name, value in number.items() if value >= 0 and name not in ("fcntl", "getpid")]
    calls += [[number["fcntl"], 0, what + upper] for what in fences.DENIED_FCNTL for upper in (0, 2**32)]
    harmless = [[number["getpid"]], [number["fcntl"], 0, 3]]
    tries = f"""
import ctypes
lib = ctypes.CDLL(None, use_errno=True)
def refused(number, *args):
    ctypes.set_errno(0)
    lib.syscall(number, *(ctypes.c_long(a) for a in (*args, 0, 0, 0, 0, 0)[:5]))
    return ctypes.get_errno() == 1
def count_means(*args):
    return [[refused(*call) for call in calls] for calls in {[calls, harmless]}]
"""
    with Sandbox() as box:
        assert ask(box, tries).value == [[True] * len(calls), [False] * len(harmless)]


@needs_seccomp
@pytest.mark.parametrize("machine", [0xC000003E, 0xC00000B7], ids=["x86_64", "aarch64"])
def test_the_filter_can_be_made_for_both_machines(machine):
    library = fences.libseccomp()
    rules = ctypes.c_void_p(library.seccomp_init(fences.ALLOW))
    assert library.seccomp_arch_add(rules, ctypes.c_uint32(machine)) in (0, -errno.EEXIST)
    assert [name for name in fences.denied() if fences._deny(library, rules, name)] == []
    unknown = [n for n in fences.denied() if library.seccomp_syscall_resolve_name_arch(machine, n.encode()) == -1]
    library.seccomp_release(rules)
    assert unknown == []


@can_sandbox
def test_the_last_of_many_attempts_counts(tmp_path):
    wrong = PLAIN.replace("unbiased=False", "unbiased=True")
    check = "exercises.check_group_norm_4d(group_norm_4d)"
    cells = ["import torch\nfrom gn_edu import exercises", *[wrong, check] * 40, PLAIN]
    save(tmp_path / "in/anna.ipynb", notebook(*cells))
    save(tmp_path / "in/bert.ipynb", notebook(cells[0], PLAIN, check, *[wrong, check] * 40))
    assert {name: row.total for name, row in graded(tmp_path, "ex05").items()} == {"anna": 10.0, "bert": 10.0}
