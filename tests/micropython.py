"""MicroPython under node, with the page's Python in its file system."""

import json
import subprocess

from gn_edu_site.live_sources import sources
from gn_edu_site.node import node_path
from scripts.paths import ROOT

LOADER = ROOT / "node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs"
START = """
import { readFileSync } from "fs";
const { files, module, ...given } = JSON.parse(readFileSync(0, "utf8"));
const { loadMicroPython } = await import(module);
let printed = [];
const stdout = (line) => printed.push(line);
const python = await loadMicroPython({ heapsize: 32 * 2 ** 20, linebuffer: true, stdout });
for (const folder of ["live", "gn_edu", "gn_edu/exercises"]) python.FS.mkdir("/" + folder);
for (const [path, text] of Object.entries(files)) python.FS.writeFile("/" + path, text);
"""


def run_node(script, **given):
    """What a script writes as JSON: `python` is the interpreter, `printed` its lines, `given` the keywords."""
    told = json.dumps({"files": sources(), "module": LOADER.as_uri(), **given})
    command = [node_path(), "--input-type=module", "-e", START + script]
    run = subprocess.run(command, input=told, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)
