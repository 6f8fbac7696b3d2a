"""The editions in other languages: their words and addresses, what stands on a translated page, and search."""

import csv
import html
import re
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from docutils import nodes
from sphinx.search import SearchLanguage
from sphinx.util.docutils import SphinxDirective

from gn_edu.messages import N_

TERMS = {"term": "en", "si": "si", "ja": "ja", "zh": "zh"}
STATUS = {"published": N_("published"), "proposed": N_("proposed")}
# What the theme and the folds of the notebooks say, in English whatever the language.
FRAME = (
    N_("Skip to content"), N_("Toggle site navigation sidebar"), N_("Toggle table of contents sidebar"), N_("Menu"),
    N_("Toggle Light / Dark / Auto color theme"), N_("Contents"), N_("Expand"), N_("Light mode"), N_("Dark mode"),
    N_("Auto light/dark, in light mode"), N_("Auto light/dark, in dark mode"), N_("Back to top"), N_("Made with"),
    N_("Index"), N_("Next"), N_("Previous"), N_("Home"), N_("On this page"), N_("Link to this heading"),
    N_("Link to this image"), N_("Link to this definition"), N_("Link to this term"), N_("Hint"), N_("Solution"),
    N_("Answer"), N_("Please activate JavaScript to enable the search functionality."),
)  # fmt: skip
_FRAME = re.compile(rf"""(>|aria-label="|title=")\s*({"|".join(map(re.escape, FRAME))})\s*(?=[<"])""")
_CAPTION = re.compile(r'(<span class="caption-text">)([^<]+)')


@cache
def _messages(path: Path) -> dict[str, str]:
    """English message to its translation, "" where it has none."""
    if not path.exists():
        return {}
    with open(path, "rb") as file:
        return {m.id: "" if m.fuzzy else m.string for m in read_po(file) if m.id}


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
    return {message: word for message, word in _catalogue(app, "widgets").items() if word}


def say(app, message: str) -> str:
    """A message in the language of the build; scripts/i18n.py collects these calls."""
    return html.escape(_catalogue(app, "widgets").get(message) or message)


def addresses(app, pagename: str) -> list[tuple[str, str, str]]:
    """(code, name, relative address of this page in that language) for every language that is built."""
    up = "../" * (pagename.count("/") + (app.config.language != "en"))
    return [
        (code, app.config.gn_languages[code], up + ("" if code == "en" else f"{code}/") + f"{pagename}.html")
        for code in app.config.gn_built.split(",")
    ]


def alternates(app, pagename: str) -> str:
    """What tells a search engine where this page stands in other languages."""
    site = app.config.html_baseurl.removesuffix(f"{app.config.language}/")
    links = [(code, site + ("" if code == "en" else f"{code}/")) for code in app.config.gn_built.split(",")]
    return "\n".join(
        f'<link rel="alternate" hreflang="{code}" href="{folder}{pagename}.html">'
        for code, folder in [*links, ("x-default", site)]
    )


def framed(app, text: str) -> str:
    """A whole page, its frame in the language of the build."""
    if app.config.language == "en":
        return text
    captions = _catalogue(app, "book/index")
    text = _CAPTION.sub(lambda m: m[1] + (captions.get(m[2]) or m[2]), text)
    return _FRAME.sub(lambda m: m[1] + say(app, m[2]), text)


def described(app, pagename: str, body: str) -> str:
    """The page's body with the descriptions of its pictures translated."""
    words = catalogue(app, pagename)
    if not words:
        return body
    return re.sub(
        r' alt="([^"]+)"', lambda m: f' alt="{html.escape(words.get(text := html.unescape(m[1]), text))}"', body
    )


def noted(app, pagename: str, body: str, report: str) -> str:
    """The page's body, under a word on its translation."""
    if app.config.language == "en":
        return body
    if not translated(app, pagename):
        note = say(app, "This page is not translated yet.")
        return f'<p class="gn-untranslated">{note}</p><div lang="en">{body}</div>'
    note = say(app, "No native reader has reviewed this translation yet.")
    send = f' <a href="{report}">{say(app, "Send a correction")}</a>' if report else ""
    return f'<p class="gn-unreviewed">{note}{send}</p>{body}'


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
        status = say(self.env.app, "Status of the Sinhala")
        head += f'<th scope="col">{status}</th>'
        body = ""
        for line in lines:
            cells = "".join(f'<td lang="{code}">{html.escape(line[key])}</td>' for key, code in TERMS.items())
            body += f"<tr>{cells}<td>{say(self.env.app, STATUS[line['status']])}</td></tr>"
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return [nodes.raw("", f'<div class="table-wrapper" tabindex="0">{table}</div>', format="html")]


def setup(app):
    app.add_directive("terms", Terms)
    app.add_search_language(SearchSinhala)
