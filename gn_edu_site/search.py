"""Search: the words of book/search.yml lead to their pages, and excerpts show text.

The words are entries of Sphinx's index: its search puts a page first whose entry is the question, and lists them on the
page *Index*. They stand in a file of their own, because a directive would show as code where a notebook runs.
"""

from functools import cache
from pathlib import Path

import yaml
from sphinx import addnodes
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform

FILE = "book/search.yml"


@cache
def entries(source: Path) -> dict[str, list[str]]:
    """A page without its ending, and the questions to which it is the first answer; none where a book has no file.

    Raises:
        ExtensionError: two pages want to be the first answer.
    """
    path = source / FILE
    listed = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    words = [str(word) for words in listed.values() for word in words]
    if twice := {word for word in words if words.count(word) > 1}:
        raise ExtensionError(f"{FILE}: one page is the first answer; {', '.join(sorted(twice))} has more than one.")
    return {page: [str(word) for word in words] for page, words in listed.items()}


class AddEntries(SphinxTransform):
    """The entries of a page, at its beginning."""

    default_priority = 30

    def apply(self, **kwargs):
        env = self.env
        env.note_dependency(str(Path(env.srcdir) / FILE))
        if words := entries(Path(env.srcdir)).get(env.docname):
            self.document.insert(0, addnodes.index(entries=[("single", word, "", "main", None) for word in words]))


def _check_pages(app, env) -> None:
    if lost := set(entries(Path(app.srcdir))) - env.found_docs:
        raise ExtensionError(f"{FILE} names pages without their endings; {', '.join(sorted(lost))} is no page.")


def _set_scorer(app, config) -> None:
    config.html_search_scorer = str(Path(__file__).with_suffix(".js"))


def setup(app):
    app.add_transform(AddEntries)
    app.connect("config-inited", _set_scorer)
    app.connect("env-check-consistency", _check_pages)
