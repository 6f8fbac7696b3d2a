"""A page that runs Python and holds nothing else, in a folder of its own: what tests of the runtime open."""

from pathlib import Path
from types import SimpleNamespace

from gn_edu_site import live_pack
from gn_edu_site.live_sources import sources
from gn_edu_site.pack import POLICY
from scripts.paths import ROOT

APP = SimpleNamespace(
    confdir=str(ROOT), srcdir=str(ROOT), config=SimpleNamespace(gn_temml="node_modules/temml/dist/temml.cjs")
)
# The page's script: `python` for the tests, and what it printed.
ENTRY = """
import { load } from "LIVE/load.js";
import { createPython } from "LIVE/python.js";
const printed = [];
const onText = (text) => printed.push(text);
const python = createPython({ load, limit: 1500 });
Object.assign(globalThis, {
  printed,
  python,
  tell: (promise) => {
    globalThis.told = undefined;
    promise.then((result) => { globalThis.told = result ?? null; }, (error) => { globalThis.told = String(error); });
    return true;
  },
  run: (source) => { printed.length = 0; return python.run(source, { onText }); },
  check: (source, name) => { printed.length = 0; return python.check(source, name, { onText }); },
});
"""
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">
<title>Python</title><link rel="icon" href="data:,"></head>
<body><p>Python</p><script defer src="{static}live/live.js"></script></body></html>
"""
WITHOUT_WASM = POLICY.replace(" 'wasm-unsafe-eval'", "")


def page(policy: str, static: str = "_static/") -> str:
    """The page's text under a policy."""
    return PAGE.format(policy=policy.format(hashes=""), static=static)


def write_page(folder: Path) -> None:
    """page.html, refused.html whose policy has no wasm, deep/er/page.html, and _static/live for them."""
    entry = folder / "entry.js"
    entry.write_text(ENTRY.replace("LIVE", str(ROOT / "gn_edu_site/live_page")), encoding="utf-8")
    first = live_pack.bundled(APP, str(entry.with_suffix("")))
    live_pack.write_scripts(folder / "_static/live", live_pack.scripts(APP, TABLES, {}), first)
    (folder / "deep/er").mkdir(parents=True)
    (folder / "page.html").write_text(page(POLICY), encoding="utf-8")
    (folder / "refused.html").write_text(page(WITHOUT_WASM), encoding="utf-8")
    (folder / "deep/er/page.html").write_text(page(POLICY, "../../_static/"), encoding="utf-8")


TABLES = {"ex04": {"asked": 3}}
STAND_IN = """
import json, sys
from . import torch
sys.modules["torch"] = torch
def run(source, draw=""):
    error = None
    try:
        exec(source, {"__name__": "__main__"})
    except Exception as e:
        error = {"kind": type(e).__name__, "message": str(e), "line": None}
    return json.dumps({"error": error, "value": None})
def check(source, table):
    return json.dumps({"error": None, "ok": True, "mistakes": [], "text": table})
"""
if "live/page.py" not in sources():
    live_pack.sources = lambda: sources() | {"live/page.py": STAND_IN}
