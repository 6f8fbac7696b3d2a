"""The two-hour path: the list on the landing page, marks in the table of contents, the way on at the end of a page."""

import html
import posixpath
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gn_edu_site.languages import say

ROOT_PAGE = "book/index"
STOP = re.compile(r"^\d+\. \[([^\]]+)\]\(([^)#]+)\) \((\d+) min\)((?:[^\n]|\n(?!\d+\.|\n))*)", re.MULTILINE)


class Stop(NamedTuple):
    """A stop of the path: `page` without its ending, and `rest`, what its line says after the minutes."""

    page: str
    title: str
    minutes: int
    rest: str


@cache
def stops(source: Path) -> list[Stop]:
    """The numbered list of the landing page: `1. [title](page) (10 min) ...`."""
    text = (source / f"{ROOT_PAGE}.md").read_text(encoding="utf-8")
    found = []
    for title, link, minutes, rest in STOP.findall(text):
        page = posixpath.normpath(posixpath.join("book", link)).rsplit(".", 1)[0]
        found.append(Stop(page, title, int(minutes), " ".join(rest.split())))
    return found


def _mark_list(body: str, path: list[Stop]) -> str:
    """The items of the landing page's list carry the names of their pages."""
    start = body.find('<section id="the-two-hour-path">')
    if start < 0:
        return body
    for stop in path:
        start = body.find("<li>", start)
        body = body[:start] + f'<li data-gn-stop="{stop.page}">' + body[start + 4 :]
    return body


def _way_on(app, path: list[Stop], here: int, pathto) -> str:
    """What stands at the end of a stop: a button, hidden until a script can remember it, and the next stop."""
    number = say(app, "Stop {number} of {all} of the two-hour path.").format(number=here + 1, all=len(path))
    been = say(app, "I have been here")
    button = f'<button type="button" hidden data-gn-read="{path[here].page}">{been}</button>'
    on = ""
    if here + 1 < len(path):
        after = path[here + 1]
        title = f'<a href="{pathto(after.page)}">{html.escape(after.title)}</a>'
        on = say(app, "Next stop: {title} ({minutes} min).").format(title=title, minutes=after.minutes)
    return f'<div class="gn-path"><span>{number}</span> <span>{on}</span> {button}</div>'


def _add_path(app, pagename, templatename, context, doctree):
    path = stops(Path(app.srcdir))
    pages = [stop.page for stop in path]
    pathto = context["pathto"]
    if tree := context.get("furo_navigation_tree"):
        for page in pages:
            href = "#" if page == pagename else pathto(page)
            tree = tree.replace(f'href="{href}"', f'href="{href}" data-gn-stop="{page}"', 1)
        context["furo_navigation_tree"] = tree
    if "body" not in context or pagename not in pages:
        return
    if pagename == ROOT_PAGE:
        context["body"] = _mark_list(context["body"], path)
    context["body"] += _way_on(app, path, pages.index(pagename), pathto)


def setup(app):
    app.connect("html-page-context", _add_path, priority=850)
