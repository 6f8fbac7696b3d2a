"""The two-hour path: the list on the landing page, and the way on at the end of a page."""

import posixpath
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

ROOT_PAGE = "book/index"
FILE = "book/path.yml"


@dataclass(frozen=True)
class Stop:
    """A stop of the path: `page` without its ending, what its line calls it, and how long one reads there.

    `exercises` ("4.1") count; `without` are the titles of sections that are left out; `note` ends the line.
    """

    page: str
    title: str
    minutes: int
    exercises: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    note: str = ""

    def line(self, link: str) -> str:
        """The stop's line in the list, as Markdown."""
        said = f"[{self.title}]({link}) ({self.minutes} min)"
        if self.exercises:
            said += f", with exercise {_listed(self.exercises)}"
        if self.without:
            said += f", without {_listed(f'*{section}*' for section in self.without)}"
        return said + (f": {self.note}." if self.note else ".")


def _listed(words) -> str:
    """ "a", "a and b", "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


@cache
def stops(source: Path) -> list[Stop]:
    """The stops of book/path.yml, in their order."""
    listed = yaml.safe_load((source / FILE).read_text(encoding="utf-8"))
    return [
        Stop(
            page=stop["page"],
            title=stop["title"],
            minutes=stop["minutes"],
            exercises=tuple(stop.get("with", ())),
            without=tuple(stop.get("without", ())),
            note=stop.get("note", ""),
        )
        for stop in listed
    ]


class stop_item(nodes.list_item):
    """An item of the list, with the name of its page."""


class PathList(SphinxDirective):
    """```{path}```: the stops as a numbered list. Each line is a message of its own for translators."""

    def run(self) -> list[nodes.Node]:
        source = Path(self.env.srcdir)
        self.env.note_dependency(str(source / FILE))
        here = posixpath.dirname(self.env.docname)
        found = stops(source)
        files = [self.env.doc2path(stop.page, base=False) for stop in found]
        lines = [
            f"{k}. {stop.line(posixpath.relpath(Path(file).as_posix(), here))}"
            for k, (stop, file) in enumerate(zip(found, files, strict=True), 1)
        ]
        (parsed,) = self.parse(lines)
        items = [stop_item("", *item.children, page=stop.page) for item, stop in zip(parsed, found, strict=True)]
        parsed.children = []
        parsed += items
        parsed["classes"].append("simple")  # as the writer calls a list of one line an item
        return [parsed]

    def parse(self, lines: list[str]) -> list[nodes.Node]:
        container = nodes.Element()
        self.state.nested_parse(StringList(lines, self.env.docname), self.content_offset, container)
        return container.children


def _visit_item(translator, node):
    translator.body.append(translator.starttag(node, "li", "", **{"data-gn-stop": node["page"]}))


def _depart_item(translator, node):
    translator.body.append("</li>\n")


def way_on(path: list[Stop], pagename: str, titles: dict[str, str]) -> dict | None:
    """What the template path.html needs at the end of a stop; None where a page is no stop."""
    pages = [stop.page for stop in path]
    if pagename not in pages:
        return None
    here = pages.index(pagename)
    said = {"page": pagename, "number": here + 1, "all": len(path)}
    if here + 1 < len(path):
        after = path[here + 1]
        said |= {"next": after.page, "title": titles.get(after.page, after.title), "minutes": after.minutes}
    return said


def _add_path(app, pagename, templatename, context, doctree):
    if doctree is not None:
        titles = {page: title.astext() for page, title in app.env.titles.items()}
        context["gn_stop"] = way_on(stops(Path(app.srcdir)), pagename, titles)


def setup(app):
    app.add_directive("path", PathList)
    app.add_node(stop_item, html=(_visit_item, _depart_item))
    app.connect("html-page-context", _add_path, priority=850)
