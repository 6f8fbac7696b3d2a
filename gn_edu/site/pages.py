"""Every page: its links to Colab, to the notebook and to other languages; translated words for the widgets."""

import html
import re
from functools import cache, partial
from pathlib import Path
from urllib.parse import quote

from babel.messages.pofile import read_po

from gn_edu.site.sheets import download, is_sheet

CELL = re.compile(
    r'<div class="cell_input docutils container">\n<div class="highlight.*?</pre></div>\n</div>\n</div>', re.DOTALL
)
CAPTION = re.compile(r"<p><em>(?=[^<\d]{1,20}(\d{1,2})\.(\d{1,2})\. )(.*?)</em></p>", re.DOTALL)


@cache
def _messages(path: str) -> dict[str, str]:
    with open(path, "rb") as file:
        return {m.id: m.string for m in read_po(file) if m.id and m.string and not m.fuzzy}


def _words(app) -> dict[str, str]:
    """English message to its translation in the language of the build; empty for English."""
    path = Path(app.confdir) / "locale" / str(app.config.language) / "LC_MESSAGES" / "widgets.po"
    return _messages(str(path)) if path.exists() else {}


def catalogue(app, pagename: str) -> dict[str, str]:
    """The widgets' words on a page, in the language of its text."""
    return _words(app) if _translated(app, pagename) else {}


def say(app, message: str) -> str:
    """A message in the page's language; scripts/i18n.py collects these calls."""
    return html.escape(_words(app).get(message, message))


def _launch(app, pagename: str) -> str:
    """The line under a chapter's title."""
    source = f"{pagename}.ipynb"
    if not Path(app.srcdir, source).exists():
        return ""
    address = app.config.gn_repository.removeprefix("https://github.com/")
    colab = f"https://colab.research.google.com/github/{address}/blob/{app.config.gn_tag}/{source}"
    report = f"{app.config.gn_repository}/issues/new?title={quote(f'{pagename}: ')}"
    links = [(download(pagename), say(app, "Download the notebook")), (report, say(app, "Report an error here"))]
    if not is_sheet(pagename):  # of a sheet, the repository holds the solutions, too
        links.insert(0, (colab, say(app, "Open in Colab")))
    return '<p class="gn-launch">' + " ".join(f'<a href="{href}">{text}</a>' for href, text in links) + "</p>"


def _folded(app, cell: re.Match) -> str:
    """A code cell of four lines and more, to be folded on a phone."""
    lines = sum(bool(line.strip()) for line in re.sub(r"<[^>]+>", "", cell[0]).split("\n"))
    if lines < 4:
        return cell[0]
    said = say(app, "Code, {lines} lines").format(lines=lines)
    return f'<details class="gn-code-folded" open><summary>{said}</summary>{cell[0]}</details>'


def _linked(app, caption: re.Match) -> str:
    """A numbered figure's caption with an address of its own."""
    name, said = f"figure-{caption[1]}-{caption[2]}", say(app, "Link to this figure")
    link = f'<a class="headerlink" href="#{name}" title="{said}">¶</a>'
    return f'<p class="gn-caption" id="{name}"><em>{caption[3]}</em>{link}</p>'


def _translated(app, pagename: str) -> bool:
    """Whether a page has a translation in the page's language; English needs none."""
    path = Path(app.confdir) / "locale" / str(app.config.language) / "LC_MESSAGES" / f"{pagename}.po"
    return app.config.language == "en" or (path.exists() and bool(_messages(str(path))))


def _languages(app, pagename: str) -> list[tuple[str, str, str]]:
    """(code, name, relative address of this page in that language) for every language that is built."""
    up = "../" * (pagename.count("/") + (app.config.language != "en"))
    return [
        (code, app.config.gn_languages[code], up + ("" if code == "en" else f"{code}/") + f"{pagename}.html")
        for code in app.config.gn_built.split(",")
    ]


def _add_page_links(app, pagename, templatename, context, doctree):
    context["baseurl"] = app.config.html_baseurl
    if "body" not in context:
        return
    body = context["body"].replace("</h1>", "</h1>" + _launch(app, pagename), 1)
    # Pictures far down come when the reader does; wide code can be scrolled by keyboard.
    body = re.sub(r'<img (?![^>]*src="data:)', '<img loading="lazy" ', body)
    context["body"] = CAPTION.sub(partial(_linked, app), CELL.sub(partial(_folded, app), body))
    if Path(app.env.doc2path(pagename)).exists() and not _translated(app, pagename):
        note = say(app, "This page is not translated yet.")
        context["body"] = f'<p class="gn-untranslated">{note}</p><div lang="en">{context["body"]}</div>'
    context["gn_languages"] = _languages(app, pagename)


def _set_address(app, config) -> None:
    """Where GitHub publishes the site of this repository."""
    owner, _, name = config.gn_repository.removeprefix("https://github.com/").partition("/")
    inside = "" if config.language == "en" else f"{config.language}/"
    config.html_baseurl = config.html_baseurl or f"https://{owner.lower()}.github.io/{name}/{inside}"
    config.ogp_site_url = config.html_baseurl


def setup(app):
    app.connect("config-inited", _set_address, priority=100)
    app.connect("html-page-context", _add_page_links, priority=800)
