"""The numbers of the chapters: from the names of their files, into the titles that every part of the site shows.

They are written once, after a page is translated: the heading, the window's title, the sidebar, the way on and search
take the title from there, and no translation repeats a number.
"""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform

FILE = re.compile(r"notebooks/ch(\d\d)_\w+")


def chapter(page: str, root: str) -> int | None:
    """The number of a chapter, 9 of notebooks/ch09_sweep; the landing page `root` is chapter 1. None of other pages."""
    if page == root:
        return 1
    found = FILE.fullmatch(page)
    return int(found[1]) if found else None


class NumberTitle(SphinxTransform):
    """ "2 · " before the title of chapter 2."""

    default_priority = 30  # after Sphinx's translation of the page, at 20

    def apply(self, **kwargs):
        number = chapter(self.env.docname, self.config.root_doc)
        title = next(self.document.findall(nodes.title), None)
        if number and title is not None and self.app.builder.name != "gettext":
            title.insert(0, nodes.Text(f"{number} · "))


def setup(app):
    app.add_transform(NumberTitle)
