"""Every page: its links to Colab, to the notebook and to other languages; folds, captions, what a keyboard reaches."""

import re
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from pygments.formatters import HtmlFormatter
from sphinx.locale import _
from sphinx.transforms.post_transforms import SphinxPostTransform

from gn_edu_site.languages import addresses, alternates, edition
from gn_edu_site.sheets import download, is_sheet
from gn_edu_site.theme import ThemeChanged

FIGURE = re.compile(r"\D{1,20}(\d{1,2})\.(\d{1,2})\. ")  # the beginning of a caption
EXPONENT = re.compile(r"(\d[\d.]*e-\d+)")
FOLDED = 4  # lines of code from which on a cell can be folded on a phone


class launch_line(nodes.General, nodes.Element):
    """The line under a chapter's title. Its words are no text of the page, so search does not find them."""


class folded_code(nodes.container):
    """A cell's code that is folded on a phone; `lines` says how much it is."""


class figure_caption(nodes.paragraph):
    """A figure's caption with an address of its own."""


class wide_table(nodes.container):
    """A table that a keyboard can scroll."""


# ---- what stands where


def published(app) -> bool:
    """Whether the repository has an address. Until scripts/address.py sets it, a placeholder stands there."""
    return not app.config.gn_repository.endswith("/OWNER/REPO")


def report_address(app, pagename: str) -> str:
    """Where a reader says that something on a page is wrong; nowhere while the repository has no address."""
    if not published(app):
        return ""
    language = "" if app.config.language == "en" else f"{app.config.language}/"
    return f"{app.config.gn_repository}/issues/new?title={quote(f'{language}{pagename}: ')}"


def launch_links(app, pagename: str) -> dict[str, str | bool]:
    """What the template launch.html needs for a notebook's page."""
    links: dict[str, str | bool] = {"download": download(pagename), "sheet": is_sheet(pagename)}
    links["report"] = report_address(app, pagename)
    if published(app) and not is_sheet(pagename):
        address = app.config.gn_repository.removeprefix("https://github.com/")
        colab = "https://colab.research.google.com/github"
        links["colab"] = f"{colab}/{address}/blob/{app.config.gn_tag}/{pagename}.ipynb"
    return links


class AddPageParts(SphinxPostTransform):
    """Runs when myst-nb has chosen what to show of each output, and Furo has wrapped the tables."""

    default_priority = 600
    formats = ("html",)

    def run(self, **kwargs):
        if self.is_notebook():
            self.launch()
        for image in self.document.findall(nodes.image):
            image["loading"] = "lazy"  # pictures far down come when the reader does
        for paragraph in list(self.document.findall(nodes.paragraph)):
            self.caption(paragraph)
        for text in list(self.document.findall(nodes.Text)):
            if not isinstance(text.parent, (nodes.FixedTextElement, nodes.literal, nodes.raw, nodes.math)):
                self.keep_together(text)
        for code in self.code():
            self.fold(code)
        for table in list(self.document.findall(nodes.table)):
            self.reach(table)

    def code(self) -> list[nodes.container]:
        """The code of each cell that shows it; a notebook has some."""
        found = [n for n in self.document.findall(nodes.container) if n.get("nb_element") == "cell_code_source"]
        if not found and self.is_notebook():
            raise ThemeChanged(self.env.docname, "containers of the nb_element cell_code_source", "none")
        return found

    def is_notebook(self) -> bool:
        return Path(self.env.doc2path(self.env.docname)).suffix == ".ipynb"

    def launch(self):
        title = next(self.document.findall(nodes.title), None)
        if title is None:
            raise ThemeChanged(self.env.docname, "a title", "none")
        title.parent.insert(title.parent.index(title) + 1, launch_line(**launch_links(self.app, self.env.docname)))

    def caption(self, paragraph):
        """Under what a cell shows, a paragraph in italics is its caption; one with a number gets an address."""
        if len(paragraph) != 1 or not isinstance(paragraph[0], nodes.emphasis):
            return
        first = paragraph[0][0]
        if isinstance(first, nodes.Text) and (number := FIGURE.match(first)):
            ids = [*paragraph["ids"], f"figure-{number[1]}-{number[2]}"]
            paragraph.replace_self(figure_caption("", "", *paragraph.children, ids=ids, classes=["gn-caption"]))
            return
        before = paragraph.parent[paragraph.parent.index(paragraph) - 1]
        if isinstance(before, nodes.container) and before.get("nb_element") == "cell_code":
            paragraph["classes"].append("gn-caption")

    def keep_together(self, text):
        """1e-5 in a sentence does not break behind its e-."""
        parts = EXPONENT.split(text)
        if len(parts) > 1:
            parts[1::2] = [nodes.inline("", number, classes=["gn-whole"]) for number in parts[1::2]]
            parts[::2] = [nodes.Text(words) for words in parts[::2]]
            text.parent.replace(text, parts)

    def fold(self, code):
        lines = sum(bool(line.strip()) for line in code.astext().split("\n"))
        if lines >= FOLDED:
            parent, place = code.parent, code.parent.index(code)
            parent[place] = folded_code("", code, lines=lines, classes=["gn-code-folded"])

    def reach(self, table):
        wrapper = table.parent
        if "table-wrapper" not in wrapper["classes"]:
            raise ThemeChanged(self.env.docname, "a container of the class table-wrapper around a table", str(wrapper))
        wrapper.parent[wrapper.parent.index(wrapper)] = wide_table("", *wrapper.children, **wrapper.attributes)


class ReachableFormatter(HtmlFormatter):
    """Code that a keyboard can scroll."""

    def wrap(self, source):
        # An empty span, as in Pygments: otherwise an empty first line would be dropped.
        yield 0, '<pre tabindex="0"><span></span>'
        yield from source
        yield 0, "</pre>"


# ---- how it is written


def _visit_launch(translator, node):
    translator.body.append(translator.builder.templates.render("launch.html", dict(node.attributes)))
    raise nodes.SkipNode


def _visit_folded(translator, node):
    said = _("Code, {lines} lines").format(lines=node["lines"])
    translator.body.append(translator.starttag(node, "details", "", OPEN="") + f"<summary>{said}</summary>")


def _depart_folded(translator, node):
    translator.body.append("</details>")


def _visit_caption(translator, node):
    translator.body.append(translator.starttag(node, "p", ""))


def _depart_caption(translator, node):
    translator.add_permalink_ref(node, _("Link to this figure"))
    translator.body.append("</p>\n")


def _visit_table(translator, node):
    translator.body.append(translator.starttag(node, "div", CLASS="docutils container", TABINDEX="0"))


def _depart_table(translator, node):
    translator.body.append("</div>\n")


def _add_page_links(app, pagename, templatename, context, doctree):
    context["baseurl"] = app.config.html_baseurl if published(app) else "/"
    if doctree is None:
        return
    context["gn_edition"] = edition(app, pagename)
    context["gn_report"] = report_address(app, pagename)
    context["gn_languages"] = addresses(app, pagename)
    context["gn_alternates"] = alternates(app, pagename)


def _set_address(app, config) -> None:
    """Where GitHub publishes the site of this repository."""
    owner, _slash, name = config.gn_repository.removeprefix("https://github.com/").partition("/")
    inside = "" if config.language == "en" else f"{config.language}/"
    config.html_baseurl = config.html_baseurl or f"https://{owner.lower()}.github.io/{name}/{inside}"
    config.ogp_site_url = config.html_baseurl
    config.html_title = config.ogp_site_name = _("Group Normalization")


def _set_formatter(app) -> None:
    if app.builder.format == "html":
        app.builder.highlighter.formatter = ReachableFormatter


def setup(app):
    app.add_node(launch_line, html=(_visit_launch, None))
    app.add_node(folded_code, html=(_visit_folded, _depart_folded))
    app.add_node(figure_caption, html=(_visit_caption, _depart_caption))
    app.add_node(wide_table, html=(_visit_table, _depart_table))
    app.add_post_transform(AddPageParts)
    app.connect("config-inited", _set_address, priority=100)
    app.connect("builder-inited", _set_formatter)
    app.connect("html-page-context", _add_page_links, priority=800)
