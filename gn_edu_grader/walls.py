"""What a worker in the sandbox can see: the interpreter, its packages, what they need of the system, and nothing else.

bubblewrap (a package of every Linux distribution) gives each worker namespaces of its own: no network, a system that
can't be written to, one empty folder of its own. Under root the worker becomes an unprivileged user.
"""

import ast
import functools
import os
import py_compile
import shutil
import sys
import tempfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import gn_edu
from gn_edu.exercises import asking

NOBODY = "65534"
HERE = Path(__file__).parent
INSIDE = (HERE / "worker.py", HERE / "notebook.py", HERE / "fences.py", Path(asking.__file__))
PLACE = Path("/answer")
# Of the system: what programs and packages are linked to, and the few programs that the worker calls.
SYSTEM = tuple(Path("/usr", name) for name in ("lib", "lib64", "lib32", "bin", "share/zoneinfo"))
# Modules of torch that compute a group norm in Python; the last, its tests' own, does so in NumPy.
TESTS = "torch.testing._internal.common_methods_invocations"
COMPUTE = ("torch._refs", "torch._decomp.decompositions", TESTS)


class SandboxError(RuntimeError):
    """There is no sandbox on this machine, or it ended."""


def command(hidden: Iterable[Path] = ()) -> list[str]:
    """How a worker is started behind walls; `hidden` are folders of which nothing may be seen, wherever they lie.

    Raises:
        SandboxError: bubblewrap is not there; the message says how to get it.
    """
    bwrap = shutil.which("bwrap")
    if not bwrap:
        raise SandboxError(
            "students' code is run in a sandbox only, and bubblewrap is not installed: apt-get install bubblewrap "
            "(dnf, pacman: the same name; Windows: inside WSL). Or --unsafe, which protects nothing"
        )
    words = [bwrap, "--die-with-parent", "--new-session", "--as-pid-1", "--unshare-ipc", "--unshare-pid"]
    words += ["--unshare-net", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "grader", "--clearenv"]
    home = str(PLACE / "home")
    variables = {"HOME": home, "TMPDIR": home, "GN_EDU_PLACE": str(PLACE), "PATH": "/usr/bin", "OMP_NUM_THREADS": "1"}
    for name, value in variables.items():
        words += ["--setenv", name, value]
    for name in ("lib", "lib64", "lib32", "bin", "sbin"):
        if Path("/", name).is_symlink():
            words += ["--symlink", os.readlink(f"/{name}"), f"/{name}"]
        elif Path("/", name).is_dir():
            words += ["--ro-bind", f"/{name}", f"/{name}"]
    words += _mounts(hidden)
    words += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--ro-bind-try", "/etc/alternatives"]
    words += ["/etc/alternatives", "--proc", "/proc", "--dev", "/dev"]
    for path in INSIDE:
        words += ["--ro-bind", str(path), f"/grader/{path.name}"]
    for folder in ("/dev", "/tmp", "/"):
        words += ["--remount-ro", folder]
    inside = [os.path.abspath(sys.executable), "-E", "-s", "-B", "/grader/worker.py"]
    if os.getuid() == 0:
        drop = f"setpriv --pdeathsig KILL --reuid {NOBODY} --regid {NOBODY} --clear-groups --inh-caps=-all".split()
        return [*words, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", *drop, "--bounding-set=-all", *inside]
    return [*words, "--unshare-user", *inside]


def _seen() -> list[Path]:
    """What of the host is seen: the system's libraries, the interpreter, and the folders that it imports from."""
    base, own = Path(sys.base_prefix), Path(sys.prefix)
    programs = [Path(sys.executable), Path(os.path.realpath(sys.executable)), own / "pyvenv.cfg"]
    imports = [Path(p) for p in sys.path if Path(p).name in ("site-packages", "dist-packages")]
    found = [*SYSTEM, base / "lib", own / "lib", *programs, *imports]
    return [path for path in dict.fromkeys(Path(os.path.abspath(p)) for p in found) if path.exists()]


def _mounts(hidden: Iterable[Path]) -> list[str]:
    """bubblewrap's words for all folders, the outer ones first: what is mounted later lies over it."""
    seen = _seen()
    at = {Path("/tmp"): ["--tmpfs", "/tmp"]} | {path: ["--ro-bind", str(path), str(path)] for path in seen}
    for folder in (*_own_code(seen), *hidden):
        for path in dict.fromkeys((Path(os.path.abspath(folder)), folder.resolve())):
            if path.is_dir() and path not in at and any(p in path.parents for p in seen):
                at[path] = ["--tmpfs", str(path), "--chmod", "0755", str(path)]
    for path in _ways_to_own_code(seen):
        at[path] = ["--ro-bind", "/dev/null", str(path)]
    for path, text in _without_group_norm().items():
        if any(p in path.parents for p in seen):
            at[path] = ["--ro-bind", str(text), str(path)]
    at[PLACE] = ["--size", str(2**26), "--tmpfs", str(PLACE), "--chmod", "1777", str(PLACE)]
    # Folders on the way to what is seen must be open to the unprivileged user.
    for folder in [q for p in (*at, Path("/grader/x"), Path("/etc/x")) for q in reversed(p.parents)][::-1]:
        around = next((at[q][0] for q in folder.parents if q in at), "")
        if folder not in at and folder != Path("/") and around != "--ro-bind":
            at[folder] = ["--dir", str(folder), "--chmod", "0755", str(folder)]
    return [word for _, words in sorted(at.items(), key=lambda item: len(item[0].parts)) for word in words]


def _own_code(seen: Iterable[Path]) -> list[Path]:
    """The book's own package, which holds the right answers, wherever it is installed; its clone with the solutions."""
    clone = [HERE.parent] if (HERE.parent / "notebooks").is_dir() else []
    patterns = ("gn_edu*", "*/gn_edu*", "python*/*-packages/gn_edu*")
    installed = [q for p in seen for pattern in patterns for q in p.glob(pattern)]
    return [HERE, Path(gn_edu.__file__).parent, *clone, *installed]


def _ways_to_own_code(seen: Iterable[Path]) -> list[Path]:
    """What pip writes where the book is installed from its clone: files that say where the clone lies."""
    patterns = ("__editable__*gn_edu*", "python*/*-packages/__editable__*gn_edu*")
    return [path for p in seen for pattern in patterns for path in p.glob(pattern)]


@functools.cache
def _scratch() -> tempfile.TemporaryDirectory:
    """Removed when the process ends."""
    return tempfile.TemporaryDirectory(prefix="gn_edu_")


@functools.cache
def _without_group_norm() -> dict[Path, Path]:
    """Files of torch, and what stands in their place: the same without its group norms. So for their byte code."""
    scratch = Path(_scratch().name)
    scratch.chmod(0o755)
    found = {}
    for name in COMPUTE:
        spec = find_spec(name)
        assert spec and spec.origin, f"this torch has no {name}"
        path = Path(spec.origin)
        text = scratch / f"{name}.py"
        text.write_text("" if name == TESTS else cut(path.read_text(encoding="utf-8")), encoding="utf-8")
        code = text.with_suffix(".pyc")
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(str(text), str(code), str(path), True, invalidation_mode=mode)
        found[path] = text
        found |= dict.fromkeys(path.parent.glob(f"__pycache__/{path.stem}.*.pyc"), code)
    return found


def cut(text: str) -> str:
    """A module's source in which every function with group_norm in its name only raises an error."""
    lines = text.splitlines(keepends=True)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and "group_norm" in node.name:
            first, last = node.body[0], node.end_lineno or 0
            raising = f"{' ' * first.col_offset}raise RuntimeError('not at hand in a graded answer')\n"
            lines[first.lineno - 1 : last] = [raising, *["\n"] * (last - first.lineno)]
    return "".join(lines)
