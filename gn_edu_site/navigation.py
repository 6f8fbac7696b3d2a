"""The sidebar: the book's parts and their pages, as the template sidebar/navigation.html shows them."""

from pathlib import Path

from sphinx import addnodes
from sphinx.errors import ExtensionError

from gn_edu_site.reading_path import stops


def parts(app, pagename: str) -> list[dict]:
    """The parts with their pages, seen from a page. The landing page is the first of the first part.

    Raises:
        ExtensionError: a page lies deeper than the sidebar shows.
    """
    env, stop_pages = app.env, {stop.page for stop in stops(Path(app.srcdir))}
    deeper = {page for page, inside in env.toctree_includes.items() if inside} - {app.config.root_doc}
    if deeper:
        raise ExtensionError(f"the sidebar shows parts and their pages, so not what is under {', '.join(deeper)}")
    found: list[dict] = []
    for toctree in env.tocs[app.config.root_doc].findall(addnodes.toctree):
        first = [] if found else [(None, app.config.root_doc)]
        pages = [
            {
                "name": page,
                "title": title or app.builder.render_partial(env.titles[page])["title"],
                "href": "#" if page == pagename else app.builder.get_relative_uri(pagename, page),
                "current": page == pagename,
                "stop": page in stop_pages,
            }
            for title, page in [*first, *toctree["entries"]]
        ]
        found.append({"caption": toctree["caption"], "pages": pages, "current": any(p["current"] for p in pages)})
    return found


def _add_parts(app, pagename, templatename, context, doctree):
    context["gn_parts"] = parts(app, pagename)


def setup(app):
    app.connect("html-page-context", _add_parts)
