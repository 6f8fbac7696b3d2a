"""Every page: its links to Colab, to the notebook and to other languages; translated words for the widgets."""

import html
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po


@cache
def _messages(path: str) -> dict[str, str]:
    with open(path, "rb") as file:
        return {m.id: m.string for m in read_po(file) if m.id and m.string and not m.fuzzy}


def catalogue(app) -> dict[str, str]:
    """The widgets' words in the page's language: English message to its translation; empty for English."""
    path = Path(app.confdir) / "locale" / str(app.config.language) / "LC_MESSAGES" / "widgets.po"
    return _messages(str(path)) if path.exists() else {}


def _launch(app, pagename: str) -> str:
    """The line under a chapter's title."""
    words = catalogue(app)
    say = lambda message: html.escape(words.get(message, message))  # noqa: E731
    source = f"{pagename}.ipynb"
    if not Path(app.srcdir, source).exists():
        return ""
    address = app.config.gn_repository.removeprefix("https://github.com/")
    colab = f"https://colab.research.google.com/github/{address}/blob/{app.config.gn_tag}/{source}"
    notebook = f"{app.config.gn_repository}/blob/{app.config.gn_tag}/{source}"
    return (
        f'<p class="gn-launch"><a href="{colab}">{say("Open in Colab")}</a> '
        f'<a href="{notebook}">{say("Notebook")}</a></p>'
    )


def _languages(app, pagename: str) -> list[tuple[str, str, str]]:
    """(code, name, relative address of this page in that language) for every language that is built."""
    up = "../" * (pagename.count("/") + (app.config.language != "en"))
    return [
        (code, app.config.gn_languages[code], up + ("" if code == "en" else f"{code}/") + f"{pagename}.html")
        for code in app.config.gn_built.split(",")
    ]


def _add_page_links(app, pagename, templatename, context, doctree):
    if "body" not in context:
        return
    context["body"] = context["body"].replace("</h1>", "</h1>" + _launch(app, pagename), 1)
    context["gn_languages"] = _languages(app, pagename)


def setup(app):
    app.connect("html-page-context", _add_page_links, priority=800)
