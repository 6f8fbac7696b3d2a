"""The exercise sheets: students' pages without solutions, or everything for teachers; the notebook to download."""

import json
from pathlib import Path

from gn_edu.classroom.release import student_notebook

FOLDER = "notebooks/exercises/"


def _as_student(app, docname: str, source: list[str]) -> None:
    """What Sphinx reads of a sheet."""
    if docname.startswith(FOLDER) and not app.config.gn_teacher:
        source[0] = json.dumps(student_notebook(json.loads(source[0])))


def download(app, pagename: str) -> str:
    """The address of a sheet's student version, seen from its page; "" for every other page."""
    return f"{'../' * pagename.count('/')}_static/{pagename}.ipynb" if pagename.startswith(FOLDER) else ""


def _write_downloads(app, exception) -> None:
    if exception:
        return
    for path in sorted((Path(app.srcdir) / FOLDER).glob("*.ipynb")):
        target = Path(app.outdir) / "_static" / FOLDER / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        notebook = student_notebook(json.loads(path.read_text(encoding="utf-8")))
        target.write_text(json.dumps(notebook, indent=1, ensure_ascii=False), encoding="utf-8")


def setup(app):
    app.connect("source-read", _as_student)
    app.connect("build-finished", _write_downloads)
