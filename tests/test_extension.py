"""The Sphinx extension in small projects of its own: many writers at a time, and books that do not use it."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from gn_edu_site import annotated, live_cells, renderer
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


# ---- a small book that has a bit of everything

SMALL = f"""
extensions = ["myst_nb", "sphinx_copybutton", "gn_edu_site"]
root_doc = "book/index"
html_theme = "furo"
html_math_renderer = "mathml"
html_css_files = ["gn-type.css", "gn.css", "gn-cells.css", "gn-live.css"]
html_js_files = [["gn-page.js", {{"defer": "defer"}}]]
html_static_path = [{str(ROOT / "book/_static")!r}]
templates_path = [{str(ROOT / "book/_templates")!r}]
html_sidebars = {{"**": ["sidebar/brand.html", "sidebar/search.html", "sidebar/navigation.html"]}}
myst_enable_extensions = ["dollarmath"]
nb_execution_mode = "off"
gn_repository = "https://github.com/me/book"
gn_tag = "v1"
gn_temml = {str(ROOT / "node_modules/temml/dist/temml.cjs")!r}
"""
PATH = """
- {page: book/index}
- {page: book/page3, without: [Code]}
- {page: book/page5, only: [Code]}
"""
PAGE = """# Page {k}

$x_{{{k}}}$ and $\\frac{{a_{{{k}}}}}{{b}}$.

$$
y_{{{k}}} = \\sum_i x_i
$$

*Figure {k}.1. A picture.*

![A grey square](square.png)

| a | b |
|---|---|
| 1 | $z_{{{k}}}$ |

<details>
<summary>Hint</summary>

Look at it.

</details>

## Code

```python
a = {k}
```

## More

More.
"""


def small_book(source: Path, conf: str = "") -> Path:
    """Ten pages with formulas, a notebook, and the list of a path."""
    (source / "book").mkdir(parents=True)
    (source / "notebooks").mkdir()
    (source / "conf.py").write_text(SMALL + conf)
    (source / "book/path.yml").write_text(PATH)
    pages = [f"page{k}" for k in range(10)]
    tree = "\n".join([":caption: Pages", ":hidden:", "", *pages, "../notebooks/chapter"])
    (source / "book/index.md").write_text(f"# A book\n\n$z$\n\n```{{path}}\n```\n\n```{{toctree}}\n{tree}\n```\n")
    for k, page in enumerate(pages):
        (source / f"book/{page}.md").write_text(PAGE.format(k=k))
    Image.new("RGB", (30, 20), "grey").save(source / "book/square.png")
    cells = [nbformat.v4.new_markdown_cell("# A chapter"), nbformat.v4.new_code_cell("a = 1\nb = 2\n\nc = 3\nd = 4")]
    for k, cell in enumerate(cells):
        cell["id"] = f"cell{k}"
    metadata = {"language_info": {"name": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), source / "notebooks/chapter.ipynb")
    return source


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The small book, built in one process."""
    folder = tmp_path_factory.mktemp("small")
    return sphinx(small_book(folder / "source"), folder / "one")


def written(out: Path) -> dict[str, bytes]:
    """All that a reader may fetch."""
    kinds = {".html", ".js", ".css", ".png", ".ipynb"}
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.suffix in kinds}


def test_a_book_is_the_same_however_many_processes_build_it(small, tmp_path):
    four = written(sphinx(small_book(tmp_path / "source"), tmp_path / "four", "-j", "4"))
    one = written(small)
    assert len(one) > 20 and four.keys() == one.keys()
    assert [name for name in one if one[name] != four[name]] == []


def page(out: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((out / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def test_what_transforms_and_visitors_do_is_on_the_page(small):
    soup = page(small, "book/page3")
    (caption,) = soup.select("p.gn-caption#figure-3-1 > a.headerlink")
    assert caption["title"] == "Link to this figure"
    (image,) = soup.select("article img")
    assert (image["loading"], image["width"], image["height"], image["alt"]) == ("lazy", "30", "20", "A grey square")
    assert len(soup.select("div.table-wrapper[tabindex='0'] > table")) == len(soup.select("article table")) == 1
    assert len(soup.select("pre[tabindex='0']")) == len(soup.select("pre")) == 1
    assert len(soup.select("div.math[tabindex='0'] > math")) == 1
    assert [tag.get_text() for tag in soup.select("summary")] == ["Hint"]
    chapter = page(small, "notebooks/chapter")
    (fold,) = chapter.select("div.cell > details.gn-code-folded[open]")
    assert fold.summary.get_text() == "Code, 4 lines" and fold.select("div.cell_input pre")
    assert [link["href"] for link in chapter.select("h1 + p.gn-launch > a")] == [
        "https://colab.research.google.com/github/me/book/blob/v1/notebooks/chapter.ipynb",
        "../_static/notebooks/chapter.ipynb",
        "https://github.com/me/book/issues/new?title=notebooks/chapter%3A%20",
    ]
    assert "Download" not in (small / "searchindex.js").read_text()  # the words of a frame are no text of a page


def test_what_a_page_says_about_a_live_cell_is_none():
    text = """<p>Write data-gn-live data-gn-exercise="ex01".</p>
        <div data-gn-exercise="4.1" data-gn-live><pre>a data-gn-live b</pre></div>
        <div data-gn-cell="c" data-gn-live></div>"""
    exercise, cell = live_cells.live_cells(text)
    assert exercise["data-gn-exercise"] == "4.1" and cell["data-gn-cell"] == "c"


def test_the_path_is_in_the_list_in_the_sidebar_and_at_the_end(small):
    soup = page(small, "book/index")
    items = soup.select("article ol.gn-stops > li[data-gn-stop]")
    stops = ["book/index", "book/page3", "book/page5"]
    assert [item["data-gn-stop"] for item in items] == stops
    for tick in soup.select(".gn-done"):
        assert tick.extract().has_attr("hidden") and tick["title"]
    said = ["A book (chapter 1, 1 min)", "Page 3 (1 min): More", "Page 5 (1 min): Code"]
    assert [" ".join(item.get_text().split()) for item in items] == said
    assert [a["data-gn-stop"] for a in soup.select(".sidebar-tree a[data-gn-stop]")] == stops
    ends = soup.select_one(".gn-path").get_text(" ", strip=True)
    assert ends == "Stop 1 of 3 of the path. Next stop: Page 3 (1 min). I have been here"
    last = page(small, "book/page5").select_one(".gn-path").get_text(" ", strip=True)
    assert last == "Stop 3 of 3 of the path. I have been here"
    assert page(small, "book/page4").select(".gn-path") == []


def test_what_is_not_on_the_path_says_where_it_goes_on(small):
    beside = {name: page(small, f"book/{name}").select(".gn-beside") for name in ("page3", "page4", "page5")}
    assert {name: [p.get_text() for p in found] for name, found in beside.items()} == {
        "page3": ["Not on the path: go on at More."],
        "page4": [],
        "page5": ["Not on the path."],  # it ends before
    }
    assert beside["page3"][0].a["href"] == "#more" and beside["page3"][0].parent["id"] == "code"


def test_the_sidebar_names_parts_and_pages(small):
    tree = page(small, "book/page3").select_one(".sidebar-tree")
    assert [(p.get_text(), p["aria-level"]) for p in tree.select("p.caption")] == [("Pages", "2")]
    names = [a.contents[0] for a in tree.select("li a")]
    assert names == ["1 · A book", *(f"Page {k}" for k in range(10)), "A chapter"]
    assert [a["href"] for a in tree.select("li.current-page a")] == ["#"]


def test_a_page_without_a_translation_says_so(tmp_path):
    out = sphinx(small_book(tmp_path / "source"), tmp_path / "out", "-D", "language=xx")
    soup = page(out, "book/page3")
    assert soup.html["lang"] == "xx" and soup.select_one("article > p.gn-untranslated").get_text()
    assert soup.select("article > div[lang=en] > section > h1")


# ---- what goes wrong loudly

DEEPER = "# Page 3\n\n## Code\n\n```{toctree}\ndeeper\n```\n"
BROKEN = {
    "a fold of another name": ("book/page3.md", PAGE.format(k=3).replace("Hint", "Riddle"), "a fold of a name"),
    "a page under a page": ("book/page3.md", DEEPER, "the sidebar shows parts and their pages"),
    "a stop without a page": ("book/path.yml", PATH.replace("page3", "page33"), "page33"),
    "a section without a page": ("book/path.yml", PATH.replace("[Code]", "[Codes]"), "Codes.*Nearest: 'Code'"),
    "a stop of two minds": ("book/path.yml", PATH.replace("only", "without: [More], only"), "not both; book/page5"),
    "a long path": (
        "book/page3.md",
        PAGE.format(k=3) + "word " * 11000,
        "may take 60 minutes.*it takes 6.*page3 takes",
    ),
    "two first answers": ("book/search.yml", "book/page3: [pip]\nbook/page4: [pip]", "pip has more than one"),
    "an answer without a page": ("book/search.yml", "book/page33: [pip]", "page33 is no page"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_the_pages_cannot_show_stops_the_build(tmp_path, name):
    path, text, said = BROKEN[name]
    source = small_book(tmp_path / "source")
    (source / "book/deeper.md").write_text("---\norphan: true\n---\n# Deeper\n")
    (source / path).write_text(text)
    with pytest.raises(AssertionError, match=said):
        sphinx(source, tmp_path / "out")


# ---- books that do not use it

# What a book of somebody else need not have. None in sys.modules: not to be had.
FOREIGN = """
import sys
sys.modules |= dict.fromkeys(["bs4", "tinycss2", "PIL", "torch", "plotly", "anywidget"])
from myst_nb.core import render
{nobody}
extensions = ["myst_nb"]
nb_execution_mode = "off"
html_theme = "basic"
suppress_warnings = ["mystnb.unknown_mime_type"]
"""
PLOTLY = {"data": [], "layout": {}}
OUTPUTS = (
    {renderer.WIDGET: {"model_id": "a", "version_major": 2, "version_minor": 0}},
    {renderer.PLOTLY: PLOTLY, "text/html": "<b>drawn</b>"},
    {renderer.PLOTLY: PLOTLY},
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
