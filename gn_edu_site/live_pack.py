"""What the cells of a page load when a reader touches one: the scripts of _static/live.

Classic scripts that leave a value on globalThis.gnLive, for a page on the file system may neither fetch nor import.
Every language has its own, as it has its own of all that is late.
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from gn_edu_site import sheets
from gn_edu_site.live_sources import sources
from gn_edu_site.node import ask

BUNDLER = Path(__file__).with_name("live_page") / "bundle.mjs"
MICROPYTHON = "@micropython/micropython-webassembly-pyscript/micropython.wasm"


def bundled(app, stem: str) -> str:
    """A script of gn_edu_site/live_page with all that it imports, as one classic script; or any script, by its path.

    Raises:
        RuntimeError: esbuild can't bundle it.
    """
    reply = ask(app, {"bundler": str(BUNDLER), "stems": [stem]})
    if "error" in reply:
        raise RuntimeError(f"{stem}.js can't be bundled: {reply['error']}")
    return reply["script"].strip()


def setting(place: str, value) -> str:
    """A script that sets globalThis.gnLive.PLACE, of one name or of two."""
    first, _, name = place.partition(".")
    holder = f"(globalThis.gnLive??={{}}).{first}??={{}}" if name else "globalThis.gnLive??={}"
    return f"({holder})[{json.dumps(name or first)}]={json.dumps(value, ensure_ascii=False, separators=(',', ':'))};\n"


def python_script(app) -> str:
    """The interpreter, the script of its worker, and the Python that it runs.

    The interpreter is gzipped, and then written as text: gzipped once more by a host that is as small as the bytes.
    """
    modules = (Path(app.confdir) / app.config.gn_temml).resolve().parents[2]
    wasm = gzip.compress((modules / MICROPYTHON).read_bytes(), 9, mtime=0)
    parts = {"worker": bundled(app, "worker"), "wasm": base64.b64encode(wasm).decode(), "files": sources()}
    return setting("python", parts)


def notebooks(folder: Path) -> dict[str, dict]:
    """The sheets' notebooks by name, as students get them."""
    paths = sorted((folder / sheets.FOLDER).glob("*.ipynb"))
    return {path.stem: sheets.student(json.loads(path.read_text(encoding="utf-8"))) for path in paths}


def scripts(app, tables: Mapping[str, dict], texts: Mapping[str, str]) -> dict[str, str]:
    """Name of a file -> its text, for all but live.js."""
    found = {"python": python_script(app), "texts": setting("texts", texts)}
    found |= {name: setting(f"tables.{name}", table) for name, table in tables.items()}
    found |= {name: setting(f"notebooks.{name}", book) for name, book in notebooks(Path(app.srcdir)).items()}
    return found


def write(app, tables: Mapping[str, dict], texts: Mapping[str, str]) -> None:
    """Write _static/live when the build ends.

    Args:
        tables: The exercises by the names under which the page asks for them.
        texts: English sentence of the scripts -> what it is in the language of the build.
    """
    write_scripts(Path(app.outdir) / "_static" / "live", scripts(app, tables, texts), bundled(app, "cells"))


def write_scripts(folder: Path, late: Mapping[str, str], first: str) -> None:
    """The late scripts, and live.js, which asks for them as of this build: a browser may still hold those of another."""
    version = hashlib.sha256("".join(late.values()).encode()).hexdigest()[:8]
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**late, "live": setting("version", version) + first}.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
