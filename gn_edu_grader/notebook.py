"""Runs a student's notebook as a notebook runs, and asks one function its questions. Inside the sandbox, in a child.

What a notebook has around it (IPython's commands, plots, progress bars, the book's package) is here by stand-ins. A
statement that fails, or takes too long, is told, and the next one runs.
"""

import __future__

import ast
import builtins
import dis
import importlib.machinery
import inspect
import json
import linecache
import signal
import struct
import sys
import types
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from asking import AT_THE_END, Reply, ask, pack_reply
from IPython.core.inputtransformer2 import TransformerManager

ALWAYS = ("gn_edu", "matplotlib", "mpl_toolkits", "plotly", "IPython", "ipywidgets", "anywidget")
IF_MISSING = (
    "pandas seaborn torchvision torchinfo torchsummary PIL cv2 sklearn scipy skimage imageio tqdm rich tabulate wandb "
    "tensorboard bokeh altair"
).split()
MOST_ASKED = 24  # times that one function is asked before the end
_FUTURE = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)


class Stop(BaseException):
    """The time of a statement, or of a question, is over."""


class Anything:
    """Stands for what is not here: can be called, indexed, unpacked and asked for parts, and does nothing."""

    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self):
        """As many as the caller unpacks, as in fig, ax = plt.subplots(); none for a loop."""
        frame = sys._getframe(1)
        at = next((i for i in dis.get_instructions(frame.f_code) if i.offset == frame.f_lasti), None)
        return iter([self] * at.arg if at and at.opname == "UNPACK_SEQUENCE" else ())

    def __mro_entries__(self, bases):
        return (object,)

    def __str__(self):
        return ""

    def __setattr__(self, name, value):
        pass

    def __setitem__(self, key, value):
        pass

    def __len__(self):
        return 0

    def __bool__(self):
        return True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    __getitem__ = __add__ = __radd__ = __sub__ = __mul__ = __rmul__ = __truediv__ = __neg__ = __call__


ANYTHING = Anything()


class Finder:
    """Finds stand-ins: modules of which every part is ANYTHING."""

    def __init__(self, names: Sequence[str]):
        self.names = names

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self.names:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    @staticmethod
    def create_module(spec):
        module = types.ModuleType(spec.name)
        module.__getattr__ = ANYTHING.__getattr__
        return module

    @staticmethod
    def exec_module(module):
        pass


def stand_ins() -> None:
    """What a student's cells may import from now on, in place of what is not here."""
    for name in [name for name in sys.modules if name.split(".")[0] in ALWAYS]:
        del sys.modules[name]
    sys.meta_path.insert(0, Finder(ALWAYS))
    sys.meta_path.append(Finder(IF_MISSING))
    try:
        import tqdm.auto
        import tqdm.std

        tqdm.std.tqdm.monitor_interval = 0  # no thread of its own
        for name in ("auto", "notebook", "autonotebook", "gui", "rich"):
            sys.modules[f"tqdm.{name}"] = tqdm.std
            setattr(tqdm, name, tqdm.std)
    except ImportError:
        pass
    for name in ("set_num_threads", "set_num_interop_threads"):
        setattr(torch, name, lambda count: None)  # there are no threads here
    builtins.input = lambda *args: "1"


class Notebook:
    """One run of a notebook, and what one of its functions answers.

    Args:
        cells: (number in the notebook, source) of its code cells.
        function: the name of the function that is asked.
        check: the name of its check in gn_edu.exercises: where it is called, what it is given is asked.
        questions: (how, arguments) of each.
        skip: steps that are left out, since they ended the process before.
        say: where what happens is told, as frames of a letter and bytes.
        loop: an event loop, for cells that await.
    """

    def __init__(self, cells, function: str, check: str, questions, skip, say: Callable[[bytes], None], loop=None):
        self.cells, self.function, self.check, self.questions, self.say = cells, function, check, questions, say
        self.skip = {tuple(step) for step in skip}
        self.module = types.ModuleType("__main__")
        self.scope = vars(self.module)
        self.scope |= {"get_ipython": lambda: self, "display": ANYTHING, "exit": ANYTHING, "quit": ANYTHING}
        self.cell, self.step, self.flags, self.running, self.loop = 0, 0, 0, False, loop
        self.asked, self.last = 0, None  # how often, and which function last

    def run(self) -> None:
        """All cells, then the function as it stands at the end."""
        sys.modules["__main__"] = self.module
        setattr(importlib.import_module("gn_edu.exercises"), self.check, self._checked)
        signal.signal(signal.SIGUSR1, self._stop)
        for number, source in self.cells:
            self.cell, self.step = number, 0
            self.run_source(source)
        self.cell, self.step = AT_THE_END, 0
        if self._bound():
            self._ask(self._bound())
        else:
            own = [name for name, f in self.scope.items() if callable(f) and getattr(f, "__module__", "") == "__main__"]
            self.say(b"m" + "\n".join(own[:100]).encode(errors="replace"))
        self.say(b"d")

    def _stop(self, *_):
        if self.running:
            raise Stop

    def _bound(self):
        f = self.scope.get(self.function)
        return f if callable(f) and f is not ANYTHING else None

    # ---- cells

    def run_source(self, source: str) -> None:
        """The statements of a cell, one after the other."""
        name, text = f"<cell {self.cell}>", source
        try:
            try:
                tree = ast.parse(text)
            except SyntaxError:
                text = TransformerManager().transform_cell(source)
                tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return self._failed(error, getattr(error, "lineno", None))
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        for node in tree.body:
            self._run_statement(node, name)

    def _run_statement(self, node: ast.stmt, name: str) -> None:
        self.step += 1
        step = (self.cell, self.step)
        if step in self.skip:
            return
        if _binds(node, self.function) and (f := self._bound()) and f is not self.last:
            self._ask(f)  # before another takes its place
        self.say(b"s" + struct.pack("<II", *step))
        before, error = self.running, None
        try:
            code = compile(ast.Module([node], []), name, "exec", self.flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
            self.flags |= code.co_flags & _FUTURE
            self.running = True
            if code.co_flags & inspect.CO_COROUTINE:  # there is an await in it
                self.loop.run_until_complete(eval(code, self.scope))
            else:
                exec(code, self.scope)
            self.running = before
        except BaseException as raised:  # a cell may raise anything
            self.running, error = before, raised
        if isinstance(error, Stop):
            self.say(b"t" + struct.pack("<II", *step))
        elif error is not None:
            self._failed(error, node.lineno)
        if before:  # a statement of a %%time
            self.say(b"s" + struct.pack("<II", *step))

    def _failed(self, error: BaseException, line: int | None) -> None:
        try:
            said = str(error).strip().split("\n")[0][:200]
        except Exception:
            said = ""
        if isinstance(error, SyntaxError):
            said = str(error.msg)[:200]
        text = f"cell {self.cell}, line {line or 1}: {type(error).__name__}{': ' if said else ''}{said}"
        self.say(b"e" + text.encode(errors="replace"))

    # ---- IPython's commands

    def run_line_magic(self, name: str, line: str, *_, **__):
        """%time runs its statement, %run a script or a notebook beside this one; all others do nothing."""
        if name == "time":
            self.run_source(line)
        elif name == "run" and line.strip():
            text = Path(line.split()[-1].strip("'\"")).read_text(encoding="utf-8")
            cells = json.loads(text)["cells"] if line.strip("'\" ").endswith(".ipynb") else None
            for source in [text] if cells is None else [c["source"] for c in cells if c["cell_type"] == "code"]:
                self.run_source("".join(source))
        return ANYTHING

    def run_cell_magic(self, name: str, line: str, body: str):
        """%%time and the like run the cell, %%writefile writes it, all others do nothing."""
        if name == "capture" and line.strip() and not line.strip().startswith("-"):
            self.scope[line.split()[0]] = ANYTHING
        if name in ("time", "capture", "prun"):
            self.run_source(body)
        elif name in ("writefile", "file"):
            *options, path = line.split()
            with Path(path).open("a" if "-a" in options else "w", encoding="utf-8") as file:
                file.write(body)
        return ANYTHING

    def __getattr__(self, name):  # system, getoutput and whatever else IPython's shell has
        return ANYTHING

    # ---- questions

    def _checked(self, f=None, *args, **kwargs):
        """Stands for the exercise's check: what it is given is asked, too."""
        if callable(f) and f is not ANYTHING and self.asked < MOST_ASKED:
            self._ask(f)
        return ANYTHING

    def _ask(self, f) -> None:
        step = (self.cell, self.step, 1)
        self.last = f
        self.asked += 1
        if step in self.skip:
            return
        self.say(b"a" + struct.pack("<II", *step[:2]))
        before = self.running
        try:
            for how, given in self.questions:
                self.say(b"r" + self._reply(f, how, given))
        except Stop:
            self.say(b"T")
        self.running = before
        self.say(b"z")
        if before:
            self.say(b"s" + struct.pack("<II", *step[:2]))

    def _reply(self, f, how, given) -> bytes:
        try:
            self.running = True
            reply = pack_reply(ask(f, how, given))
            self.running = False
            return reply
        except Stop:
            self.running = False
            raise
        except BaseException as error:  # one that exits, or can't be packed
            self.running = False
            return pack_reply(Reply(error=(type(error).__name__, "")))


def _binds(node: ast.stmt, name: str) -> bool:
    """Whether a statement gives the name another value; what it calls may do so, too, and is not looked at."""
    for part in ast.walk(node):
        if isinstance(part, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)) and part.name == name:
            return True
        if isinstance(part, ast.Name) and part.id == name and not isinstance(part.ctx, ast.Load):
            return True
        if isinstance(part, ast.alias) and (part.asname or part.name) in (name, "*"):
            return True
    return False
