"""Cells that run in the page: the answers of exercises, and cells with the tag "live"; of the others, why they don't.

What is marked here wakes at the reader's first touch: book/_static/gn-page.js loads live_page/cells.js then.
"""

import html
import json
import re
from pathlib import Path

from bs4 import BeautifulSoup, SoupStrainer, Tag
from docutils import nodes
from sphinx.locale import _
from sphinx.transforms.post_transforms import SphinxPostTransform

from gn_edu_site import live_pack
from gn_edu_site.languages import catalogue, words
from gn_edu_site.live_lines import ARRANGED, lines_of
from gn_edu_site.live_outputs import needed
from gn_edu_site.pack import address
from gn_edu_site.pages import folded_code, launch_links

# In a chapter, the check follows the answer.
CHECK = re.compile(r"\n+(from gn_edu\.exercises import |(?:ch\d+|museum)\.check_)")
TAG = "live"  # of a notebook's cell that can be edited and run
EXERCISE, LIVE = "data-gn-exercise", "data-gn-live"  # attributes of a cell that can run in a page
GIVEN, DRAW = "gn_given", "gn_draw"  # metadata: code that runs before the cell; names of what is drawn


class live_cell(nodes.container):
    """A cell around its code and output; `data` are the attributes that say what it is."""


class live_source(nodes.container):
    """Its code, with the numbers of its lines and the bar."""


class elsewhere(nodes.General, nodes.Element):
    """Why an exercise does not run here, and where it does."""


def answer_of(source: str) -> str:
    """The reader's part of an exercise's cell: what stands before the check."""
    return CHECK.split(source, maxsplit=1)[0]


def numbers(source: str) -> str:
    """The numbers of its lines, as the style sheet shows them."""
    return " ".join(str(k + 1) for k in range(source.rstrip("\n").count("\n") + 1))


def exercise_of(cell: nodes.container) -> tuple[str, bool]:
    """The name of the exercise that a cell belongs to, and whether its answer is written there; "" for other cells."""
    grade = cell["cell_metadata"].get("nbgrader", {}).get("grade_id", "")
    if grade:
        return grade.removesuffix("-answer"), grade.endswith("-answer")
    section = cell.parent
    while section and "gn_exercise" not in section:
        section = section.parent
    is_answer = section is not None and bool(CHECK.search(_sources(cell)[0].astext()))
    return (section["gn_exercise"], True) if is_answer else ("", False)


def _sources(cell: nodes.container) -> list[nodes.container]:
    """The container of a cell's code; none where a cell does not show it."""
    return [n for n in cell.findall(nodes.container) if n.get("nb_element") == "cell_code_source"]


class MarkLiveCells(SphinxPostTransform):
    """Runs after pages.py has folded code: what is written in is never folded."""

    default_priority = 610
    formats = ("html",)

    def run(self, **kwargs):
        cells = [n for n in self.document.findall(nodes.container) if n.get("nb_element") == "cell_code"]
        for cell in filter(_sources, cells):
            name, is_answer = exercise_of(cell)
            if TAG in cell["cell_metadata"].get("tags", ()):
                self.wake(cell, self.attributes(cell))
            elif name:
                self.mark(cell, name, is_answer)

    def mark(self, cell, name: str, is_answer: bool):
        # Not at the top: it imports torch, for which a page without exercises need not wait.
        from gn_edu_site.live_tables import ELSEWHERE

        if not is_answer:
            if name not in ELSEWHERE:
                cell["classes"].append("gn-kernel-check")
        elif name in ELSEWHERE:
            links = launch_links(self.app, self.env.docname)
            reason = catalogue(self.app, self.env.docname).get(ELSEWHERE[name], ELSEWHERE[name])
            parent = cell.parent
            parent.insert(parent.index(cell) + 1, elsewhere(reason=reason, **links))
        else:
            self.wake(cell, {EXERCISE: name} | ({"data-gn-lines": ""} if name in ARRANGED else {}))

    def attributes(self, cell) -> dict[str, str]:
        """What a cell with the tag is called, what runs before it, what is drawn."""
        path, k = Path(self.env.doc2path(self.env.docname)), cell["cell_index"]
        is_notebook = path.suffix == ".ipynb"  # elsewhere cells have no name
        name = json.loads(path.read_text(encoding="utf-8"))["cells"][k]["id"] if is_notebook else f"cell{k}"
        told, found = cell["cell_metadata"], {"data-gn-cell": f"{path.stem}.{name}"}
        if GIVEN in told:
            found["data-gn-given"] = told[GIVEN]
        if DRAW in told:
            found["data-gn-draw"] = " ".join(told[DRAW])
        return found

    @staticmethod
    def wake(cell, attributes: dict[str, str]):
        source = _sources(cell)[0]
        place = source.parent if isinstance(source.parent, folded_code) else source
        text = source.astext()
        if (own := answer_of(text)) != text:
            attributes["data-gn-own"] = str(own.count("\n") + 1)
        marked = live_source("", *source.children, classes=source["classes"], numbers=numbers(text))
        cell.replace(place, marked)
        parent, at = cell.parent, cell.parent.index(cell)
        parent[at] = live_cell("", cell, classes=["gn-code"], data=attributes)


def _visit_cell(translator, node):
    # Not by starttag, which makes one line of several.
    data = "".join(f' {name}="{html.escape(text)}"' for name, text in node["data"].items())
    translator.body.append(f'<div class="gn-code"{data} {LIVE}>\n')


def _depart_cell(translator, node):
    translator.body.append("</div>\n")


def _visit_source(translator, node):
    attributes = {"CLASS": "docutils container", "data-gn-numbers": node["numbers"]}
    translator.body.append(translator.starttag(node, "div", **attributes))


def _depart_source(translator, node):
    run, lost = _("Run"), _("The part of the page that runs Python did not load. Are you online? Then try again.")
    said = _("Edit the code: Python runs in this page.")
    translator.body.append(
        f'<div class="gn-code-bar"><button type="button" data-gn-do="run">{run}</button> <span>{said}</span>'
        f'<span role="alert" data-gn-lost hidden>{lost}</span></div></div>\n'
    )


def _visit_elsewhere(translator, node):
    translator.body.append(translator.builder.templates.render("elsewhere.html", dict(node.attributes)))
    raise nodes.SkipNode


# ---- what the page loads when a cell is touched


def _table(app, name: str) -> dict:
    from gn_edu_site.live_tables import table_file  # not at the top, as above

    said = words(app, "checks")
    lines = {"lines": lines_of(name)} if name in ARRANGED else {}
    return table_file(name, lambda message: said.get(message, message)) | lines


def live_cells(text: str) -> list[Tag]:
    """The cells of a finished page that can run there; what this build did not write again has some, too."""
    soup = BeautifulSoup(text, "html.parser", parse_only=SoupStrainer(attrs={LIVE: True}))
    return soup.select(f"[{LIVE}]")


def _write(app, exception) -> None:
    if exception or app.builder.name != "html":
        return
    paths = [Path(app.builder.get_outfilename(name)) for name in app.env.found_docs]
    cells = [cell for path in paths for cell in live_cells(path.read_text(encoding="utf-8"))]
    if not cells:
        return
    names = sorted({address(cell, EXERCISE) for cell in cells if cell.has_attr(EXERCISE)})
    texts = needed(words(app, "widgets"), [live_pack.bundled(app, "cells")])
    live_pack.write(app, {name: _table(app, name) for name in names}, texts)


def setup(app):
    app.connect("build-finished", _write)
    app.add_node(live_cell, html=(_visit_cell, _depart_cell))
    app.add_node(live_source, html=(_visit_source, _depart_source))
    app.add_node(elsewhere, html=(_visit_elsewhere, None))
    app.add_post_transform(MarkLiveCells)
