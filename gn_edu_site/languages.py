"""The editions in other languages: their words and addresses, what stands on a translated page, and search."""

import csv
import html
from functools import cache
from pathlib import Path
from typing import cast

from babel.messages.pofile import read_po
from docutils import nodes
from sphinx import addnodes
from sphinx.locale import _
from sphinx.search import SearchLanguage
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from gn_edu_site.outputs import described

logger = logging.getLogger(__name__)
TERMS = {"term": "en", "si": "si", "ja": "ja", "zh": "zh"}
# What Sphinx says by itself: it asks our catalogue sphinx.po before its own.
OF_SPHINX = ("Link to this heading", "Link to this image", "Link to this definition", "Link to this term")
# The folds of the notebooks are HTML, which Sphinx does not translate.
FOLDS = ("Hint", "Solution", "About these two networks")


@cache
def _messages(path: Path) -> dict[str, str]:
    """English message to its translation, "" where it has none."""
    if not path.exists():
        return {}
    with open(path, "rb") as file:
        # No message of the book has a plural, so each is one string.
        return {cast(str, m.id): "" if m.fuzzy else cast(str, m.string) for m in read_po(file) if m.id}


def _catalogue(app, name: str) -> dict[str, str]:
    return _messages(Path(app.confdir) / "locale" / str(app.config.language) / "LC_MESSAGES" / f"{name}.po")


def translated(app, pagename: str) -> bool:
    """Whether most of a page is translated into the language of the build; English needs no translation."""
    sentences = {m: s for m, s in _catalogue(app, pagename).items() if s != m}
    return app.config.language == "en" or 2 * sum(map(bool, sentences.values())) > len(sentences)


def catalogue(app, pagename: str) -> dict[str, str]:
    """English message to its translation, for widgets and figures of a page; empty where the page is in English."""
    if app.config.language == "en" or not translated(app, pagename):
        return {}
    return words(app, "widgets")


def words(app, name: str) -> dict[str, str]:
    """English message to its translation, of one of the catalogues that are no page's."""
    return {message: word for message, word in _catalogue(app, name).items() if word}


def addresses(app, pagename: str) -> list[tuple[str, str, str]]:
    """(code, name, relative address of this page in that language) for every language that is built."""
    up = "../" * (pagename.count("/") + (app.config.language != "en"))
    return [
        (code, app.config.gn_languages[code], up + ("" if code == "en" else f"{code}/") + f"{pagename}.html")
        for code in app.config.gn_built.split(",")
    ]


def alternates(app, pagename: str) -> list[tuple[str, str]]:
    """(language, address) for a search engine: where this page stands in every language, and for all others."""
    site = app.config.html_baseurl.removesuffix(f"{app.config.language}/")
    links = [(code, site + ("" if code == "en" else f"{code}/")) for code in app.config.gn_built.split(",")]
    return [(code, f"{folder}{pagename}.html") for code, folder in [*links, ("x-default", site)]]


def edition(app, pagename: str) -> str:
    """What a reader is told of a page's translation: nothing, "unreviewed" or "untranslated"."""
    if app.config.language == "en":
        return ""
    return "unreviewed" if translated(app, pagename) else "untranslated"


class TranslateCaptions(SphinxTransform):
    """The names of the book's parts, from _toc.yml: they come to the page after Sphinx has translated it."""

    default_priority = 110

    def apply(self, **kwargs):
        words = _catalogue(self.app, self.env.docname)
        for toctree in self.document.findall(addnodes.toctree):
            toctree["caption"] = words.get(toctree["caption"]) or toctree["caption"]


class TranslatePictures(SphinxPostTransform):
    """The descriptions of pictures and drawings."""

    default_priority = 700
    formats = ("html",)

    def run(self, **kwargs):
        words = catalogue(self.app, self.env.docname)
        for image in self.document.findall(nodes.image):
            if "alt" in image:
                image["alt"] = words.get(image["alt"], image["alt"])
        for raw in list(self.document.findall(nodes.raw)):
            if word := words.get(raw.get("said")):
                text = described(raw.astext(), word)
                raw.replace_self(nodes.raw("", text, format="html"))


class TranslateFolds(SphinxPostTransform):
    """The names of the notebooks' folds, <summary>Hint</summary>."""

    default_priority = 700
    formats = ("html",)

    def run(self, **kwargs):
        known = {f"<details>\n<summary>{name}</summary>": name for name in FOLDS}
        for raw in list(self.document.findall(nodes.raw)):
            text = raw.astext().strip()
            if text in known:
                words = f"<details>\n<summary>{_(known[text])}</summary>\n"
                raw.replace_self(nodes.raw(words, words, format="html"))
            elif text.startswith("<details>"):
                logger.warning("a fold of a name that is not one of %s: %s", ", ".join(FOLDS), text, location=raw)


class SearchSinhala(SearchLanguage):
    """Words with their vowel signs, at which Sphinx would split; with or without zero-width joiners."""

    lang = "si"
    language_name = "Sinhala"
    js_splitter_code = r"""
var splitQuery = (query) => query.replaceAll("\u200d", "").split(/[^\p{L}\p{M}\p{N}_]+/u).filter((word) => word);
"""

    def split(self, input: str) -> list[str]:
        kept = (c if c == "_" or c.isalnum() or "\u0d80" <= c <= "\u0dff" else " " for c in input.replace("\u200d", ""))
        return "".join(kept).split()


class Terms(SphinxDirective):
    """The terms of locale/terms.csv in every language, and the status of the Sinhala ones."""

    def run(self):
        path = Path(self.env.app.confdir) / "locale" / "terms.csv"
        self.env.note_dependency(str(path))
        with open(path, encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
        names = {"en": "English", "si": "සිංහල", "ja": "日本語", "zh": "中文"}
        head = "".join(f'<th scope="col" lang="{code}">{names[code]}</th>' for code in TERMS.values())
        last = _("Status of the Sinhala")
        head += f'<th scope="col">{last}</th>'
        status = {"published": _("published"), "proposed": _("proposed")}
        body = ""
        for line in lines:
            cells = "".join(f'<td lang="{code}">{html.escape(line[key])}</td>' for key, code in TERMS.items())
            body += f"<tr>{cells}<td>{status[line['status']]}</td></tr>"
        table = f'<table class="docutils gn-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        framed = f'<div class="table-wrapper docutils container" tabindex="0">{table}</div>'
        return [nodes.raw("", framed, format="html")]


def setup(app):
    app.add_directive("terms", Terms)
    app.add_search_language(SearchSinhala)
    app.add_transform(TranslateCaptions)
    app.add_post_transform(TranslatePictures)
    app.add_post_transform(TranslateFolds)
