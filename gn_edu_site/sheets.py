"""The exercise sheets: students' pages without solutions, or everything for teachers; notebooks to download."""

import json
from pathlib import Path

FOLDER = "notebooks/exercises/"


def student(notebook: dict) -> dict:
    """A sheet without its solutions."""
    # Not at the top: it imports torch, for which a page that is written anew in a preview need not wait.
    from gn_edu_grader.release import student_notebook

    return student_notebook(notebook)


def _as_student(app, docname: str, source: list[str]) -> None:
    """What Sphinx reads of a sheet."""
    if is_sheet(docname) and not app.config.gn_teacher:
        source[0] = json.dumps(student(json.loads(source[0])))


def is_sheet(pagename: str) -> bool:
    """Whether a page is an exercise sheet."""
    return pagename.startswith(FOLDER)


def download(pagename: str) -> str:
    """The address of a page's notebook, seen from the page; of a sheet, the student version."""
    return f"{'../' * pagename.count('/')}_static/{pagename}.ipynb"


def _write_downloads(app, exception) -> None:
    if exception or app.config.gn_preview:
        return
    for path in sorted(Path(app.srcdir, "notebooks").rglob("*.ipynb")):
        name = path.relative_to(app.srcdir)
        target = Path(app.outdir) / "_static" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        notebook = json.loads(path.read_text(encoding="utf-8"))
        if is_sheet(name.as_posix()):
            notebook = student(notebook)
        target.write_text(json.dumps(notebook, indent=1, ensure_ascii=False), encoding="utf-8")


def setup(app):
    app.connect("source-read", _as_student)
    app.connect("build-finished", _write_downloads)
