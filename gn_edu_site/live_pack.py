"""What the cells of a page load when a reader touches one: the scripts of _static/live.

Classic scripts that leave a value on globalThis.gnLive, for a page on the file system may neither fetch nor import.
Every language has its own, as it has its own of all that is late.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import zopfli.gzip

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


@cache
def packed(path: Path) -> str:
    """A file's bytes, gzipped, as text: gzipped once more, by a host, that is as small as the bytes.

    By zopfli, which takes 4 s and saves 10 kB of MicroPython's 192 kB.
    """
    return base64.b64encode(zopfli.gzip.compress(path.read_bytes())).decode()


def python_script(app) -> str:
    """The interpreter, the script of its worker, and the Python that it runs."""
    modules = (Path(app.confdir) / app.config.gn_temml).resolve().parents[2]
    parts = {"worker": bundled(app, "worker"), "wasm": packed(modules / MICROPYTHON), "files": sources()}
    return setting("python", parts)


def notebooks(folder: Path) -> dict[str, dict]:
    """The sheets' notebooks by name, as students get them."""
    paths = sorted((folder / sheets.FOLDER).glob("*.ipynb"))
    return {path.stem: sheets.student(json.loads(path.read_text(encoding="utf-8"))) for path in paths}


def scripts(app, tables: Mapping[str, dict], texts: Mapping[str, str]) -> dict[str, str]:
    """Name of a file -> its text, for all that a script asks for."""
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
    first = {"live": bundled(app, "cells"), "copy_answers": bundled(app, "copy_answers")}
    write_scripts(Path(app.outdir) / "_static" / "live", first, scripts(app, tables, texts))


def write_scripts(folder: Path, first: Mapping[str, str], late: Mapping[str, str]) -> None:
    """The scripts that a page asks for, and what they ask for as of this build: a browser may still hold another's."""
    version = hashlib.sha256("".join(late.values()).encode()).hexdigest()[:8]
    folder.mkdir(parents=True, exist_ok=True)
    versioned = {name: setting("version", version) + text for name, text in first.items()}
    for name, text in {**late, **versioned}.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
