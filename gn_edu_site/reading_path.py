"""The path: its list on the landing page, its minutes, the way on at the end of a page, and what is not on it."""

import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from gn_edu_site.chapters import chapter
from gn_edu_site.reading_time import RULE, load

logger = logging.getLogger(__name__)
FILE = "book/path.yml"
MINUTES = 60  # what the path may take
LABEL = "the-path"  # where the landing page lists the stops


@dataclass(frozen=True)
class Stop:
    """A stop of the path: `page` without its ending; `only` these of its sections are on the path, or all `without`."""

    page: str
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def left_out(self, headings: list[str]) -> list[bool]:
        """Whether each section of the page is beside the path.

        Raises:
            ExtensionError: a section is named that the page does not have.
        """
        for named in (*self.only, *self.without):
            if named not in headings:
                near = difflib.get_close_matches(named, headings, cutoff=0.3) or headings
                raise ExtensionError(
                    f"{FILE}: a stop names headings as they stand on its page; {self.page} has no section {named!r}. "
                    f"Probably its heading changed. Nearest: {', '.join(map(repr, near)) or 'none; it has none'}."
                )
        return [heading not in self.only if self.only else heading in self.without for heading in headings]


@cache
def stops(source: Path) -> list[Stop]:
    """The stops of book/path.yml, in their order.

    Raises:
        ExtensionError: a stop says both, which sections are on the path and which are not.
    """
    listed = yaml.safe_load((source / FILE).read_text(encoding="utf-8"))
    if both := [stop["page"] for stop in listed if "only" in stop and "without" in stop]:
        raise ExtensionError(f"{FILE}: a stop has `only` or `without`, not both; {', '.join(both)} has both.")
    return [Stop(stop["page"], tuple(stop.get("only", ())), tuple(stop.get("without", ()))) for stop in listed]


def position(path: list[Stop], page: str) -> int | None:
    """Which stop a page is, from 0; None where it is none."""
    pages = [stop.page for stop in path]
    return pages.index(page) if page in pages else None


# ---- what is read of a page


class path_list(nodes.General, nodes.Element):
    """The place of the list. Its words come when all pages are read, and are no text of the page."""


class beside_path(nodes.General, nodes.Element):
    """A line under a heading: `lab` under a page's title, else a section's; `page` and `anchor` say where to go on."""


class way_on_box(nodes.General, nodes.Element):
    """Where the path leaves a page before its end: what stands at the end of a stop."""


class PathList(SphinxDirective):
    """```{path}```: the stops as a list, with their minutes and their sections."""

    def run(self) -> list[nodes.Node]:
        return [path_list()]


class MarkThePath(SphinxTransform):
    """Counts what is on the path, and marks what is not; before the page is translated, at 20."""

    default_priority = 15

    def apply(self, **kwargs):
        env, path = self.env, stops(Path(self.env.srcdir))
        env.note_dependency(str(Path(env.srcdir) / FILE))
        body = next((node for node in self.document.children if isinstance(node, nodes.section)), None)
        if body is None:
            return
        here = position(path, env.docname)
        if here is not None:
            after = path[here + 1].page if here + 1 < len(path) else ""
            self.mark(body, path[here], after)
        elif chapter(env.docname, self.config.root_doc):
            body.insert(1, beside_path(lab=True, page=self.config.root_doc, anchor=LABEL))

    def mark(self, body, stop: Stop, after: str) -> None:
        sections = [node for node in body.children if isinstance(node, nodes.section)]
        left_out = stop.left_out([section[0].astext() for section in sections])
        beside = {id(section) for section, out in zip(sections, left_out, strict=True) if out}
        counted = [load(self.env, node) for node in body.children if id(node) not in beside]
        self.env.metadata[stop.page]["gn_load"] = sum(counted[1:], counted[0])
        on = [section["ids"][0] for section in sections if id(section) not in beside]
        self.env.metadata[stop.page]["gn_on"] = on if beside else []
        page, anchor = after, ""
        for k, section in reversed(list(enumerate(sections))):
            if left_out[k]:
                section.insert(1, beside_path(lab=False, page=page, anchor=anchor))
                if not anchor and k > 0 and not left_out[k - 1]:
                    body.insert(body.index(section), way_on_box())
            else:
                page, anchor = stop.page, section["ids"][0]


# ---- what is known when all pages are read


def minutes(env) -> dict[str, int]:
    """The minutes of each stop, counted on the English page.

    Raises:
        ExtensionError: a stop is no page of the book.
    """
    path = stops(Path(env.srcdir))
    if lost := [stop.page for stop in path if "gn_load" not in env.metadata.get(stop.page, {})]:
        raise ExtensionError(f"{FILE}: a stop is a page of the book, without its ending; {', '.join(lost)} is none.")
    return {stop.page: env.metadata[stop.page]["gn_load"].minutes for stop in path}


def too_long(env, took: dict[str, int]) -> str:
    """What is said of a path that takes longer than it may; nothing of another."""
    if sum(took.values()) <= MINUTES:
        return ""
    longest = sorted(took, key=lambda page: -took[page])[:3]
    parts = "; ".join(f"{page} takes {took[page]} ({env.metadata[page]['gn_load']})" for page in longest)
    return (
        f"The path may take {MINUTES} minutes ({RULE}); it takes {sum(took.values())}. The longest stops: {parts}. "
        f"Shorten them, or leave out a section in {FILE}."
    )


def table(env) -> str:
    """A line a stop: page, minutes, and what they are counted from."""
    took = minutes(env)
    lines = [f"{page:32}{took[page]:4} min  {env.metadata[page]['gn_load']}" for page in took]
    return "\n".join([*lines, f"{'the path':32}{sum(took.values()):4} min  of {MINUTES} ({RULE})"])


def _title(env, page: str, anchor: str = "") -> str:
    """The title of a page or of a section, as the reader sees it."""
    if not anchor:
        return env.titles[page].astext()
    found = (node for node in env.tocs[page].findall(nodes.reference) if node["anchorname"] == f"#{anchor}")
    return next(found).astext()


def _listed(app, here: str) -> list[dict]:
    """What the template path_list.html needs of each stop, seen from a page."""
    env, found = app.env, []
    for page, took in minutes(env).items():
        href, number = app.builder.get_relative_uri(here, page), chapter(page, app.config.root_doc)
        title = _title(env, page).removeprefix(f"{number} · ")
        sections = [(f"{href}#{anchor}", _title(env, page, anchor)) for anchor in env.metadata[page]["gn_on"]]
        stop = {"page": page, "href": href, "title": title, "chapter": number, "minutes": took, "sections": sections}
        found.append(stop)
    return found


def way_on(env, page: str) -> dict | None:
    """What the template path.html needs at the end of a stop; None where a page is no stop."""
    path = stops(Path(env.srcdir))
    here = position(path, page)
    if here is None:
        return None
    said = {"page": page, "number": here + 1, "all": len(path)}
    if here + 1 < len(path):
        after = path[here + 1].page
        said |= {"next": after, "title": _title(env, after), "minutes": minutes(env)[after]}
    return said


def _add_path(app, pagename, templatename, context, doctree):
    """The way on, and in the footer of a stop the stops before and after it, not the pages of the sidebar."""
    if doctree is None or (said := way_on(app.env, pagename)) is None:
        return
    context["gn_stop"] = said
    path = stops(Path(app.srcdir))
    around = {"prev": said["number"] - 2, "next": said["number"]}
    for name, at in around.items():
        context[name] = None
        if 0 <= at < len(path):
            page = path[at].page
            title = app.builder.render_partial(app.env.titles[page])["title"]
            context[name] = {"link": app.builder.get_relative_uri(pagename, page), "title": title}


def _check_minutes(app, env) -> None:
    if said := too_long(env, minutes(env)):
        logger.warning(said)


def _rewrite(app, env) -> list[str]:
    """The pages on which minutes stand, where these are others now."""
    took = minutes(env)
    before, env.gn_minutes = getattr(env, "gn_minutes", took), took
    return [] if took == before else [*took, app.config.root_doc]


def _write_table(app, exception) -> None:
    if exception is None and app.builder.format == "html":
        Path(app.doctreedir, "path.txt").write_text(table(app.env) + "\n", encoding="utf-8")


# ---- how it is written


def _visit_list(translator, node):
    builder = translator.builder
    listed = _listed(builder.app, builder.current_docname)
    translator.body.append(builder.templates.render("path_list.html", {"stops": listed}))
    raise nodes.SkipNode


def _visit_beside(translator, node):
    builder, page, anchor = translator.builder, node["page"], node["anchor"]
    said = {"lab": node["lab"]}
    if page:
        here = builder.current_docname
        said["href"] = ("" if page == here else builder.get_relative_uri(here, page)) + (f"#{anchor}" if anchor else "")
        said["title"] = "" if node["lab"] else _title(builder.env, page, anchor)
    translator.body.append(builder.templates.render("beside_path.html", said))
    raise nodes.SkipNode


def _visit_way_on(translator, node):
    builder = translator.builder
    here = builder.current_docname
    said = {"gn_stop": way_on(builder.env, here), "pathto": lambda to: builder.get_relative_uri(here, to)}
    translator.body.append(builder.templates.render("path.html", said))
    raise nodes.SkipNode


def setup(app):
    app.add_directive("path", PathList)
    app.add_node(path_list, html=(_visit_list, None))
    app.add_node(beside_path, html=(_visit_beside, None))
    app.add_node(way_on_box, html=(_visit_way_on, None))
    app.add_transform(MarkThePath)
    app.connect("env-updated", _rewrite)
    app.connect("env-check-consistency", _check_minutes)
    app.connect("html-page-context", _add_path, priority=850)
    app.connect("build-finished", _write_table)
