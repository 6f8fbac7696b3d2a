"""Notebooks where readers open them: JupyterLab, and versions as old as Colab's (make test-frontends)."""

import json
import os
import shutil
import subprocess
from types import SimpleNamespace

import nbformat
import pytest
from browser import CLASS
from driving import Chromium, drive, free_port, wait_for

from scripts.paths import ROOT

NOTEBOOKS = [p for folder in ("", "exercises") for p in sorted((ROOT / "notebooks" / folder).glob("*.ipynb"))]
OPENED = ["ch03_one_formula.ipynb", "exercises/sheet2_forward.ipynb"]
BOOK, LAB, COLAB = ROOT / ".venv", ROOT / ".frontends" / "jupyterlab", ROOT / ".frontends" / "colab"
SETTINGS = {"GN_EDU_DATA": "synthetic", "OMP_NUM_THREADS": "1"}
LONG = 900  # seconds, for all cells of a notebook
# What JupyterLab and Notebook 6 do with these keys: new cells, other kinds of cells, cells gone, another cell.
KEYS = "a b m y j k x d d ArrowUp ArrowDown ArrowLeft ArrowRight".split()
VIEW = "application/vnd.jupyter.widget-view+json"

# How a notebook is asked in each: is it there, run it, its cells, and which of them is the active one.
LAB_PAGE = "window.jupyterapp?.shell.currentWidget"
ASKED = {
    "jupyterlab": SimpleNamespace(
        address="lab/tree/",
        there=f"Boolean({LAB_PAGE}?.content?.model?.cells.length && {LAB_PAGE}.sessionContext.session?.kernel)",
        run="void jupyterapp.commands.execute('notebook:run-all-cells')",
        cells=f"[...{LAB_PAGE}.content.model.cells].map((cell) => cell.toJSON())",
        active=f"{LAB_PAGE}.content.activeCellIndex",
    ),
    "notebook6": SimpleNamespace(
        address="notebooks/",
        there="Boolean(window.Jupyter?.notebook?._fully_loaded && Jupyter.notebook.kernel?.widget_manager)",
        # It draws the kernel's widgets anew once it has asked for them; what runs before is drawn over.
        run="Jupyter.notebook.kernel.widget_manager._loadFromKernel().then(() => Jupyter.notebook.execute_all_cells())",
        cells="Jupyter.notebook.toJSON().cells",
        active="Jupyter.notebook.get_selected_index()",
    ),
}

pytestmark = pytest.mark.skipif(not os.environ.get("GN_EDU_FRONTENDS"), reason="make test-frontends runs these")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """served(which) -> address and token of a server of the notebooks, copied; without https, as in a class."""
    started = {}

    def serve(which):
        if which in started:
            return started[which][1]
        folder = tmp_path_factory.mktemp(which)
        shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
        environment = {**os.environ, **SETTINGS, "JUPYTER_RUNTIME_DIR": str(folder / "runtime")}
        if which == "jupyterlab":
            # The server's environment is JupyterLab alone; widgets and kernel are those of the book.
            spec = folder / "share" / "kernels" / "python3" / "kernel.json"
            spec.parent.mkdir(parents=True)
            kernel = [str(BOOK / "bin" / "python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            spec.write_text(json.dumps({"argv": kernel, "display_name": "Python 3", "language": "python"}))
            environment["JUPYTER_PATH"] = os.pathsep.join([str(folder / "share"), str(BOOK / "share" / "jupyter")])
            flags = ["--ServerApp.allow_remote_access=True", "--LabApp.expose_app_in_browser=True"]
            command = [LAB / "bin" / "jupyter-lab", *flags]
        else:
            command = [COLAB / "bin" / "jupyter-notebook", "--NotebookApp.allow_remote_access=True"]
        process = subprocess.Popen(
            [*command, "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={free_port()}"],
            cwd=folder / "notebooks",
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        (told,) = wait_for(lambda: [*(folder / "runtime").glob("*server-*.json")], f"{which} is up")
        server = wait_for(lambda: told.read_text().rstrip().endswith("}") and json.loads(told.read_text()), told)
        started[which] = process, server
        return server

    yield serve
    for process, _ in started.values():
        process.terminate()
        process.wait()


def outputs(cells):
    return [output for cell in cells for output in cell.get("outputs", [])]


def complaints(cells):
    return [o for o in outputs(cells) if o["output_type"] == "error" or o.get("name") == "stderr"]


def printed(cells):
    """What each cell prints; a stream may come in several parts."""
    texts = ["".join("".join(o["text"]) for o in cell.get("outputs", []) if "text" in o) for cell in cells]
    return [text for text in texts if text]


@pytest.mark.parametrize("name", OPENED)
@pytest.mark.parametrize("which", ASKED)
def test_a_notebook_is_alive_in_the_front_end(browser, served, which, name):
    server, ask = served(which), ASKED[which]
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    said = []
    page.on("pageerror", lambda e: said.append(str(e)))
    page.goto(f"{server['url'].replace('127.0.0.1', CLASS)}{ask.address}{name}?reset&token={server['token']}")
    wait_for(lambda: page.evaluate(ask.there), f"{name} is open", every=0.2)
    page.evaluate(ask.run)
    done = f"{ask.cells}.every((c) => c.cell_type !== 'code' || !c.source.length || c.execution_count)"
    wait_for(lambda: page.evaluate(done), f"{name} has run", patience=LONG, every=1)
    cells = page.evaluate(ask.cells)
    assert complaints(cells) == []
    views = sum(VIEW in output.get("data", {}) for output in outputs(cells))
    assert bool(views) == name.startswith("ch")
    alive = "document.querySelectorAll('[data-gn-ready]').length"
    wait_for(lambda: page.evaluate(alive) == views, f"{views} widgets are alive", every=0.2)

    drive(Chromium(page))
    kinds = f"{ask.cells}.map((c) => [c.cell_type, c.source])"
    for widget in page.locator("[data-gn-widget]").all():
        widget.click(position={"x": 2, "y": 2})  # its cell is the active one
        widget.locator("button:visible, input:visible, [tabindex='0']:visible").first.focus()
        before = page.evaluate(f"[{ask.active}, {kinds}]")
        for key in KEYS:
            page.keyboard.press(key)
        assert page.evaluate(f"[{ask.active}, {kinds}]") == before
    page.close()
    assert said == []


def test_colab_keeps_what_it_has():
    """The package asks for nothing that Colab's versions do not meet."""
    check = subprocess.run([COLAB / "bin" / "python", "-m", "pip", "check"], capture_output=True, text=True)
    assert check.returncode == 0, check.stdout


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_prints_the_same_in_colab(tmp_path, path):
    command = [COLAB / "bin" / "jupyter-nbconvert", "--to=notebook", "--execute", f"--output-dir={tmp_path}"]
    result = subprocess.run(
        [*command, f"--ExecutePreprocessor.timeout={LONG}", path],
        env={**os.environ, **SETTINGS},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    cells = nbformat.read(tmp_path / path.name, as_version=4).cells
    assert complaints(cells) == []
    assert printed(cells) == printed(nbformat.read(path, as_version=4).cells)
