"""Outputs of cells that are HTML: the book's tables become tables of the page, its drawings get their description.

A table is then translated, scrolled and read aloud as one that stands in the text.
"""

from typing import cast

from bs4 import BeautifulSoup, Tag
from docutils import nodes

from gn_edu_site.pack import address, parsed, written

TABLE = '<table class="gn-table"'  # how gn_edu.show.Table begins
DRAWING = '<div class="gn-drawing"'  # how gn_edu.plots.Drawing begins


class empty_head(nodes.entry):
    """The place of a heading that has no words, in a row or at the corner: it is none."""


def _paragraph(text: str, source: str, line: int, **attributes) -> nodes.paragraph:
    """Text that is translated where it has words."""
    words = any(letter.isalpha() for letter in text)
    paragraph = nodes.paragraph(text, text, translatable=words, **attributes)
    paragraph.source, paragraph.line = source, line
    return paragraph


def _row(tag: Tag, source: str, line: int) -> nodes.row:
    row = nodes.row()
    for k, cell in enumerate(tag.find_all(["th", "td"])):
        classes = ["gn-number"] if "right" in str(cell["style"]) else []
        is_heading = k == 0 or tag.find_parent("thead")
        entry = empty_head if is_heading and not cell.get_text() else nodes.entry
        row += entry("", _paragraph(cell.get_text(), source, line), classes=classes)
    return row


def table(text: str, source: str, line: int) -> list[nodes.Element]:
    """The nodes of a table and of its caption, from the HTML of gn_edu.show.Table."""
    soup = BeautifulSoup(text, "html.parser")
    heads, *lines = (_row(tag, source, line) for tag in soup.find_all("tr"))
    group = nodes.tgroup("", cols=len(heads))
    group += [nodes.colspec(colwidth=1, stub=int(k == 0)) for k in range(len(heads))]
    group += [nodes.thead("", heads), nodes.tbody("", *lines)]
    found: list[nodes.Element] = [nodes.table("", group, classes=["gn-table"])]
    if soup.caption:
        found.append(_paragraph(soup.caption.get_text(), source, line, classes=["gn-table-caption"]))
    return found


def drawing(html: str, alt: str | None) -> nodes.raw:
    """A drawing whose description a cell's `alt` replaces; the attribute `said` holds it, for translations."""
    said = alt or address(_drawn(parsed(html)), "aria-label")
    return nodes.raw("", described(html, said), format="html", said=said)


def described(html: str, said: str) -> str:
    """A drawing's HTML with another description."""
    soup = parsed(html)
    _drawn(soup)["aria-label"] = said
    return written(soup)


def _drawn(soup: BeautifulSoup) -> Tag:
    """The drawing's outermost element, which has its description."""
    return cast(Tag, soup.div)


def rendered(data, source: str) -> list[nodes.Element] | None:
    """The nodes of an output of HTML, myst-nb's MimeData, if it is one of the book's own."""
    text = data.string
    if text.startswith(TABLE):
        return table(text, source, data.line or 0)
    if text.startswith(DRAWING):
        image = data.cell_metadata.get("mystnb", {}).get("image", {})
        return [nodes.container("", drawing(text, image.get("alt")), classes=["output"])]
    return None


def _visit_empty_head(translator, node):
    node.parent.column += 1
    translator.body.append("<td></td>\n")
    raise nodes.SkipNode


def setup(app):
    app.add_node(empty_head, html=(_visit_empty_head, None))
