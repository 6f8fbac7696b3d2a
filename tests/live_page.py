"""A page that runs Python and holds nothing else, in a folder of its own: what tests of the runtime open."""

from pathlib import Path
from types import SimpleNamespace

from gn_edu_site import live_pack
from gn_edu_site.live_tables import table_file
from gn_edu_site.pack import POLICY
from scripts.paths import ROOT

APP = SimpleNamespace(
    confdir=str(ROOT), srcdir=str(ROOT), config=SimpleNamespace(gn_temml="node_modules/temml/dist/temml.cjs")
)
# The page's script. `python` has all the time that a busy machine needs, `hasty` has little; `tell` notes in `told`
# what comes of a promise, in `printed` what was printed before.
ENTRY = """
import { load } from "LIVE/load.js";
import { createPython } from "LIVE/python.js";
const tell = (does) => {
  globalThis.printed = [];
  globalThis.told = undefined;
  const onText = (text) => globalThis.printed.push(text);
  does({ onText }).then((result) => (globalThis.told = result), (error) => (globalThis.told = String(error)));
  return true;
};
const python = createPython({ load, limit: 100_000 });
const hasty = createPython({ load, limit: 300 });
Object.assign(globalThis, { tell, python, hasty });
"""
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">
<title>Python</title><link rel="icon" href="data:,"></head>
<body><p>Python</p><script defer src="{static}live/live.js"></script></body></html>
"""
EXERCISES = "ex04", "ex05", "4.1"  # those that such a page has
WITHOUT_WASM = POLICY.replace(" 'wasm-unsafe-eval'", "")


def page(policy: str, static: str = "_static/") -> str:
    """The page's text under a policy."""
    return PAGE.format(policy=policy.format(hashes=""), static=static)


def write_page(folder: Path) -> None:
    """page.html, refused.html whose policy has no wasm, deep/er/page.html, and _static/live for them."""
    (folder / "deep/er").mkdir(parents=True)
    entry = folder / "entry.js"
    entry.write_text(ENTRY.replace("LIVE", str(ROOT / "gn_edu_site/live_page")), encoding="utf-8")
    first = {"live": str(entry.with_suffix("")), "copy_answers": "copy_answers"}
    first = {name: live_pack.bundled(APP, stem) for name, stem in first.items()}
    tables = {name: table_file(name) for name in EXERCISES}
    live_pack.write_scripts(folder / "_static/live", first, live_pack.scripts(APP, tables, {}))
    (folder / "page.html").write_text(page(POLICY), encoding="utf-8")
    (folder / "refused.html").write_text(page(WITHOUT_WASM), encoding="utf-8")
    (folder / "deep/er/page.html").write_text(page(POLICY, "../../_static/"), encoding="utf-8")
