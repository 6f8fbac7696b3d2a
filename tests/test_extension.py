"""The Sphinx extension in small projects of its own: many writers at a time, and books that do not use it."""

import re
import subprocess
import sys

import nbformat
import pytest

from gn_edu_site import annotated, mime
from scripts.paths import ROOT


def sphinx(source, out, *options, builder="html"):
    """Build the project in `source`; warnings are errors."""
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", builder, *options, source, out]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    return out


FORMULAS = f"""
from gn_edu_site import maths

def setup(app):
    app.add_config_value("gn_temml", "", "env")
    maths.setup(app)

gn_temml = {str(ROOT / "node_modules/temml/dist/temml.cjs")!r}
html_math_renderer = "mathml"
html_theme = "basic"
"""


def test_formulas_are_the_same_however_many_processes_write_the_pages(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "conf.py").write_text(FORMULAS)
    pages = [f"page{k}" for k in range(25)]
    for k, page in enumerate(pages):
        formulas = "\n\n".join(f"Formula :math:`x_{{{k}}} + y^{{{n}}}`." for n in range(40))
        (source / f"{page}.rst").write_text(f"{page}\n======\n\n{formulas}\n")
    # The first page is written before the others are shared out, and its formula starts the first node.
    tree = "".join(f"   {page}\n" for page in pages)
    (source / "index.rst").write_text(f"Index\n=====\n\n:math:`z`\n\n.. toctree::\n\n{tree}")
    one, four = (sphinx(source, tmp_path / jobs, "-j", jobs) for jobs in ("1", "4"))
    for page in pages:
        formulas = [re.findall(r"<math.*?</math>", (out / f"{page}.html").read_text(), re.S) for out in (one, four)]
        assert len(formulas[0]) == 40 and formulas[0] == formulas[1], page


MODULE = '''"""All of it."""

import this


@this
def twice(x):
    """Two times x.

    Args:
        x: a number.

    >>> twice(2)
    4
    """
    y = x  # stays
    # Adding is
    # enough.
    if x:
        y = y + x
        # Said once more.
        y = y + 0
    return "# no comment"


class Empty:
    """Nothing."""
'''


def test_comments_stand_beside_the_lines_that_follow_them():
    found = [(piece.name, piece.prose.strip(), piece.code) for piece in annotated.pieces(MODULE)]
    assert found == [
        ("", "All of it.", "import this"),
        ("twice", "Two times x.", "@this\ndef twice(x):\n    y = x  # stays"),
        ("", "Adding is enough.", "    if x:\n        y = y + x"),
        ("", "Said once more.", '        y = y + 0\n    return "# no comment"'),
        ("", "Args:\n    x: a number.\n\n>>> twice(2)\n4", ""),
        ("Empty", "Nothing.", "class Empty:"),
    ]


def test_no_line_of_the_module_is_lost_or_told_twice():
    source = (ROOT / "gn_edu" / "norms.py").read_text(encoding="utf-8")
    pieces = annotated.pieces(source)
    code = [line for piece in pieces for line in piece.code.split("\n") if line.strip()]
    said = " ".join(" ".join(piece.prose for piece in pieces).split())
    lines = [line for line in source.splitlines() if line.strip()]
    assert code == [line for line in lines if line in code]  # in order
    for line in set(lines) - set(code):
        assert " ".join(line.strip('" #').split()) in said, line


# What a book of somebody else need not have. None in sys.modules: not to be had.
FOREIGN = """
import sys
sys.modules |= dict.fromkeys(["rcssmin", "tinycss2", "PIL", "torch", "plotly", "anywidget"])
from myst_nb.core import render
{nobody}
extensions = ["myst_nb"]
nb_execution_mode = "off"
html_theme = "basic"
suppress_warnings = ["mystnb.unknown_mime_type"]
"""
PLOTLY = {"data": [], "layout": {}}
OUTPUTS = (
    {mime.WIDGET: {"model_id": "a", "version_major": 2, "version_minor": 0}},
    {mime.PLOTLY: PLOTLY, "text/html": "<b>drawn</b>"},
    {mime.PLOTLY: PLOTLY},
)


def notebook():
    cells = [nbformat.v4.new_markdown_cell("# A page")]
    for data in OUTPUTS:
        shown = nbformat.v4.new_output("display_data", {"text/plain": "said", **data})
        cells.append(nbformat.v4.new_code_cell("1", outputs=[shown]))
    return nbformat.v4.new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})


@pytest.mark.parametrize("builder", ["html", "text"])
def test_a_book_that_does_not_use_the_extension_is_as_if_it_were_not_installed(tmp_path, builder):
    source, written = tmp_path / "source", []
    source.mkdir()
    nbformat.write(notebook(), source / "index.ipynb")
    for name, nobody in (("with", ""), ("without", "render.load_mime_renders = lambda: []")):
        (source / "conf.py").write_text(FOREIGN.format(nobody=nobody))
        (page,) = sphinx(source, tmp_path / name, builder=builder).glob("index.*")
        written.append(page.read_text())
    assert written[0] == written[1] and "said" in written[0]
